"""One site of the library, page by page: articles, lists, home page, tag pages and the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from string import Template
from typing import Any

from crawler.datafiles import package_root
from crawler.demo.markup import MANNERS, hide_middle, marked
from crawler.demo.response import Response
from crawler.demo.sites import Category, Site
from crawler.demo.texts import Text

EXTRAS = package_root() / "demo" / "extras.toml"
PLAIN = Template('<div class="main"><h2>$title</h2><div class="text">$content</div></div>')
ON_HOME, HOT, RELATED = 4, 6, 4  # links in each box


@cache
def extras() -> dict[str, Any]:
    """crawler/demo/extras.toml: the pages that every site has beside its documents, and the notices of held-back texts."""
    return tomllib.loads(EXTRAS.read_text("utf-8"))


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A text at its place on a site; `paths` are the addresses of its pages, from the root."""

    text: Text
    number: int
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.paths[0]


class SiteBuilder:
    """Builds every page of one site. Paths begin with "/"; the host is added by `pages`."""

    def __init__(self, site: Site, texts: list[Text]):
        self.site = site
        ordered = sorted(texts, key=lambda text: (text.date, text.key))
        self.entries = [self._entry(text, site.first_id + i * site.id_step) for i, text in enumerate(ordered)]
        self.entries.reverse()  # newest first, as lists show them
        self.by_key = {entry.text.key: entry for entry in self.entries}
        self.tags = list(dict.fromkeys(tag for entry in self.entries for tag in entry.text.tags))

    def _entry(self, text: Text, number: int) -> Entry:
        values = {"slug": text.category, "cat": self.site.category(text.category).number, "id": number, "date": text.date}
        more = [self.site.article_page.format(page=page, **values) for page in range(2, len(text.pages) + 1)]
        return Entry(text, number, (self.site.article.format(**values), *more))

    def pages(self) -> dict[str, Response]:
        """Every address of the site (absolute) and its answer."""
        site, made = self.site, {}
        for path, answer in self._paths():
            made[f"http://{site.host}{path}"] = answer if site.modified else replace(answer, modified="")
        for entry in self.entries if site.mobile else ():
            host, _, path = site.mobile.format(id=entry.number).partition("/")
            made[f"http://{host}/{path}"] = self._mobile(entry)
        return made

    def _paths(self) -> Iterator[tuple[str, Response]]:
        for path in self.site.home:
            yield path, self._page(self._home(), self.site.name, kind="home")
        for category in self.site.categories:
            yield from self._lists(category)
        for entry in self.entries:
            for paths in (entry.paths, self._alias(entry)):
                for number, path in enumerate(paths, 1):
                    yield path, self._article(entry, number, paths)
        for tag in self.tags if self.site.tag else ():
            yield self._tag_path(tag), self._tag_page(tag)
        yield from self._extras()
        if self.site.robots:
            yield "/robots.txt", Response(200, "text/plain", self.site.robots.encode(), kind="robots")

    def _alias(self, entry: Entry) -> tuple[str, ...]:
        """The addresses of the same article made by the engine's script, when the site has one."""
        if not self.site.alias:
            return ()
        first = self.site.alias.format(id=entry.number)
        return (first, *(f"{first}&pageno={n}" for n in range(2, len(entry.paths) + 1)))

    # ---- pieces ---------------------------------------------------------------------------------

    def _fill(self, snippet: str, **values: object) -> str:
        """A snippet with its values; one that the site does not have is empty."""
        template = self.site.snippets.get(snippet)
        return template.substitute(values, host=self.site.host, name=self.site.name) if template else ""

    def _link(self, snippet: str, entry: Entry) -> str:
        text, column = entry.text, self.site.category(entry.text.category)
        alias = self.site.alias.format(id=entry.number) if self.site.alias else entry.path
        return self._fill(
            snippet, url=entry.path, file=entry.path.rsplit("/", 1)[-1], alias=alias, title=escape(text.title),
            short=escape(text.title[:16]), time=text.date.strftime(self.site.time), day=text.date.strftime("%Y-%m-%d"),
            month=text.date.strftime("%m-%d"), column=column.name, column_url=self._list_path(column, 1),
            views=self._views(entry), intro=escape(_plain(text)[:70]),
        )

    def _column(self, snippet: str, category: Category, items: str = "") -> str:
        path = self._list_path(category, 1)
        return self._fill(
            snippet, url=path, bare=path.rstrip("/"), file=path.rsplit("/", 1)[-1], column=category.name, items=items
        )

    def _views(self, entry: Entry) -> int:
        return entry.number * 37 % 900 + 58

    def _page(self, main: str, title: str, *, kind: str, status: int = 200, **head: str) -> Response:
        nav = "".join(self._column("nav", c) for c in self.site.categories)
        html = self.site.templates["frame"].substitute(
            title=escape(title), main=main, nav=nav, name=self.site.name, host=self.site.host,
            hot="".join(self._link("hot", e) for e in self._hot()), words=head.get("words", ""),
            about=escape(head.get("about", "")), twin=head.get("twin", ""),
        )
        return Response(status, self.site.header, html.encode(self.site.charset), kind=kind)

    def _hot(self) -> list[Entry]:
        """Some documents of the first list pages: the deeper ones are found by paging alone."""
        near = [e for c in self.site.categories for e in self._members(c)[: self.site.per_page]]
        return sorted(dict.fromkeys(near), key=lambda entry: entry.number * 7 % 31)[:HOT]

    def _members(self, category: Category) -> list[Entry]:
        return [e for e in self.entries if category in self.site.trail(e.text.category)]

    def _list_path(self, category: Category, page: int) -> str:
        pattern = self.site.column if page == 1 else self.site.column_page
        return pattern.format(slug=category.slug, cat=category.number, page=page)

    def _paging(self, snippet: str, here: int, last: int, path: Callable[[int], str], rows: int = 0) -> str:
        """The row of page numbers; "" when there is one page only."""
        if last < 2:
            return ""
        def link(page: int, text: str) -> str:
            if not 1 <= page <= last:
                return self._fill("page_none", text=text)
            return self._fill("page_link", url=path(page), file=path(page).rsplit("/", 1)[-1], text=text)

        numbers = "".join(
            self._fill("page_here", text=str(n)) if n == here else link(n, str(n)) for n in range(1, last + 1)
        )
        return self._fill(
            snippet, numbers=numbers, first=link(1, "首页"), prev=link(here - 1, "上一页"), next=link(here + 1, "下一页"),
            last=link(last, "末页"), pages=last, here=here, rows=rows,
        )

    # ---- pages ----------------------------------------------------------------------------------

    def _home(self) -> str:
        boxes = [
            self._column("box", c, "".join(self._link("home_item", e) for e in self._members(c)[:ON_HOME]))
            for c in self.site.categories
        ]
        return "".join(boxes)

    def _lists(self, category: Category) -> Iterator[tuple[str, Response]]:
        members, size = self._members(category), self.site.per_page
        last = -(-len(members) // size)
        for page in range(1, last + 1):
            items = "".join(self._link("item", e) for e in members[(page - 1) * size : page * size])
            main = self.site.templates["list"].substitute(
                items=items, column=category.name, name=self.site.name, host=self.site.host,
                crumbs=self._crumbs(category.slug, ""),
                paging=self._paging("list_paging", page, last, lambda n: self._list_path(category, n), len(members)),
            )
            path = self._list_path(category, page)
            yield path, self._page(main, f"{category.name}_{self.site.name}", kind="list")
            if page == 1 and path.endswith("/") and self.site.redirects:
                yield path.rstrip("/"), Response(301, location=f"http://{self.site.host}{path}", kind="redirect", modified="")

    def _crumbs(self, slug: str, title: str) -> str:
        links = [self._column("crumb", c) for c in self.site.trail(slug)]
        return "".join(links) + (self._fill("crumb_title", title=escape(title)) if title else "")

    def _article(self, entry: Entry, page: int, paths: tuple[str, ...]) -> Response:
        text, last = entry.text, len(paths)
        place = self.entries.index(entry)
        same = [e for e in self.entries if e.text.category == text.category]
        at = same.index(entry)
        around = [e for e in same if e is not entry][:RELATED]
        main = self.site.templates["article"].substitute(
            title=escape(text.title), crumbs=self._crumbs(text.category, text.title), name=self.site.name,
            host=self.site.host, time="" if text.undated else text.date.strftime(self.site.time),
            author=text.author, source=text.source, views=self._views(entry), number=entry.number, url=entry.path,
            lead=escape(text.extras.get("lead", text.title)), inner=escape(text.extras.get("inner", text.title)),
            warm=self._warm(text), intro=escape(_plain(text)[:60]), body=self._body(entry, page),
            paging=self._paging("paging", page, last, lambda n: paths[n - 1]),
            tags=self._tag_links(text), column=self.site.category(text.category).name,
            prev=self._link("prev", same[at + 1]) if at + 1 < len(same) else self._fill("no_prev"),
            next=self._link("next", same[at - 1]) if at else self._fill("no_next"),
            related="".join(self._link("related", e) for e in around),
            others="".join(self._link("other", e) for e in self.entries[place % 3 : place % 3 + RELATED]),
            year=text.date.year, day=text.date.strftime("%Y-%m-%d"),
            stamp=f"{text.date.isoformat()}+08:00",
        )
        title = self._fill("title", title=escape(text.title), page="" if page == 1 else f"({page})")
        twin = f"http://{self.site.mobile.format(id=entry.number)}" if self.site.mobile else ""
        return self._page(
            main, title, kind="article", words=",".join(text.tags), about=_plain(text)[:80],
            twin=self._fill("twin", url=twin) if twin else "",
        )

    def _warm(self, text: Text) -> str:
        """The sentences that some sites put before a text, "" when there are none."""
        return f"<p>　　{escape(text.extras['warm'])}</p>" if "warm" in text.extras else ""

    def _body(self, entry: Entry, page: int) -> str:
        text = entry.text
        lines = hide_middle(text.pages[page - 1], text.hidden)
        if text.extras.get("marks"):
            lines = [marked(line) for line in lines]
        html = MANNERS[self.site.manner](lines)
        if text.hold in extras()["holds"] and page == len(text.pages):
            shown = len(text.body)
            html += Template(extras()["holds"][text.hold]).substitute(shown=shown, total=shown + text.hidden, hidden=text.hidden)
        return html

    def _mobile(self, entry: Entry) -> Response:
        body = MANNERS["paragraphs"]([line for page in entry.text.pages for line in page])
        html = self.site.templates["mobile"].substitute(
            title=escape(entry.text.title), time=entry.text.date.strftime(self.site.time), body=body, name=self.site.name,
            url=f"http://{self.site.host}{entry.path}", column=self.site.category(entry.text.category).name,
        )
        return Response(200, self.site.header, html.encode(self.site.charset), kind="article")

    def _tag_path(self, tag: str) -> str:
        return self.site.tag.format(number=self.tags.index(tag) + 1)

    def _tag_links(self, text: Text) -> str:
        if not text.tags:
            return ""
        links = [self._fill("tag", url=self._tag_path(tag) if self.site.tag else "", tag=tag) for tag in text.tags]
        return self._fill("tags", tags=" ".join(links))

    def _tag_page(self, tag: str) -> Response:
        items = "".join(self._link("home_item", e) for e in self.entries if tag in e.text.tags)
        return self._page(f'<div class="tagpage"><h1>{tag}</h1><ul>{items}</ul></div>', f"{tag}_{self.site.name}", kind="tag")

    def _extras(self) -> Iterator[tuple[str, Response]]:
        """About, contact, login, search, and the pages that are errors."""
        for page in extras()["page"]:
            if self.site.key in page.get("sites", [self.site.key]):
                main = self.site.templates.get("plain", PLAIN).substitute(
                    title=page["title"], content=Template(page["content"]).substitute(name=self.site.name, host=self.site.host)
                )
                title = f"{page['title']}_{self.site.name}"
                yield page["path"], self._page(main, title, kind=page["kind"], status=page.get("status", 200))


def _plain(text: Text) -> str:
    return text.body.replace("\n", "")
