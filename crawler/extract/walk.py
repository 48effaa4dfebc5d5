"""One walk over the tags of a page.

A parser's tree costs more to visit from Python than to build: on 700 pages of libraries lexbor's parse took 0.33 of lxml's
parse and text, the visit of its nodes 1.4. The split of the source at "<" costs 0.08, and the loop below, which closes what
HTML closes by itself (nesting.py), gives the same lines (a test holds it against lexbor).
"""

from __future__ import annotations

from html import unescape
from typing import Final

from crawler.extract.linebuffer import LineBuffer
from crawler.extract.metadata import email, metadata, raw_text
from crawler.extract.nesting import ENDS_PARAGRAPH, ROOMY, closed_by, ended_by
from crawler.extract.rows import Rows
from crawler.extract.source import Source
from crawler.extract.tags import (
    ANCHOR,
    ANCHOR_END,
    BREAK,
    CLOSE,
    COMMENT,
    EMAIL,
    INLINE,
    OPEN,
    OPTION,
    PART,
    RAW,
    RULE,
    SKIP,
    TAGS,
    VOID,
    Tag,
    learn,
)
from crawler.extract.tree import Anchor, Element, Tree

MAX_DEPTH: Final = 400  # open elements; Blink stops at 512

_EMPTY: Final = frozenset(("p", "div"))  # with nothing but a <br> inside it is an empty line
_PRE: Final = frozenset(("pre", "listing", "xmp"))
_CELLS: Final = frozenset(("td", "th"))
_COUNTED: Final = _PRE | {"tr", "td", "th", "body", "form"}  # their end tags do more than to end an element
_CLOSES_ANCHOR: Final = frozenset(("td", "th", "tr", "table"))  # an anchor that nobody closed ends with its cell
_BODIES: Final = frozenset(("tbody", "thead", "tfoot"))
_NOWHERE: Final[frozenset[str]] = frozenset()


def read_tree(text: str) -> Tree:
    """The lines, elements, anchors and metadata of the page `text`. Never raises; `cut` says that a budget ran out."""
    tree = Tree()
    source = Source(text)
    tree.cut = source.cut
    _Walk(tree, source).run()
    return tree


class _Walk(LineBuffer):
    def __init__(self, tree: Tree, source: Source):
        super().__init__(tree)
        self.source = source
        self.depth = 0
        self.too_deep = 0  # open elements beyond MAX_DEPTH, which are not kept
        self.rows = Rows(tree)
        tree.elements.append(Element("body", 0, 0, ""))

    def run(self) -> None:
        """The loop over all tags. It is one function over local names: with one for each kind of tag it takes twice as long."""
        tree, buffer, source = self.tree, self.buffer, self.source
        lines, elements, anchors = tree.lines, tree.elements, tree.anchors
        anchor: Anchor | None = None
        mark = 0  # where the anchor's text begins in the buffer
        holder = 0  # the element in which the anchor began
        buffer.append(unescape(next(source.rest)))
        piece: str
        for piece in source.rest:
            head, closed, data = piece.partition(">")
            tag = TAGS.get(head)
            if tag is None:
                tag = learn(head)
            doing = tag[0]
            if not closed:
                data = source.text_of_unclosed(piece)
            elif doing == INLINE:
                pass
            elif doing == CLOSE:
                name = tag[1]
                element = elements[self.current]
                if element.tag != name or self.too_deep or name in _COUNTED:
                    self.close(name)
                    if anchor is not None and name in _CLOSES_ANCHOR and not self.is_inside(holder):
                        self.end_anchor(anchor, mark)
                        anchor = None
                else:
                    if buffer:
                        self.flush()
                    elif self.breaks and name in _EMPTY and not element.blocks and element.start == len(lines):
                        self.empty += 1
                    self.fresh = True
                    element.end = len(lines)
                    self.current = element.parent
                    self.depth -= 1
            elif doing <= PART:  # OPEN too
                if buffer:
                    self.flush()
                self.fresh = True
                name, hint = tag[1], tag[2]
                inside = elements[self.current].tag
                if inside == "p" and name in ENDS_PARAGRAPH:
                    self.leave()
                    inside = elements[self.current].tag
                if doing == OPEN or inside in ROOMY.get(name, _NOWHERE) or self.make_room(name, hint):
                    if self.depth >= MAX_DEPTH:
                        self.too_deep += 1
                        tree.cut = True
                    else:
                        current = self.current
                        self.depth += 1
                        self.current = len(elements)
                        elements[current].blocks += 1
                        elements.append(Element(name, current, len(lines), hint))
            elif doing == ANCHOR:
                if anchor is not None:
                    self.end_anchor(anchor, mark)
                    anchor = None
                extra = tag[3]
                if isinstance(extra, tuple):
                    anchor = Anchor(extra[0], len(lines), extra[1], extra[2])
                    anchors.append(anchor)
                    mark, holder = len(buffer), self.current
            elif doing == ANCHOR_END:
                if anchor is not None:
                    self.end_anchor(anchor, mark)
                    anchor = None
            elif doing == BREAK:
                if buffer:
                    self.flush()
                self.breaks += 1
            elif doing != VOID:
                data = self.special(tag, piece, data)
            if data:
                if data.isspace() and not self.pre:
                    if buffer or "\xa0" in data or "\u3000" in data:
                        buffer.append(data)
                    continue
                if "&" in data:
                    data = unescape(data)
                if self.pre and "\n" in data:
                    self.preformatted(data)
                    continue
                buffer.append(data)
                if anchor is not None:
                    self.linked += len(data)
        if anchor is not None:
            self.end_anchor(anchor, mark)
        self.finish()

    def finish(self) -> None:
        """Close what is still open at the end of the page."""
        while self.current > 1:
            self.leave()
        self.flush()
        self.tree.elements[0].end = self.tree.elements[1].end = len(self.tree.lines)

    def make_room(self, name: str, hint: str) -> bool:
        """Close what a `name` ends, and open the table parts that it needs; False for one that begins no element here."""
        elements = self.tree.elements
        if name == "body":
            elements[1].hint = elements[1].hint or hint
            return False
        if name == "form":  # it may be closed anywhere, and is nothing to a reader
            return False
        if name in _PRE:
            self.pre += 1
            return True
        at = ended_by(elements, self.current, name)
        if at < 0:
            return False
        while self.current != at:
            self.leave()
        around = elements[at].tag
        if around == "table" and name in ("tr", "td", "th"):
            self.imply("tbody")
        if name in _CELLS:
            if elements[self.current].tag in _BODIES:
                self.imply("tr")
            self.rows.cell()
        elif name == "tr":
            self.rows.begin()
        return True

    def imply(self, name: str) -> None:
        """Open an element that the source leaves out."""
        tree = self.tree
        if name == "tr":
            self.rows.begin()
        self.depth += 1
        tree.elements[self.current].blocks += 1
        tree.elements.append(Element(name, self.current, len(tree.lines), ""))
        self.current = len(tree.elements) - 1

    def is_inside(self, element: int) -> bool:
        """True when `element` is still open."""
        at = self.current
        while at > element:
            at = self.tree.elements[at].parent
        return at == element

    def leave(self) -> None:
        """Close the current element."""
        tree = self.tree
        element = tree.elements[self.current]
        tag = element.tag
        if self.buffer:
            self.flush()
        elif self.breaks and tag in _EMPTY and not element.blocks and element.start == len(tree.lines):
            self.empty += 1
        self.fresh = True
        element.end = len(tree.lines)
        self.current = element.parent
        self.depth -= 1
        if tag == "tr":
            self.rows.end(element)
        elif self.pre and tag in _PRE:
            self.pre -= 1

    def close(self, name: str) -> None:
        """An end tag that is not that of the current element: close the one it belongs to, or none."""
        if name == "body":
            return
        if self.buffer:
            self.flush()
        if self.too_deep:
            self.fresh = True
            self.too_deep -= 1
            return
        elements = self.tree.elements
        at = self.current if elements[self.current].tag == name else closed_by(elements, self.current, name)
        if at < 0:
            self.fresh = self.fresh or name in ("p", "form")
            return
        outside = elements[at].parent
        while self.current != outside:
            self.leave()

    def special(self, tag: Tag, piece: str, data: str) -> str:
        """Comments, hidden and raw elements, metadata, options, rules; the text that follows."""
        tree = self.tree
        doing, name, _, extra = tag
        if doing >= COMMENT:
            return self.source.text_after(doing, piece)
        attributes = extra if isinstance(extra, dict) else {}
        if doing in (SKIP, RULE) and name in ENDS_PARAGRAPH and tree.elements[self.current].tag == "p":
            self.leave()
        if doing == SKIP:
            return self.source.skip(name, self.is_open)
        if doing == EMAIL:
            self.buffer.append(email(attributes["data-cfemail"]))
            return self.source.skip(name, self.is_open)
        if doing == RAW:
            inside, data = self.source.raw(name, data)
            raw_text(tree, name, attributes, inside)
        elif doing == RULE:
            if self.buffer:
                self.flush()
            self.fresh = True
        elif doing == OPTION:
            value = attributes.get("value", "")
            if "/" in value or "." in value:
                tree.anchors.append(Anchor(value, len(tree.lines), "", "", "option", unescape(data).strip()))
            return ""
        else:
            metadata(tree, name, attributes)
        return data

    def is_open(self, name: str) -> bool:
        """True when an element `name` is open that its end tag would close."""
        return closed_by(self.tree.elements, self.current, name) > 0
