"""What happens to leases and to the shelf when servers are slow, away, shared, or answer nothing: on a real PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from fleet.servers import Postgres, Redis
from fleet.test_merge import DictShelf
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from crawler.ledger import Ended, Ledger, LedgerError, Link, Unit, Visit, WrongAddress
from crawler.ledger.fleet import Fleet, ShelfAway
from crawler.ledger.transactions import WRITERS

A = "http://a.example"


def opened(folder: Path, database: str, shelf: DictShelf, lease: float = 60, patience: float = 0) -> Ledger:
    ledger = Ledger.open(folder, url=database, fleet=Fleet(shelf, lease=lease, patience=patience))
    ledger.begin_run([Link(f"{A}/{number}.html") for number in range(5)])
    return ledger


def ends_whole(ledger: Ledger, visits: Sequence[Visit]) -> Ended:
    """Brings the pages of `visits` and of all that is still to be had."""
    end = time.monotonic() + 20
    for visit in visits:
        ledger.add(Unit(visit.url))
    while ledger.pending or ledger.ready():
        assert time.monotonic() < end, "the crawl does not end"
        ledger.commit()
        ledger.tick()
        for visit in ledger.take(9):
            ledger.add(Unit(visit.url))
        time.sleep(0.05)
    return ledger.end_run()


def test_a_page_in_flight_is_not_begun_again_when_its_lease_ran_out(tmp_path: Path, database: str) -> None:
    """As after a database that was away for longer: what was under way twice was never counted down."""
    ledger = opened(tmp_path, database, DictShelf(), lease=1)
    taken = ledger.take(4)
    time.sleep(2.2)
    for _ in range(3):
        more = ledger.take(9)
        assert not {visit.id for visit in more} & {visit.id for visit in taken}
        taken += more
    assert len(taken) == ledger.in_flight == 5
    assert ends_whole(ledger, taken) is Ended.COMPLETE
    ledger.close()


def test_a_page_in_flight_that_lies_on_the_shelf_again_stays_one(tmp_path: Path, database: str) -> None:
    """Another worker laid it out once more, before this one said that it is at it."""
    shelf = DictShelf()
    ledger = opened(tmp_path, database, shelf)
    taken = ledger.take(2)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("update frontier set holder = '', lease = 1 where id = %s", [taken[0].id])
    for place in shelf.pages:
        shelf.pages[place].insert(0, taken[0])
    assert taken[0].id not in {visit.id for visit in ledger.take(9)}
    ledger.close()


def test_pages_whose_handing_out_was_never_heard_of_are_free_after_their_lease(tmp_path: Path, database: str) -> None:
    """The commit reached the server, its answer did not come back."""
    ledger = opened(tmp_path, database, DictShelf(), lease=2, patience=20)
    armed = True

    @event.listens_for(ledger._connection.engine, "commit")
    def lost(connection: object) -> None:
        nonlocal armed
        if armed:
            armed = False
            driver = connection.connection.dbapi_connection  # type: ignore[attr-defined]
            driver.commit()
            driver.close()

    taken = ledger.take(3)
    assert not armed and len(taken) < 5
    assert ends_whole(ledger, taken) is Ended.COMPLETE
    ledger.close()


class AskingShelf(DictShelf):
    """Looks whether the lock of all writers is free whenever it is asked, and may be away."""

    def __init__(self, database: str):
        super().__init__()
        self.away, self.asked, self.held = False, 0, 0
        self._other = psycopg.connect(database.replace("+psycopg", ""), autocommit=True)

    def _look(self) -> None:
        self.asked += 1
        row = self._other.execute(f"select pg_try_advisory_lock({WRITERS})").fetchone()
        assert row
        self.held += not row[0]
        self._other.execute("select pg_advisory_unlock_all()")
        if self.away:
            raise ShelfAway("cannot reach Redis")

    def put(self, place: str, visits: Sequence[Visit]) -> None:
        self._look()
        super().put(place, visits)

    def take(self, place: str, most: int) -> list[Visit]:
        self._look()
        return super().take(place, most)

    def close(self) -> None:
        self._other.close()


def test_a_slow_redis_holds_up_nobody_else_and_is_left_alone_for_a_while(tmp_path: Path, database: str) -> None:
    shelf = AskingShelf(database)
    ledger = opened(tmp_path, database, shelf)
    assert len(ledger.take(2)) == 2
    assert shelf.asked >= 2 and shelf.held == 0, "the writers' lock was free while Redis was asked"
    shelf.away, before = True, shelf.asked
    for _ in range(20):
        assert ledger.take(2) == []
    assert shelf.asked == before + 1
    shelf.away = False
    time.sleep(0.6)
    assert len(ledger.take(9)) == 3
    ledger.close()
    shelf.close()


def test_pages_that_do_not_reach_the_shelf_are_laid_out_once_more(tmp_path: Path, database: str) -> None:
    shelf = DictShelf()
    ledger = opened(tmp_path, database, shelf)

    def away(place: str, visits: Sequence[Visit]) -> None:
        raise ShelfAway("cannot reach Redis")

    put, shelf.put = shelf.put, away  # type: ignore[method-assign]
    taken = ledger.take(2)
    assert len(taken) == 2, "these were leased before"
    shelf.put = put  # type: ignore[method-assign]
    time.sleep(0.6)
    assert ends_whole(ledger, taken) is Ended.COMPLETE
    ledger.close()


@pytest.mark.parametrize("full", [False, True])
def test_a_full_run_asks_for_what_an_earlier_run_laid_out_without_conditions(tmp_path: Path, database: str, full: bool) -> None:
    shelf = DictShelf()
    ledger = Ledger.open(tmp_path, url=database, fleet=Fleet(shelf, patience=0))
    ledger.begin_run([Link(f"{A}/{number}.html") for number in range(5)], full=full)
    ledger.take(1)
    for place, lying in shelf.pages.items():
        shelf.pages[place] = [replace(visit, etag='"1"', last_modified="then") for visit in lying]
    assert {(visit.etag, visit.last_modified) for visit in ledger.take(9)} == {("", "") if full else ('"1"', "then")}
    ledger.close()


def at_once(workers: int, work: Callable[[], None]) -> None:
    """Lets so many threads do it; raises what one of them raised."""
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work) for _ in range(workers)]:
            done.result(timeout=60)


class LockedShelf(DictShelf):
    """Asked by several threads; it loses what is laid on it every third time, so that pages are laid out again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._lock, self._puts = threading.Lock(), 0

    def put(self, place: str, visits: Sequence[Visit]) -> None:
        with self._lock:
            self._puts += 1
            if self._puts % 3:
                super().put(place, visits)

    def take(self, place: str, most: int) -> list[Visit]:
        with self._lock:
            return super().take(place, most)


def test_no_page_is_given_to_two_workers_that_ask_at_once(tmp_path: Path, database: str) -> None:
    shelf, given = LockedShelf(), list[int]()
    starts = [Link(f"http://{host}.example/{number}.html") for host in "ab" for number in range(300)]

    def work() -> None:
        ledger = Ledger.open(tmp_path, url=database, fleet=Fleet(shelf, patience=0))
        ledger.begin_run(starts)
        while ledger.ready() or ledger.in_flight:
            visits = ledger.take(7)
            given.extend(visit.id for visit in visits)
            ledger.commit([Unit(visit.url) for visit in visits])
        ledger.close()

    at_once(4, work)
    assert sorted(given) == sorted(set(given)) and len(given) == 600


def test_two_fleets_may_have_one_redis(tmp_path: Path, postgres: Postgres) -> None:
    shelf = DictShelf()
    one, other = (opened(tmp_path / name, postgres.database(), shelf) for name in ("one", "other"))
    found = one.take(2), other.take(2)
    assert all(len(visits) == 2 for visits in found)
    assert len(shelf.pages) == 2, "each has a place of its own"
    for ledger, visits in zip((one, other), found, strict=True):
        assert ends_whole(ledger, visits) is Ended.COMPLETE
        ledger.close()


def test_what_lies_in_redis_and_is_no_page_is_thrown_away(redis_server: Redis, caplog: pytest.LogCaptureFixture) -> None:
    from crawler.fleet.server import PREFIX, connect
    from crawler.fleet.shelf import KEPT_SECONDS, RedisShelf

    shelf = RedisShelf(connect(redis_server.url))
    visit = Visit(id=1, url=f"{A}/", host="a.example", kind="list", priority=3, depth=0, tries=0, etag="", last_modified="")
    shelf.put("here", [visit])
    key = f"{PREFIX}queue:here"
    assert 0 < redis_server.client().ttl(key) <= KEPT_SECONDS
    redis_server.client().zadd(key, {b"\xc1 nothing that msgpack knows": -9, b"\x80": -8})
    assert shelf.take("here", 9) == [visit]
    assert caplog.text.count("is thrown away") == 2
    redis_server.client().set(f"{PREFIX}queue:there", "text")
    with pytest.raises(ShelfAway, match=r"Redis refuses .*WRONGTYPE.*name another database"):
        shelf.take("there", 1)


def test_a_crawl_without_a_fleet_is_not_let_in_when_the_server_was_started_again(tmp_path: Path, postgres: Postgres) -> None:
    database = postgres.database()
    ledger = opened(tmp_path / "fleet", database, DictShelf(), patience=20)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")
    assert ledger.counts()  # it comes back, and says that it is there
    with pytest.raises(LedgerError, match=r"another crawl uses .*with REDIS_URL"):
        Ledger.open(tmp_path / "alone", url=database)
    ledger.close()


def test_a_worker_that_stands_still_while_it_writes_is_cut_off(tmp_path: Path, database: str) -> None:
    still = opened(tmp_path, database, DictShelf())
    with still._connection.begin():
        assert still._connection.exec_driver_sql("show idle_in_transaction_session_timeout").scalar() == "30s"
    other = opened(tmp_path, database, DictShelf())
    writing = still._connection.begin()
    still._connection.exec_driver_sql("set local idle_in_transaction_session_timeout = 500")
    still._connection.exec_driver_sql(f"select pg_advisory_xact_lock({WRITERS})")
    began = time.monotonic()
    other.commit([Unit(visit.url) for visit in other.take(9)])  # waits for the lock
    assert 0.2 < time.monotonic() - began < 20
    with pytest.raises(DBAPIError):
        writing.commit()
    for ledger in (still, other):
        ledger.close()


def test_a_database_in_ascii_will_do(tmp_path: Path, postgres: Postgres) -> None:
    """What initdb makes where no language is set."""
    database = postgres.database()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create database bare template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'")
    ledger = opened(tmp_path, database.rpartition("/")[0] + "/bare", DictShelf())
    assert ends_whole(ledger, ledger.take(9)) is Ended.COMPLETE
    ledger.close()


def test_databases_that_cannot_be_written_are_said(tmp_path: Path, postgres: Postgres) -> None:
    database = postgres.database()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create database still")
        connection.execute("alter database still set default_transaction_read_only = on")
        connection.execute("create role guest login password 'pw'")
    server = database.rpartition("/")[0]
    with pytest.raises(LedgerError, match=r"may not be written .*read-only"):
        Ledger.open(tmp_path / "a", url=f"{server}/still")
    with pytest.raises(LedgerError, match=r"may not be written .permission denied"):
        Ledger.open(tmp_path / "b", url=f"postgresql+psycopg://guest:pw@{server.rpartition('@')[2]}/postgres")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql+psycopg://x@127.0.0.1:abc/y", "no database address"),
        ("postgresql+strange://x@127.0.0.1:1/y", r"a driver that is not known .postgresql\+strange"),
        ("postgresql+psycopg://x:p@ss@127.0.0.1:1/y", "write it as %40"),
        ("postgresql+psycopg://x@127.0.0.1:1/y?foo=bar", 'invalid connection option "foo"'),
    ],
)
def test_addresses_that_are_none(tmp_path: Path, url: str, word: str) -> None:
    with pytest.raises(WrongAddress, match=word) as said:
        Ledger.open(tmp_path, url=url)
    assert "ss@" not in str(said.value), "a piece of the password"


def test_workers_that_migrate_at_once(tmp_path: Path, database: str) -> None:
    opened(tmp_path, database, DictShelf()).close()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        for table, column in (("documents", "excerpt"), ("documents", "successor"), ("outbox", "excerpt"), ("schema_version", "name")):
            connection.execute(f"alter table {table} drop column {column}")  # type: ignore[arg-type,unused-ignore]
        connection.execute("update schema_version set version = 3")
    at_once(6, lambda: Ledger.open(tmp_path, url=database, fleet=Fleet(DictShelf(), patience=0)).close())
    ledger = opened(tmp_path, database, DictShelf())
    assert ledger.take(1)
    ledger.close()
