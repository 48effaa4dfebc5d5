"""What a kill, a stop, a dead server and a second start do to a crawl: nothing is lost, nothing is published twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import REPO, Run, run_scrapy

from crawler.feed import verify
from tests.site import Library

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "FEED_PART_ROWS=25", "-s", "RETRY_TIMES=0")


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(articles=120, per_page=10, categories=2, paged=15) as served:
        yield served


def start(library: Library, data: Path) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={library.start}", *FAST],
        cwd=REPO, env=environment | library.env | {"WENKU_DATA_DIR": str(data)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(library: Library, data: Path) -> Run:
    """Runs until complete, as a schedule would."""
    for _ in range(5):
        run = run_scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, data=data, env=library.env)
        assert run.status in (0, 3), run.err
        if run.status == 0:
            return run
    raise AssertionError(run.err)


def check_whole(run: Run, library: Library) -> None:
    """Every document once, every part as its manifest says."""
    assert verify(run.data) == []
    published = Counter(row["url"] for row in run.rows("feed"))
    assert published.keys() == library.truth().keys(), "lost"
    assert max(published.values()) == 1, "twice"
    assert {row["url"]: row["body"] for row in run.rows("feed")} == {u: t["body"] for u, t in library.truth().items()}


def under_way(library: Library, pages: int = 20) -> None:
    """Returns when the crawl has asked for so many pages: how long a process takes to start depends on the machine."""
    before = library.hits()
    while library.hits() < before + pages:
        time.sleep(0.05)


def test_kills_at_random_moments(library: Library, tmp_path: Path) -> None:
    library.delay["*"] = 0.01  # so that a run takes a few seconds and kills hit its middle
    pick, data = random.Random(20260101), tmp_path / "data"
    for _ in range(4):
        process = start(library, data)
        time.sleep(1.0 + pick.random() * 1.5)
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()
    check_whole(finish(library, data), library)


def test_a_stop_is_clean_and_quick(library: Library, tmp_path: Path) -> None:
    library.delay |= {"*": 0.15, "/doc/119.html": 14, "/doc/120.html": 14}  # two of the newest pages hang
    process = start(library, tmp_path / "data")
    under_way(library)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert process.returncode == 3 and "Traceback" not in said
    assert "stopped" in said.splitlines()[-1] and "again" in said.splitlines()[-1]
    assert verify(tmp_path / "data") == []
    library.delay.clear()
    check_whole(finish(library, tmp_path / "data"), library)


def test_a_server_that_dies_in_the_middle(library: Library, tmp_path: Path) -> None:
    library.delay["*"] = 0.15
    process = start(library, tmp_path / "data")
    under_way(library)
    library.stop_server()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    library.delay.clear()
    library.start_server()
    check_whole(finish(library, tmp_path / "data"), library)


@pytest.mark.parametrize("gap", [0.0, 0.2, 1.0])
def test_one_run_at_a_time(library: Library, tmp_path: Path, gap: float) -> None:
    library.delay["*"] = 0.02
    first = start(library, tmp_path / "data")
    time.sleep(gap)
    second = start(library, tmp_path / "data")
    results = {}
    for process in (first, second):
        _, said = process.communicate(timeout=60)
        results[process.returncode] = (process.pid, said)
    assert set(results) == {0, 75}, results
    pid, _ = results[0]
    said = results[75][1]
    assert len(said.strip().splitlines()) == 1 and str(pid) in said and "since" in said


def test_a_damaged_ledger_is_named_and_kept(library: Library, scrapy: Scrapy, tmp_path: Path) -> None:
    data = tmp_path / "data"
    finish(library, data)
    ledger = data / "state" / "ledger.sqlite"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[: len(whole) // 3])
    run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", env=library.env)
    assert run.status == 74 and "Traceback" not in run.err
    assert str(ledger) in run.err.strip().splitlines()[-1] or str(ledger) in run.err
    assert ledger.read_bytes()[:100] == whole[:100]


def test_a_ledger_of_a_newer_version(library: Library, scrapy: Scrapy, tmp_path: Path) -> None:
    data = tmp_path / "data"
    finish(library, data)
    with sqlite3.connect(data / "state" / "ledger.sqlite") as connection:
        connection.execute("update schema_version set version = 99")
    connection.close()
    run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", env=library.env)
    assert run.status == 74 and "99" in run.last_line and len(run.err.strip().splitlines()) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("mounting a file system of 2 MB needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("mounting a file system of 2 MB is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_stops_the_run_and_the_next_goes_on(small_disk: Path, tmp_path: Path) -> None:
    with Library(articles=900, per_page=30) as library:
        process = start(library, small_disk / "data")
        _, said = process.communicate(timeout=90)
        assert process.returncode == 74, said
        assert "Traceback" not in said and "no space left" in said and "free some" in said
        published = len(Run(subprocess.CompletedProcess([], 0, "", ""), small_disk / "data").rows("feed"))
        assert 0 < published < 900
        shutil.copytree(small_disk / "data", tmp_path / "data")  # more room
        check_whole(finish(library, tmp_path / "data"), library)
