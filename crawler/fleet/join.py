"""From the settings of a crawl to its place in a fleet."""

from __future__ import annotations

from scrapy.settings import Settings

from crawler.ledger.fleet import Fleet, ShelfAway


class FleetError(ValueError):
    """The settings name no fleet that can be joined. The message is one line for people."""


def join(settings: Settings) -> Fleet | None:
    """The fleet that REDIS_URL and LEDGER_URL name; None without REDIS_URL. Raises FleetError."""
    url = settings["REDIS_URL"]
    if not url:
        return None
    if not str(settings["LEDGER_URL"]).startswith("postgresql"):
        raise FleetError("REDIS_URL makes this crawl a worker of a fleet: set LEDGER_URL=postgresql+psycopg://… too")
    try:
        from crawler.fleet.server import connect
        from crawler.fleet.shelf import RedisShelf
    except ImportError as error:
        raise FleetError(f"REDIS_URL needs the package {error.name}: pip install '.[fleet]'") from None
    try:
        shelf = RedisShelf(connect(url))
        shelf.check()
    except (ValueError, TypeError):  # the latter for a parameter that there is not
        raise FleetError("REDIS_URL is no address: use redis://:PASSWORD@HOST:PORT/0") from None
    except ShelfAway as away:
        raise FleetError(str(away)) from None
    return Fleet(shelf, settings.getfloat("FLEET_LEASE_SECONDS"), settings.getfloat("FLEET_PATIENCE_SECONDS"))
