"""Rows of published parts, for everything that reads the feed from inside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crawler.feed.errors import FeedError
from crawler.feed.files import open_lines
from crawler.feed.folders import FOLDERS, check_compression
from crawler.feed.manifest import Part, read_manifest


class Excerpts:
    """Of documents that their site cuts off the ones that hold all of them, as lines of the duplicates feed say."""

    def __init__(self, duplicates: Iterable[Mapping[str, Any]]):
        self._told: dict[str, tuple[str, str]] = {}  # by id: when it was fetched, and the id of the whole
        for row in duplicates:
            id, whole = row.get("id"), row["duplicate_of"]
            if id and id != whole and row["kind"] == "contained" and row.get("truncated"):
                self._told[id] = max(self._told.get(id, ("", "")), (str(row.get("fetched_at", "")), whole))

    @classmethod
    def of(cls, data_dir: str | Path) -> Excerpts:
        """Those of a data folder. Raises FeedError."""
        manifest = read_manifest(Path(data_dir) / FOLDERS["duplicates"], "duplicates")
        return cls(rows(data_dir, "duplicates", (manifest.parts[name] for name in sorted(manifest.parts))))

    def __contains__(self, id: str) -> bool:
        """Whether anything was told of this document."""
        return id in self._told

    def told_of(self, id: str) -> str:
        """The id of the document that holds all of an excerpt, as was told last; "" when nothing was."""
        return self._told.get(id, ("", ""))[1]

    def whole_of(self, row: Mapping[str, Any]) -> str:
        """The id of the document that holds all of a line of the documents feed; "" when it stands for itself: it is whole, or was
        published after that was told."""
        when, whole = self._told.get(row["id"], ("", ""))
        return whole if row["truncated"] and str(row.get("fetched_at", "")) <= when else ""


def rows(data_dir: str | Path, kind: str, parts: Iterable[Part]) -> Iterator[dict[str, Any]]:
    """The rows of `parts` of `kind`, one after the other; one part is open at a time. Raises FeedError for a damaged one."""
    for part in parts:
        path = Path(data_dir) / FOLDERS[kind] / part.name
        if path.suffix == ".zst":
            check_compression("zstd")
        try:
            with open_lines(path) as lines:
                for line in lines:
                    yield json.loads(line)
        except Exception as error:  # each packer has an exception of its own
            raise FeedError(f"{path} cannot be read ({error}): scrapy feed verify says more") from error
