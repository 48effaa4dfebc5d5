"""What a run did, for people: the panel in the terminal, the figures that are kept of it, the page of `scrapy report`."""

from crawler.report.record import Record

__all__ = ["Record"]
