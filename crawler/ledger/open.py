"""A connection to the ledger's database: made when there is none, looked at and migrated when there is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect

from crawler.feed.errors import disk_errors
from crawler.feed.files import sync_folder
from crawler.feed.folders import FILE_MODE
from crawler.ledger.dialect import make_engine
from crawler.ledger.errors import LedgerError, damaged, database_errors
from crawler.ledger.migrate import migrate
from crawler.ledger.tables import VERSION, metadata, schema_version

FILE = "ledger.sqlite"
_MAGIC = b"SQLite format 3\0"


def _make_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))


def _create(path: Path) -> None:
    """A new database appears whole, by rename: a file without tables is never ours, so it is never mistaken for a new one."""
    draft = path.with_name(f".{path.name}.new")
    with disk_errors(path), database_errors(path):
        for leftover in path.parent.glob(f"{draft.name}*"):
            leftover.unlink()
        engine = make_engine(f"sqlite:///{draft}")
        try:
            _make_tables(engine)
        finally:
            engine.dispose()
        draft.chmod(FILE_MODE)
        draft.rename(path)
        sync_folder(path.parent)


def _look(path: Path) -> None:
    """Raises LedgerError when the file is no database. SQLite itself sees at the first read when its end is missing."""
    with disk_errors(path), path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        raise damaged(path, f"cut to {len(head)} bytes")
    if not head.startswith(_MAGIC):
        raise damaged(path, "not an SQLite database")


def connect(state: Path, url: str = "") -> tuple[Connection, str]:
    """A connection to the ledger below the folder `state` (or at `url`), with tables of this version, and its name for people.

    Raises LedgerError for a database that is damaged or of a newer version (it is kept), DiskError when the
    disk does not take it.
    """
    if url:
        return _remote(url)
    path = state / FILE
    if not path.exists():
        _create(path)
    _look(path)
    connection = None
    try:
        with database_errors(path):
            connection = make_engine(f"sqlite:///{path}").connect()
            _check_tables(connection, path)
            migrate(connection, path)
    except BaseException:
        if connection is not None:
            connection.close()
            connection.engine.dispose()
        raise
    return connection, str(path)


def _remote(url: str) -> tuple[Connection, str]:
    engine = make_engine(url)
    place = engine.url.render_as_string(hide_password=True)
    try:
        with database_errors(place):
            connection = engine.connect()
            with connection.begin():
                empty = not inspect(connection).has_table(schema_version.name)
            if empty:
                _make_tables(engine)
            migrate(connection, place)
    except LedgerError:
        engine.dispose()
        raise
    return connection, place


def _check_tables(connection: Connection, place: object) -> None:
    with connection.begin():
        names = set(inspect(connection).get_table_names())
    if schema_version.name not in names:
        raise LedgerError(f"{place} is no ledger (it has no table {schema_version.name}): move it away")
