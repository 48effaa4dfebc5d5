"""A document of our own writing, for the tests of the feed."""

from __future__ import annotations

from crawler.items import Document


def document(**changes: object) -> Document:
    values: dict[str, object] = {
        "title": "植树节活动小结",
        "date": "2024-03-12",
        "body": "三月十二日，我们到南坡种了二十棵柳树。\n第二天下了雨。",
        "url": "http://demo.test/1.html",
        "id": "0" * 20,
        "site": "demo.test",
        "content_hash": "a" * 64,
        "fetched_at": "2026-11-23T21:20:00+00:00",
    }
    return Document(**{**values, **changes})  # type: ignore[arg-type]
