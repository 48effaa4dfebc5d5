"""A document under several addresses is fetched once, and carries the best of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from conftest import Run

from crawler.demo.response import Response
from tests.site import Article, Library, written

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")


class Aliased(Library):
    """Each article has a second address with its number, which every list shows first; `named` says which is the right one."""

    host = "www.bieming.test.wenku.example"

    def __init__(self, articles: int, *, named: bool):
        self.named = named
        super().__init__(0)
        for number in range(2001, 2001 + articles):
            self.add(written(number))

    def _items(self, articles: list[Article]) -> str:
        others = "".join(f'<li><a href="/special/arc-{a.number}.html">{a.title}</a></li>' for a in articles)
        return f'<ul class="list">{others}</ul>{super()._items(articles)}'

    def _find(self, url: str) -> Response | None:
        path = urlsplit(url).path
        number = path.removeprefix("/special/arc-")
        answer = super()._find(f"http://{self.host}/doc/{number}" if number != path else url)
        if self.named and answer and answer.kind == "article":
            own = f"/doc/{number.rpartition('/')[2]}"
            link = f'<link rel="canonical" href="http://{self.host}{own}"></head>'
            return replace(answer, body=answer.body.replace(b"</head>", link.encode()))
        return answer

    @property
    def asked(self) -> int:
        """Requests for articles, whatever their address."""
        return sum(1 for served in self.server.served if "/doc/" in served.url or "/special/" in served.url)


def test_the_address_that_a_page_names_as_its_own(scrapy: Scrapy) -> None:
    with Aliased(30, named=True) as library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
        assert run.status == 0 and "0 duplicates" in run.last_line, run.err[-2000:]
        assert {row["url"] for row in run.rows("feed")} == library.truth().keys()
        assert library.asked <= 30 + 16, "what was under way when the name became known"
        library.change(2001)
        again = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", "-a", "full=1", *FAST, env=library.env)
    assert "1 revised" in again.last_line, "the same document, whichever of its addresses is asked"


def test_two_addresses_with_one_number(scrapy: Scrapy) -> None:
    with Aliased(60, named=False) as library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
        assert run.status == 0, run.err[-2000:]
        assert sorted(row["title"] for row in run.rows("feed")) == sorted(t["title"] for t in library.truth().values())
        assert library.asked <= 60 + 25, "a few to learn that the number names the article"
        assert "other addresses of a page" in run.err
