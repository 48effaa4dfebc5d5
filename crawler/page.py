"""What `crawler.extract` hands to `crawler.clean`: one page, read but not yet cleaned.

The types stand here, beside both packages, so that neither has to know the other: `extract` knows
no rules about phrases, `clean` knows no parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a page is for its reader. Only an ARTICLE can become a document."""

    ARTICLE = "article"
    LIST = "list"  # a category list, one page of it
    HOME = "home"
    TAG = "tag"  # a landing page of a tag or a search: links, no document of its own
    ERROR = "error"  # "not found" and its like, whatever the HTTP status said
    OTHER = "other"  # login, about, contact, empty pages, forum threads


class Zone(StrEnum):
    """Where a block stands, as far as the structure of the page tells."""

    HEAD = "head"  # above the body: breadcrumb, heading, by-line, summary box
    BODY = "body"  # inside the container(s) of the document
    TAIL = "tail"  # below the body: tags, previous and next, disclaimer, related, comments
    SIDE = "side"  # navigation, side bars, footer: never part of a document


class LinkKind(StrEnum):
    ARTICLE = "article"
    LIST = "list"  # a category or column
    PAGING = "paging"  # another page of this list
    OTHER = "other"  # same site, unclear: worth a visit after everything else


@dataclass(slots=True, init=False)
class Block:
    """One line of displayed text. Blocks of a page stand in the order of the source.

    `text` holds no line break; white space inside is folded as a browser would, table cells are
    separated by a tab. `tag` is the element that made the line ("p", "h2", "tr", "li", "br", "pre",
    "" for read_text). `gap` counts the empty lines (or empty paragraphs, `<br><br>`, a new block
    element) displayed before it: 0 only when the line directly continues the previous one in the
    same paragraph element, so that stanzas and single `<br>` cuts can be told apart. `links` is
    the share of its characters that stand in links. `indent` is the number of leading full-width or non-breaking blanks.
    `page` is the page of a paged article, from 1. `path` names the ancestors for people ("div#content>p"). `rule` is the
    id of what is known about the site by which the line is no text, "" for all others.
    """

    text: str
    zone: Zone = Zone.BODY
    tag: str = ""
    gap: int = 1
    links: float = 0.0
    indent: int = 0
    page: int = 1
    path: str = ""
    rule: str = ""

    # Written out, here and in Link: blocks and links are made by the hundred for each page, and what `dataclass` writes at
    # run time is not compiled. Everything has a default because a compiled object is copied by making an empty one first.
    def __init__(
        self,
        text: str = "",
        zone: Zone = Zone.BODY,
        tag: str = "",
        gap: int = 1,
        links: float = 0.0,
        indent: int = 0,
        page: int = 1,
        path: str = "",
        rule: str = "",
    ):
        self.text, self.zone, self.tag, self.gap, self.links = text, zone, tag, gap, links
        self.indent, self.page, self.path, self.rule = indent, page, path, rule


@dataclass(slots=True, init=False)
class Link:
    url: str  # absolute
    text: str
    kind: LinkKind = LinkKind.OTHER

    def __init__(self, url: str = "", text: str = "", kind: LinkKind = LinkKind.OTHER):
        self.url, self.text, self.kind = url, text, kind


@dataclass(slots=True)
class Page:
    """One page as read. Strings are as displayed: `clean` decides what they mean.

    `where` says for each field where it was found ("h1", "meta og:title", "label 时间", "json-ld"…),
    `confidence` how sure that is (0 to 1).
    """

    url: str = ""
    kind: Kind = Kind.OTHER
    encoding: str = ""
    title: str = ""
    date: str = ""  # the text of the date as the page gives it, time included; "" when it gives none
    blocks: list[Block] = field(default_factory=list)
    breadcrumb: list[str] = field(default_factory=list)  # as displayed: may begin with 首页 and end in the title
    tags: list[str] = field(default_factory=list)
    author: str = ""
    source: str = ""
    description: str = ""  # meta description
    canonical: str = ""  # rel=canonical, absolute
    links: list[Link] = field(default_factory=list)
    next_page: str = ""  # the next page of this article or list, absolute
    page_urls: list[str] = field(default_factory=list)  # every page of this article, in order; [] when it has one
    page_number: int = 1  # which of them this one is
    pages: int = 1  # how many were joined into this object
    cut: bool = False  # a budget ran out: the rest of the page was not read
    box: str = ""  # the path of the element that holds the article
    layout: str = ""  # the layout of the site by which the page was read, "" when general rules found everything
    reject: str = ""  # why the bytes cannot be read as Chinese text ("mojibake"), or ""
    where: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)

    def of(self, kind: LinkKind) -> list[Link]:
        """The links of one kind, in page order."""
        return [link for link in self.links if link.kind is kind]


class Place(Protocol):
    """Where heading and text stand in one layout (`crawler.profile.Layout`): paths as in `Block`, "" where it is not known."""

    @property
    def container(self) -> str: ...
    @property
    def box(self) -> str: ...
    @property
    def title(self) -> str: ...


class Knowledge(Protocol):
    """What is known about the pages of a site beforehand (`crawler.profile.Profile`)."""

    @property
    def layouts(self) -> Sequence[Place]: ...
    @property
    def articles(self) -> Sequence[str]:
        """The shapes of the addresses of articles, as `crawler.extract.address.family` names them."""
        ...

    def apply(self, page: Page) -> Page:
        """The page as read, read better."""
