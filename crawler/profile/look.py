"""What a look at a site found, for people: the words of `scrapy learn`, and the file that it proposes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from crawler.page import Page
from crawler.profile.model import Profile, to_toml
from crawler.profile.places import Layout, container
from crawler.text import printable

_LINES = 20  # of each kind: a terminal holds two dozen


def described(pages: Sequence[Page], profile: Profile) -> str:
    """The layouts with an example of each field and how sure it is, the shapes of addresses, what would be dropped."""
    lines = [f"{len(pages)} articles; engine: {profile.engine or 'unknown'}"]
    for layout in profile.layouts:
        lines.append(f"layout {printable(layout.container, 60)} ({layout.share:.0%} of the pages)")
        lines += _fields(layout, [page for page in pages if container(page) == layout.container])
    for name, shapes in (("articles", profile.articles), ("lists", profile.lists), ("paging", profile.paging)):
        if shapes:
            lines.append(f"{name}: {'  '.join(printable(shape, 60) for shape in shapes)}")
    lines.append(f"would be dropped at the edges of a text: {len(profile.repeats)} lines" if profile.repeats else "no furniture of its own")
    lines += [f"  {r.edge} {r.count} times: {printable(r.text, 80)}" for r in profile.repeats[:_LINES]]
    if profile.problem:
        lines.append(f"no profile: {profile.problem}")
    return "\n".join(lines)


def _fields(layout: Layout, pages: Sequence[Page]) -> list[str]:
    """For each field its place, on how many of the pages it was found and how sure the extractor was, and an example."""
    told: list[tuple[str, str, Callable[[Page], str]]] = [
        ("title", layout.title, lambda page: page.title),
        ("date", layout.date, lambda page: page.date),
        ("breadcrumb", layout.breadcrumb, lambda page: " > ".join(page.breadcrumb)),
        ("tags", layout.tags, lambda page: " ".join(page.tags)),
    ]
    lines = []
    for name, place, value in told:
        found = [page for page in pages if value(page)]
        if found:
            sure = [page.confidence[name] for page in found if name in page.confidence]
            confidence = f", confidence {sum(sure) / len(sure):.2f}" if sure else ""
            where = printable(place, 60) or "no fixed place"
            lines.append(f"  {name}: {where}; {len(found)} of {len(pages)}{confidence}; {printable(value(found[0]), 60)}")
    return lines


def site_file(start_url: str, profile: Profile) -> str:
    """The text of data/sites/HOST.toml."""
    about = f'about = "Proposed by scrapy learn from {profile.pages} articles: read it, correct it, commit it"'
    head = f"{about}\nstart_urls = [{json.dumps(start_url)}]\n"
    return head if profile.problem else f"{head}\n{to_toml(profile)}"
