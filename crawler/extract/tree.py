"""What one walk over a page collects: its displayed lines, the block elements around them, anchors, metadata.

Everything after `read_tree` works on these flat lists, never on nodes of a parser.
"""

from __future__ import annotations

WAY = 6  # names of an element and those around it


class Element:
    """A block element: lines `start` to `end` (exclusive) stand inside it."""

    __slots__ = ("blocks", "end", "hint", "parent", "start", "tag")

    def __init__(self, tag: str, parent: int, start: int, hint: str):
        self.tag = tag
        self.parent = parent  # index into Tree.elements, -1 for the root
        self.start = start
        self.end = start
        self.hint = hint  # its id and class: "#content .main wide"
        self.blocks = 0  # block elements directly inside


class Line:
    """One displayed line; see `crawler.page.Block` for gap and indent."""

    __slots__ = ("element", "gap", "indent", "linked", "tag", "text")

    def __init__(self, text: str, element: int, tag: str, gap: int, linked: int, indent: int):
        self.text = text
        self.element = element
        self.tag = tag
        self.gap = gap
        self.linked = linked  # characters that stand in links
        self.indent = indent


class Anchor:
    """An <a href> (or an <option value> that looks like an address) and the line on which it stands."""

    __slots__ = ("href", "line", "rel", "tag", "text", "title")

    def __init__(self, href: str, line: int, rel: str, title: str, tag: str = "a", text: str = ""):
        self.href = href
        self.line = line
        self.rel = rel
        self.title = title
        self.tag = tag
        self.text = text


class Tree:
    """What the walk collected, all in document order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.elements: list[Element] = [Element("html", -1, 0, "")]
        self.anchors: list[Anchor] = []
        self.meta: dict[str, str] = {}  # name or property in lower case -> content, the first of each
        self.json_ld: list[str] = []
        self.times: list[tuple[str, int]] = []  # <time datetime>: value, line
        self.title = ""
        self.canonical = ""
        self.base = ""
        self.cut = False

    def path(self, element: int) -> str:
        """The element and its parent for people: "div#content>p"."""
        here = self.elements[element]
        name = name_of(here)
        return f"{name_of(self.elements[here.parent])}>{name}" if here.parent >= 0 else name

    def way(self, element: int) -> str:
        """The element below the next one around it that has an id or a class: "div#main>table>tbody"; `path` at least."""
        names: list[str] = []
        at = element
        while at > 0 and len(names) < WAY:  # not <html>
            here = self.elements[at]
            names.append(name_of(here))
            if here.hint and len(names) > 1:
                break
            at = here.parent
        return ">".join(reversed(names))


def name_of(element: Element) -> str:
    """Tag with the id, else the first class: "div#content"."""
    return element.tag + element.hint.split(" ", 1)[0] if element.hint else element.tag
