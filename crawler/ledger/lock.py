"""One run at a time on a data folder."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from crawler.feed.errors import disk_errors
from crawler.feed.folders import FILE_MODE, FOLDER_MODE
from crawler.ledger.errors import Held

# The holder writes its name right after it has the lock; who finds a name of nobody alive waits this long for it.
_PATIENCE = 0.5


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Lock:
    """Held from the moment it is made until `release` or the end of the process, however that comes.

    The kernel lets go of the lock when its process dies, so a killed run is no obstacle; the file's text
    (`pid since`) only tells people who it is. Raises Held, or DiskError when the file cannot be written.
    `shared`: workers of a fleet hold it together, and nobody holds it alone meanwhile. `what` is held, for people: the folder
    around `folder` unless it is given.
    """

    def __init__(self, folder: Path, name: str = "lock", shared: bool = False, what: Path | None = None):
        self.path = folder / name
        with disk_errors(self.path):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, FILE_MODE)
            try:
                fcntl.flock(self._handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                held = Held(what or folder.parent, *self._holder())
                os.close(self._handle)
                raise held from None
            self._sign()

    @classmethod
    def free(cls, folder: Path, name: str) -> Lock | None:
        """The lock of that name, or None when somebody has it."""
        try:
            return cls(folder, name)
        except Held:
            return None

    def _sign(self) -> None:
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"{os.getpid()} {int(time.time())}\n".encode(), 0)
        except OSError:
            os.close(self._handle)
            raise

    def _holder(self) -> tuple[int, float]:
        """Process number and start of who holds the lock; (0, 0) when it has not said yet."""
        end = time.monotonic() + _PATIENCE
        while True:
            words = os.pread(self._handle, 100, 0).split()
            if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and _alive(int(words[0])):
                return int(words[0]), float(words[1])
            if time.monotonic() > end:
                return 0, 0.0
            time.sleep(0.01)

    def release(self) -> None:
        """Lets the next run in. The file stays: removing it would let two runs hold two files of one name."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
