"""What can be wrong with a request or an answer, as exceptions that end its way through the middlewares."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

NOTED = "wenku/noted/"  # the stats under which the end of a run finds what was met: NOTED + plain words


def note(crawler: Crawler, words: str, count: int = 1) -> None:
    """Counts something that a person is told at the end of the run."""
    assert crawler.stats
    if count:
        crawler.stats.inc_value(NOTED + words, count)


class Final(IgnoreRequest):
    """Asking again would bring nothing else: the address is done with. The message says why."""

    final = True


class Forbidden(Final):
    """robots.txt does not want us there."""


class InnerAddress(Final):
    """The host lies on an address that a page must not send us to."""

    def __init__(self, host: str, where: str):
        super().__init__(f"leads to the inner address {where}: name it in start_urls if it is meant")
        self.host = host


class BadAddress(Final):
    """A redirect leads to what is no address, hides another in it, or carries a password."""


class NotAPage(Final):
    """The body is a file, whatever its Content-Type says."""


class PutOff(IgnoreRequest):
    """Nothing is asked of `site` for now: the page stays queued."""

    def __init__(self, site: str, why: str):
        super().__init__(why)
        self.site = site


class Incomplete(IgnoreRequest):
    """The body is not whole: the page has failed, and is tried again by a later run."""


class Resting(Exception):
    """The request waited in its slot when its host asked to be left alone: it waits elsewhere."""
