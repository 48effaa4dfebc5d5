"""The bundled document library: every page of its sites, and what a crawl of them must bring home."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from crawler.demo.build import Entry, SiteBuilder
from crawler.demo.response import Response
from crawler.demo.sites import sites
from crawler.demo.texts import Text, texts

# Addresses that pages link to although nothing is there, as on every grown site.
DEAD = ("/2009/old.html",)


@cache
def _builders() -> dict[str, SiteBuilder]:
    return {key: SiteBuilder(site, [t for t in texts() if t.site == key]) for key, site in sites().items()}


def library() -> dict[str, Response]:
    """Every absolute URL of the library and its answer. Two calls give equal results; nothing depends on the day."""
    return {url: answer for builder in _builders().values() for url, answer in builder.pages().items()}


def find(pages: Mapping[str, Response], url: str) -> Response | None:
    """The answer for an absolute URL, or None: static pages take any query, as servers do."""
    bare, _, query = url.partition("?")
    return pages.get(url) or (pages.get(bare) if query and bare.endswith((".html", "/")) else None)


def hosts() -> frozenset[str]:
    """The host names of the library, the mobile twins' among them."""
    own = {site.host for site in sites().values()}
    return frozenset(own | {site.mobile.partition("/")[0] for site in sites().values() if site.mobile})


def starts() -> list[str]:
    """The home page of each site."""
    return [f"http://{site.host}/" for site in sites().values()]


def _row(entry: Entry, builder: SiteBuilder, expect: str) -> dict[str, Any]:
    text, site = entry.text, builder.site
    stated = not text.undated
    clock = site.stamp or "%H:%M" in site.time
    seconds = text.date.second if site.stamp or "%S" in site.time else 0
    return {
        "url": f"http://{site.host}{entry.path}",
        "key": text.key,
        "title": text.title,
        "date": text.date.date().isoformat() if stated else None,
        "published": text.date.replace(second=seconds).isoformat() + "+08:00" if stated and clock else None,
        "body": text.body,
        "category": [c.name for c in site.trail(text.category)],
        "tags": list(text.tags),
        "author": text.author or None,
        "source": text.source or None,
        "truncated": bool(text.hold),
        "pages": len(entry.paths),
        "headings": text.headings,
        "expect": expect,
    }


def truth() -> list[dict[str, Any]]:
    """What must come of each page that holds a document, aliases and mobile twins included.

    `expect` is "document", "rejected", "exact copy of URL", "near copy of URL" or "contained copy of URL". An original and
    its copies are one group: which of them is published depends on the order of the crawl, but
    exactly one is. `body` has one paragraph, verse or row a line, cells separated by a tab.
    """
    builders, rows = _builders(), []
    address = {}
    for builder in builders.values():
        for entry in builder.entries:
            address[entry.text.key] = f"http://{builder.site.host}{entry.path}"
    for builder in builders.values():
        site = builder.site
        for entry in builder.entries:
            rows.append(_row(entry, builder, _expect(entry.text, address)))
            first = rows[-1]
            twin = f"exact copy of {first['url']}" if first["expect"] == "document" else first["expect"]
            if site.alias:
                rows.append(first | {"url": f"http://{site.host}{site.alias.format(id=entry.number)}", "expect": twin})
            if site.mobile:
                mobile = f"http://{site.mobile.format(id=entry.number)}"
                rows.append(first | {"url": mobile, "expect": twin, "pages": 1})  # it shows all of it at once
    return rows


def _expect(text: Text, address: dict[str, str]) -> str:
    return f"{text.expect} of {address[text.of]}" if text.of else text.expect
