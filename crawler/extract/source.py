"""The source of a page, split at "<": what is no simple tag is put together again here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from crawler.extract.nesting import ENDS_PARAGRAPH, ITEM_ENDS
from crawler.extract.tags import (
    BREAK,
    CLOSE,
    COMMENT,
    META,
    OPEN,
    PART,
    RAW,
    RULE,
    SKIP,
    TAGS,
    TEXT,
    VOID,
    is_open,
    learn,
)

MAX_CHARS = 4_000_000  # the longest saved page of a library was 1.2 million characters
MAX_TAGS = 400_000  # then the rest of the page is left unread; the largest page of the corpus has 24,000
_MOST_PIECES = 50  # "<" inside one tag: a script in an attribute

# To the ">" outside of quoted values. Atomic groups: a value is read once, whatever follows.
_TAG_END = re.compile(r"""(?>[^>="']+|=\s*"[^"]*"|=\s*'[^']*'|["'=])*>""")
_AFTER_NAME = frozenset((">", "/", " ", "\t", "\n", "\f", "\r"))
_SINGLE = frozenset((VOID, BREAK, RULE, META))  # no end tag follows


class Source:
    """The pieces of a page, each what stands behind a "<" up to the next one; `cut` says that a budget ran out."""

    def __init__(self, text: str):
        self.cut = len(text) > MAX_CHARS
        if self.cut:
            end = text.rfind("<", 0, MAX_CHARS)
            text = text[: end if end > MAX_CHARS // 2 else MAX_CHARS]
        self.pieces = text.replace("&nbsp;", "\xa0").split("<", MAX_TAGS)
        if len(self.pieces) > MAX_TAGS:
            self.pieces.pop()
            self.cut = True
        self.rest: Any = iter(self.pieces)  # what is still to be read; the walk takes its pieces from here too

    def _at(self) -> int:
        """The index of the piece that comes next."""
        return len(self.pieces) - int(self.rest.__length_hint__())

    def _go_to(self, index: int) -> None:
        """Make the piece at `index` the next one: an iterator over a list can be set, as pickle does it."""
        self.rest.__setstate__(index)

    def text_of_unclosed(self, piece: str) -> str:
        """The text that `piece`, which holds no ">", is: a lone "<" with what follows. A tag with "<" inside comes again, whole."""
        if learn(piece)[0] == TEXT:
            return "<" + piece
        whole = self._until(piece, ">")
        if whole is not piece:
            self._come_again(whole)
        return ""  # else the page ends inside a tag

    def text_after(self, doing: int, piece: str) -> str:
        """The text behind a comment, a lone "<" or a tag with ">" inside a value; such a tag comes again, its value escaped."""
        if doing == COMMENT:
            return self._comment(piece)
        if doing == TEXT:
            return "<" + piece
        head = piece.partition(">")[0]
        sign = '"' if head.count('"') % 2 else "'"
        whole = piece if sign in piece[len(head) :] else self._until(piece, sign)
        found = _TAG_END.match(whole)
        end = found.end() - 1 if found else len(head)
        head = whole[:end].replace("<", "&lt;").replace(">", "&gt;")
        if is_open(head):
            head = head.replace('"', "").replace("'", "")
        self._come_again(head + whole[end:])
        return ""

    def _come_again(self, piece: str) -> None:
        """Make `piece`, put together from those that were taken last, the next one."""
        at = self._at() - 1
        self.pieces[at] = piece
        self._go_to(at)

    def _until(self, piece: str, sign: str) -> str:
        """`piece` with the pieces that follow, up to the one that holds `sign`; alone when that is not among the next."""
        at = self._at()
        for index in range(at, min(at + _MOST_PIECES, len(self.pieces))):
            if sign in self.pieces[index]:
                self._go_to(index + 1)
                return "<".join((piece, *self.pieces[at : index + 1]))
        return piece

    def _comment(self, piece: str) -> str:
        at = piece.find("-->", 1)
        if at >= 0:
            return piece[at + 3 :]
        for piece in self.rest:
            at = piece.find("-->")
            if at >= 0:
                return str(piece[at + 3 :])
        return ""

    def raw(self, name: str, data: str) -> tuple[str, str]:
        """What stands in an element whose text holds no tags (script, title, …), and the text behind it."""
        inside = [data]
        end = "/" + name
        size = len(end)
        for piece in self.rest:
            if piece[0:1] == "/" and piece[:size].lower() == end and piece[size : size + 1] in _AFTER_NAME:
                return "<".join(inside), piece.partition(">")[2]
            inside.append(piece)
        return "<".join(inside), ""

    def skip(self, name: str, closes_outside: Callable[[str], bool]) -> str:
        """Pass over what the hidden element `name` holds; the text behind it.

        It ends at its own end tag, or where it is ended by what follows: by a block that ends a paragraph, by
        the next item or cell, by the end of an element outside of it, as `closes_outside` says.
        """
        inner = [name]
        held = {name: 1}
        for piece in self.rest:
            head, closed, data = piece.partition(">")
            tag = TAGS.get(head) or learn(head)
            doing, other = tag[0], tag[1]
            if not closed:
                self.text_of_unclosed(piece)
            elif doing >= COMMENT:
                self.text_after(doing, piece)
            elif head[0:1] == "/":
                if held.get(other):
                    while inner:
                        last = inner.pop()
                        held[last] -= 1
                        if last == other:
                            break
                    if not inner:
                        return str(data)
                elif doing == CLOSE and closes_outside(other):
                    self._go_to(self._at() - 1)
                    return ""
            elif doing == RAW:
                self.raw(other, data)
            elif doing not in _SINGLE:
                while inner and _ends(inner[-1], other, doing):
                    held[inner.pop()] -= 1
                if not inner:
                    self._go_to(self._at() - 1)
                    return ""
                inner.append(other)
                held[other] = held.get(other, 0) + 1
        return ""


def _ends(inside: str, name: str, doing: int) -> bool:
    """True when an open `inside` ends where `name` begins."""
    if inside == "p":
        return name in ENDS_PARAGRAPH and doing in (OPEN, PART, SKIP)
    if inside in ("option", "tr"):
        return name == inside
    if inside in ("td", "th"):
        return name in ("td", "th", "tr")
    return name in ITEM_ENDS.get(inside, ())
