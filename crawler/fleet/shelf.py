"""The pages to be fetched next, in Redis: the priority queues of scrapy-redis, one for each host.

Not its scheduler: that forgets a request as soon as it is handed out, keeps an address as seen before its document is
safe, and holds the only copy of the queue. Here the ledger remembers, and Redis may forget.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import msgpack
from scrapy import Request
from scrapy_redis.queue import PriorityQueue

from crawler.fleet.server import PREFIX, reached
from crawler.ledger.units import Visit

VISIT = "visit"
KEPT_SECONDS = 86400  # what lies there longer belongs to a fleet that is no more
logger = logging.getLogger("wenku")


class Packed:
    """A serializer for scrapy-redis: msgpack. Its default, pickle, runs code that others may have put into Redis."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        packed: bytes = msgpack.packb(value)
        return packed

    @staticmethod
    def loads(data: bytes) -> Any:
        return msgpack.unpackb(data)


class Shelved(PriorityQueue):  # type: ignore[misc]
    """The queue of a host, of which many requests are laid down and taken in one step: with a round trip for each, Redis
    took 0.25 ms of a page's 4 (tests/benchmarks/growth.py --workers)."""

    def push_all(self, requests: Iterable[Request]) -> None:
        pairs = [part for request in requests for part in (-request.priority, self._encode_request(request))]
        if pairs:
            pipe = self.server.pipeline()
            pipe.execute_command("ZADD", self.key, *pairs)
            pipe.expire(self.key, KEPT_SECONDS)
            pipe.execute()

    def pop_many(self, most: int) -> list[Any]:
        """What lay there, as it is packed."""
        pipe = self.server.pipeline()
        pipe.multi()
        pipe.zrange(self.key, 0, most - 1).zremrangebyrank(self.key, 0, most - 1)
        return list(pipe.execute()[0])


class RedisShelf:
    """A `Shelf` of crawler.ledger.fleet. What lies there and is no page of ours is thrown away: the ledger knows every page."""

    def __init__(self, server: Any):
        self._server = server

    def _queue(self, place: str) -> Shelved:
        return Shelved(self._server, SimpleNamespace(name="wenku"), f"{PREFIX}queue:{place}", Packed)

    def put(self, place: str, visits: Sequence[Visit]) -> None:
        with reached():
            self._queue(place).push_all(Request(visit.url, priority=visit.priority, meta={VISIT: asdict(visit)}) for visit in visits)

    def take(self, place: str, most: int) -> list[Visit]:
        queue = self._queue(place)
        with reached():
            packed = queue.pop_many(most) if most > 0 else []
        found = []
        for data in packed:
            try:
                found.append(Visit(**queue._decode_request(data).meta[VISIT]))
            except Exception as error:  # whoever wrote it: another program, or another version of this one
                logger.warning("Redis holds something under %s that is no page (%s): it is thrown away", queue.key, type(error).__name__)
        return found

    def check(self) -> None:
        """Raises ShelfAway when Redis cannot be reached now."""
        with reached():
            self._server.ping()
