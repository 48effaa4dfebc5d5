"""Addresses of one site that are one page: learned from pages that came twice, and from what pages say of themselves."""

from __future__ import annotations

from crawler.extract.address import shape
from crawler.traps.fading import Fading
from crawler.traps.shapes import is_token, number_of, path_and_query
from crawler.urls import is_page, site_of, url_key

ENOUGH = 3  # pages that agree before a rule about the whole site is believed; one that disagrees ends it
REMEMBERED = 5_000

Slot = tuple[str, str]  # ("?", name of a parameter) or ("/", position of a segment)


class Slots:
    """Parts of an address that change nothing: session ids under any name, marks of where a visitor came from.

    Learned when three different pages came twice with another value there; a value of digits alone is a number of
    something and never taken for one. The first value met is kept everywhere, for servers that insist on one.
    """

    def __init__(self) -> None:
        self._seen: Fading[tuple[Slot, str], tuple[str, int]] = Fading(REMEMBERED)
        self._first: dict[Slot, str] = {}
        self._agree: dict[Slot, set[int]] = {}
        self._differ: set[Slot] = set()
        self.learned: dict[Slot, str] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def read(self, url: str, sight: int) -> None:
        """`url` brought a page that shows `sight`."""
        for slot, value, rest in _slots(url):
            known = self._seen.get((slot, rest))
            self._seen.put((slot, rest), (value, sight))
            self._first.setdefault(slot, value)
            if known is None or known[0] == value:
                continue
            if known[1] != sight:
                self._differ.add(slot)
                self.learned.pop(slot, None)
            elif slot not in self._differ:
                agree = self._agree.setdefault(slot, set())
                agree.add(sight)
                if len(agree) >= ENOUGH:
                    self.learned[slot] = self._first[slot]

    def rewritten(self, url: str) -> str:
        """`url` with the first value met in each part that changes nothing."""
        if not self.learned:
            return url
        for slot, _, rest in _slots(url):
            if slot in self.learned:
                return self.rewritten(made) if (made := rest.replace("\0", self.learned[slot], 1)) != url else url
        return url


def _slots(url: str) -> list[tuple[Slot, str, str]]:
    """The parts of `url` that may mean nothing: what and where, its value, and the rest with a mark in its place."""
    path, query = path_and_query(url)
    head = url[: url.index("://") + 3] + url.partition("://")[2].partition("/")[0].partition("?")[0]
    found = []
    segments = path.split("/")
    for at, segment in enumerate(segments[:-1]):
        if is_token(segment):
            rest = "/".join([*segments[:at], "\0", *segments[at + 1 :]])
            found.append((("/", str(at)), segment, f"{head}{rest}" + (f"?{query}" if query else "")))
    pieces = query.split("&") if query else []
    for at, piece in enumerate(pieces):
        name, equals, value = piece.partition("=")
        if equals and value and not (value.isdigit() and len(value) < 10):
            rest = "&".join([*pieces[:at], f"{name}=\0", *pieces[at + 1 :]])
            found.append((("?", name), value, f"{head}{path}?{rest}"))
    return found


class Numbers:
    """Articles that stand under several addresses with one number: /sanwen/123.html, /special/arc-123.html.

    Content management systems make them so for the whole site. Believed when three articles came twice, as long as
    no two articles with one number differ.
    """

    def __init__(self) -> None:
        self._seen: Fading[str, tuple[str, int]] = Fading(4 * REMEMBERED)
        self._agree: set[int] = set()
        self._differ = False

    def __len__(self) -> int:
        return len(self._seen)

    def read(self, url: str, sight: int) -> None:
        """`url` brought an article that shows `sight`."""
        number = number_of(url)
        if not number:
            return
        known = self._seen.get(number)
        if known is None:
            self._seen.put(number, (url_key(url), sight))
        elif known[0] != url_key(url):
            if known[1] == sight:
                self._agree.add(sight)
            else:
                self._differ = True

    def twin(self, url: str) -> str:
        """The key of the address under which the article at `url` was read already; "" when nothing is known."""
        if self._differ or len(self._agree) < ENOUGH or shape(url) != "article":
            return ""
        known = self._seen.get(number_of(url))
        return known[0] if known and known[0] != url_key(url) else ""


class Claims:
    """What pages say is their own address (rel=canonical), as far as it can be believed.

    Believed at once is an address with the number of the article in it; any other only after three pages of the
    site that stand where another said they would. Nothing is believed of a site where two articles claim one
    address, or where another text stands at the address that was claimed.
    """

    def __init__(self) -> None:
        self._claimed: Fading[str, int] = Fading(4 * REMEMBERED)
        self._kept: set[int] = set()
        self.broken = False

    def __len__(self) -> int:
        return len(self._claimed)

    def read(self, url: str, claim: str, sight: int) -> tuple[str, bool]:
        """The address for the article at `url` that shows `sight`; and whether it need not be fetched any more."""
        known = self._claimed.get(url_key(url))
        if known is not None and url_key(claim or url) == url_key(url):
            if known == sight:
                self._kept.add(sight)
            else:
                self.broken = True
        if not claim or url_key(claim) == url_key(url):
            return claim or url, False
        if site_of(claim) != site_of(url) or not is_page(claim) or shape(claim) in ("home", "list", "other"):
            return url, False
        known = self._claimed.get(url_key(claim))
        if known is not None and known != sight:
            self.broken = True
        self._claimed.put(url_key(claim), sight)
        number = number_of(url)
        sure = (bool(number) and number_of(claim) == number) or len(self._kept) >= ENOUGH
        return (claim, True) if sure and not self.broken else (url, False)
