"""Workers of a fleet, as a person starts them, over real servers: every document once, whatever is killed or away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import REPO, Run, run_scrapy
from fleet.servers import PASSWORD, Postgres, Redis

from crawler.feed import verify
from tests.site import Library

ADDRESS_WORDS = ("-s", "AUTOTHROTTLE_ENABLED=False", "-s", "FEED_PART_ROWS=25", "-s", "RETRY_TIMES=0", "-s", "FLEET_LEASE_SECONDS=3")


class Workers:
    """Processes of one fleet on one library and one data folder."""

    def __init__(self, library: Library, data: Path, redis: Redis, database: str):
        self.library, self.data = library, data
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
        self.env = environment | library.env | {
            "WENKU_DATA_DIR": str(data), "WENKU_REDIS_URL": redis.url, "WENKU_LEDGER_URL": database,
        }  # fmt: skip
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, delay: float = 0.0, *words: str) -> subprocess.Popen[str]:
        command = ["-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={self.library.start}", "-s", f"DOWNLOAD_DELAY={delay}"]
        process = subprocess.Popen(
            [sys.executable, *command, *ADDRESS_WORDS, *words], cwd=REPO, env=self.env, stderr=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        return process

    def published(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in (self.data / "feed").glob("documents-*.jsonl"))

    def until(self, reached: Callable[[], bool]) -> None:
        """Waits until the crawl has come so far, which a document in the feed shows."""
        end = time.monotonic() + 60
        while not reached():
            assert time.monotonic() < end, "the workers do not come so far"
            time.sleep(0.02)

    def finish(self) -> list[str]:
        """The words of all workers that are left, each of which must end well."""
        said = []
        for process in self.processes:
            if process.returncode is None:
                said.append(process.communicate(timeout=90)[1])
                assert process.returncode == 0 and "Traceback" not in said[-1], said[-1]
        return said

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()

    def check_whole(self) -> None:
        assert verify(self.data) == []
        rows = Run(subprocess.CompletedProcess([], 0, "", ""), self.data).rows("feed")
        truth = self.library.truth()
        assert Counter(row["url"] for row in rows) == Counter(truth.keys()), "each document once"
        assert {row["url"]: row["body"] for row in rows} == {url: told["body"] for url, told in truth.items()}


@pytest.fixture
def workers(redis_server: Redis, database: str, tmp_path: Path) -> Iterator[Workers]:
    with Library(articles=120, per_page=10, categories=2, paged=15) as library:
        library.delay["*"] = 0.05
        made = Workers(library, tmp_path / "data", redis_server, database)
        yield made
        for process in made.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stderr:
                process.stderr.close()


def test_a_killed_worker_loses_nothing_and_an_emptied_redis_neither(workers: Workers, redis_server: Redis) -> None:
    first = workers.start()
    for _ in range(2):
        workers.start()
    workers.until(lambda: workers.published() >= 25)
    workers.kill(first)
    redis_server.stop()
    redis_server.start()
    said = workers.finish()
    workers.check_whole()
    assert all(" 0 queued" in words and " 0 failed" in words for words in said)
    assert not any(PASSWORD in words for words in said)


def test_workers_wait_for_a_database_that_is_away(workers: Workers, postgres: Postgres) -> None:
    for _ in range(2):
        workers.start()
    workers.until(lambda: workers.published() >= 25)
    postgres.stop()
    try:
        time.sleep(10)  # as long as the issue says; nothing can be awaited, since nothing may happen
    finally:
        postgres.start()
    said = workers.finish()
    workers.check_whole()
    assert any("waiting for it" in words and "the ledger is back" in words for words in said)


def test_one_delay_per_host_for_all_workers(workers: Workers) -> None:
    workers.library.delay.clear()
    delay = 0.04
    for _ in range(3):
        workers.start(delay)
    began: list[float] = []
    workers.until(lambda: workers.library.hits() > 0 and not began.append(time.monotonic()))  # type: ignore[func-returns-value]
    workers.finish()
    seconds = time.monotonic() - began[0]
    assert seconds >= (workers.library.hits() - 4) * delay, "three workers together are no quicker than one may be"
    workers.check_whole()


def test_a_site_is_learned_once(workers: Workers) -> None:
    """By one worker for all, also when each of them has seen enough of it: the articles of the others wait for the same profile."""
    for _ in range(2):
        workers.start()
    said = workers.finish()
    told = [re.findall(r"profile of \S+: \d+ articles", words) for words in said]
    assert sum(map(len, told)) == 1, said
    workers.check_whole()


def test_wrong_addresses_are_said_in_one_line(tmp_path: Path, redis_server: Redis) -> None:
    for given, word, status in (
        ({"WENKU_REDIS_URL": redis_server.url}, "set LEDGER_URL=postgresql", 2),
        ({"WENKU_REDIS_URL": "nonsense", "WENKU_LEDGER_URL": "postgresql+psycopg://x@127.0.0.1:1/y"}, "REDIS_URL is no address", 2),
        ({"WENKU_REDIS_URL": "redis://127.0.0.1:1/0", "WENKU_LEDGER_URL": "postgresql+psycopg://x@127.0.0.1:1/y"}, "cannot reach Redis", 2),
        ({"WENKU_REDIS_URL": redis_server.url, "WENKU_LEDGER_URL": "postgresql+psycopg://x:secret-word@127.0.0.1:1/y"}, "cannot reach postgresql", 74),
    ):
        run = run_scrapy("crawl", "wenku", data=tmp_path / "data", env=given)
        assert run.status == status and word in run.last_line and len(run.err.strip().splitlines()) == 1, run.err
        assert "secret-word" not in run.err and PASSWORD not in run.err
