"""A document of our own writing, for the tests of the feed."""

from __future__ import annotations

from crawler.dedup import content_hash
from crawler.items import Document
from crawler.urls import document_id, site_of


def document(**changes: object) -> Document:
    """Its id, site and hash fit its url and body unless they are given."""
    values: dict[str, object] = {
        "title": "植树节活动小结",
        "date": "2024-03-12",
        "body": "三月十二日，我们到南坡种了二十棵柳树。\n第二天下了雨。",
        "url": "http://demo.test/1.html",
        "fetched_at": "2026-11-23T21:20:00+00:00",
    }
    values |= changes
    url, body = str(values["url"]), str(values["body"])
    known = {"id": document_id(url), "site": site_of(url) or "demo.test", "content_hash": content_hash(body)}
    return Document(**{**known, **values})  # type: ignore[arg-type]
