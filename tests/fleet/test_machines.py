"""A fleet on several machines: servers, a library and two workers, each with a network, and a data folder, of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import REPO, Run
from fleet.far_library import FarLibrary, arrivals
from fleet.machines import Machine, machines
from fleet.servers import PASSWORD, Postgres, Redis

from crawler.feed import verify
from crawler.settings import CONCURRENT_REQUESTS_PER_DOMAIN

ARTICLES = 120
DELAY = 0.08
LEASE = 3
ADDRESS_WORDS = ("-s", "AUTOTHROTTLE_ENABLED=False", "-s", "FEED_PART_ROWS=15", "-s", f"FLEET_LEASE_SECONDS={LEASE}", "-s", f"DOWNLOAD_DELAY={DELAY}")


class Place:
    """All the machines, with the servers running."""

    def __init__(self, made: list[Machine]):
        self.servers, self.site, *self.workers = made
        self.postgres = Postgres(self.servers)
        self.redis = Redis(self.servers)

    def close(self) -> None:
        self.redis.stop()
        self.postgres.close()


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with machines("servers", "site", "a", "b") as made:
        found = Place(made)
        yield found
        found.close()


@pytest.fixture
def database(place: Place) -> str:
    return place.postgres.database()


WRITE = """
import sys, time
from sqlalchemy import func, select
from crawler.ledger.dialect import make_engine
from crawler.ledger.transactions import WRITERS
began = time.monotonic()
with make_engine(sys.argv[1]).connect() as connection, connection.begin():
    connection.execute(select(func.pg_advisory_xact_lock(WRITERS)))
    print(time.monotonic() - began, flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_machine_that_is_cut_off_while_it_writes_holds_nobody_up_for_long(place: Place, database: str) -> None:
    a, b = place.workers

    def write(machine: Machine, seconds: int) -> subprocess.Popen[str]:
        command = [*machine.inside, sys.executable, "-c", WRITE, database, str(seconds)]
        return subprocess.Popen(command, cwd=REPO, env=os.environ | {"PYTHONPATH": str(REPO)}, stdout=subprocess.PIPE, text=True)

    first = write(a, 60)
    try:
        assert first.stdout and float(first.stdout.readline()) < 5
        a.cut()
        waited, _ = write(b, 0).communicate(timeout=40)
        assert 3 < float(waited) < 20
    finally:
        a.join()
        first.kill()
        first.communicate()


class Crawl:
    """The library, and a worker on each machine."""

    def __init__(self, place: Place, database: str, folder: Path):
        self.place, self.log = place, folder / "arrivals"
        self.library = FarLibrary(place.site.address, ARTICLES)
        self.folders = [folder / machine.namespace for machine in place.workers]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
        self.env = kept | {"WENKU_REDIS_URL": place.redis.url, "WENKU_LEDGER_URL": database, "PYTHONPATH": str(REPO)}
        self.log.touch()
        self._serve = self._start(place.site, "-m", "tests.fleet.far_library", place.site.address, str(self.log), str(ARTICLES))
        self.workers = [self._work(machine, data) for machine, data in zip(place.workers, self.folders, strict=True)]

    def _start(self, machine: Machine, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*machine.inside, sys.executable, *words], cwd=REPO, env=self.env, stderr=subprocess.PIPE, text=True)

    def _work(self, machine: Machine, data: Path) -> subprocess.Popen[str]:
        command = ("-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={self.library.start}", "-s", f"DATA_DIR={data}")
        return self._start(machine, *command, *ADDRESS_WORDS)

    def pages(self, machine: Machine) -> int:
        """How many a machine has asked for so far."""
        return sum(each.client == machine.address for each in arrivals(self.log))

    def until(self, reached: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end, "the workers do not come so far"
            time.sleep(0.05)

    def finish(self) -> list[str]:
        """The words of both workers, which must end well."""
        said = [worker.communicate(timeout=60)[1] for worker in self.workers]
        for worker, words in zip(self.workers, said, strict=True):
            assert worker.returncode == 0 and "Traceback" not in words, words
            assert " 0 queued" in words and " 0 failed" in words and PASSWORD not in words, words
        return said

    def check_whole(self) -> None:
        """The parts of both folders together are the feed: every document once, numbers given once."""
        rows, names = [], []
        for data in self.folders:
            assert verify(data) == []
            rows += Run(subprocess.CompletedProcess([], 0, "", ""), data).rows("feed")
            names += [part.name for part in (data / "feed").glob("documents-*.jsonl")]
        truth = self.library.truth()
        assert Counter(row["url"] for row in rows) == Counter(truth.keys()), "each document once"
        assert {row["url"]: row["body"] for row in rows} == {url: told["body"] for url, told in truth.items()}
        assert len(names) == len(set(names))

    def close(self) -> None:
        for process in [*self.workers, self._serve]:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def crawl(place: Place, database: str, tmp_path: Path) -> Iterator[Crawl]:
    made = Crawl(place, database, tmp_path)
    yield made
    made.close()


def test_a_machine_that_is_cut_off_for_a_while(crawl: Crawl) -> None:
    """Its leased pages go to the other; when it is back it brings nothing twice and goes on. One delay for both meanwhile."""
    a, b = crawl.place.workers
    crawl.until(lambda: min(crawl.pages(a), crawl.pages(b)) >= 10)
    a.cut()
    cut = time.monotonic()
    crawl.until(lambda: time.monotonic() - cut > 2 * LEASE + 1)
    alone = {each.client for each in arrivals(crawl.log) if each.at > cut + 0.5}
    assert alone == {b.address}, "the other goes on"
    a.join()
    back = time.monotonic()
    crawl.finish()
    crawl.check_whole()
    came = arrivals(crawl.log)
    assert any(each.client == a.address and each.at > back for each in came), "it goes on when it is back"
    for first, later in zip(came, came[20:], strict=False):
        # What was on the way when the cable was pulled arrives when it is back: as much as one worker asks for at a time.
        late = CONCURRENT_REQUESTS_PER_DOMAIN - 1 if first.at < back + 2 and back < later.at else 0
        assert later.at - first.at >= (16 - late) * DELAY, "both together are no quicker than one may be"
