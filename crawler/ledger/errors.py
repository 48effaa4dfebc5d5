"""What can stop a run at its ledger. Every message is one line for people: the thing, then the cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError, OperationalError

from crawler.feed.errors import DiskError

# Primary result codes of SQLite (the low byte of the extended ones), https://www.sqlite.org/rescode.html
_BUSY, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 8, 10, 11, 13, 14, 26
_PG_DISK_FULL, _PG_FORBIDDEN, _PG_READ_ONLY = "53100", "42501", "25006"
# Classes of SQLSTATE (PostgreSQL manual, appendix A): connection exception, operator intervention (shutdown, starting up).
_PG_AWAY = ("08", "57")


class LedgerError(Exception):
    """The ledger cannot be used as it is. Its file is kept as it lies."""


class WrongAddress(LedgerError):
    """LEDGER_URL names nothing that can be a ledger: a mistake of whoever wrote it, exit status 2."""


class Held(LedgerError):
    """Another run works on the data folder: exit status 75."""

    def __init__(self, folder: object, pid: int, since: float):
        when = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if since else "just now"
        who = f"process {pid}, since {when}" if pid else "a process that is just starting"
        super().__init__(f"another run holds {folder} ({who}): wait for its end, or use another DATA_DIR")
        self.pid, self.since = pid, since


def _first(why: object) -> str:
    """What a database says, in one line."""
    return (str(why).strip().splitlines() or [type(why).__name__])[0]


class Away(LedgerError):
    """The database cannot be reached at the moment. What was not committed may be tried again."""

    def __init__(self, place: object, why: object):
        super().__init__(f"cannot reach {place} ({_first(why)}): start the server, or look at LEDGER_URL")


def damaged(place: object, why: object) -> LedgerError:
    return LedgerError(
        f"{place} is damaged ({why}): put a backup in its place; or move it away, with its -wal and -shm files if there are any, and run scrapy feed reindex"
    )


@contextmanager
def database_errors(place: object) -> Iterator[None]:
    """Turns what the database reports into a DiskError or LedgerError that names `place`."""
    try:
        yield
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        lost = error.connection_invalidated or (isinstance(error, OperationalError) and not hasattr(error.orig, "sqlite_errorcode") and not state)
        if lost or state[:2] in _PG_AWAY:
            raise Away(place, error.orig) from error
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code == _FULL or getattr(error.orig, "sqlstate", "") == _PG_DISK_FULL:
            raise DiskError(f"no space left for {place}: free some and start again, the run goes on") from error
        if code in (_IOERR, _READONLY, _CANTOPEN):
            raise DiskError(
                f"cannot write {place} ({error.orig}): look at the disk and the owner of the folder"
            ) from error
        if code in (_CORRUPT, _NOTADB):
            raise damaged(place, error.orig) from error
        if state in (_PG_FORBIDDEN, _PG_READ_ONLY):
            raise LedgerError(
                f"{place} may not be written ({_first(error.orig)}): use a database that belongs to the user of LEDGER_URL and can be written"
            ) from error
        if code == _BUSY:
            raise LedgerError(f"{place} is in use by another program: end it and start again") from error
        raise


__all__ = ["Away", "DiskError", "Held", "LedgerError", "damaged", "database_errors"]
