"""URLs that were looked up a moment ago: most links of a page stand on the page before it as well."""

from __future__ import annotations

from collections.abc import Mapping

# Two generations of this many URLs at most: about 250 bytes each, 8 MB together.
SIZE = 16_000


class Recent:
    """What the ledger is known to hold, with the priority and whether it is fresh. Forgets the oldest half at a time."""

    def __init__(self) -> None:
        self._young: dict[str, tuple[int, bool]] = {}
        self._old: dict[str, tuple[int, bool]] = {}

    def get(self, url: str) -> tuple[int, bool] | None:
        found = self._young.get(url)
        if found is None:
            found = self._old.get(url)
            if found is not None:
                self._young[url] = found
        return found

    def update(self, seen: Mapping[str, tuple[int, bool]]) -> None:
        if len(self._young) + len(seen) > SIZE:
            self._old, self._young = self._young, {}
        self._young.update(seen)

    def clear(self) -> None:
        self._young.clear()
        self._old.clear()
