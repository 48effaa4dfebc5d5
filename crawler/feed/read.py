"""Rows of published parts, for everything that reads the feed from inside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crawler.feed.errors import FeedError
from crawler.feed.files import open_lines
from crawler.feed.folders import FOLDERS, check_compression
from crawler.feed.manifest import Part, read_manifest


def successors(data_dir: str | Path) -> dict[str, str]:
    """Of documents that their site cuts off the one that holds all of it, by id, as the duplicates feed says. Raises FeedError."""
    manifest = read_manifest(Path(data_dir) / FOLDERS["duplicates"], "duplicates")
    parts = [manifest.parts[name] for name in sorted(manifest.parts)]
    return {
        row["id"]: row["duplicate_of"]
        for row in rows(data_dir, "duplicates", parts)
        if row["kind"] == "contained" and row.get("truncated") and "id" in row
    }


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
