"""Rows become an immutable part, and the manifest names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.feed.errors import FeedError, disk_errors
from crawler.feed.files import TEMPORARY, alone, digest, sync_folder, write_temporary
from crawler.feed.folders import FOLDERS, check_compression, part_name, part_number, prepare_folder
from crawler.feed.manifest import Manifest, Part, read_manifest, write_manifest


class Feed:
    """The published parts of one data folder. It needs no ledger; one writer at a time is the caller's duty, or
    `shared`: several write, each parts of other numbers, and take turns at the manifest.

    `publish` writes a part and then the manifest, in the order that lets a reader trust either: temporary
    file, fsync, rename, manifest (the same way), fsync of the folder. Publishing the same lines under the
    same number once more changes nothing, so it can be repeated after a kill at any moment.
    Raises FeedError for a folder that cannot be used or a manifest that is damaged.
    """

    def __init__(self, data_dir: str | Path, *, compression: str = "", shared: bool = False):
        self.compression = check_compression(compression)
        self.root, self._shared = prepare_folder(data_dir), shared
        self._manifests = {kind: read_manifest(self.folder(kind), kind) for kind in FOLDERS}

    def folder(self, kind: str) -> Path:
        return self.root / FOLDERS[kind]

    def parts(self, kind: str) -> list[Part]:
        """The published parts in their order."""
        manifest = self._manifests[kind]
        return [manifest.parts[name] for name in sorted(manifest.parts)]

    def next_number(self, kind: str) -> int:
        """A number that no part has, listed or not: what lies there is never written over."""
        listed = (part_number(kind, name) for name in self._manifests[kind].parts)
        lying = (part_number(kind, path.name) for path in self.folder(kind).iterdir())
        return max((n for n in (*listed, *lying) if n is not None), default=0) + 1

    def next_sequence(self, kind: str) -> int:
        """The sequence number of the next row of `kind`, from 1."""
        return self._manifests[kind].last + 1

    def publish(
        self,
        kind: str,
        lines: Iterable[bytes],
        *,
        run: int,
        number: int | None = None,
        first: int | None = None,
        compression: str | None = None,
    ) -> Part | None:
        """Publishes `lines` (from `encode`) as one part of `kind`; None when there are no lines.

        `number` and `first` follow on what is published unless given (a repetition gives those of the
        first try, and its `compression`). Raises DiskError when the disk does not take it, FeedError when
        another part with that number lies there.
        """
        number = self.next_number(kind) if number is None else number
        first = self.next_sequence(kind) if first is None else first
        packing = self.compression if compression is None else check_compression(compression)
        path = self.folder(kind) / part_name(kind, number, packing)
        counted = _Counted(lines)
        draft = write_temporary(path, counted, packing)
        with disk_errors(path):
            if not counted.rows:
                draft.unlink()
                return None
            size, sha256 = digest(draft)
            part = Part(path.name, counted.rows, size, sha256, run, first, first + counted.rows - 1)
            if not path.exists():
                draft.rename(path)
            else:
                draft.unlink()
                if digest(path) != (size, sha256):
                    raise FeedError(f"{path} holds other rows and is never changed: move it away and start again")
        self._list(kind, part)
        return part

    def _list(self, kind: str, part: Part) -> None:
        with self._turn(kind):
            manifest = self._manifests[kind]
            manifest.parts[part.name] = part
            try:
                write_manifest(self.folder(kind), manifest)
            except BaseException:
                del manifest.parts[part.name]
                raise

    @contextmanager
    def _turn(self, kind: str) -> Iterator[None]:
        """Nobody else writes the manifest of `kind` meanwhile, and what others wrote is known."""
        if not self._shared:
            yield
            return
        with alone(self.folder(kind)):
            self._manifests[kind] = read_manifest(self.folder(kind), kind)
            yield

    def relist(self, kind: str, parts: Iterable[Part]) -> int:
        """Writes a lost manifest anew from what is known of `parts` and still lies there; how many are listed."""
        folder = self.folder(kind)
        there = {part.name: part for part in parts if (folder / part.name).is_file()}
        with self._turn(kind):
            self._manifests[kind] = Manifest(kind, there | self._manifests[kind].parts)
            write_manifest(folder, self._manifests[kind])
        return len(there)

    def sweep(self) -> None:
        """Removes what a killed run left half written. Only for who holds the lock on the data folder."""
        for kind in FOLDERS:
            folder = self.folder(kind)
            with disk_errors(folder):
                for path in folder.glob(f".*{TEMPORARY}"):
                    path.unlink()
                sync_folder(folder)


class _Counted:
    """Passes lines on and counts them."""

    def __init__(self, lines: Iterable[bytes]):
        self._lines, self.rows = lines, 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.rows += 1
            yield line
