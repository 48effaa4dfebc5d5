"""What goes into the ledger and what comes out: links, pages to fetch, and units (pages that were dealt with)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from crawler.items import Document
from crawler.urls import document_id

Row = Mapping[str, object]


class State(StrEnum):
    """Every URL is in exactly one of these."""

    QUEUED = "queued"  # to be fetched in this round (in flight included)
    DONE = "done"  # fetched, or dealt with as part of another page
    FAILED = "failed"  # did not come, or raised; tried again later, or quarantined after too many tries
    GONE = "gone"  # the site says that it is no more


LIST, PAGING, ARTICLE, OTHER = "list", "paging", "article", "other"
PART = "part"  # a later page of an article, read together with the first
SITEMAP = "sitemap"  # a file that names pages


def url_id(url: str) -> bytes:
    """The key of a URL in the ledger: the 10 bytes of its document id, so twins have one key."""
    return bytes.fromhex(document_id(url))


class Link(NamedTuple):
    """An address to fetch. `url` is canonical; `kind` is list, paging, article, other (LinkKind's values) or sitemap."""

    url: str
    kind: str = ARTICLE
    priority: int = 0  # higher is fetched first


@dataclass(frozen=True, slots=True)
class Visit:
    """A page to fetch now. `etag` and `last_modified` are to be sent as validators when not empty."""

    id: int
    url: str
    host: str  # site: host without www. and m.
    kind: str
    priority: int
    depth: int  # links from a start URL
    tries: int  # failures since the last success
    etag: str
    last_modified: str


@dataclass(slots=True)
class Unit:
    """One page that was dealt with, and everything that came of it: all of it is written, or nothing.

    `url` is the address as it was taken. `state` DONE, FAILED or GONE. `kind` is what the page turned out to
    be ("" keeps what was thought). `links` name the next page of a list before its other pages. `covers` are
    addresses that need no visit of their own any more: later pages of the article, the target of a redirect.
    `document` gets its `revision` here; what was put into `Ledger.signatures` under its id becomes safe with it.
    `published`: its line lies in a part already. `duplicates` and `rejected` are lines of those feeds. `supersedes`
    names documents that this one replaces. `unchanged`: the server answered 304. `note` says why (the error,
    "robots", "redirect to …"). `next_visit` overrides the policy (epoch seconds). `left`: the page was not asked for, so
    that what is known of it stands.
    """

    url: str
    state: State = State.DONE
    kind: str = ""
    links: Sequence[Link] = ()
    covers: Sequence[str] = ()
    document: Document | None = None
    published: bool = False
    duplicates: Sequence[Row] = ()
    rejected: Row | None = None
    supersedes: Sequence[str] = ()
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
    note: str = ""
    next_visit: float | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """When a page is visited again. Times in seconds; the defaults and their reasons are for public libraries.

    A list is visited in every round. A published text hardly ever changes, so an article comes again after
    30 days; a page that is neither after the same time. A failure is tried again in the next round, then after an
    hour, six hours and a day (most outages of small sites end within one), and is quarantined at the fifth:
    it stays `failed`, and only a full run tries it again. A page that is gone is looked for after a day, a week and
    a month: some sites answer 404 while they are being rebuilt. A round that was cut off is gone on with for a day;
    after that new documents matter more, and the lists are visited again first.
    """

    article: int = 30 * 86400
    other: int = 30 * 86400
    gaps: tuple[int, ...] = (0, 3600, 6 * 3600, 86400)
    gone: tuple[int, ...] = (86400, 7 * 86400, 30 * 86400)
    attempts: int = 5
    round_age: int = 86400

    def after_failure(self, tries: int, now: int) -> int | None:
        """When a page that failed `tries` times may come again; None for never (quarantined)."""
        return None if tries >= self.attempts else now + self.gaps[min(tries, len(self.gaps)) - 1]

    def after_gone(self, times: int, now: int) -> int | None:
        """When a page that was gone `times` times is looked for again; None when it has been gone long enough."""
        return now + self.gone[times - 1] if times <= len(self.gone) else None

    def after_success(self, kind: str, now: int) -> int | None:
        """When a page that came is visited again: a list or a sitemap in each round (0), further pages of lists when a walk asks for them."""
        if kind in (LIST, SITEMAP):
            return 0
        return now + (self.article if kind == ARTICLE else self.other) if kind in (ARTICLE, OTHER) else None


@dataclass(slots=True)
class Counts:
    """What a run did. Every unit counts in `pages`, and in at most one of the outcomes; lists and the like in none."""

    pages: int = 0  # units
    links: int = 0  # URLs not known before
    documents: int = 0  # published for the first time
    revised: int = 0  # published again, changed
    unchanged: int = 0  # documents that were the same as before, and 304
    duplicates: int = 0
    rejected: int = 0
    failed: int = 0
    quarantined: int = 0
    gone: int = 0
    withdrawn: int = 0  # published documents whose page is gone
    reasons: dict[str, int] = field(default_factory=dict)  # of the rejected
