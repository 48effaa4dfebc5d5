"""What can go wrong with a folder of published parts. Every message is one line for people: the thing, then the cure."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}


class FeedError(Exception):
    """The feed cannot be read, written or trusted as it lies there."""


class DiskError(FeedError):
    """The disk is full or does not take what is written. Nothing that was committed is lost: the next run goes on."""


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns an OSError while writing at `path` into a DiskError that names it."""
    try:
        yield
    except OSError as error:
        place = error.filename or path
        if error.errno in _FULL:
            raise DiskError(f"no space left for {place}: free some and start again, the run goes on") from error
        raise DiskError(f"cannot write {place}: {error.strerror or error}") from error
