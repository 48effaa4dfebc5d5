"""A connection to the ledger's database: made when there is none, looked at and migrated when there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, func, insert, inspect, select
from sqlalchemy.exc import ProgrammingError

from crawler.feed.errors import disk_errors
from crawler.feed.files import sync_folder
from crawler.feed.folders import FILE_MODE
from crawler.ledger.dialect import make_engine, parse
from crawler.ledger.errors import LedgerError, WrongAddress, damaged, database_errors
from crawler.ledger.lock import Lock
from crawler.ledger.migrate import migrate
from crawler.ledger.tables import VERSION, metadata, new_name, schema_version
from crawler.ledger.transactions import CRAWLS, MAKERS

FILE = "ledger.sqlite"
_MAGIC = b"SQLite format 3\0"


def _make_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION, name=new_name()))


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


def connect(state: Path, url: str = "", fleet: bool | None = None) -> tuple[Connection, str]:
    """A connection to the ledger below the folder `state` (or at `url`), with tables of this version, and its name for people.

    Raises LedgerError for a database that is damaged or of a newer version (it is kept), DiskError when the
    disk does not take it.
    """
    if url and parse(url).get_backend_name() != "sqlite":
        return _remote(url, fleet)
    path = _file(url) if url else state / FILE
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


def _file(url: str) -> Path:
    """The file that a sqlite:/// address names."""
    name = parse(url).database
    if not name or name == ":memory:":
        raise WrongAddress("LEDGER_URL names no file: use sqlite:///folder/ledger.sqlite, and four slashes from the root")
    path = Path(name).absolute()
    if not path.parent.is_dir():
        raise WrongAddress(f"LEDGER_URL names a file in a folder that is not there: make {path.parent} first")
    return path


def lock_of(url: str) -> Lock | None:
    """The lock of an SQLite file that LEDGER_URL names: crawls with other data folders may name it too. Raises Held, WrongAddress."""
    if not url or parse(url).get_backend_name() != "sqlite":
        return None
    path = _file(url)
    return Lock(path.parent, f"{path.name}.lock", what=path)


def _remote(url: str, fleet: bool | None) -> tuple[Connection, str]:
    engine = make_engine(url)
    place = engine.url.render_as_string(hide_password=True)
    connection: Connection | None = None
    try:
        if fleet is not None:
            event.listen(engine, "connect", lambda made, _: _one_at_a_time(made, place, fleet))
        with database_errors(place):
            try:
                connection = engine.connect()
            except ProgrammingError as error:  # a parameter that there is not
                raise WrongAddress(f"LEDGER_URL is no address that can be used: {str(error.orig).strip()}") from None
            with connection.begin():
                connection.execute(select(func.pg_advisory_lock(MAKERS)))  # workers start together
            with connection.begin():
                if not inspect(connection).has_table(schema_version.name):
                    metadata.create_all(connection)
                    connection.execute(insert(schema_version).values(version=VERSION, name=new_name()))
            migrate(connection, place)
            with connection.begin():
                connection.execute(select(func.pg_advisory_unlock(MAKERS)))
    except LedgerError:
        if connection is not None:
            connection.close()
        engine.dispose()
        raise
    return connection, place


def _one_at_a_time(made: Any, place: str, fleet: bool) -> None:
    """A crawl without a fleet has the database for itself: it knows of no leases. Asked of each connection (`made`, the driver's),
    for a server that was started again has forgotten who is there. Raises LedgerError when others are."""
    lock = "pg_try_advisory_lock_shared" if fleet else "pg_try_advisory_lock"
    with made.cursor() as cursor:
        alone = cursor.execute(f"SELECT {lock}({CRAWLS})").fetchone()[0]
    made.commit()
    if not alone:
        made.close()
        cure = "a crawl without REDIS_URL is at work there" if fleet else "start this one as a worker, with REDIS_URL"
        raise LedgerError(f"another crawl uses {place}: wait for its end ({cure})")


def _check_tables(connection: Connection, place: object) -> None:
    with connection.begin():
        names = set(inspect(connection).get_table_names())
    if schema_version.name not in names:
        raise LedgerError(f"{place} is no ledger (it has no table {schema_version.name}): move it away")
