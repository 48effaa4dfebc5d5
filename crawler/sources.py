"""Documents that were fetched before: saved pages, plain text, old feeds and WARC archives, as `Article`s.

Pure: files in, articles out, so that better rules can be applied to last year's pages without fetching them.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archived import archived_articles
from crawler.extract import read_page, read_text
from crawler.items import Article
from crawler.page import Block, Kind, Page
from crawler.urls import BadUrl, canonical, site_of
from crawler.warc import WarcError

# What other crawlers call our keys, the first that is there counts. From the feeds of the peers that we measure
# ourselves against, and of the public sets of Chinese web text (SkyPile, ChineseWebText, MNBVC).
NAMES = {
    "title": ("title", "标题", "headline", "name"),
    "date": ("published", "date", "publish_time", "pub_time", "publish_date", "日期", "时间"),
    "body": ("body", "text", "content", "正文", "maintext", "article"),
    "url": ("url", "link", "source_url", "网址"),
}
NO_ADDRESS = "http://file.invalid/"  # RFC 2606: a document without an address gets one that can never be fetched
Left = Callable[[str, bool], None]


class SourceError(Exception):
    """A file cannot be read as what it is. The message is one line that names it and the cure."""


def articles(path: Path, left: Left = lambda words, wrong: None) -> Iterator[Article]:
    """Every document of one file, in its order. The name's ending says what it is: .html, .txt, .jsonl, .warc (each also .gz).

    `left` is told, in one line each, of a page that is no article and of a line that is no record (which is wrong).
    Raises SourceError for a file that cannot be read.
    """
    name = path.name.lower().removesuffix(".gz")
    try:
        if name.endswith(".warc"):
            yield from _archive(path)
            return
        data = gzip.decompress(path.read_bytes()) if path.name.lower().endswith(".gz") else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    when = _stamp(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    if name.endswith((".jsonl", ".jl", ".ndjson")):
        yield from _feed(path, data, when, left)
    elif name.endswith(".txt"):
        yield _article(read_text(plain(data)), NO_ADDRESS + path.name, when)
    elif name.endswith((".html", ".htm", ".shtml", ".xhtml", ".mhtml", ".asp", ".aspx", ".jsp", ".php")):
        page = read_page(data, saved_from(data))
        if page.kind is Kind.ARTICLE:
            yield _article(page, page.url or page.canonical or NO_ADDRESS + path.name, when)
        else:
            left(f"{path}: read as {page.kind.value}, not as an article; `scrapy explain` shows it", False)
    else:
        raise SourceError(f"{path}: unknown kind of file; name it .html, .txt, .jsonl or .warc (or with .gz)")


def _article(page: Page, url: str, when: str) -> Article:
    try:
        url = canonical(url)
    except BadUrl:
        url = canonical(NO_ADDRESS + re.sub(r"\W", "_", url)[:80])
    return Article(page, url=url, site=site_of(url), fetched_at=when)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def plain(data: bytes) -> str:
    """A text file's text: by its byte order mark, in UTF-8, or else in GB 18030, which holds every byte sequence of GBK."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def saved_from(data: bytes) -> str:
    """The address that a browser wrote into the page when it saved it."""
    match = re.search(rb"<!-- saved from url=\(\d+\)(\S+) -->", data[:2000])
    return match[1].decode("ascii", "replace") if match else ""


def _feed(path: Path, data: bytes, when: str, left: Left) -> Iterator[Article]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            left(f"{path}: line {number} is no JSON and was left out; every line must be one object", True)
            continue
        if not isinstance(row, dict) or not isinstance(_named(row, "body"), str):
            left(f"{path}: line {number} has no text and was left out; it must be under one of {', '.join(NAMES['body'])}", True)
            continue
        url = _named(row, "url")
        address = url if isinstance(url, str) else f"{NO_ADDRESS}{path.name}/{number}"
        yield _article(_page(row), address, _moment(row.get("fetched_at")) or when)


def _moment(value: Any) -> str:
    """`value` when it is a moment with its offset, as our feed writes it, else ""."""
    try:
        return value if datetime.fromisoformat(value).tzinfo else ""
    except (TypeError, ValueError):
        return ""


def _named(row: Mapping[str, Any], key: str) -> Any:
    return next((row[name] for name in NAMES[key] if row.get(name)), None)


def _strings(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _page(row: Mapping[str, Any]) -> Page:
    """A record of a feed as a page of which title, date and text are known."""
    lines = str(_named(row, "body")).splitlines()
    return Page(
        url=str(_named(row, "url") or ""),
        kind=Kind.ARTICLE,
        title=str(_named(row, "title") or ""),
        date=str(_named(row, "date") or ""),
        blocks=[Block(text=line.strip()) for line in lines if line.strip()],
        breadcrumb=_strings(row.get("category")),
        tags=_strings(row.get("tags")),
        author=str(row.get("author") or ""),
        source=str(row.get("source") or ""),
        pages=row["pages"] if isinstance(row.get("pages"), int) and 0 < row["pages"] < 1000 else 1,
        cut=row.get("truncated") is True,
        where={"title": "feed", "date": "feed"},
    )


def _archive(path: Path) -> Iterator[Article]:
    try:
        for page, url, when in archived_articles(path):
            yield _article(page, url, _stamp(datetime.fromisoformat(when)))
    except WarcError as error:
        raise SourceError(str(error)) from None
