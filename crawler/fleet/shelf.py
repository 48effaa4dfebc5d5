"""The pages to be fetched next, in Redis: the priority queues of scrapy-redis, one for each host.

Not its scheduler: that forgets a request as soon as it is handed out, keeps an address as seen before its document is
safe, and holds the only copy of the queue. Here the ledger remembers, and Redis may forget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import msgpack
from scrapy import Request
from scrapy_redis.queue import PriorityQueue

from crawler.fleet.server import PREFIX, reached
from crawler.ledger.units import Visit

VISIT = "visit"


class Packed:
    """A serializer for scrapy-redis: msgpack. Its default, pickle, runs code that others may have put into Redis."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        packed: bytes = msgpack.packb(value)
        return packed

    @staticmethod
    def loads(data: bytes) -> Any:
        return msgpack.unpackb(data)


class RedisShelf:
    """A `Shelf` of crawler.ledger.fleet."""

    def __init__(self, server: Any):
        self._server = server

    def _queue(self, host: str) -> Any:
        return PriorityQueue(self._server, SimpleNamespace(name="wenku"), f"{PREFIX}queue:{host}", Packed)

    def put(self, host: str, visits: Sequence[Visit]) -> None:
        """Lays pages of `host` on the shelf."""
        with reached():
            queue = self._queue(host)
            for visit in visits:
                queue.push(Request(visit.url, priority=visit.priority, meta={VISIT: asdict(visit)}))

    def take(self, host: str, most: int) -> list[Visit]:
        """Takes at most `most` of them, the most urgent first."""
        with reached():
            queue = self._queue(host)
            found: list[Visit] = []
            while len(found) < most and (request := queue.pop()) is not None:
                found.append(Visit(**request.meta[VISIT]))
            return found

    def check(self) -> None:
        """Raises ShelfAway when Redis cannot be reached now."""
        with reached():
            self._server.ping()
