"""What a site's own pages say: furniture in words that no rule knows goes, formulas of documents stay."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crawler.clean import clean
from crawler.extract import read_page
from crawler.page import Page
from crawler.profile import Profile, learn
from tests.profile.sites import CLOSINGS, OPENINGS, Family, families

SAMPLE, MORE = 20, 30
FAMILIES = [family.name for family in families(0)]


def read(family: Family, numbers: range, profile: Profile | None = None) -> list[Page]:
    return [read_page(family.page(n), family.url(n), profile=profile) for n in numbers]


def learned(family: Family) -> Profile:
    return learn(read(family, range(1, SAMPLE + 1)))


def wrong(family: Family, profile: Profile | None, numbers: range) -> list[int]:
    """The pages whose body is not the document and nothing else."""
    return [n for n, page in zip(numbers, read(family, numbers, profile), strict=True) if clean(page).body != family.body(n)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FAMILIES)
def test_furniture_in_unknown_words_is_dropped(name: str, seed: int) -> None:
    family = next(f for f in families(seed) if f.name == name)
    assert wrong(family, learned(family), range(100, 100 + MORE)) == []
    assert len(wrong(family, None, range(100, 105))) == 5, "the general rules know these words: the test shows nothing"


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("closing", CLOSINGS)
def test_formulas_on_every_page_are_kept(opening: tuple[str, ...], closing: tuple[str, ...]) -> None:
    for family in families(7, (opening, closing)):
        profile = learned(family)
        assert wrong(family, profile, range(1, 25)) == [], family.name
        assert not {r.text for r in profile.repeats} & {*opening, *closing}


def test_what_went_is_told_with_its_rule() -> None:
    family = families(1)[1]
    cleaned = clean(read(family, range(50, 51), learned(family))[0])
    gone = [drop.text for drop in cleaned.dropped if drop.rule == "profile-repeat"]
    assert len(gone) == 1 and gone[0] not in cleaned.body


def test_learning_is_deterministic() -> None:
    for family in families(2):
        pages = read(family, range(1, SAMPLE + 1))
        shuffled = pages[:]
        random.Random(3).shuffle(shuffled)
        assert learn(pages) == learn(shuffled)


def test_a_repeated_line_inside_the_text_is_the_texts_own() -> None:
    family = families(1)[1]
    profile = learned(family)
    line = profile.repeats[0].text
    page = read(family, range(60, 61))[0]
    middle = len(page.blocks) // 2
    page.blocks.insert(middle, replace(page.blocks[middle], text=line))
    assert line in clean(profile.apply(page)).body


def test_two_layouts_are_told_apart_and_their_places_found() -> None:
    family = next(f for f in families(0) if f.name == "layouts")
    first, second = learned(family).layouts
    assert (first.container, second.container) == ("div.txt", "td.main")
    assert (first.title, first.body, second.title) == ("body>h1", "div.txt>p", "td>h1")
    assert first.share > second.share > 0


def test_too_few_pages_teach_nothing() -> None:
    profile = learn(read(families(0)[0], range(1, 3)))
    assert profile.repeats == () and "only 2 articles" in profile.problem


def test_pages_all_alike_teach_nothing() -> None:
    page = read(families(0)[0], range(1, 2))[0]
    profile = learn([replace(page, url=f"{page.url}?{n}") for n in range(12)])
    assert profile.repeats == () and "1 different" in profile.problem
    assert clean(profile.apply(page)).body == clean(page).body


def test_copies_among_the_pages_make_no_furniture() -> None:
    family = families(0)[1]
    pages = read(family, range(1, 13))
    copies = [replace(pages[0], url=f"{pages[0].url}?{n}") for n in range(5)]
    last = family.lines(1)[-1]
    assert last not in {r.text for r in learn([*pages, *copies]).repeats}


def test_a_change_of_the_layout_is_a_disagreement() -> None:
    box, breaks = families(0)[0], families(0)[4]
    profile = learned(box)
    assert not any(map(profile.disagreement, read(box, range(20, 40))))
    assert all(map(profile.disagreement, read(breaks, range(20, 40))))
