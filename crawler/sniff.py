"""What a body is by its first bytes, whatever its Content-Type says."""

from __future__ import annotations

import re

# Signatures of the WHATWG MIME Sniffing Standard (section 6) and of the formats that Chinese libraries offer for download.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"%!PS-Adobe-", "a PostScript file"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x00\x00\x01\x00", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"AT&TFORM", "a DjVu file"),
    (b"PK\x03\x04", "an archive or an office file"),
    (b"PK\x05\x06", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b\x08", "an archive"),
    (b"\xfd7zXZ\x00", "an archive"),
    (b"\x28\xb5\x2f\xfd", "an archive"),
    (b"MSCF\x00\x00\x00\x00", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office file"),
    (b"{\\rtf", "an office file"),
    (b"ITSF", "a help file"),
    (b"OggS\x00", "audio or video"),
    (b"fLaC", "audio or video"),
    (b"FLV\x01", "audio or video"),
    (b"\x1aE\xdf\xa3", "audio or video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio or video"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_LONGEST = 64
_RIFF = re.compile(rb"RIFF....(WEBP|WAVE|AVI )", re.S)
_BZIP = re.compile(rb"BZh[1-9]1AY&SY")  # three letters alone may begin a text
_ID3 = re.compile(rb"ID3[\x02-\x04]\x00")
_BMP = re.compile(rb"BM....\x00\x00\x00\x00", re.S)
_PROGRAM = re.compile(rb"MZ[^<]{30}", re.S)


def not_a_page(body: bytes) -> str:
    """What `body` is in plain words ("a PDF", "an image", "an archive"…) when it is no text, "" when it may be a page."""
    start = body[:_LONGEST].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return name
    if _RIFF.match(start):
        return "an image" if start[8:12] == b"WEBP" else "audio or video"
    if _BZIP.match(start):
        return "an archive"
    if start[4:8] == b"ftyp" or _ID3.match(start):
        return "audio or video"
    if _BMP.match(start):
        return "an image"
    if _PROGRAM.match(start) and b"\x00" in start:
        return "a program"
    return ""
