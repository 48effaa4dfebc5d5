"""The library's sites: crawler/demo/sites/NAME.toml and its templates → Site."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from crawler.datafiles import package_root

FOLDER = package_root() / "demo" / "sites"


@dataclass(frozen=True, slots=True)
class Category:
    """A column of a site: the folder in its address, its name, and the column above it (a folder, or "")."""

    slug: str
    name: str
    number: int
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One family as one site.

    `charset` is what the bytes are in, `header` the Content-Type (`<meta>` stands in the frame). Addresses are patterns for str.format: {slug} {cat} {id} {page} {date}. `manner`
    names the body's markup, `time` is the date's format (strftime). `snippets` are the small
    templates, `frame` surrounds every page, `article` and `list` are what stands in it. `stamp`: the page gives
    the moment of publication to the second beside what it displays. `modified`: answers have validators.
    """

    key: str
    host: str
    name: str
    charset: str
    manner: str
    time: str
    article: str
    article_page: str
    column: str
    column_page: str
    categories: tuple[Category, ...]
    snippets: dict[str, Template]
    templates: dict[str, Template]
    header: str = "text/html"
    per_page: int = 5
    first_id: int = 1
    id_step: int = 1
    tag: str = ""
    alias: str = ""
    mobile: str = ""
    home: tuple[str, ...] = ("/",)
    redirects: bool = True
    modified: bool = True
    stamp: bool = False
    robots: str = ""

    def category(self, slug: str) -> Category:
        """The column whose folder is `slug`."""
        return next(c for c in self.categories if c.slug == slug)

    def trail(self, slug: str) -> list[Category]:
        """The columns from the top down to `slug`."""
        found = self.category(slug)
        return [*(self.trail(found.parent) if found.parent else []), found]


def _site(path: Path) -> Site:
    table = tomllib.loads(path.read_text("utf-8"))
    columns = tuple(
        Category(slug, values["name"], number, values.get("parent", ""))
        for number, (slug, values) in enumerate(table.pop("categories").items(), 1)
    )
    snippets = {name: Template(text) for name, text in table.pop("snippets").items()}
    templates = {file.stem: Template(file.read_text("utf-8")) for file in sorted((FOLDER / path.stem).glob("*.html"))}
    if "home" in table:
        table["home"] = tuple(table["home"])
    return Site(key=path.stem, categories=columns, snippets=snippets, templates=templates, **table)


@cache
def sites() -> dict[str, Site]:
    """Every site by its key, in the order of the keys."""
    return {path.stem: _site(path) for path in sorted(FOLDER.glob("*.toml"))}
