"""Pages out of files, read with what is known of their sites, as a crawl would read them: the first ones of an unknown
site wait until they show what its pages have in common.

Pure. Articles go on in the order in which they came, so that of two copies the first is published, and the same files
make the same documents.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.items import Article
from crawler.known import Found, Known
from crawler.page import Page
from crawler.profile import LEAST, Lessons, Profile
from crawler.text import printable

# Articles that wait, or stand behind one that does: measured 45 KB for a page with 170 links, so 45 MB. When there are
# more, the site of the first one has to do with what it has.
WAITING = 1000
# Sites that are being learned; each remembers 60 odd pages at most. Of more than these, the one that was not heard of
# for longest has to do with what it has.
OPEN = 50
LEARNED, KNOWN, GENERAL = "learned from these pages", "known before", "read by general rules"


@dataclass(slots=True)
class _Place:
    """An article in the line, and whether it may go on."""

    article: Article
    key: str
    ready: bool = False


class Study:
    """`take` and `close` give back the articles that may go on. `size` articles are learned from; 0: general rules for all.

    `noted` is called with a line for people about a site of which less could be learned than might have been.
    """

    def __init__(self, known: Known, size: int, noted: Callable[[str], None] = lambda _: None):
        self._known, self._size, self._noted = known, size, noted
        self._line: deque[_Place] = deque()
        self._open: dict[str, Lessons[_Place]] = {}  # the one heard of last stands last
        self._learned: dict[str, Profile] = {}
        self._read_as: dict[str, str] = {}

    @property
    def waiting(self) -> int:
        """Articles that have not gone on yet."""
        return len(self._line)

    @property
    def sites(self) -> Counter[str]:
        """How many sites were read how: LEARNED, KNOWN, GENERAL."""
        return Counter(self._read_as.values())

    def take(self, article: Article, group: str = "") -> list[Article]:
        """One article of its site; of `group` when it has no address by which its site would be known.

        A text without a layout (plain text, an old feed) has nothing to be recognised by, and waits for others alone.
        """
        if not self._size:
            return [article]
        place = _Place(article, group or article.site)
        self._line.append(place)
        if any(block.path for block in article.page.blocks):
            lessons = self._open.pop(place.key, None) or self._begin(place.key, "" if group else article.site)
            self._open[place.key] = lessons
            _let_go(lessons.take(place, article.page))
        else:
            place.ready = True
        while len(self._open) > OPEN:
            _let_go(self._open.pop(next(iter(self._open))).flush())
        if len(self._line) > WAITING and not self._line[0].ready:
            _let_go(self._open[self._line[0].key].flush())
        return self._gone()

    def close(self) -> list[Article]:
        """The articles that still wait: no more come."""
        for lessons in self._open.values():
            _let_go(lessons.flush())
        self._open.clear()
        return self._gone()

    def _gone(self) -> list[Article]:
        gone = []
        while self._line and self._line[0].ready:
            gone.append(self._line.popleft().article)
        return gone

    def _begin(self, key: str, host: str) -> Lessons[_Place]:
        found = self._known.of(host) if key not in self._learned else Found(self._learned[key], self._known.of(host).given)
        self._read_as.setdefault(key, KNOWN if found.applied else GENERAL)

        def learned(profile: Profile) -> None:
            self._learned[key] = profile
            self._read_as[key] = LEARNED

        def told(line: str) -> None:
            self._noted(f"profile of {printable(key)}: {line}")

        def noted(line: str) -> None:
            if lessons.held >= LEAST:  # that fewer pages teach nothing needs no words
                told(line)

        lessons: Lessons[_Place] = Lessons(found.learned, found.given, sample=self._size, learned=learned, told=told, noted=noted)
        return lessons


def _let_go(released: list[tuple[_Place, Page]]) -> None:
    for place, page in released:
        place.article, place.ready = replace(place.article, page=page), True
