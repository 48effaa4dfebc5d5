"""Files that appear whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from crawler.feed.errors import disk_errors
from crawler.feed.folders import FILE_MODE

_CHUNK = 1 << 20
TEMPORARY = ".tmp"  # the end of a file in progress, whose name begins with a dot
TURN = ".turn"  # locked by the worker of a fleet that writes the manifest
ZSTD_LEVEL = 3  # 44 µs for a document of 10 KB and smaller than gzip -6, which takes 418 µs


def sync_folder(folder: Path) -> None:
    """Makes renames inside `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process after the other writes into `folder`. The kernel ends the turn of one that dies."""
    with disk_errors(folder / TURN):
        handle = os.open(folder / TURN, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def temporary(path: Path, writer: int | None = None) -> Path:
    """The name under which `path` is written until it is whole; of its own for each `writer` where several may be at it."""
    return path.with_name(f".{path.name}{TEMPORARY}" if writer is None else f".{path.name}.{writer}{TEMPORARY}")


@contextmanager
def _packed(raw: IO[bytes], compression: str) -> Iterator[IO[bytes]]:
    """`raw` behind a compressor whose output depends on its input alone (no time, no file name)."""
    if compression == "gzip":
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as stream:
            yield cast(IO[bytes], stream)
    elif compression == "zstd":
        import zstandard

        with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(raw, closefd=False) as packed:
            yield cast(IO[bytes], packed)
    else:
        yield raw


def write_temporary(path: Path, chunks: Iterable[bytes], compression: str = "", writer: int | None = None) -> Path:
    """Writes `chunks` beside `path` and makes them durable; the name of that file. Raises DiskError, leaving none behind."""
    draft = temporary(path, writer)
    with disk_errors(path):
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            with os.fdopen(handle, "wb") as raw:
                os.fchmod(handle, FILE_MODE)  # whatever the umask left of it
                with _packed(raw, compression) as stream:
                    for chunk in chunks:
                        stream.write(chunk)
                raw.flush()
                os.fsync(handle)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    return draft


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Puts a file of `chunks` in the place of `path`, whole or not at all, whoever else does the same. Raises DiskError."""
    draft = write_temporary(path, chunks, writer=os.getpid())
    with disk_errors(path):
        draft.replace(path)
        sync_folder(path.parent)


def digest(path: Path) -> tuple[int, str]:
    """Size and SHA-256 (hexadecimal) of a file. Raises OSError."""
    made, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            made.update(chunk)
            size += len(chunk)
    return size, made.hexdigest()


def open_lines(path: Path) -> IO[bytes]:
    """A part as a binary stream of lines, unpacked by its ending. Use it with `with`.

    Damage shows while reading: OSError or EOFError for gzip, zstandard.ZstdError for zstd.
    """
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if path.suffix == ".zst":
        import zstandard

        return io.BufferedReader(zstandard.open(path, "rb"))
    return path.open("rb")
