"""Which pages of files wait for their site's profile, in an order that the files alone decide, and how many at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import study
from crawler.extract import read_page, read_text
from crawler.items import Article
from crawler.known import Known
from crawler.ledger.glance import Glance
from crawler.profile import RULE
from crawler.study import GENERAL, LEARNED, Study
from crawler.urls import site_of
from tests.profile.sites import Family, families

FAMILIES = families(3)
BOX, BREAKS = FAMILIES[0], FAMILIES[4]


def article(family: Family, number: int, host: str = "") -> Article:
    url = family.url(number) if not host else f"http://{host}/doc/{number}.html"
    return Article(read_page(family.page(number), url), url=url, site=site_of(url), fetched_at="")


def school(tmp_path: Path, size: int = 8) -> tuple[Study, list[str]]:
    said: list[str] = []
    return Study(Known(Glance(tmp_path), [], said.append), size, said.append), said


def marked(gone: list[Article]) -> dict[str, bool]:
    return {one.url: any(block.rule == RULE for block in one.page.blocks) for one in gone}


def test_what_has_no_layout_goes_on_at_once(tmp_path: Path) -> None:
    made, _ = school(tmp_path)
    text = Article(read_text("标题\n\n正文一行。"), url="http://a.example/", site="a.example", fetched_at="")
    assert made.take(text) == [text] and not made.sites
    assert made.take(article(BOX, 1)) == [] == made.take(text), "not before the one that came first"
    general, _ = school(tmp_path, size=0)
    page = article(BOX, 1)
    assert general.take(page) == [page] and not general.sites


def test_the_first_ones_wait(tmp_path: Path) -> None:
    made, said = school(tmp_path)
    for number in range(7):
        assert made.take(article(BOX, number)) == [] and made.take(article(BREAKS, number)) == []
    assert marked(made.take(article(BOX, 7))) == {BOX.url(0): True}, "the other site's first one is next, and waits"
    gone = made.close()
    order = [family.url(number) for number in range(7) for family in (BOX, BREAKS)] + [BOX.url(7)]
    assert [one.url for one in gone] == order[1:] and all(marked(gone).values()), "in the order in which they came"
    assert made.sites == {LEARNED: 2} and said == []


def test_two_pages_need_no_words_and_pages_all_alike_do(tmp_path: Path) -> None:
    made, said = school(tmp_path)
    few = [article(BOX, number) for number in (1, 2)]
    for one in few:
        assert made.take(one) == []
    assert made.close() == few and said == [] and made.sites == {GENERAL: 1}
    for _ in range(8):
        made.take(article(BREAKS, 1))
    assert said == [f"profile of {site_of(BREAKS.url(1))}: no profile: 8 pages, but only 1 different texts; general rules"]


def test_no_more_sites_are_open_than_fit_and_what_was_learned_stays(tmp_path: Path) -> None:
    made, _ = school(tmp_path)
    gone = [one for number in range(6) for one in made.take(article(BOX, number, "first.example"))]
    assert gone == []
    for number in range(study.OPEN):
        gone += made.take(article(BREAKS, number, f"s{number}.example"))
    assert marked(gone) == {f"http://first.example/doc/{number}.html": True for number in range(6)}
    again = {"http://s0.example/doc/0.html": False}
    assert marked(made.take(article(BOX, 7, "first.example"))) == again, "closed for the one that came again"
    assert len(made._open) == study.OPEN and made.waiting == study.OPEN
    assert marked(made.close())["http://first.example/doc/7.html"] and not made._open


def test_no_more_articles_wait_than_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "WAITING", 12)
    made, _ = school(tmp_path)
    gone = [one for number in range(6) for one in made.take(article(BOX, number, "few.example"))]
    for number in range(30):
        gone += made.take(article(BREAKS, number))
        assert made.waiting <= 12
    gone += made.close()
    assert [one.url for one in gone] == [f"http://few.example/doc/{n}.html" for n in range(6)] + [BREAKS.url(n) for n in range(30)]
    assert all(marked(gone).values()) and made.sites == {LEARNED: 2}


def test_both_limits_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "WAITING", 3)
    monkeypatch.setattr(study, "OPEN", 1)
    made, _ = school(tmp_path)
    gone = [one for number in range(12) for one in made.take(article(BOX, number, f"s{number // 3 % 2}.example"))]
    gone += made.close()
    assert [one.url.rpartition("/")[2] for one in gone] == [f"{number}.html" for number in range(12)]
