"""What of a group of units is worked out before its transaction, for other workers of a fleet wait while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crawler.feed.encode import encode
from crawler.items import Document
from crawler.ledger.documents import fingerprint
from crawler.ledger.units import Unit


class _Made(NamedTuple):
    mark: bytes
    line: bytes  # of its first revision


class Ready:
    """Fingerprints and lines of the documents of a group, as they were before it was written."""

    def __init__(self) -> None:
        self._made: dict[int, _Made] = {}  # by `id()`: one that is replaced while it is written has others

    def prepare(self, units: Sequence[Unit]) -> None:
        self._made = {}
        for document in (unit.document for unit in units if not unit.published):
            if document:
                document.revision = 1  # the ledger says which it is; a try that failed may have set another
                self._made[id(document)] = _Made(fingerprint(document), encode(document))

    def mark(self, document: Document) -> bytes:
        made = self._made.get(id(document))
        return made.mark if made else fingerprint(document)

    def line(self, document: Document) -> bytes:
        made = self._made.get(id(document))
        return made.line if made and document.revision == 1 else encode(document)

    def clear(self) -> None:
        self._made = {}
