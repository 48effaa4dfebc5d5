"""A ledger with a clock that can be set, and a crawl of a dictionary of pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.dedup import content_hash
from crawler.items import Document
from crawler.ledger import Ended, Ledger, Link, State, Unit, Visit
from crawler.urls import document_id

A = "http://a.example"
DAY = 86400


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def document(url: str, text: str = "我们在南坡种了二十棵柳树，第二天下了雨。", **changes: Any) -> Document:
    made = Document("小结", None, text, url, document_id(url), "a.example")
    made.fetched_at = "2026-11-23T21:20:00+00:00"
    for name, value in changes.items():
        setattr(made, name, value)
    made.content_hash = changes.get("content_hash", content_hash(made.body))
    return made


def listing(url: str, articles: list[str], *, further: str = "", lists: tuple[str, ...] = ()) -> Unit:
    """A list page with these articles and perhaps a next page."""
    links = [Link(each, "list", 30) for each in lists] + [Link(each, "article", 20) for each in articles]
    if further:
        links.append(Link(further, "paging", 10))
    return Unit(url, kind="list", links=links, etag='"1"')


def article(url: str, text: str = "我们在南坡种了二十棵柳树，第二天下了雨。") -> Unit:
    return Unit(url, kind="article", document=document(url, text), etag='"1"')


Answer = Unit | Callable[[Visit], Unit]


def crawl(
    folder: Path,
    answers: dict[str, Answer],
    clock: Clock,
    *,
    start: str = f"{A}/",
    full: bool = False,
    limit: int = 10**9,
    rows: int = 1000,
) -> tuple[list[str], Ended]:
    """One run: the addresses fetched in their order, and how it ended. What `answers` lacks is an article of its own."""
    ledger = Ledger.open(folder, clock=clock, part_rows=rows)
    try:
        ledger.begin_run([Link(start, "list", 40)], full=full)
        fetched: list[str] = []
        while len(fetched) < limit and (visits := ledger.take(1)):
            visit = visits[0]
            fetched.append(visit.url)
            answer = answers.get(visit.url) or article(visit.url)
            ledger.add(answer if isinstance(answer, Unit) else answer(visit))
            ledger.commit()
        ended = ledger.end_run(Ended.LIMITED if len(fetched) >= limit else Ended.COMPLETE)
        assert sum(ledger.counts().values()) >= len(set(fetched))
        return fetched, ended
    finally:
        ledger.close()


def failed(note: str = "timeout") -> Callable[[Visit], Unit]:
    return lambda visit: Unit(visit.url, State.FAILED, note=note)
