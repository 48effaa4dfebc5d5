"""What a person expects of a site's run, and whether it came: a site that changed shows before its readers notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from crawler.sites import Expect, Site


@dataclass(slots=True)
class Seen:
    """What a run brought of a site: documents (new, changed or the same as before), those with a date, the newest date."""

    documents: int = 0
    dated: int = 0
    newest: str = ""

    def add(self, day: str | None) -> None:
        """One more document, of this date."""
        self.documents += 1
        if day:
            self.dated += 1
            self.newest = max(self.newest, day)


def judge(site: Site, seen: Seen, today: date) -> list[dict[str, Any]]:
    """Each expectation of the site: `site`, `wanted` and `found` in words, `met`.

    Dates are judged only of a run that brought documents: an incremental run with nothing new says nothing about them.
    """
    wanted = site.expect or Expect()
    rows: list[dict[str, Any]] = []

    def row(what: str, found: str, met: bool) -> None:
        rows.append({"site": site.name, "wanted": what, "found": found, "met": met})

    if wanted.documents:
        row(f"at least {wanted.documents} documents", str(seen.documents), seen.documents >= wanted.documents)
    if wanted.dated and seen.documents:
        share = seen.dated / seen.documents
        row(f"a date on {wanted.dated:.0%} of the documents", f"{share:.0%}", share >= wanted.dated)
    if wanted.newest_days and seen.documents:
        age = (today - date.fromisoformat(seen.newest)).days if seen.newest else None
        found = "no date" if age is None else f"{age} days"
        row(f"a newest document of at most {wanted.newest_days} days", found, age is not None and age <= wanted.newest_days)
    return rows
