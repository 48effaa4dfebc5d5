"""Documents that arrived at two workers of a fleet at once: the one that is written second is a copy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import UnsupportedOperation
from typing import Any

from crawler.dedup import Deduplicator, Signature
from crawler.dedup.store import Samples
from crawler.document import pieces
from crawler.items import Document, Similar, duplicate_row
from crawler.ledger import Signatures, Unit


class _Arrived:
    """A `SignatureStore` of what other workers wrote a moment ago."""

    def __init__(self, groups: list[Samples], signatures: Signatures):
        self._groups, self._signatures = groups, signatures

    def samples(self) -> Iterator[Samples]:
        return iter(self._groups)

    def get(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        return self._signatures.get(ids)

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        raise UnsupportedOperation("only read")

    def remove(self, id: str) -> None:
        raise UnsupportedOperation("only read")


class Merger:
    """For `Ledger.merging`: called inside the transaction in which units are written, while no other worker writes.

    `known` learns what others wrote. A document that was new when its page came, and is a copy of one of those, becomes a
    line of the duplicates; copies of it in the same group follow it.
    """

    _KEPT = 256  # signatures of documents on their way: a group is smaller, and what fails on the way leaves one behind

    def __init__(self, known: Deduplicator, signatures: Signatures):
        self._known, self._signatures = known, signatures
        self._groups: list[tuple[int, Samples]] = []  # since the oldest document that waits was looked at
        self._prepared: OrderedDict[str, tuple[str, Signature]] = OrderedDict()  # by id, with the body they belong to

    def keep(self, document: Document, signature: Signature) -> None:
        """The signature of a document that will be written: all workers wait while it is worked out once more."""
        self._prepared[document.id] = document.body, signature
        if len(self._prepared) > self._KEPT:
            self._prepared.popitem(last=False)

    def __call__(self, units: list[Unit]) -> list[Unit]:
        arrived = self._signatures.arrived()
        for _, group in arrived:
            self._known.learn(group)
        oldest = self._signatures.oldest()
        self._groups = [each for each in [*self._groups, *arrived] if each[0] > oldest]
        if not self._groups or not any(unit.document for unit in units):
            for unit in units:
                if unit.document:
                    self._prepared.pop(unit.document.id, None)
            return units
        others = Deduplicator(_Arrived([group for _, group in self._groups], self._signatures))
        moved: dict[str, str] = {}
        made = [self._held_against(others, unit, moved) for unit in units]
        return [_follow(unit, moved) for unit in made] if moved else made

    def _held_against(self, others: Deduplicator, unit: Unit, moved: dict[str, str]) -> Unit:
        document = unit.document
        if document is None:
            return unit
        body, kept = self._prepared.pop(document.id, ("", None))
        if kept is None or body != document.body or kept.truncated != document.truncated:
            kept = others.prepare(document.body, parts=pieces(document), truncated=document.truncated)
        signature = kept
        verdict = others.check(signature, exclude=document.id)
        if verdict.kind != "new":
            of = str(verdict.of)
            self._known.remove(document.id)
            moved[document.id] = of
            row = duplicate_row(document, verdict.kind, of, verdict.similarity)
            return replace(unit, document=None, supersedes=(), duplicates=[*unit.duplicates, row])
        told = {each["id"] for each in document.similar_to}
        more: list[Similar] = [{"id": id, "similarity": value} for id, value in verdict.similar_to if id not in told]
        if more:
            unit = replace(unit, document=replace(document, similar_to=[*document.similar_to, *more]))
        return replace(unit, supersedes=[*unit.supersedes, *verdict.supersedes]) if verdict.supersedes else unit


def _follow(unit: Unit, moved: dict[str, str]) -> Unit:
    rows: list[Any] = [
        {**row, "duplicate_of": moved[str(row["duplicate_of"])]} if row.get("duplicate_of") in moved else row
        for row in unit.duplicates
    ]
    return replace(unit, duplicates=rows)
