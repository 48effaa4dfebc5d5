"""A host that one worker was told to leave alone is left alone by all of them: on a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet.servers import Redis
from fleet.test_fleet import Workers

from crawler.demo.serve import Response
from crawler.fleet.server import connect
from crawler.fleet.turns import Turns
from tests.site import Library


@pytest.fixture
def turns(redis_server: Redis) -> Turns:
    return Turns(connect(redis_server.url))


def test_turns_are_one_after_the_other(turns: Turns) -> None:
    waits = [turns.take("a.example", 2.0) for _ in range(3)]
    assert [round(wait) for wait, _ in waits] == [0, 2, 4] and not any(off for _, off in waits)
    assert turns.take("b.example", 2.0) == (0.0, False)


def test_a_rest_comes_before_all_turns(turns: Turns) -> None:
    turns.rest("a.example", 30.0)
    turns.rest("a.example", 3.0)  # what another answer asked for is over sooner
    assert turns.resting("a.example") and not turns.resting("b.example")
    wait, off = turns.take("a.example", 1.0)
    assert 29 < wait <= 30 and not off
    assert round(turns.take("a.example", 1.0)[0] - wait) == 1


def test_nobody_waits_for_a_rest_that_is_too_long(turns: Turns) -> None:
    turns.rest("a.example", 600.0)
    wait, off = turns.take("a.example", 1.0, longest=120.0)
    assert off and 599 < wait <= 600
    turns.rest("b.example", 0.05)
    time.sleep(0.1)
    assert turns.take("b.example", 1.0, longest=120.0) == (0.0, False) and not turns.resting("b.example"), "it is over"


def test_a_turn_that_is_no_number_is_none(turns: Turns, redis_server: Redis) -> None:
    redis_server.client().set("wenku:turn:a.example", "soon")
    assert turns.take("a.example", 1.0) == (0.0, False)


class TiredLibrary(Library):
    """From its fiftieth page on it answers one request with 429."""

    tired_at = 0.0
    times: list[float]

    def answers(self, response: Response) -> Response:
        self.times.append(time.monotonic())
        if len(self.times) > 50 and not self.tired_at:
            self.tired_at = time.monotonic()
            return Response(429, "text/plain", b"")
        return response


@pytest.fixture
def tired(redis_server: Redis, database: str, tmp_path: Path) -> Iterator[tuple[TiredLibrary, Workers]]:
    with TiredLibrary(articles=120, per_page=10, categories=2) as library:
        library.times, find = [], library.server.answer
        library.delay["*"] = 0.02
        library.server.answer = lambda url: library.answers(find(url))  # type: ignore[method-assign]
        workers = Workers(library, tmp_path / "data", redis_server, database)
        yield library, workers
        for process in workers.processes:
            process.kill()
            process.wait()
            if process.stderr:
                process.stderr.close()


def after(library: TiredLibrary, start: float, end: float) -> list[float]:
    return [at - library.tired_at for at in library.times if start < at - library.tired_at < end]


@pytest.mark.parametrize("delay", [0.05, 0.0])
def test_an_answer_that_says_come_back_later_holds_all_workers(tired: tuple[TiredLibrary, Workers], delay: float) -> None:
    library, workers = tired
    for _ in range(3):
        workers.start(delay, "-s", "RETRY_AFTER_DEFAULT=3")
    workers.until(lambda: library.tired_at > 0)
    workers.finish()
    assert after(library, 1.0, 2.9) == [], "what was on its way is not called back"
    workers.check_whole()


def test_a_host_that_wants_too_long_a_rest_is_put_off_by_all_workers(tired: tuple[TiredLibrary, Workers]) -> None:
    library, workers = tired
    for _ in range(3):
        workers.start(0.05, "-s", "RETRY_AFTER_DEFAULT=600", "-s", "RETRY_AFTER_MAX=5")
    said = [process.communicate(timeout=60)[1] for process in workers.processes]
    assert [process.returncode for process in workers.processes] == [3, 3, 3], said
    assert all("put off: changhe.test.wenku.example" in words and "Traceback" not in words for words in said)
    assert after(library, 1.0, 60.0) == []
