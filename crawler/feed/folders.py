"""Where parts lie and what they are called."""

from __future__ import annotations

import os
import re
from pathlib import Path

from crawler.feed.errors import FeedError

SCHEMA_VERSION = 1
# What a row can be, and the folder below the data folder where its parts lie.
FOLDERS = {"documents": "feed", "duplicates": "duplicates", "rejected": "rejected"}
# The setting FEED_COMPRESSION, and the ending that it gives a part.
COMPRESSIONS = {"": "", "gzip": ".gz", "zstd": ".zst"}
MANIFEST = "manifest.json"
FILE_MODE = 0o640  # documents are for the operator's group, not for everybody on the machine
FOLDER_MODE = 0o750
_PART = re.compile(r"(documents|duplicates|rejected)-(\d{8,})\.jsonl(\.gz|\.zst)?")


def part_name(kind: str, number: int, compression: str = "") -> str:
    """`documents-00000001.jsonl`: names sort in the order of publication."""
    return f"{kind}-{number:08d}.jsonl{COMPRESSIONS[compression]}"


def part_number(kind: str, name: str) -> int | None:
    """The number in the name of a part of `kind`, or None for any other file."""
    match = _PART.fullmatch(name)
    return int(match[2]) if match and match[1] == kind else None


def check_compression(value: str) -> str:
    """`value` when it is a way to compress that works here. Raises FeedError naming the cure otherwise."""
    if value not in COMPRESSIONS:
        raise FeedError(f"unknown compression {value!r}: leave it empty, or use gzip or zstd")
    if value == "zstd":
        try:
            import zstandard  # noqa: F401
        except ImportError:
            raise FeedError(
                "compression zstd needs the package zstandard: pip install zstandard, or use gzip"
            ) from None
    return value


def prepare_folder(data_dir: str | Path) -> Path:
    """The data folder, with the folders of the feed made below it. Raises FeedError when it cannot be used."""
    root = Path(data_dir)
    try:
        for folder in (root, *(root / name for name in FOLDERS.values())):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise FeedError(f"cannot write into {folder}: change its owner or mode, or set DATA_DIR")
    except OSError as error:
        cause = "it is a file" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise FeedError(
            f"cannot use {error.filename or root} as data folder ({cause}): set DATA_DIR to another"
        ) from error
    return root
