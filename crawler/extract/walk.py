"""One walk over the tags of a page.

A parser's tree costs more to visit from Python than to build: on 700 pages of libraries lexbor's parse took 0.33 of lxml's
parse and text, the visit of its nodes 1.4. The split of the source at "<" costs 0.08, and the loop below, which closes what
HTML closes by itself (nesting.py), gives the same lines.
"""

from __future__ import annotations

import re
from html import unescape

from crawler.extract.metadata import email, metadata, raw_text
from crawler.extract.nesting import ENDS_PARAGRAPH, HEADINGS, ROOMY, closed_by, ended_by
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
from crawler.extract.tree import Anchor, Element, Line, Tree

MAX_DEPTH = 400  # open elements; Blink stops at 512

_FOLD = re.compile(r"[ \t\r\n\f]+")
_WIDE = "\xa0\u3000"
_EMPTY = frozenset(("p", "div"))  # with nothing but a <br> inside it is an empty line
_PRE = frozenset(("pre", "listing", "xmp"))
_CELLS = frozenset(("td", "th"))
_COUNTED = _PRE | {"tr", "td", "th", "body", "form"}  # their end tags do more than to end an element
_CLOSES_ANCHOR = frozenset(("td", "th", "tr", "table"))  # an anchor that nobody closed ends with its cell
_BODIES = frozenset(("tbody", "thead", "tfoot"))


def read_tree(text: str) -> Tree:
    """The lines, elements, anchors and metadata of the page `text`. Never raises; `cut` says that a budget ran out."""
    tree = Tree()
    source = Source(text)
    tree.cut = source.cut
    _Walk(tree, source).run()
    return tree


class _Walk:
    def __init__(self, tree: Tree, source: Source):
        self.tree = tree
        self.source = source
        self.buffer: list[str] = []  # the line that is being read
        self.linked = 0  # its characters that stand in links
        self.breaks = 0  # <br> since the last line
        self.empty = 0  # empty paragraphs since the last line
        self.fresh = True  # a block began or ended since the last line
        self.current = 1  # the open element: the body
        self.depth = 0
        self.too_deep = 0  # open elements beyond MAX_DEPTH, which are not kept
        self.pre = 0
        self.rows: list[list[int]] = []  # open table rows: first line, element and anchor, then where each cell begins
        tree.elements.append(Element("body", 0, 0, ""))

    def run(self) -> None:
        """The loop over all tags. It is one function over local names: with one for each kind of tag it takes twice as long."""
        tree, buffer, flush, leave = self.tree, self.buffer, self.flush, self.leave
        lines, elements, anchors = tree.lines, tree.elements, tree.anchors
        source, known, nowhere = self.source, TAGS.get, frozenset[str]()
        anchor: Anchor | None = None
        mark = 0  # where the anchor's text begins in the buffer
        holder = 0  # the element in which the anchor began
        buffer.append(unescape(next(source.rest)))
        for piece in source.rest:
            head, closed, data = piece.partition(">")
            doing, name, hint, extra = known(head) or learn(head)
            if not closed:
                data = source.text_of_unclosed(piece)
            elif doing == INLINE:
                pass
            elif doing == CLOSE:
                element = elements[self.current]
                if element.tag != name or self.too_deep or name in _COUNTED:
                    self.close(name)
                    if anchor is not None and name in _CLOSES_ANCHOR and not self.is_inside(holder):
                        self.end_anchor(anchor, mark)
                        anchor = None
                else:
                    if buffer:
                        flush()
                    elif self.breaks and name in _EMPTY and not element.blocks and element.start == len(lines):
                        self.empty += 1
                    self.fresh = True
                    element.end = len(lines)
                    self.current = element.parent
                    self.depth -= 1
            elif doing == OPEN or doing == PART:
                if buffer:
                    flush()
                self.fresh = True
                if elements[self.current].tag == "p" and name in ENDS_PARAGRAPH:
                    leave()
                current = self.current
                if doing == OPEN or elements[current].tag in ROOMY.get(name, nowhere) or self.make_room(name, hint):
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
                if extra is not None:
                    href, rel, title = extra
                    anchor = Anchor(href, len(lines), rel, title)
                    anchors.append(anchor)
                    mark, holder = len(buffer), self.current
            elif doing == ANCHOR_END:
                if anchor is not None:
                    self.end_anchor(anchor, mark)
                    anchor = None
            elif doing == BREAK:
                if buffer:
                    flush()
                self.breaks += 1
            elif doing != VOID:
                data = self.special((doing, name, hint, extra), piece, data)
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

    def flush(self) -> None:
        """End the line that stands in the buffer."""
        buffer = self.buffer
        text = buffer[0] if len(buffer) == 1 else "".join(buffer)
        buffer.clear()
        linked, self.linked = self.linked, 0
        bare = text.strip()
        if not bare:
            return
        indent = 0
        if text[0] != bare[0] and ("\u3000" in text or "\xa0" in text):
            start = text.lstrip(" \t\r\n\f")
            indent = len(start) - len(start.lstrip()) if start[0] in _WIDE else 0
        if not self.pre and (not bare.isprintable() or "  " in bare):  # \n, \t, \xa0 and their like are not printable
            bare = _FOLD.sub(" ", bare)
            if "\xa0" in bare:
                bare = bare.replace("\xa0", " ")
        tree = self.tree
        if self.fresh:
            tag, gap = tree.elements[self.current].tag, 1 + self.empty
        elif self.pre:
            tag, gap = "pre", max(self.breaks - 1, 0)
        else:
            tag = "br" if self.breaks else tree.elements[self.current].tag
            gap = self.breaks - 1 if self.breaks else 0
        tree.lines.append(Line(bare, self.current, tag, gap, linked if linked < len(bare) else len(bare), indent))
        self.fresh = False
        self.breaks = self.empty = 0

    def preformatted(self, data: str) -> None:
        first, *rest = data.replace("\r\n", "\n").split("\n")
        self.buffer.append(first)
        for part in rest:
            self.flush()
            self.breaks += 1
            self.buffer.append(part)

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
            if self.rows:
                self.rows[-1].append(len(self.tree.lines))
        elif name == "tr":
            self.begin_row()
        return True

    def imply(self, name: str) -> None:
        """Open an element that the source leaves out."""
        tree = self.tree
        if name == "tr":
            self.begin_row()
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

    def begin_row(self) -> None:
        self.rows.append([len(self.tree.lines), len(self.tree.elements), len(self.tree.anchors)])

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
            self.end_row(element)
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
        at = closed_by(self.tree.elements, self.current, name)
        if at < 0:
            self.fresh = self.fresh or name in ("p", "form")
            return
        outside = self.tree.elements[at].parent
        while self.current != outside:
            self.leave()

    def end_anchor(self, anchor: Anchor, mark: int) -> None:
        lines, buffer = self.tree.lines, self.buffer
        if anchor.line == len(lines):
            text = buffer[mark] if len(buffer) == mark + 1 else "".join(buffer[mark:])
        else:
            text = " ".join([line.text for line in lines[anchor.line :]]) + "".join(buffer)
        text = text.strip()
        anchor.text = text if text.isprintable() and "  " not in text else _FOLD.sub(" ", text)

    def end_row(self, row: Element) -> None:
        """A row of a table of data becomes one line, its cells separated by a tab; a row used for layout stays."""
        start, first_element, first_anchor, *cells = self.rows.pop()
        lines = self.tree.lines
        if len(cells) < 2 or not 2 <= len(lines) - start <= 3 * len(cells):
            return
        inside = self.tree.elements[first_element:]
        made = lines[start:]
        if any(element.tag == "tr" for element in inside[1:]) or any(line.tag in HEADINGS for line in made):
            return
        if sum(len(line.text) for line in made) > 600:  # a sentence a cell is data, an article in a cell is layout
            return
        ends = [*cells[1:], len(lines)]
        texts = [" ".join(line.text for line in lines[a:b]) for a, b in zip(cells, ends, strict=True)]
        text = "\t".join(texts).strip("\t")
        lines[start:] = [Line(text, first_element, "tr", made[0].gap, sum(line.linked for line in made), 0)]
        for element in inside:
            element.start, element.end = start, start + 1
        row.end = start + 1
        for anchor in self.tree.anchors[first_anchor:]:
            anchor.line = start

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
