"""Documents that were published as their site cuts them off, and whose whole text was found elsewhere.

They are withdrawn. A line that waits in the outbox is taken back; one that lies in a part stays there, for parts never change. Either way
a line of duplicates/ says where the whole is, once, and who copies the excerpt copies the whole.
All methods run inside the caller's transaction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.feed.encode import encode
from crawler.ledger.documents import Documents
from crawler.ledger.outbox import Line, Outbox
from crawler.ledger.units import Counts, Unit


@dataclass(slots=True)
class Completed:
    """`successors`: of excerpts the whole, by id: those that a group completes (`gone`) and those that its duplicates name,
    of which duplicates/ says so already (`told`). `lines` are new ones for it, `taken_back` the number of lines that left the
    outbox. `unseen`: of each excerpt that was withdrawn its site, and how many lines of it no reader will see."""

    successors: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    taken_back: int = 0
    unseen: list[tuple[str, int]] = field(default_factory=list)
    documents: int = 0  # that were counted and are not published
    revised: int = 0

    def has_told(self, row: Any) -> bool:
        """Whether duplicates/ says already what `row` does, or there is nothing to say: the page of the whole shows less by now."""
        return "id" in row and row["duplicate_of"] in (row["id"], self.told.get(row["id"]))


class Excerpts:
    def __init__(self, documents: Documents, outbox: Outbox):
        self._documents, self._outbox = documents, outbox

    def followed(self, units: Sequence[Unit]) -> tuple[Sequence[Unit], Completed]:
        """The units of a group; their duplicates name documents that stand in the feed."""
        whole = {unit.document.id for unit in units if unit.document and not unit.document.truncated}
        new = {old: unit.document.id for unit in units if unit.document for old in unit.supersedes if old not in whole}
        named = {str(row[key]) for unit in units for row in unit.duplicates for key in ("id", "duplicate_of") if key in row}
        known = self._documents.find(named) if named else {}
        before = {each.id: each.successor for each in known.values() if each.successor}
        made = Completed(before | new, new, before)
        if not named & made.successors.keys():
            return units, made
        return [replace(unit, duplicates=[_followed(row, made.successors) for row in unit.duplicates]) for unit in units], made

    def complete(self, units: Sequence[Unit], made: Completed, counts: Counts) -> None:
        """Withdraws what the documents of `units` supersede. After the documents were stored, before the pages are finished."""
        if not made.gone:
            return
        arrived = {unit.document.id for unit in units if unit.document}  # their lines are not made at all
        silent = {old for unit in units if unit.published for old in unit.supersedes}
        found = self._documents.supersede(made.gone)
        new = {excerpt.id: made.gone[excerpt.id] for excerpt in found}
        made.told |= new
        back = Counter(self._outbox.take_back(new))
        made.taken_back = back.total()
        for excerpt in found:
            if excerpt.id in silent:
                continue
            made.lines.append(Line("duplicates", encode({**excerpt.row, "duplicate_of": new[excerpt.id]})))
            counts.duplicates += 1
            waited = back[excerpt.id]
            unseen = waited + (excerpt.id in arrived)
            made.unseen.append((str(excerpt.row["site"]), unseen))
            first = waited > 0 and unseen >= excerpt.revision  # then no reader has ever seen it
            made.documents += first
            made.revised += waited - first
        if new:
            self._outbox.rewrite("duplicates", new, lambda line: _rewritten(line, new))

    @staticmethod
    def settle(made: Completed, counts: Counts) -> None:
        """Takes out of the counts of a run, when its group is counted, what no reader will see; another run may have counted it."""
        counts.documents = max(counts.documents - made.documents, 0)
        counts.revised = max(counts.revised - made.revised, 0)


def _rewritten(line: bytes, successors: Mapping[str, str]) -> bytes | None:
    """A line of duplicates/ that waits, when it is about a copy of an excerpt; None for any other."""
    before = json.loads(line)
    row = _followed(before, successors)
    return encode(row) if row is not before and row["duplicate_of"] != row.get("id") else None


def _followed(row: Any, successors: Mapping[str, str]) -> Any:
    """A copy of an excerpt is contained in the whole."""
    whole = successors.get(str(row["duplicate_of"]))
    return {**row, "duplicate_of": whole, "kind": "contained"} if whole else row
