"""The tables of the ledger, and nothing that only one database understands.

Times are whole seconds since 1970 (UTC). What is in flight stands nowhere: it lives in memory, so that
a killed run leaves no trace that somebody would have to clear away. Only a fleet writes it down, as a lease that runs out.
"""

from __future__ import annotations

import secrets

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    literal_column,
    text,
)
from sqlalchemy.schema import ExecutableDDLElement

VERSION = 4  # of these tables; a step in migrate.py leads to each
metadata = MetaData()


def new_name() -> str:
    """A name for a ledger."""
    return secrets.token_hex(8)


class Bytes(LargeBinary):
    """Bytes as they are: both drivers take them without the usual wrapping, which costs a microsecond a value."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None


_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only in an INTEGER PRIMARY KEY

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, nullable=False),
    Column("name", String(16)),  # of this ledger, unlike any other's: workers of several fleets may have one Redis
)

# A site is a host without www. and m. Its round is one walk over it, from the first list to the last page
# that was queued; a run that is cut off leaves the round open and the next one goes on with it.
sites = Table(
    "sites",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("host", String(255), nullable=False, unique=True),
    Column("round", Integer, nullable=False, default=0),
    Column("open", Boolean, nullable=False, default=False),
    Column("run", BigInteger),  # the run that began the round
    Column("full", Boolean, nullable=False, default=False),  # the round walks everything
    Column("started", BigInteger),
    Column("profile", Text),  # JSON: what the pages of this site have in common
    Column("learned", BigInteger),
)

frontier = Table(
    "frontier",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Bytes(10), nullable=False, unique=True),  # the bytes of crawler.urls.document_id
    Column("url", Text, nullable=False),
    Column("site", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),  # article, list, paging, other, sitemap; part: a later page of an article
    Column("state", String(6), nullable=False),
    Column("priority", SmallInteger, nullable=False),  # higher comes first
    Column("depth", SmallInteger, nullable=False),
    Column("parent", BigInteger),  # the page on which it was first seen
    Column("root", BigInteger),  # of a paging page: the list that it belongs to
    Column("round", Integer, nullable=False),  # of its site, when it was first seen
    Column("visited_round", Integer, nullable=False, default=0),
    Column("walk", SmallInteger, nullable=False),  # of a list: crawler.ledger.walks.Walk
    Column("tries", SmallInteger, nullable=False, default=0),  # failures since the last success
    Column("next_visit", BigInteger),  # not before; NULL for never by itself
    Column("visited", BigInteger),
    Column("etag", Text),
    Column("last_modified", Text),
    Column(
        "result", Text
    ),  # of the last success: document (with its id when another address names it), duplicate of …, rejected: …; what has not changed is not told again
    Column("error", Text),  # of the last failure
    # In a fleet a queued page is handed out until then (epoch seconds), and to this worker ("": it lies in Redis).
    Column("lease", BigInteger),
    Column("holder", String(80)),
)
# Written out, not bound: a partial index is only used when its condition can be read in the statement.
IS_QUEUED = frontier.c.state == literal_column("'queued'")
_QUEUED = text("state = 'queued'")
Index(
    "frontier_queue",
    frontier.c.site,
    frontier.c.priority.desc(),
    frontier.c.id,
    sqlite_where=_QUEUED,
    postgresql_where=_QUEUED,
)
_PAGING = text("root IS NOT NULL")
Index("frontier_root", frontier.c.root, frontier.c.state, sqlite_where=_PAGING, postgresql_where=_PAGING)

_SUCCEEDED = text("successor IS NOT NULL")
documents = Table(
    "documents",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("url", Text, nullable=False),
    Column("content_hash", Bytes(32), nullable=False),
    Column("fingerprint", Bytes(16), nullable=False),  # of everything that makes a new revision
    Column("revision", Integer, nullable=False),
    Column("status", String(10), nullable=False),  # published, superseded, gone
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    # Of a document that its site cuts off: what a line of duplicates/ says of it (JSON), for the day its whole text comes;
    # and the id of that, when it has come.
    Column("excerpt", Text),
    Column("successor", String(20)),
    Index("documents_successor", "successor", sqlite_where=_SUCCEEDED, postgresql_where=_SUCCEEDED),
)

signatures = Table(
    "signatures",
    metadata,
    Column("seq", _Id, primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("blob", Bytes, nullable=False),
)

# What the index of signatures is built again from at a start: one row for each group of documents that was committed,
# which is read twenty times as fast as a row for each document.
samples = Table(
    "samples",
    metadata,
    Column("seq", _Id, primary_key=True),  # the order of arrival
    Column("ids", Text, nullable=False),  # one a line
    Column("sizes", Bytes, nullable=False),  # 4 bytes for each document: the bytes of its sample
    Column("blob", Bytes, nullable=False),  # the samples, one after the other
)

_EXCERPT = text("excerpt IS NOT NULL")
# Rows on their way into a part. They are deleted when the part lies published.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("excerpt", String(20)),  # the document that it is a cut off text of: the line may be taken back
    Column("line", Bytes, nullable=False),
    Index("outbox_kind", "kind", "id"),
    Index("outbox_excerpt", "excerpt", sqlite_where=_EXCERPT, postgresql_where=_EXCERPT),
    sqlite_autoincrement=True,  # a number that was used never comes back: a part's range stays its own
)

# A line lives for seconds: PostgreSQL need not pack it. That took 0.3 ms of a document's 4 (tests/benchmarks/growth.py --workers).
_PLAIN: ExecutableDDLElement = DDL("ALTER TABLE outbox ALTER COLUMN line SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]
event.listen(outbox, "after_create", _PLAIN.execute_if(dialect="postgresql"))

parts = Table(
    "parts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),  # sequence number of its first row
    Column("low", BigInteger, nullable=False),  # its range in the outbox
    Column("high", BigInteger, nullable=False),
    Column("compression", String(4), nullable=False),
    Column("done", Boolean, nullable=False, default=False),
    Column("name", Text),
    Column("rows", Integer),
    Column("bytes", BigInteger),
    Column("sha256", String(64)),
    Column("worker", String(80)),  # of a fleet: who publishes it
    UniqueConstraint("kind", "number"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("full", Boolean, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("status", String(12), nullable=False),  # running, complete, incomplete, limited, failed, killed
    Column("counts", Text, nullable=False),  # JSON, written with every group
    Column("worker", String(80)),  # of a fleet
)
