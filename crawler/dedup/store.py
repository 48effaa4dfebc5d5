"""Where the records of the documents lie: in memory, or wherever a `SignatureStore` puts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol


class SignatureStore(Protocol):
    """Records (bytes) by document id. What is added inside a transaction goes with it."""

    def load(self) -> Iterable[tuple[str, bytes]]:
        """Every id and its record, in any order; read once, when a Deduplicator starts."""
        ...

    def add(self, id: str, record: bytes) -> None:
        """Keep `record` under `id`, in place of an earlier one."""
        ...

    def get(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """The records of those of the `ids` that have one."""
        ...

    def remove(self, id: str) -> None:
        """Forget `id`; nothing happens when it is unknown."""
        ...


class MemoryStore:
    """Records in a dictionary."""

    def __init__(self) -> None:
        self._records: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._records)

    def load(self) -> Iterator[tuple[str, bytes]]:
        return iter(self._records.items())

    def add(self, id: str, record: bytes) -> None:
        self._records[id] = record

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        return {each: self._records[each] for each in ids if each in self._records}

    def remove(self, id: str) -> None:
        self._records.pop(id, None)
