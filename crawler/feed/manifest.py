"""The list of the published parts of one folder: what a reader trusts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crawler.feed.errors import FeedError
from crawler.feed.files import write_file
from crawler.feed.folders import MANIFEST, SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Part:
    """One published file. `first` to `last` are the sequence numbers of its rows, without gaps from part to part."""

    name: str
    rows: int
    bytes: int  # of the file as it lies there, compressed or not
    sha256: str  # of the same bytes, in hexadecimal digits
    run: int
    first: int
    last: int


_TYPES = {"name": str, "rows": int, "bytes": int, "sha256": str, "run": int, "first": int, "last": int}


@dataclass(slots=True)
class Manifest:
    kind: str
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The highest sequence number that is published, 0 for none."""
        return max((part.last for part in self.parts.values()), default=0)

    def encoded(self) -> bytes:
        """The file's bytes: one part a line, so that a difference can be read."""
        lines = ",\n".join("  " + json.dumps(asdict(self.parts[name])) for name in sorted(self.parts))
        parts = f"[\n{lines}\n ]" if lines else "[]"
        return f'{{\n "schema_version": {SCHEMA_VERSION},\n "kind": "{self.kind}",\n "parts": {parts}\n}}\n'.encode()


def _part(row: Any) -> Part:
    if not isinstance(row, dict) or set(row) != set(_TYPES):
        raise ValueError("a part without the keys " + ", ".join(_TYPES))
    for key, kind in _TYPES.items():
        if type(row[key]) is not kind:
            raise ValueError(f"{key} of a part is {row[key]!r}")
    return Part(**row)


def read_manifest(folder: Path, kind: str) -> Manifest:
    """The manifest of `folder`, an empty one when there is none. Raises FeedError when it is damaged or of a newer version."""
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest(kind)
    except OSError as error:
        raise FeedError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise FeedError(f"{path} is damaged ({error}): remove it, the next run writes it from the ledger") from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise FeedError(f"{path} has schema version {version!r}, this program knows {SCHEMA_VERSION}: use a newer one")
    try:
        if data.get("kind") != kind or not isinstance(data.get("parts"), list):
            raise ValueError(f"it lists no {kind}")
        parts = [_part(row) for row in data["parts"]]
    except ValueError as error:
        raise FeedError(f"{path} is damaged ({error}): remove it, the next run writes it from the ledger") from error
    return Manifest(kind, {part.name: part for part in parts})


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Puts `manifest` in the place of the old one by rename. Raises DiskError."""
    write_file(folder / MANIFEST, [manifest.encoded()])
