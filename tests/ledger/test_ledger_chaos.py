"""Nothing lost, nothing twice, whatever is killed and whenever: the short form (the long one is in tests/benchmarks)."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest
from chaos import HOST, MadeUpSite, crawl, finished, forked, judge, look, torture

from crawler.feed import Part
from crawler.ledger import Ended, Ledger

SITE = MadeUpSite(lists=3, pages=4)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    outcome = torture(tmp_path, MadeUpSite(lists=5, pages=5), kills=8, dice=random.Random(3), most=0.3, pause=0.002)
    assert outcome.problems == []
    assert outcome.kills == 8
    assert outcome.refetched <= 60 * outcome.kills, str(outcome)


# What makes the state of the disk change, in the order of publishing. A kill before each of these calls, in each
# place where it happens, is every state that a killed run can leave behind.
STEPS = range(0, 60, 3)


@pytest.mark.parametrize("step", STEPS)
def test_killed_before_each_step_on_the_disk(tmp_path: Path, step: int) -> None:
    site = MadeUpSite(lists=1, pages=2)

    def dying() -> Ended:
        left = step
        real = {name: getattr(os, name) for name in ("fsync", "rename", "replace", "open")}

        def wrapped(name: str):  # type: ignore[no-untyped-def]
            def call(*args, **kwargs):  # type: ignore[no-untyped-def]
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real[name](*args, **kwargs)

            return call

        for name in real:
            setattr(os, name, wrapped(name))
        return crawl(tmp_path, site, pause=0, rows=10)

    assert finished(forked(dying), 20) == -signal.SIGKILL
    assert look(tmp_path / "data") == []
    for _ in range(3):
        status = finished(forked(lambda: crawl(tmp_path, site, pause=0, rows=10)), 20)
        if status == 0:
            break
    assert status == 0
    assert judge(tmp_path / "data", site) == []


def test_a_second_run_right_after_a_complete_one(tmp_path: Path) -> None:
    while crawl(tmp_path, SITE, pause=0, rows=25) is not Ended.COMPLETE:
        pass
    log = tmp_path / "fetched.log"
    before, parts = len(log.read_text().split()), sorted((tmp_path / "data" / "feed").iterdir())
    assert crawl(tmp_path, SITE, pause=0, rows=25) is Ended.COMPLETE
    again = log.read_text().split()[before:]
    assert sorted(again) == [f"{HOST}/", *(f"{HOST}/list{n}/" for n in range(3))], "lists only"
    assert sorted((tmp_path / "data" / "feed").iterdir()) == parts, "nothing published"
    assert judge(tmp_path / "data", SITE) == []


def test_a_line_that_waits_is_published_by_the_next_run(tmp_path: Path) -> None:
    """Killed after the last commit and before the last publishing: all pages are done, the rows are not out."""
    site = MadeUpSite(lists=1, pages=1)

    def dying() -> Ended:
        def publish(self: Ledger, everything: bool = False) -> list[Part]:
            if everything:
                os.kill(os.getpid(), signal.SIGKILL)
            return []

        Ledger.publish = publish  # type: ignore[method-assign]
        return crawl(tmp_path, site, pause=0, rows=1000)

    assert finished(forked(dying), 20) == -signal.SIGKILL
    assert list((tmp_path / "data" / "feed").iterdir()) == []
    assert crawl(tmp_path, site, pause=0, rows=1000) is Ended.COMPLETE
    assert judge(tmp_path / "data", site) == []
