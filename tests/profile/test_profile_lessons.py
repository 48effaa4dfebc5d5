"""Which articles wait for a site's profile, and what a crawl does when the layout is another one."""

from __future__ import annotations

from crawler.extract import read_page
from crawler.page import Page
from crawler.profile import Lessons, Profile, from_dict
from crawler.profile.apply import RULE
from tests.profile.sites import Family, families

OLD, NEW = families(0)[0], families(0)[4]


class School:
    """Lessons whose articles are numbers; what was learned and told is kept."""

    def __init__(self, known: Profile | None = None, given: Profile | None = None, sample: int = 8):
        self.profiles: list[Profile] = []
        self.said: list[str] = []
        said, learned = self.said.append, self.profiles.append
        self.lessons: Lessons[int] = Lessons(known, given, sample=sample, learned=learned, told=said, noted=said)

    def take(self, family: Family, *numbers: int) -> dict[int, bool]:
        """Number → whether furniture is marked, of all that went on."""
        gone: list[tuple[int, Page]] = []
        for number in numbers:
            gone += self.lessons.take(number, read_page(family.page(number), family.url(number)))
        return {number: _is_marked(page) for number, page in gone}


def _is_marked(page: Page) -> bool:
    return any(block.rule == RULE for block in page.blocks)


def taught() -> School:
    school = School()
    school.take(OLD, *range(8))
    return school


def test_the_first_ones_wait_and_are_read_with_what_they_taught() -> None:
    school = School()
    assert school.take(OLD, *range(7)) == {} and school.lessons.held == 7
    assert school.take(OLD, 7) == dict.fromkeys(range(8), True)
    assert school.take(OLD, 8) == {8: True} and len(school.profiles) == 1


def test_an_exhausted_site_is_learned_from_what_there_is() -> None:
    school = School()
    school.take(OLD, *range(5))
    assert all(_is_marked(page) for _, page in school.lessons.flush()) and len(school.profiles) == 1
    few = School()
    few.take(OLD, 1, 2)
    assert [number for number, _ in few.lessons.flush()] == [1, 2]
    assert few.said == ["no profile: only 2 articles: at least 5 are needed; general rules"] and few.profiles == []


def test_pages_let_go_too_early_still_teach() -> None:
    school = School(sample=6)
    school.take(OLD, 0, 1)
    school.lessons.flush()
    assert school.take(OLD, 2, 3, 4) == {}
    assert school.take(OLD, 5) == dict.fromkeys(range(2, 6), True)


def test_a_changed_layout_is_told_at_the_fifth_page_and_learned_at_the_tenth() -> None:
    school = taught()
    assert school.take(NEW, *range(20, 24)) == {} and school.said == []
    assert school.take(NEW, 24) == {} and "the layout has changed: text in div.con, not in div#zw" in school.said[0]
    assert school.take(NEW, *range(25, 30)) == dict.fromkeys(range(20, 30), True)
    assert school.take(NEW, 40) == {40: True} and school.take(OLD, 41) == {41: True}


def test_odd_pages_between_others_are_no_change_but_may_be_a_layout() -> None:
    school = taught()
    for number in range(20, 25):
        assert school.take(NEW, number) == {}
        assert school.take(OLD, number + 100).keys() == {number, number + 100}
    assert school.said == [] and school.take(NEW, 50) == {50: True}


def test_pages_without_any_place_in_common_are_not_held_back_again() -> None:
    school = taught()
    for number in range(10):
        page = read_page(NEW.page(number).replace(b'"con"', f'"x{chr(97 + number)}"'.encode()), NEW.url(number))
        gone = school.lessons.take(number, page)
    assert len(gone) == 10 and "no layout in common" in school.said[-1]
    assert school.take(NEW, 50).keys() == {50}


def test_what_a_person_wrote_wins_over_what_is_learned() -> None:
    line = taught().profiles[0].repeats[0].text
    kept = School(given=from_dict({"keep": [line]}, "f"))
    assert kept.take(OLD, *range(8)) == dict.fromkeys(range(8), False)
    layouts = School(given=from_dict({"layouts": [{"container": "div#zw"}], "drop": [line]}, "f"))
    assert layouts.take(OLD, 1) == {1: True}, "held back although a person has written the layout"
    gone = layouts.take(NEW, *range(20, 30))
    assert len(gone) == 10 and layouts.profiles == [] and "has changed" in layouts.said[0]


def test_a_profile_that_was_learned_elsewhere_lets_go_of_what_waits() -> None:
    known = taught().profiles[0]
    school = School()
    school.take(OLD, *range(5))
    assert school.lessons.unknown
    assert [number for number, _ in school.lessons.adopt(known)] == list(range(5))
    assert not school.lessons.unknown and school.profiles == []
    assert school.take(OLD, 5) == {5: True}


def test_another_profile_than_ones_own_may_be_used() -> None:
    known = taught().profiles[0]
    lessons: Lessons[int] = Lessons(sample=8, learned=lambda profile: known)
    for number in range(8):
        lessons.take(number, read_page(NEW.page(number), NEW.url(number)))
    page = read_page(OLD.page(9), OLD.url(9))
    assert [_is_marked(read) for _, read in lessons.take(9, page)] == [True]
