"""Articles out of an archive: its pages joined again as the crawl that fetched them joined them.

Pure, and in the crawl's own order: an article counts when its last page came, so that the same one of two
copies is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crawler.extract import join_pages, read_page, wall_of
from crawler.page import Kind, Page
from crawler.traps import fingerprint
from crawler.urls import BadUrl, canonical, followable, site_of, url_key
from crawler.warc import Info, Record, read_at, read_records

OK = 200


class Joined(NamedTuple):
    """One article: all its pages, the address of the first, and when the last one came (RFC 3339)."""

    page: Page
    url: str
    when: str


class _Begun(NamedTuple):
    pages: list[Page]
    first: str
    when: str


def archived_articles(path: Path) -> Iterator[Joined]:
    """The articles of one WARC file. An article of which a page is missing is cut where that one would stand.

    Raises WarcError for a file that cannot be read; behind the articles before that place when it is torn.
    """
    yield from _Reading(path).articles()


class _Reading:
    """One archive while it is read."""

    def __init__(self, path: Path):
        self._path, self._info = path, Info()
        self._begun: dict[str, list[_Begun]] = {}  # by the key of the page that each waits for
        self._places: dict[str, int] = {}  # of answers with 200, by the key of the address that was asked for

    def articles(self) -> Iterator[Joined]:
        try:
            for record in read_records(self._path):
                if isinstance(record, Info):
                    self._info = record
                else:
                    yield from self._record(record)
        finally:
            yield from self._left()

    def _record(self, record: Record) -> Iterator[Joined]:
        try:
            key = url_key(canonical(record.asked))
        except BadUrl:
            return
        if key.endswith("/robots.txt"):  # fetched, and kept to show what was allowed, but no page
            return
        waiting = self._begun.pop(key, [])
        if record.status != OK:
            for begun in waiting:
                yield _joined(begun, cut=True)
            return
        self._places[key] = record.place
        page = read_page(record.body, record.url)
        if wall_of(page, record.body):  # a login or a robot check: the crawl did not take it for the page either
            for begun in waiting:
                yield _joined(begun, cut=True)
            return
        for begun in waiting:
            yield from self._further(begun, page, record.when)
        if not waiting and self._is_article(page):
            yield from self._article(_Begun([page], record.url, record.when))

    def _is_article(self, page: Page) -> bool:
        """A first page of a site that was crawled: a later one comes with its article."""
        ours = not self._info.hosts or _site(page.url) in self._info.hosts
        return ours and page.kind is Kind.ARTICLE and not (page.page_number > 1 and page.page_urls)

    def _further(self, begun: _Begun, page: Page, when: str) -> Iterator[Joined]:
        again = url_key(canonical(page.url)) in _keys(begun)
        if page.kind is Kind.ARTICLE and not again and fingerprint(page) == fingerprint(begun.pages[-1]):
            yield _joined(begun)  # page=999 answered with the last page
        elif page.kind is Kind.ARTICLE and not again:
            yield from self._article(_Begun([*begun.pages, page], begun.first, when))
        else:
            yield _joined(begun, cut=True)

    def _article(self, begun: _Begun) -> Iterator[Joined]:
        hosts = self._info.hosts or {_site(begun.first)}
        following = begun.pages[-1].next_page and followable(begun.pages[-1].next_page, hosts)
        if not following or url_key(following) in _keys(begun):
            yield _joined(begun)
        elif len(begun.pages) >= self._info.pages:
            yield _joined(begun, cut=True)
        else:
            self._begun.setdefault(url_key(following), []).append(begun)

    def _left(self) -> Iterator[Joined]:
        """Articles that wait for a page that did not come behind them: other crawlers fetch it whenever they like."""
        while self._begun:
            key = next(iter(self._begun))
            record = read_at(self._path, self._places[key]) if key in self._places else None
            for begun in self._begun.pop(key):
                if record:
                    yield from self._further(begun, read_page(record.body, record.url), begun.when)
                else:
                    yield _joined(begun, cut=True)


def _keys(begun: _Begun) -> set[str]:
    return {url_key(canonical(page.url)) for page in begun.pages}


def _site(url: str) -> str:
    try:
        return site_of(canonical(url))
    except BadUrl:
        return ""


def _joined(begun: _Begun, cut: bool = False) -> Joined:
    page = join_pages(begun.pages)
    page.cut = page.cut or cut
    return Joined(page, begun.first, begun.when)
