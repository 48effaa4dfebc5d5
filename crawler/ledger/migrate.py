"""From the version of the tables that lies there to the one of this program: forward, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect, select, text, update

from crawler.ledger.errors import LedgerError
from crawler.ledger.tables import VERSION, documents, new_name, outbox, samples, schema_version, signatures


def _samples(connection: Connection) -> None:
    """Version 2 keeps signatures of another kind: those of version 1 cannot be turned into them."""
    if connection.scalar(select(signatures.c.seq).limit(1)) is not None:
        raise LedgerError(
            "the ledger holds signatures of an earlier version: move the folder state away and run `scrapy feed reindex`"
        )
    samples.create(connection)


def _fleet(connection: Connection) -> None:
    """Version 3 knows which worker of a fleet has what."""
    _add(connection, "frontier", "lease BIGINT", "holder VARCHAR(80)")
    _add(connection, "parts", "worker VARCHAR(80)")
    _add(connection, "runs", "worker VARCHAR(80)")


def _excerpts(connection: Connection) -> None:
    """Version 4 knows which documents are excerpts, and what became of them; and the ledger has a name."""
    _add(connection, "documents", "excerpt TEXT DEFAULT ''", "successor VARCHAR(20)")  # "": nobody knows of those that are there
    _add(connection, "outbox", "excerpt VARCHAR(20)")
    _add(connection, "schema_version", "name VARCHAR(16)")
    connection.execute(update(schema_version).values(name=new_name()))
    for index in (*outbox.indexes, *documents.indexes):
        index.create(connection, checkfirst=True)


def _add(connection: Connection, table: str, *columns: str) -> None:
    """Adds those columns that are not there."""
    there = {column["name"] for column in inspect(connection).get_columns(table)}
    for column in columns:
        if column.split()[0] not in there:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column}"))


# MIGRATIONS[n] turns tables of version n into those of version n + 1, inside one transaction with the new number.
MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _samples, 2: _fleet, 3: _excerpts}


def migrate(
    connection: Connection,
    place: object,
    steps: Mapping[int, Callable[[Connection], None]] = MIGRATIONS,
    target: int = VERSION,
) -> None:
    """Brings the tables to version `target`. Raises LedgerError, changing nothing, when they are of a newer one."""
    with connection.begin():
        found = connection.scalar(select(schema_version.c.version))
    if found is None or found > target:
        raise LedgerError(
            f"{place} has schema version {found}, this program knows {target}: use the program that wrote it, or a newer one"
        )
    for version in range(found, target):
        with connection.begin():
            steps[version](connection)
            connection.execute(update(schema_version).values(version=version + 1))
