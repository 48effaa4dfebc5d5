"""Is the feed what its manifest says, and is each row what the contract says?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crawler.dedup import content_hash
from crawler.feed.errors import FeedError
from crawler.feed.files import digest, open_lines
from crawler.feed.folders import FOLDERS, MANIFEST, check_compression, part_number
from crawler.feed.manifest import Part, read_manifest
from crawler.feed.schema import Schema, row_schemas, violations
from crawler.urls import document_id, site_of

MOST = 20  # problems told of one part; a part with more is broken as a whole


class Problem(NamedTuple):
    """One thing that is wrong, for people."""

    file: str  # below the data folder
    line: int  # from 1; 0 for the file as a whole
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


@dataclass(slots=True)
class _State:
    """What is known of one kind of rows while its parts are read."""

    kind: str
    rule: Schema
    revisions: set[str] = field(default_factory=set)


def verify(data_dir: str | Path) -> list[Problem]:
    """Every difference between the published parts, their manifests and the contract; [] when all is well.

    Looked at: the manifests, missing and unknown files, size, SHA-256, rows and sequence numbers of each
    part, each line's JSON, keys and their order, types and forms, that id, site and content_hash are those of url and
    body, and one line for each id and revision.
    """
    root = Path(data_dir)
    if not root.is_dir():
        return [Problem(str(root), 0, "no such folder")]
    found: list[Problem] = []
    for kind, rule in row_schemas().items():
        found += _folder(root / FOLDERS[kind], _State(kind, rule))
    return found


def _folder(folder: Path, state: _State) -> Iterator[Problem]:
    place = f"{folder.name}/{MANIFEST}"
    if not folder.is_dir():
        if state.kind == "documents":
            yield Problem(folder.name, 0, "no such folder")
        return
    try:
        parts = read_manifest(folder, state.kind).parts
    except FeedError as error:
        yield Problem(place, 0, str(error))
        return
    lying = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if MANIFEST not in lying and lying:
        yield Problem(place, 0, "missing")
    for name in sorted(lying - set(parts) - {MANIFEST}):
        yield Problem(f"{folder.name}/{name}", 0, "not in the manifest")
    following, before = 1, ""
    fleet = any((folder.parent / "state").glob("worker-*.name"))  # then parts between lie in other data folders
    for name in sorted(parts):
        part = parts[name]
        if not (fleet and part.first > following and _skips(state.kind, name, before)):
            yield from _sequence(folder, part, following)
        before = name
        following = part.last + 1
        if name in lying:
            yield from _part(folder, part, state)
        else:
            yield Problem(f"{folder.name}/{name}", 0, "in the manifest, but not there")


def _skips(kind: str, name: str, before: str) -> bool:
    """Whether parts are numbered between these two."""
    return (part_number(kind, name) or 0) > (part_number(kind, before) or 0) + 1


def _sequence(folder: Path, part: Part, following: int) -> Iterator[Problem]:
    place = f"{folder.name}/{MANIFEST}"
    if part.last - part.first + 1 != part.rows:
        yield Problem(place, 0, f"{part.name}: {part.rows} rows do not fit numbers {part.first} to {part.last}")
    if part.first != following:
        yield Problem(place, 0, f"{part.name} begins with row {part.first}, expected {following}")


def _part(folder: Path, part: Part, state: _State) -> Iterator[Problem]:
    path, place = folder / part.name, f"{folder.name}/{part.name}"
    if part_number(state.kind, part.name) is None:
        yield Problem(place, 0, f"not the name of a part of {state.kind}")
        return
    try:
        size, sha256 = digest(path)
    except OSError as error:
        yield Problem(place, 0, f"cannot be read: {error.strerror}")
        return
    if size != part.bytes:
        yield Problem(place, 0, f"{size} bytes, {part.bytes} in the manifest")
    if sha256 != part.sha256:
        yield Problem(place, 0, "SHA-256 differs from the manifest")
    rows = told = 0
    try:
        if path.suffix == ".zst":
            check_compression("zstd")
        with open_lines(path) as lines:
            for rows, line in enumerate(lines, 1):
                for what in _line(line, state):
                    told += 1
                    if told <= MOST:
                        yield Problem(place, rows, what)
    except FeedError as error:
        yield Problem(place, 0, str(error))
        return
    except Exception as error:  # a damaged archive: each packer has its own exception
        yield Problem(place, 0, f"cannot be unpacked after row {rows}: {error}")
    if told > MOST:
        yield Problem(place, 0, f"{told - MOST} more problems")
    if rows != part.rows:
        yield Problem(place, 0, f"{rows} rows, {part.rows} in the manifest")


def _line(line: bytes, state: _State) -> list[str]:
    if not line.endswith(b"\n"):
        return ["torn: no line feed at the end"]
    try:
        row = json.loads(line.decode())
    except ValueError as error:
        return [f"no JSON in UTF-8: {error}"]
    found = violations(row, state.rule)
    if found:
        return found
    keys = list(state.rule["properties"])
    if list(row)[: len(keys)] != keys:
        found.append("keys are not in the order " + ", ".join(keys))
    return found + (_document(row, state) if state.kind == "documents" else [])


def _document(row: dict[str, Any], state: _State) -> list[str]:
    revision = f"{row['id']} {row['revision']}"
    if revision in state.revisions:
        return [f"revision {row['revision']} of {row['id']} once more"]
    state.revisions.add(revision)
    wrong = []
    if row["id"] != document_id(row["url"]):
        wrong.append("id is not that of the url")
    if row["site"] != site_of(row["url"]):
        wrong.append("site is not that of the url")
    if row["content_hash"] != content_hash(row["body"]):
        wrong.append("content_hash is not that of the body")
    end = 0
    for part in row["parts"]:
        if not end <= part["start"] < part["end"] <= len(row["body"]):
            wrong.append(f"the piece {part['heading']!r} overlaps another or lies outside the body")
        end = part["end"]
    return wrong
