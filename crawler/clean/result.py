"""What `clean` returns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, init=False)
class Dropped:
    """A line, or a piece of a line, that was taken out, and the rule (its id in data/boilerplate.toml or in code) that did it."""

    text: str
    rule: str
    block: int  # index into Page.blocks

    # One is made for each line beside the text: see crawler.page.Block.
    def __init__(self, text: str = "", rule: str = "", block: int = 0):
        self.text, self.rule, self.block = text, rule, block


@dataclass(slots=True)
class Part:
    """One piece of a collection: its heading and its span in the body, in characters (heading included)."""

    heading: str
    start: int
    end: int


@dataclass(slots=True)
class Cleaned:
    """A document: title, date and body as they are published, and an account of everything that was left out."""

    title: str = ""
    date: str | None = None  # YYYY-MM-DD
    published: str | None = None  # RFC 3339 with +08:00, when the page gives a time of day
    body: str = ""
    category: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    author: str | None = None
    source: str | None = None
    parts: list[Part] = field(default_factory=list)
    truncated: bool = False
    quality: dict[str, float | int | dict[str, int]] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)  # for each body line, the index of the block it began with
    reject: str | None = None  # a reason: "mirror", "garbled", "hijacked", "stub", "no-title", …
    detail: str = ""  # what made it so, for the rejected feed
