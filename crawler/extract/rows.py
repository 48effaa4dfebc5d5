"""The rows of tables: data is read row by row, layout line by line."""

from __future__ import annotations

from crawler.extract.tree import Element, Line, Tree

_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_LONGEST = 600  # characters of a row: a sentence a cell is data, an article in a cell is layout


class Rows:
    """The open rows of a page, the innermost last: first line, element and anchor, then where each cell begins."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self.open: list[list[int]] = []

    def begin(self) -> None:
        """A <tr> begins; its element is the next one."""
        tree = self.tree
        self.open.append([len(tree.lines), len(tree.elements), len(tree.anchors)])

    def cell(self) -> None:
        """A <td> or <th> begins."""
        if self.open:
            self.open[-1].append(len(self.tree.lines))

    def end(self, row: Element) -> None:
        """The row ends: one of data becomes one line, its cells separated by a tab; one used for layout stays."""
        start, first_element, first_anchor, *cells = self.open.pop()
        lines = self.tree.lines
        if len(cells) < 2 or not 2 <= len(lines) - start <= 3 * len(cells):
            return
        inside = self.tree.elements[first_element:]
        made = lines[start:]
        if any(element.tag == "tr" for element in inside[1:]) or any(line.tag in _HEADINGS for line in made):
            return
        if sum(len(line.text) for line in made) > _LONGEST:
            return
        ends = [*cells[1:], len(lines)]
        if len(made) > 2 and sum(a < b for a, b in zip(cells, ends, strict=True)) < 2:
            return  # all in one cell: an article beside an empty column
        texts = [" ".join(line.text for line in lines[a:b]) for a, b in zip(cells, ends, strict=True)]
        text = "\t".join(texts).strip("\t")
        lines[start:] = [Line(text, first_element, "tr", made[0].gap, sum(line.linked for line in made), 0)]
        for element in inside:
            element.start, element.end = start, start + 1
        row.end = start + 1
        for anchor in self.tree.anchors[first_anchor:]:
            anchor.line = start
