"""Sitemaps: XML, an index of others, gzip, RSS or plain text → the addresses that they name (sitemaps.org, protocol 0.9).

Pure. Nothing is parsed as XML: a search for `<loc>` needs no entities, so there is nothing to blow up, and it reads
files that are broken half-way.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from html import unescape

from crawler.urls import BadUrl, canonical

MAX_ENTRIES = 50_000  # of one file, as the protocol has it
MAX_BYTES = 50 * 1024 * 1024  # the protocol's limit for one file, unpacked
_GZIP = b"\x1f\x8b"
_INDEX = re.compile(rb"<(?:\w{1,20}:)?sitemapindex[\s>]")
_RSS = re.compile(rb"<(?:rss|rdf:RDF|feed)[\s>]")
_LOC = re.compile(rb"<loc>([^<>]{1,5000})</loc>|<loc>\s*<!\[CDATA\[([^<>]{1,5000}?)\]\]>\s*</loc>")
_LINK = re.compile(rb"<link>([^<>]{1,5000})</link>|<link\b[^<>]{0,300}?\bhref=[\"']([^\"'<>]{1,5000})[\"']")
_LINE = re.compile(rb"[^\r\n]{1,5000}")


@dataclass(slots=True)
class Sitemap:
    """What a sitemap names: canonical addresses of pages and of further sitemaps, in their order, each once.

    `bad` entries are no http(s) addresses; `cut` says that there were more than the limits take.
    """

    pages: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    bad: int = 0
    cut: bool = False


def read_sitemap(data: bytes, url: str, *, most: int = MAX_ENTRIES, most_bytes: int = MAX_BYTES) -> Sitemap:
    """The entries of a sitemap that came from `url`, at most `most` of the first `most_bytes` unpacked. Never raises."""
    made = Sitemap()
    if data.startswith(_GZIP):
        data, made.cut = _unpack(data, most_bytes)
    made.cut = made.cut or len(data) > most_bytes
    data = data[:most_bytes]
    head = data[:4096]
    into = made.sitemaps if _INDEX.search(head) else made.pages
    pattern = _LOC if b"<" in head and not _RSS.search(head) else _LINK if b"<" in head else _LINE
    seen: set[str] = set()
    for number, found in enumerate(pattern.finditer(data)):
        if number >= most:
            made.cut = True
            break
        raw = found[0] if pattern is _LINE else found[1] or found[2]
        text = unescape(raw.decode("utf-8", "replace")).strip()
        if not text:
            continue
        try:
            address = canonical(text, url)
        except BadUrl:
            made.bad += 1
            continue
        if address not in seen:
            seen.add(address)
            into.append(address)
    return made


def _unpack(data: bytes, most: int) -> tuple[bytes, bool]:
    """The first `most` bytes of a gzip file, and whether there is more; of a damaged one what can be read."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        made = unpacker.decompress(data, most)
    except zlib.error:
        return b"", True
    return made, not unpacker.eof
