"""Hosts that want to be left alone: rests, postponements, Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.hosts import Hosts, retry_after

NOW = datetime(2024, 4, 1, 8, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 5 ", 5), ("0", 0), ("9" * 400, 1e9), ("Mon, 01 Apr 2024 08:02:00 GMT", 120),
        ("Mon, 01 Apr 2024 07:00:00 GMT", 0), ("Monday, 01-Apr-24 08:00:30 GMT", 30), ("Mon Apr  1 08:00:30 2024", 30),
        ("Mon, 01 Apr 2024 16:01:00 +0800", 60), ("-3", None), ("1.5", None), ("soon", None), ("", None), ("１２", None),
        ("Mon, 99 Apr 2024 08:02:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_rest_ends() -> None:
    clock = Clock()
    hosts = Hosts(clock, longest=60)
    hosts.refused("a.cn", 10, "HTTP 429")
    assert hosts.rest("a.cn") == 10 and hosts.rest("b.cn") == 0 and hosts.is_resting("a.cn") and not hosts.is_off("a.cn") and not hosts.is_resting("b.cn")
    clock.now += 10
    assert hosts.rest("a.cn") == 0 and not hosts.is_resting("a.cn") and not hosts.ever_off()


def test_a_host_that_asks_for_too_long_is_put_off() -> None:
    clock = Clock()
    hosts = Hosts(clock, longest=60)
    hosts.refused("a.cn", 61, "HTTP 503, Retry-After 61 s")
    assert hosts.is_off("a.cn") and "61" in hosts.why_off("a.cn")
    clock.now += 61
    assert not hosts.is_off("a.cn") and not hosts.why_off("a.cn") and hosts.ever_off() == {"a.cn": "HTTP 503, Retry-After 61 s"}


def test_a_host_that_refuses_again_and_again_is_put_off() -> None:
    clock = Clock()
    hosts = Hosts(clock, longest=60, patience=3)
    for _ in range(3):
        for _ in range(4):  # four requests were under way: one refusal
            hosts.refused("a.cn", 1, "HTTP 429")
        assert not hosts.is_off("a.cn")
        clock.now += 1
    hosts.refused("a.cn", 1, "HTTP 429")
    assert hosts.is_off("a.cn")


def test_an_answer_begins_the_count_anew() -> None:
    clock = Clock()
    hosts = Hosts(clock, longest=60, patience=1)
    for _ in range(5):
        hosts.refused("a.cn", 1, "HTTP 429")
        clock.now += 1
        hosts.answered("a.cn")
    assert not hosts.is_off("a.cn")


def test_sitemaps_are_taken_once() -> None:
    hosts = Hosts(Clock(), longest=60)
    hosts.found_sitemaps("a.cn", ["http://a.cn/1.xml"])
    assert hosts.take_sitemaps("b.cn") == [] and hosts.take_sitemaps("a.cn") == ["http://a.cn/1.xml"]
    assert hosts.take_sitemaps("a.cn") == []


def test_one_page_that_is_always_refused_is_not_the_host() -> None:
    clock = Clock()
    hosts = Hosts(clock, longest=60, patience=3)
    for _ in range(9):
        hosts.refused("a.cn", 1, "HTTP 503", "http://a.cn/1.html")
        clock.now += 2
    assert not hosts.is_off("a.cn")
    hosts.refused("a.cn", 1, "HTTP 503", "http://a.cn/2.html")
    assert hosts.is_off("a.cn")
