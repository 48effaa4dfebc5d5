"""How a crawl learns a site: which articles wait for the profile, and when the profile is no longer true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from crawler.page import Page
from crawler.profile.learn import LEAST, learn
from crawler.profile.model import Profile, with_given
from crawler.profile.places import container

SAMPLE = 20  # articles a profile is learned from: what stands on 30 % of the pages shows six times
AGAIN = 10  # articles a changed layout is learned from
IN_A_ROW = 5  # pages that disagree one after the other: chance makes two or three of them on sites with odd pages
CHECK = 5  # one page in so many is read by general rules: with IN_A_ROW a change is told within nine pages
_STRAYS = 40  # odd pages remembered, to find a rarer layout among them

Held = TypeVar("Held")


class Lessons(Generic[Held]):
    """One site in one crawl. `take` and `flush` give back what may go on, each with its page as the profile reads it.

    `given` is what a person wrote: it wins, and when it names layouts or repeats nothing is held back. `learned` is
    called with every new profile, and may return another to be used instead; `told` with a line about what happened that a person should know, `noted` with one
    that nobody has to act upon.
    """

    def __init__(
        self,
        known: Profile | None = None,
        given: Profile | None = None,
        *,
        sample: int = SAMPLE,
        learned: Callable[[Profile], Profile | None] = lambda _: None,
        told: Callable[[str], None] = lambda _: None,
        noted: Callable[[str], None] = lambda _: None,
    ):
        self._given, self._size, self._learned, self._told = given, sample, learned, told
        self._noted = noted
        complete = given is not None and given.is_complete
        self._profile = given if complete else known
        self._fixed = complete  # a person's layouts are not learned over
        self._sample: list[Page] = []
        self._held: list[tuple[Held, Page]] = []
        self._row: list[Page] = []  # the pages that disagreed one after the other
        self._strays: defaultdict[str, list[Page]] = defaultdict(list)
        self._changed = self._loose = False
        # Articles that were read by the profile since the last one that general rules read; the first of a run is a check.
        self._unchecked = CHECK - 1
        self._use()

    def _use(self) -> None:
        base = self._profile
        self._applied = base if self._given is None else with_given(base or Profile(), self._given)

    @property
    def applied(self) -> Profile | None:
        """The profile that pages are read with now; None while there is none."""
        return self._applied

    @property
    def held(self) -> int:
        """Articles that wait."""
        return len(self._held)

    @property
    def reader(self) -> Profile | None:
        """What the next page of the site is to be read with. None for general rules: as long as nothing is known, for one
        page in CHECK, and for all pages since one disagreed: the general extractor is the check."""
        doubted = bool(self._row) or self._changed or self._loose
        return None if self._profile is None or doubted or self._unchecked >= CHECK - 1 else self._applied

    def take(self, article: Held, page: Page) -> list[tuple[Held, Page]]:
        """An article → those that may go on now."""
        if page.layout and self._profile is not None:  # read by the profile
            self._unchecked += 1
            if not self._held:  # as nearly always: nobody waits
                return [(article, page)]
            self._held.append((article, page))
            return self._agreed(page)
        self._held.append((article, page))
        self._unchecked = 0
        if self._profile is None:
            self._sample.append(page)
            return self._first() if len(self._sample) >= self._size else []
        if self._loose or not self._profile.disagreement(page):
            return self._agreed(page)
        self._row.append(page)
        if len(self._row) == IN_A_ROW and not self._changed:
            self._changed = True
            self._told(f"the layout has changed: text in {container(page)}, not in {self._places()}")
        if self._changed and (len(self._row) >= AGAIN or self._fixed):
            self._anew()
            return self._release()
        return []

    @property
    def unknown(self) -> bool:
        """Whether articles wait for the first profile."""
        return bool(self._held) and self._profile is None

    def adopt(self, profile: Profile) -> list[tuple[Held, Page]]:
        """The first profile was learned elsewhere: what waits for it goes on."""
        self._profile, self._sample = profile, []
        self._use()
        return self._release()

    def flush(self) -> list[tuple[Held, Page]]:
        """No more articles come, or they must not wait: what is held goes on with what could be learned from it."""
        if not self._held:
            return []
        if self._profile is None:
            return self._first()
        if self._changed:
            self._anew()
        return self._release()

    def _first(self) -> list[tuple[Held, Page]]:
        profile = learn(self._sample)
        if profile.problem:
            self._noted(f"no profile: {profile.problem}; general rules")
            if len(self._sample) >= self._size:
                self._profile = profile  # for this crawl; the next one tries again
        else:
            self._keep(profile)
        if self._profile is not None:
            self._sample = []
        return self._release()

    def _agreed(self, page: Page) -> list[tuple[Held, Page]]:
        """The pages before this one that disagreed were odd ones, not a change; enough of one kind are a layout too."""
        if self._changed:  # both layouts are in use while the new one is being learned: this page need not wait
            article, _ = self._held.pop()
            return [(article, self._read(page))]
        for odd in self._row:
            group = self._strays[container(odd)]
            group.append(odd)
            if len(group) >= LEAST and not self._fixed:
                self._extend(group)
                del self._strays[container(odd)]
        if sum(map(len, self._strays.values())) > _STRAYS:
            self._strays.clear()
        return self._release()

    def _anew(self) -> None:
        """Learns from the pages that disagreed in a row; a site whose pages have no place in common is not checked again."""
        before = self._places()
        if not self._fixed:
            self._extend(self._row)
        self._loose = self._places() == before
        if self._loose:
            self._told("its pages have no layout in common: it is not checked any more; general rules and known lines")
        self._changed = False

    def _extend(self, pages: list[Page]) -> None:
        """Adds what `pages` have in common to the profile."""
        assert self._profile is not None
        more, old = learn(pages), self._profile
        names = {layout.container for layout in old.layouts}
        lines = {(repeat.text, repeat.edge) for repeat in old.repeats}
        layouts = tuple(layout for layout in more.layouts if layout.container not in names)
        repeats = tuple(r for r in more.repeats if (r.text, r.edge) not in lines)
        if layouts or repeats:
            pages_read = old.pages + more.pages
            self._keep(replace(old, pages=pages_read, layouts=old.layouts + layouts, repeats=old.repeats + repeats))

    def _keep(self, profile: Profile) -> None:
        self._profile = self._learned(profile) or profile
        self._use()

    def _places(self) -> str:
        assert self._profile is not None
        return ", ".join(layout.container for layout in self._profile.layouts)

    def _read(self, page: Page) -> Page:
        return page if self._applied is None or page.layout else self._applied.apply(page)

    def _release(self) -> list[tuple[Held, Page]]:
        released = [(article, self._read(page)) for article, page in self._held]
        self._held, self._row = [], []
        return released
