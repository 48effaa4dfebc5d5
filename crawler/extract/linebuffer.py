"""The line that is being read: pieces of text until a block or a break ends it."""

from __future__ import annotations

import re

from crawler.extract.tree import Anchor, Line, Tree

_FOLD = re.compile(r"[ \t\r\n\f]+")
_WIDE = "\xa0\u3000"


class LineBuffer:
    """What the walk knows about the current line. A line stands in the element that is open when it ends."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self.buffer: list[str] = []
        self.linked = 0  # its characters that stand in links
        self.breaks = 0  # <br> since the last line
        self.empty = 0  # empty paragraphs since the last line
        self.fresh = True  # a block began or ended since the last line
        self.pre = 0  # open elements whose line breaks count
        self.current = 1  # the open element: the body

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

    def end_anchor(self, anchor: Anchor, mark: int) -> None:
        lines, buffer = self.tree.lines, self.buffer
        if anchor.line == len(lines):
            text = buffer[mark] if len(buffer) == mark + 1 else "".join(buffer[mark:])
        else:
            text = " ".join([line.text for line in lines[anchor.line :]]) + "".join(buffer)
        text = text.strip()
        anchor.text = text if text.isprintable() and "  " not in text else _FOLD.sub(" ", text)
