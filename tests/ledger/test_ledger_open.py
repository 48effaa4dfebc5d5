"""One run at a time, and what a run says about a ledger that it cannot use."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chaos import finished
from crawls import A, article
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from test_ledger_rounds import rows

from crawler.feed import FeedError, verify
from crawler.ledger import DiskError, Held, Ledger, LedgerError, Link, State, WrongAddress
from crawler.ledger.dialect import upsert
from crawler.ledger.migrate import migrate
from crawler.ledger.open import connect
from crawler.ledger.tables import frontier, metadata


def filled(folder: Path) -> Path:
    """A ledger with 30 documents of a complete run; its file."""
    ledger = Ledger.open(folder)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.commit([article(f"{A}/{n}") for n in range(30)])
    ledger.end_run()
    ledger.close()
    return folder / "state" / "ledger.sqlite"


def hold(folder: Path, seconds: float) -> int:
    """A process that opens the ledger, says so by a file, and holds it; its number."""
    pid = os.fork()
    if not pid:
        try:
            Ledger.open(folder)
            (folder / "held").touch()
            time.sleep(seconds)
        finally:
            os._exit(1)
    while not (folder / "held").exists():
        time.sleep(0.005)
    return pid


def test_the_second_run_says_who_holds_the_folder(tmp_path: Path) -> None:
    pid = hold(tmp_path, 30)
    try:
        begin = time.monotonic()
        with pytest.raises(Held, match=rf"another run holds {tmp_path} \(process {pid}, since 2\d\d\d-") as held:
            Ledger.open(tmp_path)
        assert time.monotonic() - begin < 0.4
        assert held.value.pid == pid
        assert abs(held.value.since - time.time()) < 30
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    Ledger.open(tmp_path).close()


def test_a_stale_lock_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "state" / "lock").write_text(f"{os.getpid()} 1\n")
    Ledger.open(tmp_path).close()


@pytest.mark.parametrize("gap", [0.0, 0.02])
def test_of_several_that_start_together_one_runs(tmp_path: Path, gap: float) -> None:
    pids = []
    for _ in range(6):
        pid = os.fork()
        if not pid:
            status = 70
            try:
                Ledger.open(tmp_path)
                time.sleep(1)
                status = 0
            except Held as held:
                status = 75 if held.pid and held.pid != os.getpid() else 71
            finally:
                os._exit(status)
        pids.append(pid)
        time.sleep(gap)
    assert sorted(finished(pid, 10) or 0 for pid in pids) == [0, 75, 75, 75, 75, 75]


def test_the_files_are_not_for_everybody(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert {"ledger.sqlite", "ledger.sqlite-wal", "lock"} <= modes.keys()
    assert not {name for name, mode in modes.items() if mode & 0o007}
    ledger.close()


DAMAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("empty", lambda b: b""),
    ("short", lambda b: b[:50]),
    ("header only", lambda b: b[:4096]),
    ("half", lambda b: b[: len(b) // 2]),
    ("last page gone", lambda b: b[:-4096]),
    ("not a database", lambda b: b"<!doctype html>" * 1000),
    ("zeros", lambda b: bytes(len(b))),
    ("schema overwritten", lambda b: b[:100] + bytes(3996) + b[4096:]),
]


@pytest.mark.parametrize("damage", [d for _, d in DAMAGES], ids=[n for n, _ in DAMAGES])
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = filled(tmp_path)
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    for _ in range(2):
        with pytest.raises(LedgerError) as error:
            Ledger.open(tmp_path)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)
        assert "move it away" in str(error.value)
        assert path.read_bytes() == broken
    shutil.move(path, tmp_path / "old")
    Ledger.open(tmp_path).close()


def test_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE schema_version SET version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite has schema version 99, this program knows 4: use "):
        Ledger.open(tmp_path)
    assert path.read_bytes() == before


def test_migrations_go_forward_one_step_a_transaction(tmp_path: Path) -> None:
    filled(tmp_path)
    connection, place = connect(tmp_path / "state")

    def fifth(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sites ADD COLUMN note TEXT"))

    def sixth(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sites ADD COLUMN more TEXT"))
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        migrate(connection, place, {4: fifth, 5: sixth}, target=6)
    with connection.begin():
        columns = {row.name for row in connection.execute(text("PRAGMA table_info(sites)"))}
        assert connection.scalar(text("SELECT version FROM schema_version")) == 5
    assert "note" in columns
    assert "more" not in columns
    connection.close()


@pytest.mark.parametrize("signed", [False, True])
def test_signatures_of_the_first_version_are_not_taken_for_new_ones(tmp_path: Path, signed: bool) -> None:
    path = filled(tmp_path)
    database = sqlite3.connect(path)
    with database:
        database.execute("DELETE FROM signatures")
        database.execute("DROP TABLE samples")
        database.execute("UPDATE schema_version SET version = 1")
        if signed:
            database.execute("INSERT INTO signatures (id, blob) VALUES ('a', x'01')")
    database.close()
    if signed:
        with pytest.raises(LedgerError, match="move the folder state away and run `scrapy feed reindex`"):
            Ledger.open(tmp_path)
        database = sqlite3.connect(path)
        assert database.execute("SELECT version FROM schema_version").fetchone() == (1,)
        database.close()
    else:
        ledger = Ledger.open(tmp_path)
        assert list(ledger.signatures.samples()) == []
        ledger.close()


def test_a_ledger_may_lie_elsewhere(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.sqlite"
    for number in range(2):
        ledger = Ledger.open(tmp_path / "data", url=f"sqlite:///{place}")
        ledger.begin_run([Link(f"{A}/", "list", 40)])
        ledger.commit([article(f"{A}/{number}", f"第{number}篇：河边种树。")])
        ledger.end_run()
        ledger.close()
    assert place.exists() and not (tmp_path / "data" / "state" / "ledger.sqlite").exists()
    ledger = Ledger.open(tmp_path / "data", url=f"sqlite:///{place}")
    with pytest.raises(Held, match=re.escape(f"another run holds {place} (process")):
        Ledger.open(tmp_path / "other", url=f"sqlite:///{place}")
    ledger.close()
    Ledger.open(tmp_path / "other", url=f"sqlite:///{place}").close()
    assert len(rows(tmp_path / "data")) == 2
    for url, word in (("sqlite://", "names no file"), (f"sqlite:///{tmp_path}/no/such/x.sqlite", "a folder that is not there")):
        with pytest.raises(WrongAddress, match=word):
            Ledger.open(tmp_path / "data", url=url)


def without_excerpts(database: sqlite3.Connection) -> None:
    """Back to version 3."""
    database.execute("DROP INDEX outbox_excerpt")
    database.execute("DROP INDEX documents_successor")
    for table, column in (("documents", "excerpt"), ("documents", "successor"), ("outbox", "excerpt")):
        database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.execute("UPDATE schema_version SET version = 3")


def test_an_excerpt_of_a_ledger_of_version_3_is_superseded_by_name(tmp_path: Path) -> None:
    path = filled(tmp_path)
    database = sqlite3.connect(path)
    with database:
        without_excerpts(database)
        old, url = database.execute("SELECT id, url FROM documents LIMIT 1").fetchone()
    database.close()
    ledger = Ledger.open(tmp_path)
    ledger.begin_run()
    unit = article(f"{A}/whole", "第三十一篇：河边种树，一直种到桥头。")
    unit.supersedes = [old]
    ledger.commit([unit])
    ledger.end_run()
    ledger.close()
    (row,) = rows(tmp_path, "duplicates")
    assert (row["url"], row["title"], row["id"], row["kind"], row["truncated"]) == (url, "", old, "contained", True)
    assert unit.document and row["duplicate_of"] == unit.document.id
    assert verify(tmp_path) == []


def test_a_ledger_from_before_the_fleet_goes_on(tmp_path: Path) -> None:
    database = sqlite3.connect(filled(tmp_path))
    with database:
        without_excerpts(database)
        for table, column in (("frontier", "lease"), ("frontier", "holder"), ("parts", "worker"), ("runs", "worker")):
            database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("UPDATE schema_version SET version = 2")
    database.close()
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert [visit.url for visit in ledger.take(50)] == [f"{A}/"]
    ledger.commit([article(f"{A}/30", "第三十一篇：河边种树。")])
    ledger.end_run()
    ledger.close()
    assert verify(tmp_path) == []


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/{n}", "article", 20) for n in range(400)])
    with ledger._connection.begin():
        pages = ledger._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        ledger._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(DiskError, match=r"no space left for .*ledger\.sqlite: free some and start again"):
        while visits := ledger.take(50):
            ledger.commit([article(visit.url, "河边种树。" * 500) for visit in visits])
    assert ledger.pending
    ledger.close()
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/0", "article", 20)])
    while visits := ledger.take(50):
        ledger.commit([article(visit.url, "河边种树。" * 500) for visit in visits])
    ledger.end_run()
    assert ledger.counts()[State.DONE] == 400
    ledger.close()
    assert verify(tmp_path) == []
    names = [line for path in (tmp_path / "feed").glob("*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(names) == 400


def test_a_manifest_that_was_removed_is_written_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "feed" / "manifest.json"
    before = manifest.read_bytes()
    manifest.unlink()
    Ledger.open(tmp_path).close()
    assert manifest.read_bytes() == before


def test_a_feed_that_is_ahead_of_the_ledger_is_not_written_over(tmp_path: Path) -> None:
    """The state folder was lost or put back from a backup: new parts get new numbers."""
    filled(tmp_path)
    part = tmp_path / "feed" / "documents-00000001.jsonl"
    before = part.read_bytes()
    shutil.rmtree(tmp_path / "state")
    filled(tmp_path)
    assert part.read_bytes() == before
    assert {path.name for path in (tmp_path / "feed").glob("*.jsonl")} == {part.name, "documents-00000002.jsonl"}


def test_bad_settings_are_said_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="unknown compression"):
        Ledger.open(tmp_path / "x", compression="rar")
    for url, word in (
        ("nonsense", "no database address"),
        ("mysql://x/y", "names mysql"),
        ("oracle+x://y", "names oracle"),
    ):
        with pytest.raises(LedgerError, match=word):
            Ledger.open(tmp_path, url=url)
    (tmp_path / "file").touch()
    with pytest.raises(FeedError, match="set DATA_DIR"):
        Ledger.open(tmp_path / "file")


def test_the_same_tables_and_upserts_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()
    said = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    said += [str(CreateIndex(index).compile(dialect=dialect)) for t in metadata.sorted_tables for index in t.indexes]
    assert len(said) == 14
    assert any("WHERE state = 'queued'" in statement for statement in said)
    assert any("BIGSERIAL" in statement for statement in said)
    statement = upsert("postgresql", frontier).on_conflict_do_nothing(index_elements=["key"])
    assert "ON CONFLICT (key) DO NOTHING" in str(statement.compile(dialect=dialect))
