"""What may be published: the last look at a document before it claims a place in the feed.

A document that fails here is rejected with a reason and kept in `rejected/`: it is never mended.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from crawler.items import Document
from crawler.urls import BadUrl, canonical

# Shorter than this is a stub, not a document: the shortest complete pieces met on 249 library pages
# (poems, notices, blessings) have 30 to 40 characters.
MIN_BODY = 20
MAX_TITLE = 300  # a heading of a document; longer is a paragraph that was taken for one
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LINE_BREAKS = re.compile(r"[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class Rejection(NamedTuple):
    reason: str  # one word, counted
    detail: str  # what made it so, for people


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _parts_fit(document: Document) -> bool:
    end = 0
    for part in document.parts:
        if not (end <= part["start"] < part["end"] <= len(document.body)):
            return False
        end = part["end"]
    return True


def check(document: Document) -> Rejection | None:
    """Why `document` may not be published, or None when it may."""
    title, body = document.title, document.body
    if not title.strip():
        return Rejection("no-title", "the page shows no heading")
    if len(title) > MAX_TITLE or "\n" in title:
        return Rejection("bad-title", f"{len(title)} characters")
    if len(body.strip()) < MIN_BODY:
        return Rejection("stub", f"{len(body.strip())} characters of text")
    if not _HAN.search(body):
        return Rejection("not-chinese", "no Han character in the text")
    if _LINE_BREAKS.search(body) or body != body.strip("\n"):
        return Rejection("bad-body", "line breaks other than single \\n")
    if document.date is not None and not _day(document.date):
        return Rejection("bad-date", document.date)
    if document.published is not None and not _published_fits(document):
        return Rejection("bad-date", f"published {document.published}, date {document.date}")
    if not _parts_fit(document):
        return Rejection("bad-parts", "the pieces overlap or lie outside the text")
    try:
        canonical(document.url)
    except BadUrl as error:
        return Rejection("bad-url", str(error))
    return None


def _published_fits(document: Document) -> bool:
    try:
        moment = datetime.fromisoformat(document.published or "")
    except ValueError:
        return False
    return moment.utcoffset() is not None and moment.date().isoformat() == document.date
