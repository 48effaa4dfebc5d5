"""The Redis of a fleet. The packages are looked for when it is used: a crawl without a fleet needs none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crawler.ledger.fleet import ShelfAway

PREFIX = "wenku:"
SECONDS = 5.0  # for an answer of Redis, which takes less than a thousandth of it


def connect(url: str) -> Any:
    """A client for REDIS_URL; it connects with the first command. Raises ValueError for what is no address, ImportError."""
    from scrapy_redis.connection import get_redis

    return get_redis(url=url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)


@contextmanager
def reached() -> Iterator[None]:
    """Turns every trouble with Redis into ShelfAway, in one line without the address, which may hold a password."""
    import redis

    try:
        yield
    except redis.RedisError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        if isinstance(error, redis.ResponseError):
            raise ShelfAway(f"Redis refuses ({reason}): look at the server, or name another database in REDIS_URL") from error
        raise ShelfAway(f"cannot reach Redis ({reason}): start the server, or look at REDIS_URL") from error
