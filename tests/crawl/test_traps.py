"""Sites without an end: a crawl finds every document, leaves the traps soon, and says what it left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Run

from crawler.feed import verify
from tests.site import Library
from tests.site.traps import DOORS, Chain, ManyColumns, Moth, SessionLibrary, TrapLibrary

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
MOST = 300  # requests for all traps together (issue 6)


def test_every_document_and_no_trap(scrapy: Scrapy) -> None:
    with TrapLibrary(60, categories=3, paged=20) as library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
        spent = library.spent
    assert run.status == 0, run.err[-3000:]
    assert verify(run.data) == []
    # Which of two addresses of one text is met first is chance: a print page may stand for its article.
    assert sorted(row["title"] for row in run.rows("feed")) == sorted(t["title"] for t in library.truth().values())
    assert spent["mifeng"] == 0, "links that no reader sees"
    traps = {name: spent[name] for name in DOORS}
    assert sum(traps.values()) <= MOST, traps
    assert min(traps.values()) >= 1, f"every trap was met: {traps}"
    assert "wenku: met: " in run.err and " nothing new" in run.err


@pytest.mark.parametrize("in_path", [True, False], ids=["path", "parameter"])
def test_a_session_id_under_any_name_makes_no_new_pages(scrapy: Scrapy, in_path: bool) -> None:
    with SessionLibrary(40, in_path=in_path) as library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
        requests = library.hits()
    assert run.status == 0, run.err[-3000:]
    assert sorted(row["title"] for row in run.rows("feed")) == sorted(t["title"] for t in library.truth().values())
    assert requests <= 40 + 100, f"{requests} requests for 40 documents"


@pytest.mark.parametrize(
    "library",
    [ManyColumns(80, categories=40), Chain(60), Moth(280, categories=2), Library(60, categories=20, per_page=2)],
    ids=["many columns", "a chain", "stretches of removed articles", "many short lists"],
)
def test_what_looks_like_a_trap_and_is_none(scrapy: Scrapy, library: Library) -> None:
    with library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
    wanted = [t["title"] for u, t in library.truth().items() if not isinstance(library, Moth) or library.there(int(u.split("/")[-1][:-5]))]
    assert run.status == 0, run.err[-3000:]
    assert sorted(row["title"] for row in run.rows("feed")) == sorted(wanted)
