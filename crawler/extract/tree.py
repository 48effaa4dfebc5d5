"""One walk over a parsed page: its displayed lines, the block elements around them, anchors and metadata.

The parser is lexbor (selectolax): parsing a page and walking it in Python costs 0.6 times what lxml
needs for the parse and `text_content` alone, and it builds the tree that browsers build. Everything
after this file works on the flat lists here, never on nodes.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.guard import tame

MAX_NODES = 400_000  # then the rest of the page is left unread; the largest page of the corpus has 12,000

INLINE, BLOCK, SKIP, BREAK, ANCHOR, META, CELL, ROW, OPTION, RULE = range(10)
_BLOCKS = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 header legend li listing main menu nav ol p pre section summary table tbody "
    "tfoot thead ul xmp caption hgroup marquee"
)
ACTION: Final[dict[str, int]] = {
    **dict.fromkeys(_BLOCKS.split(), BLOCK),
    **dict.fromkeys("td th".split(), CELL),
    **dict.fromkeys(
        "noscript style template textarea iframe object embed video audio canvas svg math input button noframes "
        "-comment !doctype rp map datalist applet".split(),
        SKIP,
    ),
    "tr": ROW,
    "br": BREAK,
    "hr": RULE,
    "a": ANCHOR,
    "option": OPTION,
    **dict.fromkeys("title meta link base script time".split(), META),
}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.I)
_JUNK_CLASS = frozenset(("jammer",))  # Discuz: random characters against copying
_FOLD = re.compile(r"[ \t\r\n\f]+")
_EDGE = " \t\r\n\f\xa0\u3000"
_WIDE = "\xa0\u3000"


class Element:
    """A block element: lines `start` to `end` (exclusive) stand inside it."""

    __slots__ = ("blocks", "end", "hint", "parent", "start", "tag")

    def __init__(self, tag: str, parent: int, start: int, hint: str):
        self.tag = tag
        self.parent = parent  # index into Tree.elements, -1 for the root
        self.start = start
        self.end = start
        self.hint = hint  # its id and class, as written
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

    __slots__ = ("element", "href", "line", "rel", "tag", "text", "title")

    def __init__(self, href: str, line: int, element: int, rel: str, title: str, tag: str = "a"):
        self.href = href
        self.line = line
        self.element = element
        self.rel = rel
        self.title = title
        self.text = ""
        self.tag = tag


class Tree:
    """What the walk collected, all in document order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.elements: list[Element] = []
        self.anchors: list[Anchor] = []
        self.meta: dict[str, str] = {}  # name or property in lower case -> content, the first of each
        self.json_ld: list[str] = []
        self.times: list[tuple[str, int]] = []  # <time datetime>: value, line
        self.title = ""
        self.canonical = ""
        self.base = ""
        self.refresh = ""
        self.cut = False

    def path(self, element: int) -> str:
        """The element and its parent for people: "div#content>p"."""
        here = self.elements[element]
        name = _name(here)
        return f"{_name(self.elements[here.parent])}>{name}" if here.parent >= 0 else name

    def inside(self, element: int, ancestor: int) -> bool:
        """True when `element` is `ancestor` or stands in it."""
        while element > ancestor:
            element = self.elements[element].parent
        return element == ancestor


def _name(element: Element) -> str:
    return element.tag + element.hint.split(" ", 1)[0] if element.hint else element.tag


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
        self.buffer: list[str] = []
        self.linked = 0  # characters of the buffer that stand in links
        self.breaks = 0  # <br> since the last line
        self.empty = 0  # empty paragraphs since the last line
        self.fresh = True  # a block began or ended since the last line
        self.current = 0
        self.anchor: Anchor | None = None
        self.pre = 0
        self.rows: list[list[int]] = []  # open table rows: first line, first element, first anchor, cell starts…

    def run(self, root: LexborNode) -> None:
        """The walk itself: without recursion, so that no page is too deep for it."""
        elements = self.tree.elements
        elements.append(Element("html", -1, 0, ""))
        stack: list[tuple[LexborNode, int]] = []
        buffer = self.buffer
        node: LexborNode | None = root.first_child
        budget = MAX_NODES
        action = ACTION.get
        while True:
            if node is None:
                if not stack:
                    break
                node, doing = stack.pop()
                if doing:
                    self.close(doing)
                node = node.next
                continue
            tag = node.tag or ""
            if tag == "-text":
                data = node.text_content or " "
                node = node.next
                if self.pre and "\n" in data:
                    self.preformatted(data)
                elif not data.isspace():
                    buffer.append(data)
                    if self.anchor is not None:
                        self.linked += len(data)
                elif buffer or "\xa0" in data or "\u3000" in data:
                    buffer.append(data)
                continue
            budget -= 1
            if budget < 0:
                self.tree.cut = True
                break
            doing = self.open(node, tag, action(tag, INLINE))
            if doing < 0:
                node = node.next
                continue
            stack.append((node, doing))
            node = node.first_child
        while stack:
            doing = stack.pop()[1]
            if doing:
                self.close(doing)
        self.flush()
        elements[0].end = len(self.tree.lines)

    def open(self, node: LexborNode, tag: str, doing: int) -> int:
        """Begin an element: what `close` has to do at its end, 0 for nothing, -1 when it is not to be entered."""
        if doing == SKIP:
            return -1
        if doing == BREAK:
            self.newline()
            return -1
        attributes = node.attributes
        if attributes:
            style = attributes.get("style")
            if (style and _HIDDEN.search(style)) or "hidden" in attributes or attributes.get("class") in _JUNK_CLASS:
                return 0 if tag in ("body", "html") else -1
        if doing == INLINE:
            if tag == "span" and "data-cfemail" in attributes:
                self.buffer.append(_email(attributes["data-cfemail"] or ""))
                return -1
            return 0
        if doing == ANCHOR:
            return self.open_anchor(attributes)
        if doing == META:
            return self.metadata(node, tag, attributes)
        if doing == OPTION:
            value = attributes.get("value")
            if value and ("/" in value or "." in value):
                self.tree.anchors.append(Anchor(value, len(self.tree.lines), self.current, "", "", "option"))
                self.tree.anchors[-1].text = (node.text() or "").strip()
            return -1
        self.flush()
        self.fresh = True
        if doing == RULE:
            return -1
        self.begin(tag, attributes, doing)
        return doing

    def begin(self, tag: str, attributes: dict[str, str | None], doing: int) -> None:
        tree = self.tree
        hint = ""
        if attributes:
            name, classes = attributes.get("id"), attributes.get("class")
            if name:
                hint = "#" + name.strip()
            if classes:
                hint = f"{hint} .{classes}" if hint else "." + classes
        tree.elements[self.current].blocks += 1
        if doing == ROW:
            self.rows.append([len(tree.lines), len(tree.elements), len(tree.anchors)])
        elif doing == CELL and self.rows:
            self.rows[-1].append(len(tree.lines))
        tree.elements.append(Element(tag, self.current, len(tree.lines), hint))
        self.current = len(tree.elements) - 1
        if tag in ("pre", "listing", "xmp"):
            self.pre += 1

    def close(self, doing: int) -> None:
        if doing == ANCHOR:
            self.close_anchor()
            return
        element = self.tree.elements[self.current]
        had = bool(self.buffer) or self.breaks > 0
        self.flush()
        self.fresh = True
        element.end = len(self.tree.lines)
        if element.start == element.end and had and element.tag == "p":
            self.empty += 1
        if element.tag in ("pre", "listing", "xmp"):
            self.pre -= 1
        self.current = element.parent
        if doing == ROW:
            self.close_row(element)

    def flush(self, tag: str = "") -> None:
        """End the line that stands in the buffer."""
        if not self.buffer:
            return
        text = "".join(self.buffer)
        self.buffer.clear()
        linked, self.linked = self.linked, 0
        bare = text.strip(_EDGE)
        if not bare:
            return
        start = text.lstrip(" \t\r\n\f")
        indent = len(start) - len(start.lstrip(_EDGE)) if start[0] in _WIDE else 0
        if not self.pre and ("\n" in bare or "\t" in bare or "  " in bare or "\r" in bare):
            bare = _FOLD.sub(" ", bare)
        tree = self.tree
        element = tree.elements[self.current]
        if self.fresh:
            gap = 1 + self.empty
        else:
            gap = max(self.breaks - 1, 0)
        tag = element.tag if self.fresh else "pre" if self.pre else "br" if self.breaks else element.tag
        tree.lines.append(
            Line(bare.replace("\xa0", " "), self.current, tag, gap, min(linked, len(bare)), indent)
        )
        self.fresh = False
        self.breaks = self.empty = 0

    def newline(self) -> None:
        self.flush()
        self.breaks += 1

    def preformatted(self, data: str) -> None:
        first, *rest = data.replace("\r\n", "\n").split("\n")
        self.buffer.append(first)
        for part in rest:
            self.newline()
            self.buffer.append(part)

    def open_anchor(self, attributes: dict[str, str | None]) -> int:
        href = attributes.get("href")
        if not href or self.anchor is not None:
            return 0
        self.anchor = Anchor(
            href, len(self.tree.lines), self.current, attributes.get("rel") or "", attributes.get("title") or ""
        )
        self.mark = len(self.buffer)
        self.tree.anchors.append(self.anchor)
        return ANCHOR

    def close_anchor(self) -> None:
        anchor, self.anchor = self.anchor, None
        if anchor is None:
            return
        lines = self.tree.lines
        if anchor.line == len(lines):
            text = "".join(self.buffer[self.mark :])
        else:
            text = " ".join(line.text for line in lines[anchor.line :]) + "".join(self.buffer)
        anchor.text = _FOLD.sub(" ", text).strip(_EDGE)

    def close_row(self, row: Element) -> None:
        """A row of a table of data becomes one line, its cells separated by a tab; a row used for layout stays."""
        start, first_element, first_anchor, *cells = self.rows.pop()
        lines = self.tree.lines
        if len(cells) < 2 or len(lines) - start < 2 or len(lines) - start > 3 * len(cells):
            return
        elements = self.tree.elements
        if any(element.tag == "tr" for element in elements[first_element + 1 :]):
            return
        made = lines[start:]
        if sum(len(line.text) for line in made) > 600 or any(line.tag in _HEADINGS for line in made):
            return
        ends = [*cells[1:], len(lines)]
        texts = [" ".join(line.text for line in lines[a:b]) for a, b in zip(cells, ends, strict=True)]
        joined = Line("\t".join(texts).rstrip(), first_element, "tr", made[0].gap, sum(line.linked for line in made), 0)
        lines[start:] = [joined]
        for element in elements[first_element:]:
            element.start, element.end = start, start + 1
        row.end = start + 1
        for anchor in self.tree.anchors[first_anchor:]:
            anchor.line = start

    def metadata(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> int:
        tree = self.tree
        if tag == "script":
            if "ld+json" in (attributes.get("type") or ""):
                tree.json_ld.append(node.text() or "")
        elif tag == "title":
            tree.title = tree.title or _FOLD.sub(" ", node.text() or "").strip()
        elif tag == "meta":
            key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if key and content:
                tree.meta.setdefault(key.lower(), content.strip())
            elif content and (attributes.get("http-equiv") or "").lower() == "refresh":
                tree.refresh = content
        elif tag == "base":
            tree.base = tree.base or attributes.get("href") or ""
        elif tag == "link":
            if "canonical" in (attributes.get("rel") or "").lower():
                tree.canonical = tree.canonical or attributes.get("href") or ""
        else:
            if attributes.get("datetime"):
                tree.times.append((attributes["datetime"] or "", len(tree.lines)))
            return 0
        return -1


_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


def _email(code: str) -> str:
    """An address that Cloudflare hid: hexadecimal, each byte XORed with the first."""
    try:
        data = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace") if data else ""
