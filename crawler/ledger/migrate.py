"""From the version of the tables that lies there to the one of this program: forward, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select, update

from crawler.ledger.errors import LedgerError
from crawler.ledger.tables import VERSION, schema_version

# MIGRATIONS[n] turns tables of version n into those of version n + 1, inside one transaction with the new number.
MIGRATIONS: dict[int, Callable[[Connection], None]] = {}


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
