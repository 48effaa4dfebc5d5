"""First bytes of files that are sent as pages."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile

import pytest

from crawler.sniff import not_a_page


def office() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"), (b"\r\n%PDF-1.4", "a PDF"), (b"\xef\xbb\xbf%PDF-1.4", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"), (b"GIF89a\x01\0", "an image"), (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "an image"), (b"BM\x36\0\0\0\0\0\0\0\x36", "an image"), (office(), "an archive or an office file"),
        (b"Rar!\x1a\x07\x01\0", "an archive"), (b"7z\xbc\xaf\x27\x1c\0\x04", "an archive"), (gzip.compress(b"x", mtime=0), "an archive"), (bz2.compress(b"x"), "an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16, "an office file"), (b"{\\rtf1\\ansi", "an office file"),
        (b"\0\0\0\x20ftypisom", "audio or video"), (b"ID3\x04\0", "audio or video"), (b"FLV\x01\x05", "audio or video"),
        (b"MZ\x90\0\x03\0\0\0\x04" + b"\0" * 60, "a program"),
    ],
)  # fmt: skip
def test_files(body: bytes, name: str) -> None:
    assert not_a_page(body) == name


@pytest.mark.parametrize(
    "text",
    ["", "<!DOCTYPE html><html>", "\ufeff<html>", "  \n<p>山中", "PK赛作文", "BM集团年度总结", "BZh字头的车牌", "ID3标签的写法", "MZ村公路", "%PDF", "<?xml version='1.0'?>", "GIF动图怎么做"],
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
def test_pages(text: str, charset: str) -> None:
    assert not_a_page(text.encode(charset)) == ""
