"""The feed as one Parquet file with typed columns: `scrapy feed export --parquet`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from crawler.feed.encode import KEYS
from crawler.feed.errors import FeedError, disk_errors
from crawler.feed.files import sync_folder, temporary
from crawler.feed.folders import FILE_MODE, SCHEMA_VERSION
from crawler.feed.manifest import Part
from crawler.feed.read import Excerpts, rows
from crawler.feed.since import newer
from crawler.feed.store import Store, is_address

GROUP_ROWS = 2000  # of a row group, about 20 MB of text: what a reader unpacks at once
ZSTD_LEVEL = 3
# The signals that every document has. Others found in the feed get a column behind these, so files made at different
# times can be read together.
_WHOLE = ("characters", "paragraphs", "unfinished_end", "repeated_lines", "rejoined", "pieces")
_SHARES = ("han_ratio", "masked_ratio", "dropped_ratio")
_PERSONAL = ("mobile", "landline", "identity", "bank", "mail", "qq", "wechat", "plate")
_TIMES = ("published", "fetched_at")


class _Found:
    """What the first reading finds: the last revision of what has several, and signals that are not known here; `excerpts`
    knows those whose whole text was published."""

    def __init__(self, documents: Iterator[dict[str, Any]], excerpts: Excerpts | None):
        self._excerpts = excerpts
        self.last: dict[str, int] = {}
        self.signals: dict[str, set[type]] = {}
        self.personal: set[str] = set()
        for row in documents:
            if row["revision"] > 1:
                self.last[row["id"]] = max(row["revision"], self.last.get(row["id"], 0))
            for name, value in row["quality"].items():
                if isinstance(value, dict):
                    self.personal |= value.keys() if name == "pii" else set()
                else:
                    self.signals.setdefault(name, set()).add(type(value))

    def superseded(self, row: dict[str, Any]) -> bool:
        if row["revision"] < self.last.get(row["id"], 0):
            return True
        return self._excerpts is not None and bool(self._excerpts.whole_of(row))


def export_parquet(data_dir: str | Path, target: str, *, since: str = "", revisions: bool = False) -> int:
    """Writes the documents of the feed to the Parquet file `target`; the number of rows.

    `target` is a path, or an address that fsspec knows (s3://bucket/documents.parquet). A document that was published
    again appears once, as it is now, and one whose whole text was published under another id not at all; with `revisions`
    every line. `since` as in `newer`. `date` is a date, `published`
    a time in Asia/Shanghai, `fetched_at` one in UTC. The file appears whole or not at all. Raises FeedError, DiskError.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise FeedError("Parquet needs the package pyarrow: pip install '.[parquet]'") from None
    parts = newer(data_dir, "documents", since)
    found = _Found(rows(data_dir, "documents", parts), None if revisions else Excerpts.of(data_dir))
    schema = _schema(found)
    count = 0
    with _target(target) as file, pyarrow.parquet.ParquetWriter(
        file, schema, compression="zstd", compression_level=ZSTD_LEVEL
    ) as writer:  # fmt: skip
        for group in _groups(data_dir, parts, found, revisions):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def _groups(
    data_dir: str | Path, parts: Sequence[Part], found: _Found, revisions: bool
) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows(data_dir, "documents", parts):
        if revisions or not found.superseded(row):
            group.append(_typed(row))
        if len(group) == GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    made = {key: row[key] for key in KEYS}
    made["date"] = date.fromisoformat(row["date"]) if row["date"] else None
    for key in _TIMES:
        made[key] = datetime.fromisoformat(row[key]) if row[key] else None
    # A kind of number that a text does not hold was counted too: it is 0, not unknown.
    made["quality"] = {**row["quality"], "pii": {**dict.fromkeys(_PERSONAL, 0), **row["quality"].get("pii", {})}}
    return made


def _schema(found: _Found) -> Any:
    """The Arrow schema, its columns in the order of the keys."""
    import pyarrow as pa

    text, whole, share = pa.string(), pa.int64(), pa.float64()
    known: dict[str, Any] = dict.fromkeys(_WHOLE, whole) | dict.fromkeys(_SHARES, share)
    for name in sorted(found.signals.keys() - known.keys()):
        known[name] = text if str in found.signals[name] else share if float in found.signals[name] else whole
    personal = [*_PERSONAL, *sorted(found.personal - set(_PERSONAL))]
    quality = pa.struct([*known.items(), ("pii", pa.struct([(name, whole) for name in personal]))])
    kinds = dict.fromkeys(KEYS, text) | {
        "date": pa.date32(),
        "published": pa.timestamp("ms", tz="Asia/Shanghai"),
        "fetched_at": pa.timestamp("ms", tz="UTC"),
        "category": pa.list_(text),
        "tags": pa.list_(text),
        "parts": pa.list_(pa.struct([("heading", text), ("start", whole), ("end", whole)])),
        "similar_to": pa.list_(pa.struct([("id", text), ("similarity", share)])),
        "quality": quality,
        "pages": pa.int32(),
        "revision": pa.int32(),
        "truncated": pa.bool_(),
    }
    return pa.schema([(key, kinds[key]) for key in KEYS], metadata={"wenku.schema_version": str(SCHEMA_VERSION)})


@contextmanager
def _target(target: str) -> Iterator[IO[bytes]]:
    """A stream whose bytes are at `target` when all went well, and nowhere otherwise."""
    if is_address(target):
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / "export.parquet"
            with draft.open("wb") as file:
                yield file
            store, _, name = target.rpartition("/")
            Store(store).put(draft, name)
        return
    path = Path(target)
    draft = temporary(path)
    with disk_errors(path):
        try:
            with draft.open("wb") as file:
                yield file
            draft.chmod(FILE_MODE)
            draft.replace(path)
            sync_folder(path.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
