"""A host that one worker was told to leave alone is left alone by all of them: on a real Redis."""

from __future__ import annotations

import time
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
    """From its fiftieth page on it answers one request with 429, which says nothing more."""

    tired_at = 0.0
    times: list[float]

    def answers(self, response: Response) -> Response:
        self.times.append(time.monotonic())
        if len(self.times) > 50 and not self.tired_at:
            self.tired_at = time.monotonic()
            return Response(429, "text/plain", b"")
        return response


def test_an_answer_that_says_come_back_later_holds_all_workers(redis_server: Redis, database: str, tmp_path: Path) -> None:
    with TiredLibrary(articles=120, per_page=10, categories=2) as library:
        library.times, find = [], library.server.answer
        library.server.answer = lambda url, *rest, **more: library.answers(find(url, *rest, **more))  # type: ignore[method-assign]
        workers = Workers(library, tmp_path / "data", redis_server, database)
        try:
            for _ in range(3):
                workers.start(0.05, "-s", "RETRY_AFTER_DEFAULT=3")
            workers.until(lambda: library.tired_at > 0)
            tired = library.tired_at
            workers.finish()
            early = [at - tired for at in library.times if 0.3 < at - tired < 2.9]  # what was on its way is not called back
            assert early == []
            workers.check_whole()
        finally:
            for process in workers.processes:
                process.kill()
                process.wait()
                if process.stderr:
                    process.stderr.close()
