"""Where the records of the documents lie: in memory, or wherever a `SignatureStore` puts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

# Some documents: their ids, the bytes of each one's sample, and the samples one after the other.
Samples = tuple[list[str], list[int], bytes]
_BATCH = 1 << 14


class SignatureStore(Protocol):
    """Of each document id a record, which is fetched when the document is a candidate, and a sample, by which it is
    found. What is added inside a transaction goes with it."""

    def samples(self) -> Iterable[Samples]:
        """The samples of all documents; also of some that were replaced or removed. Read once, when a Deduplicator
        starts."""
        ...

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        """Keep both under `id`, in place of an earlier record."""
        ...

    def get(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """The records of those of the `ids` that have one."""
        ...

    def remove(self, id: str) -> None:
        """Forget the record of `id`; nothing happens when it is unknown."""
        ...


class MemoryStore:
    """Records and samples in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, bytes]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def samples(self) -> Iterator[Samples]:
        rows = iter([(id, sample) for id, (_, sample) in self._kept.items()])
        while batch := list(islice(rows, _BATCH)):
            yield [id for id, _ in batch], [len(sample) for _, sample in batch], b"".join(sample for _, sample in batch)

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        self._kept[id] = record, sample

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        return {each: self._kept[each][0] for each in ids if each in self._kept}

    def remove(self, id: str) -> None:
        self._kept.pop(id, None)
