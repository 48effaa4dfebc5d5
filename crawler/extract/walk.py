"""One walk over a parsed page.

The parser is lexbor (selectolax): it parses at a third of the cost of lxml and builds the tree that
browsers build. A visit of a node from Python costs more than its parse, so the loop below is one
function over local names: with a method for each kind of node it takes twice as long.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.guard import tame
from crawler.extract.tags import ACTIONS, ANCHOR, BLOCK, BREAK, CELL, INLINE, OPTION, ROW, RULE, SKIP, TEXT, UNKNOWN
from crawler.extract.tree import Anchor, Element, Line, Tree

MAX_NODES = 400_000  # then the rest of the page is left unread; the largest page of the corpus has 12,000

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.I)
_JUNK_CLASS = "jammer"  # Discuz: random characters against copying
_FOLD = re.compile(r"[ \t\r\n\f]+")
_EDGE = " \t\r\n\f\xa0\u3000"
_WIDE = "\xa0\u3000"
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_EMPTY = frozenset(("p", "div"))  # with nothing but a <br> inside it is an empty line
_OPENING = frozenset((BLOCK, ROW, CELL))
_PRE = frozenset(("pre", "listing", "xmp"))


def read_tree(text: str) -> Tree:
    """The lines, elements, anchors and metadata of the page `text`. Never raises; `cut` says that a budget ran out."""
    text, cut = tame(text)
    tree = Tree()
    root = LexborHTMLParser(text).root if text else None
    if root is not None:
        _Walk(tree).run(root)
    tree.cut = tree.cut or cut
    return tree


class _Walk:
    def __init__(self, tree: Tree):
        self.tree = tree
        self.buffer: list[str] = []  # the line that is being read
        self.linked = 0  # its characters that stand in links
        self.breaks = 0  # <br> since the last line
        self.empty = 0  # empty paragraphs since the last line
        self.fresh = True  # a block began or ended since the last line
        self.current = 0  # the open element
        self.pre = 0
        self.rows: list[list[int]] = []  # open table rows: first line, element and anchor, then where each cell begins

    def run(self, root: LexborNode) -> None:
        """The walk itself: without recursion, so that no page is too deep for it."""
        tree, buffer, flush, action = self.tree, self.buffer, self.flush, ACTIONS.get
        lines, elements, anchors = tree.lines, tree.elements, tree.anchors
        styles: dict[str, bool] = {}  # whether a style hides: text pasted from an office has the same few on every line
        stack: list[tuple[LexborNode, int]] = []
        push, pop = stack.append, stack.pop
        node: LexborNode | None = root.first_child
        anchor: Anchor | None = None
        mark = 0
        budget = MAX_NODES
        while True:
            if node is None:
                if not stack:
                    break
                node, doing = pop()
                if doing == INLINE:
                    pass
                elif doing == ANCHOR:
                    if anchor is not None:
                        self.end_anchor(anchor, mark)
                        anchor = None
                else:
                    element = elements[self.current]
                    if buffer:
                        flush()
                    elif self.breaks and element.start == len(lines) and element.tag in _EMPTY and not element.blocks:
                        self.empty += 1
                    self.fresh = True
                    element.end = len(lines)
                    self.current = element.parent
                    if doing == ROW:
                        self.end_row(element)
                    elif self.pre and element.tag in _PRE:
                        self.pre -= 1
                node = node.next
                continue
            doing, tag = action(node.tag_id or 0, UNKNOWN)
            if doing == TEXT:
                data = node.text_content or " "
                node = node.next
                if self.pre and "\n" in data:
                    self.preformatted(data)
                elif data.isspace():
                    if buffer or "\xa0" in data or "\u3000" in data:
                        buffer.append(data)
                else:
                    buffer.append(data)
                    if anchor is not None:
                        self.linked += len(data)
                continue
            if doing == SKIP:
                node = node.next
                continue
            budget -= 1
            if budget < 0:
                tree.cut = True
                break
            if doing == BREAK:
                if buffer:
                    flush()
                self.breaks += 1
                node = node.next
                continue
            attributes = node.attributes
            if attributes:
                style = attributes.get("style")
                if style:
                    hides = styles.get(style)
                    if hides is None:
                        hides = styles[style] = _HIDDEN.search(style) is not None
                else:
                    hides = False
                if (hides or "hidden" in attributes or attributes.get("class") == _JUNK_CLASS) and tag != "body":
                    node = node.next
                    continue
            if doing in _OPENING:
                if buffer:
                    flush()
                self.fresh = True
                parent = self.current
                elements[parent].blocks += 1
                start = len(lines)
                if doing == ROW:
                    self.rows.append([start, len(elements), len(anchors)])
                elif doing == CELL:
                    if self.rows:
                        self.rows[-1].append(start)
                elif tag in _PRE:
                    self.pre += 1
                self.current = len(elements)
                elements.append(Element(tag, parent, start, _hint(attributes) if attributes else ""))
            elif doing == ANCHOR:
                href = attributes.get("href")
                if href and anchor is None:
                    anchor = Anchor(href, len(lines), attributes.get("rel") or "", attributes.get("title") or "")
                    anchors.append(anchor)
                    mark = len(buffer)
                else:
                    doing = INLINE
            elif doing != INLINE or "data-cfemail" in attributes:
                if self.special(node, tag, doing, attributes):
                    node = node.next
                    continue
                doing = INLINE
            push((node, doing))
            node = node.first_child
        self.finish([doing for _, doing in stack])

    def finish(self, open_elements: list[int]) -> None:
        """Close what is still open when the walk ends, normally or by its budget."""
        self.flush()
        for _ in open_elements:
            if self.current:
                element = self.tree.elements[self.current]
                element.end = len(self.tree.lines)
                self.current = element.parent
        self.tree.elements[0].end = len(self.tree.lines)

    def flush(self) -> None:
        """End the line that stands in the buffer."""
        buffer = self.buffer
        text = "".join(buffer)
        buffer.clear()
        linked, self.linked = self.linked, 0
        bare = text.strip(_EDGE)
        if not bare:
            return
        indent = 0
        if text[0] != bare[0]:
            start = text.lstrip(" \t\r\n\f")
            indent = len(start) - len(start.lstrip(_EDGE)) if start[0] in _WIDE else 0
        if not self.pre and ("\n" in bare or "  " in bare or "\t" in bare or "\r" in bare):
            bare = _FOLD.sub(" ", bare)
        if "\xa0" in bare:
            bare = bare.replace("\xa0", " ")
        tree = self.tree
        element = tree.elements[self.current]
        if self.fresh:
            tag, gap = element.tag, 1 + self.empty
        else:
            tag = "pre" if self.pre else "br" if self.breaks else element.tag
            gap = self.breaks - 1 if self.breaks else 0
        if linked > len(bare):
            linked = len(bare)
        tree.lines.append(Line(bare, self.current, tag, gap, linked, indent))
        self.fresh = False
        self.breaks = self.empty = 0

    def preformatted(self, data: str) -> None:
        first, *rest = data.replace("\r\n", "\n").split("\n")
        self.buffer.append(first)
        for part in rest:
            self.flush()
            self.breaks += 1
            self.buffer.append(part)

    def end_anchor(self, anchor: Anchor, mark: int) -> None:
        lines = self.tree.lines
        if anchor.line == len(lines):
            text = "".join(self.buffer[mark:])
        else:
            text = " ".join([line.text for line in lines[anchor.line :]]) + "".join(self.buffer)
        text = text.strip(_EDGE)
        anchor.text = _FOLD.sub(" ", text) if "\n" in text or "  " in text else text

    def end_row(self, row: Element) -> None:
        """A row of a table of data becomes one line, its cells separated by a tab; a row used for layout stays."""
        start, first_element, first_anchor, *cells = self.rows.pop()
        lines = self.tree.lines
        if len(cells) < 2 or not 2 <= len(lines) - start <= 3 * len(cells):
            return
        inside = self.tree.elements[first_element:]
        made = lines[start:]
        if any(element.tag == "tr" for element in inside[1:]) or any(line.tag in _HEADINGS for line in made):
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

    def special(self, node: LexborNode, tag: str, doing: int, attributes: dict[str, str | None]) -> bool:
        """Metadata, options, rules and hidden addresses; True when nothing inside is to be read."""
        tree = self.tree
        if doing == OPTION:
            value = attributes.get("value")
            if value and ("/" in value or "." in value):
                tree.anchors.append(Anchor(value, len(tree.lines), "", "", "option", (node.text() or "").strip()))
            return True
        if doing == RULE:
            if self.buffer:
                self.flush()
            self.fresh = True
            return True
        if doing == INLINE:
            self.buffer.append(_email(attributes["data-cfemail"] or ""))
            return True
        if tag == "time":
            if attributes.get("datetime"):
                tree.times.append((attributes["datetime"] or "", len(tree.lines)))
            return False
        self.metadata(node, tag, attributes)
        return True

    def metadata(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        tree = self.tree
        if tag == "script":
            if "ld+json" in (attributes.get("type") or ""):
                tree.json_ld.append(node.text() or "")
        elif tag == "title":
            tree.title = tree.title or _FOLD.sub(" ", node.text() or "").strip()
        elif tag == "meta":
            key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if key and (content := attributes.get("content")):
                tree.meta.setdefault(key.lower(), content.strip())
        elif tag == "base":
            tree.base = tree.base or attributes.get("href") or ""
        elif "canonical" in (attributes.get("rel") or "").lower():
            tree.canonical = tree.canonical or attributes.get("href") or ""


def _hint(attributes: dict[str, str | None]) -> str:
    name, classes = attributes.get("id"), attributes.get("class")
    if not name:
        return "." + classes if classes else ""
    return f"#{name} .{classes}" if classes else "#" + name


def _email(code: str) -> str:
    """An address that Cloudflare hid: hexadecimal, each byte XORed with the first."""
    try:
        data = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace") if data else ""
