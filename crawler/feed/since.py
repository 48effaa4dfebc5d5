"""What is new: the parts after one that a reader has, or after a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crawler.feed.errors import FeedError
from crawler.feed.folders import FOLDERS, part_number
from crawler.feed.manifest import Part, read_manifest


def published(path: Path) -> datetime:
    """When a part was put in its place: the file's time of change, which `cp -p` and `rsync -t` keep. Raises FeedError."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise FeedError(
            f"{path} is in the manifest, but cannot be read ({error.strerror}): scrapy feed verify"
        ) from error


def newer(data_dir: str | Path, kind: str, since: str = "") -> list[Part]:
    """The parts of `kind` after `since` in their order: all for "", else those after the part of that name (none
    when it is one of another kind), or published at or after that moment (ISO 8601; UTC unless it says otherwise).

    Raises FeedError for a damaged manifest and for a `since` that is neither.
    """
    folder = Path(data_dir) / FOLDERS[kind]
    manifest = read_manifest(folder, kind)
    parts = [manifest.parts[name] for name in sorted(manifest.parts)]
    if not since:
        return parts
    if any(part_number(each, since) for each in FOLDERS):
        if part_number(kind, since) is None:
            return []
        if since not in manifest.parts:
            raise FeedError(f"{since} is not in the manifest: scrapy feed list names the parts")
        return [part for part in parts if part.name > since]
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise FeedError(
            f"{since!r} is no part and no time: write documents-00000012.jsonl or 2026-11-24T08:00:00"
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return [part for part in parts if published(folder / part.name) >= moment]
