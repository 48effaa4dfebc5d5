"""The one file that knows which database it is: engines, and `INSERT … ON CONFLICT`."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from crawler.ledger.errors import WrongAddress

Upsert = sqlite.Insert | postgresql.Insert
CHUNK = 500  # values in one IN (…); SQLite takes 32,766 parameters, and longer statements gain nothing
_PG_WAITS = {
    # A database in SQL_ASCII, which initdb makes in a bare container, gives bytes otherwise.
    "client_encoding": "UTF8",
    "connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000,
}  # fmt: skip
# The server looks after its end in the same way: a worker that is cut off while it writes holds the lock of all writers.
# One whose process stands still (a machine that is suspended) still has a kernel that answers: its transaction ends after half a minute.
_PG_SERVER_WAITS = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000 "
    "-c idle_in_transaction_session_timeout=30000"
)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit is on the disk when it returns, power cuts included
    # 8 MB: what a tree is entered by. The rest lies in the system's own cache: 30,000 documents cost the same with 32 MB.
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA busy_timeout = 5000",  # a report may be reading
)


def upsert(dialect: str, table: Table) -> Upsert:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing` for the database at hand."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def parse(url: str) -> URL:
    """A LEDGER_URL in its parts. Raises WrongAddress when it is none that can be used."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise WrongAddress("LEDGER_URL is no database address: use sqlite:///… or postgresql+psycopg://…") from None
    if "@" in (parsed.host or ""):
        raise WrongAddress("LEDGER_URL has an @ too many: in a name or a password write it as %40")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise WrongAddress(f"LEDGER_URL names {parsed.get_backend_name()}: use sqlite:///… or postgresql+psycopg://…")
    return parsed


def make_engine(url: str) -> Engine:
    """An engine for a LEDGER_URL. Raises WrongAddress when the address or its driver is not usable."""
    parsed = parse(url)
    try:
        if parsed.get_backend_name() == "postgresql":
            # A server that vanishes without a word is noticed after about ten seconds instead of hours.
            given = str(parsed.query.get("options", ""))
            return create_engine(parsed, connect_args={**_PG_WAITS, "options": f"{_PG_SERVER_WAITS} {given}".strip()})
        # One connection for the life of the ledger, used by one thread at a time.
        engine = create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    except ImportError as error:
        raise WrongAddress(f"LEDGER_URL needs the package {error.name}: pip install '.[fleet]'") from None
    except NoSuchModuleError:
        raise WrongAddress(f"LEDGER_URL names a driver that is not known ({parsed.drivername}): use postgresql+psycopg://…") from None
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def reading_engine(url: str) -> Engine:
    """An engine that can only read: it changes no setting of the database, takes no lock that a crawl would wait for, and
    makes no file. Raises WrongAddress as `make_engine` does."""
    parsed = parse(url)
    if parsed.get_backend_name() == "postgresql":
        return make_engine(url).execution_options(postgresql_readonly=True)
    path = Path(parsed.database or "").absolute()
    # Without a log beside it nobody writes: SQLite then need not make the files by which readers and writers agree.
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    address = f"{path.as_uri()}?mode=ro{still}"
    return create_engine("sqlite://", poolclass=StaticPool, creator=lambda: sqlite3.connect(address, uri=True))


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes late and not before reads
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
