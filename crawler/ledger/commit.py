"""A group of units in one transaction: links, states, documents, lines for the outbox. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from crawler.feed.encode import encode
from crawler.ledger import runs
from crawler.ledger.documents import Change, Documents, Status
from crawler.ledger.excerpts import Completed, Excerpts
from crawler.ledger.frontier import NOWHERE, Added, Frontier, Links, Place
from crawler.ledger.outbox import DOCUMENTS, Line, Outbox
from crawler.ledger.ready import Ready
from crawler.ledger.recent import Recent
from crawler.ledger.signatures import Signatures
from crawler.ledger.units import LIST, OTHER, PAGING, PART, Counts, Link, Policy, State, Unit, url_id
from crawler.ledger.walks import ListWalks, Walk

Page = dict[str, Any]  # a row of the frontier
DOCUMENT = "document"


@dataclass(slots=True)
class Written:
    """What a group did; the caller takes it over into memory once the transaction is safe."""

    counts: Counts
    queued: dict[int, int] = field(default_factory=dict)  # change of the queue's length, by site
    more: bool = False  # whether pages were queued: as many may have left the queue
    landed: list[tuple[int, int]] = field(default_factory=list)  # site and number of each page
    lines: list[Line] = field(default_factory=list)  # for the outbox
    excerpts: Completed = field(default_factory=Completed)  # whose whole text has come
    changes: dict[int, Change] = field(default_factory=dict)  # of documents, by the place of their unit
    signed: list[str] = field(default_factory=list)  # documents whose signature was written
    seen: dict[str, tuple[int, bool]] = field(default_factory=dict)  # URLs, with priority and whether they are fresh
    fresh: set[str] = field(default_factory=set)  # links that were unknown before this round
    again: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # further list pages that could be visited: number, site

    def queue(self, site: int, by: int) -> None:
        self.queued[site] = self.queued.get(site, 0) + by


class Writer:
    """Writes groups for the run `run`, whose counts so far are `counts`."""

    def __init__(
        self, connection: Connection, frontier: Frontier, outbox: Outbox, signatures: Signatures, policy: Policy
    ):
        self._connection, self._frontier = connection, frontier
        self._outbox, self._signatures, self._policy = outbox, signatures, policy
        self.documents = Documents(connection)
        self._excerpts = Excerpts(self.documents, outbox)
        self.recent = Recent()
        self.walks = ListWalks()
        self.run, self.counts = 0, Counts()
        self.ready = Ready()

    def begin(self, run: int) -> None:
        self.run, self.counts = run, Counts()
        self.recent.clear()
        self.walks = ListWalks()

    def write(self, units: Sequence[Unit], now: int) -> Written:
        """Inside a transaction. Nothing of this object changes: the caller calls `wrote` when the transaction is safe."""
        made = Written(replace(self.counts, reasons=dict(self.counts.reasons)))
        units, made.excerpts = self._excerpts.followed(units)
        keys = [url_id(unit.url) for unit in units]
        pages = self._pages(units, keys, made)
        self._links(units, keys, pages, made)
        self._cover(units, keys, made)
        self._documents(units, keys, pages, made, now)
        for place, (unit, key) in enumerate(zip(units, keys, strict=True)):
            self._finish(unit, pages[key], made.changes.get(place), made, now)
        self._excerpts.settle(made.excerpts, made.counts)
        self._walk(units, [pages[key] for key in keys], made)
        self._frontier.finish(list(pages.values()))
        self._frontier.close_walks({_root(page) for page in pages.values() if page["kind"] in (LIST, PAGING)})
        self._outbox.add(made.lines, now)
        runs.count(self._connection, self.run, made.counts)
        return made

    def wrote(self, made: Written, now: int) -> None:
        """Takes over what a safe transaction has written."""
        self.counts = made.counts
        self._outbox.noted(made.lines, made.excerpts.taken_back, now)
        self._signatures.wrote(made.signed)
        self.recent.update(made.seen)
        self.ready.clear()

    def _add(self, links: Links, made: Written) -> Added:
        added = self._frontier.add(links, self.run)
        for site, count in added.queued.items():
            made.more = True
            made.queue(site, count)
            made.counts.links += count
        return added

    def _pages(self, units: Sequence[Unit], keys: list[bytes], made: Written) -> dict[bytes, Page]:
        """The rows of the pages; one that nobody has queued (a tool's) is added first."""
        pages = self._frontier.pages(set(keys))
        missing = {
            key: (Link(unit.url, unit.kind or OTHER), NOWHERE)
            for unit, key in zip(units, keys, strict=True)
            if key not in pages
        }
        if missing:
            self._add(missing, made)
            pages |= self._frontier.pages(missing)
        return pages

    def _links(self, units: Sequence[Unit], keys: list[bytes], pages: dict[bytes, Page], made: Written) -> None:
        wanted: dict[bytes, tuple[Link, Place]] = {}
        looked_up: dict[str, bytes] = {}
        for unit, key in zip(units, keys, strict=True):
            page = pages[key]
            root = page["root"] or page["id"]
            here, beside = Place(page["depth"] + 1, page["id"], root), Place(page["depth"], page["id"], root)
            for link in unit.links:
                url = link.url
                if link.kind != PAGING and (recent := self.recent.get(url)) and recent[0] >= link.priority:
                    if recent[1]:
                        made.fresh.add(url)
                    continue
                link_key = looked_up.get(url)
                if link_key is None:
                    link_key = looked_up[url] = url_id(url)
                if link_key not in wanted or wanted[link_key][0].priority < link.priority:
                    wanted[link_key] = (link, beside if link.kind == PAGING else here)
        added = self._add(wanted, made)
        for url, link_key in looked_up.items():
            link, fresh = wanted[link_key][0], link_key in added.fresh
            if fresh:
                made.fresh.add(url)
            if link.kind != PAGING:
                made.seen[url] = (link.priority, fresh)
            elif link_key in added.again and link_key not in pages:
                made.again[url] = added.again[link_key]

    def _cover(self, units: Sequence[Unit], keys: list[bytes], made: Written) -> None:
        links = {url_id(url): (Link(url, PART), NOWHERE) for unit in units for url in unit.covers}
        for key in keys:
            links.pop(key, None)
        if not links:
            return
        self._add(links, made)
        rows = self._frontier.pages(links).values()
        waiting = [row for row in rows if row["state"] in (State.QUEUED, State.FAILED)]
        for row in waiting:
            made.landed.append((row["site"], row["id"]))
            if row["state"] == State.QUEUED:
                made.queue(row["site"], -1)
        self._frontier.cover([row["id"] for row in waiting])

    def _documents(
        self, units: Sequence[Unit], keys: list[bytes], pages: dict[bytes, Page], made: Written, now: int
    ) -> None:
        arrived = [(place, unit.document) for place, unit in enumerate(units) if unit.document]
        changes = self.documents.store([document for _, document in arrived], now, self.ready.mark)
        made.changes = {place: change for (place, _), change in zip(arrived, changes, strict=True)}
        made.signed = self._signatures.write(document.id for _, document in arrived)
        self._excerpts.complete(units, made.excerpts, made.counts)
        made.lines += made.excerpts.lines
        # Some sites answer 404 for an hour while they are being rebuilt: a document goes when a second look finds it gone.
        gone = [
            _document_of(pages[key])
            for unit, key in zip(units, keys, strict=True)
            if unit.state is State.GONE and pages[key]["tries"] and _is_document(pages[key])
        ]
        made.counts.withdrawn += self.documents.withdraw(gone, Status.GONE)
        same = (_document_of(pages[key]) for unit, key in zip(units, keys, strict=True) if unit.unchanged)
        self.documents.seen(same, now)

    def _finish(self, unit: Unit, page: Page, change: Change | None, made: Written, now: int) -> None:
        """Puts the outcome of a visit into the page's row, and what is to be published into `made`."""
        made.counts.pages += 1
        made.landed.append((page["site"], page["id"]))
        if page["state"] == State.QUEUED:
            made.queue(page["site"], -1)
        if unit.kind and not (page["kind"] == PAGING and unit.kind == LIST):
            page["kind"] = unit.kind
        page.update(state=unit.state.value, visited=now, error=unit.note or None)
        if unit.state is State.FAILED:
            page["tries"] += 1
            page["next_visit"] = self._policy.after_failure(page["tries"], now)
            made.counts.failed += 1
            made.counts.quarantined += page["next_visit"] is None
        elif unit.state is State.GONE:
            page["tries"] += 1
            page["next_visit"] = self._policy.after_gone(page["tries"], now)
            made.counts.gone += 1
        else:
            page.update(tries=0, next_visit=self._policy.after_success(page["kind"], now), error=None)
            page["visited_round"] = page["current_round"]
            if unit.left:
                page["result"] = page["result"] or unit.note
            else:
                self._result(unit, page, change, made)
        if unit.next_visit is not None and page["next_visit"] is not None:
            page["next_visit"] = int(unit.next_visit)

    def _result(self, unit: Unit, page: Page, change: Change | None, made: Written) -> None:
        """The lines of a page that came. A copy or a rejection that was told before is not told again."""
        counts = made.counts
        if unit.unchanged:
            counts.unchanged += _is_document(page)
            return
        page.update(etag=unit.etag or None, last_modified=unit.last_modified or None)
        before, page["result"] = page["result"], _told(unit, page["key"])
        if unit.document and change is Change.SAME:
            counts.unchanged += 1
        elif unit.document and unit.document.id not in made.excerpts.gone:
            counts.documents += change is Change.NEW
            counts.revised += change is Change.REVISED
            if not unit.published:
                excerpt = unit.document.id if unit.document.truncated else None
                made.lines.append(Line(DOCUMENTS, self.ready.line(unit.document), excerpt))
        if change is Change.SAME or (change is None and page["result"] == before):
            return
        copies = [row for row in unit.duplicates if not made.excerpts.has_told(row)]
        made.lines += [Line("duplicates", encode(row)) for row in copies]
        counts.duplicates += len(copies)
        if unit.rejected:
            reason = str(unit.rejected.get("reason"))
            made.lines.append(Line("rejected", encode(unit.rejected)))
            counts.rejected += 1
            counts.reasons[reason] = counts.reasons.get(reason, 0) + 1

    def _walk(self, units: Sequence[Unit], pages: list[Page], made: Written) -> None:
        """Queues the further pages of lists whose walk goes on."""
        here = {page["id"]: page for page in pages}
        elsewhere = {_root(page) for page in pages} - here.keys()
        before = self._frontier.walks(elsewhere)
        walks = before | {number: page["walk"] for number, page in here.items()}
        again: dict[int, int] = {}
        for unit, page in zip(units, pages, strict=True):
            if unit.state is State.DONE and page["kind"] in (LIST, PAGING) and _root(page) in walks:
                root = _root(page)
                on, walks[root] = self.walks.after(root, walks[root], unit.links, made.fresh)
                if on:
                    further = [made.again[link.url] for link in unit.links if link.url in made.again]
                    again |= further if walks[root] == Walk.CUT else further[:1]  # page by page: the next one first
        self._frontier.queue(again)
        made.more = made.more or bool(again)
        for site in again.values():
            made.queue(site, 1)
        for number, page in here.items():
            page["walk"] = walks[number]
        self._frontier.set_walks({number: walks[number] for number in before if walks[number] != before[number]})


def _root(page: Page) -> int:
    """The number of the list that a page belongs to: itself, but for a further page."""
    number: int = page["root"] if page["kind"] == PAGING and page["root"] else page["id"]
    return number


def _is_document(page: Page) -> bool:
    """Whether the last visit of a page that came brought a document."""
    return (page["result"] or "").partition(" ")[0] == DOCUMENT


def _document_of(page: Page) -> str:
    """The id of the document that a page brought: its own, unless it was published under a better address."""
    word, _, other = (page["result"] or "").partition(" ")
    own: bytes = page["key"]
    return other if word == DOCUMENT and other else own.hex()


def _told(unit: Unit, key: bytes) -> str | None:
    """What the ledger remembers of a page that came, so as not to tell it twice."""
    if unit.document:
        return DOCUMENT if unit.document.id == key.hex() else f"{DOCUMENT} {unit.document.id}"
    if unit.duplicates:
        return f"duplicate of {unit.duplicates[0].get('duplicate_of')}"
    if unit.rejected:
        return f"rejected: {unit.rejected.get('reason')}"
    return unit.note or None
