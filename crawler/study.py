"""Pages out of files, read with what is known of their sites, as a crawl would read them: the first ones of an unknown
site wait until they show what its pages have in common.

Pure. The same files in the same order make the same documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from crawler.items import Article
from crawler.known import Found, Known
from crawler.page import Page
from crawler.profile import LEAST, Lessons, Profile
from crawler.text import printable

# Sites of which articles wait, or may: 20 pages each (60 at most, where layouts change), measured 45 KB for a page with
# 170 links. Of more sites than these, the one that was not heard of for longest goes on with what it has.
OPEN = 50
LEARNED, KNOWN, GENERAL = "learned from these pages", "known before", "read by general rules"


class Study:
    """`take` and `close` give back the articles that may go on. `size` articles are learned from; 0: general rules for all.

    `noted` is called with a line for people about a site of which less could be learned than might have been.
    """

    def __init__(self, known: Known, size: int, noted: Callable[[str], None] = lambda _: None):
        self._known, self._size, self._noted = known, size, noted
        self._open: dict[str, Lessons[Article]] = {}  # the one heard of last stands last
        self._learned: dict[str, Profile] = {}
        self._read_as: dict[str, str] = {}

    @property
    def sites(self) -> Counter[str]:
        """How many sites were read how: LEARNED, KNOWN, GENERAL."""
        return Counter(self._read_as.values())

    def take(self, article: Article, group: str = "") -> list[Article]:
        """One article of its site; of `group` when it has no address by which its site would be known.

        A text without a layout (plain text, an old feed) has nothing to be recognised by and goes on at once.
        """
        if not self._size or not any(block.path for block in article.page.blocks):
            return [article]
        key = group or article.site
        lessons = self._open.pop(key, None) or self._begin(key, "" if group else article.site)
        self._open[key] = lessons
        gone = lessons.take(article, article.page)
        while len(self._open) > OPEN:
            gone += self._end(next(iter(self._open)))
        return _as_read(gone)

    def close(self) -> list[Article]:
        """The articles that still wait: no more come."""
        return _as_read([released for key in list(self._open) for released in self._end(key)])

    def _begin(self, key: str, host: str) -> Lessons[Article]:
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

        lessons: Lessons[Article] = Lessons(found.learned, found.given, sample=self._size, learned=learned, told=told, noted=noted)
        return lessons

    def _end(self, key: str) -> list[tuple[Article, Page]]:
        return self._open.pop(key).flush()


def _as_read(gone: list[tuple[Article, Page]]) -> list[Article]:
    return [replace(article, page=page) for article, page in gone]
