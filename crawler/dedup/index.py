"""Which documents hold a value: flat arrays in memory.

What was known at the start lies sorted (8 bytes a posting: its value and its document); what came since, in chains:
8 bytes a posting (its value, and the next posting of its slot) and 4 for each slot. There a document's postings
lie together, so its number is found from where they begin. Postings are never taken out: a candidate whose record
is gone is no candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.sketch import Bools, Places, Words

_ROOM = 1.125  # of an array that grows: at most an eighth of it is idle
_LOAD = 2.2  # postings for each slot, from which on the slots are doubled
_FEW = 6  # chains that are quicker walked one by one
_ROUNDS = 4  # of linking, after which what is left is sorted
_BATCH = 1 << 18  # postings linked at a time: their slots stay in the processor's cache

Numbers = NDArray[np.int32]
Kind = TypeVar("Kind", bound=np.generic)


class Loaded:
    """Postings that are known at the start, sorted: three times as quick to make as chains, and smaller."""

    def __init__(self, samples: Sequence[Words], lengths: Places) -> None:
        """The values of all documents one after the other, in pieces; and how many each document has."""
        keys = np.empty(int(lengths.sum()), np.uint64)
        end = 0
        for values in samples:
            keys[end : end + len(values)] = values
            end += len(values)
        keys <<= np.uint64(32)
        keys |= np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
        keys.sort()
        self._documents = keys.astype(np.uint32).view(np.int32)
        keys >>= np.uint64(32)
        self._values = keys.astype(np.uint32)
        self.count = len(lengths)

    @property
    def nbytes(self) -> int:
        return self._values.nbytes + self._documents.nbytes

    def find(self, values: Words, most: int) -> tuple[Numbers, Places, Bools]:
        """As `Index.find`: of each value the `most` postings that came last."""
        ends = self._values.searchsorted(values, "right")
        counts = ends - self._values.searchsorted(values, "left")
        complete = counts <= most
        counts = np.minimum(counts, most)
        of = np.repeat(np.arange(len(values)), counts)
        within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._documents[(ends - counts)[of] + within], of, complete


class Index:
    """Postings: values (32 bits) of documents, which are numbered in the order of arrival, those of `loaded` first."""

    def __init__(self, loaded: Loaded | None = None) -> None:
        self._loaded = loaded or Loaded((), np.zeros(0, np.int64))
        self._slots = np.full(1 << 12, -1, np.int32)
        self._values = np.empty(1 << 12, np.uint32)
        self._next = np.empty(1 << 12, np.int32)
        self._starts = np.empty(1 << 8, np.int32)
        self._postings = self._documents = 0

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, idle room included."""
        grown = self._slots.nbytes + self._values.nbytes + self._next.nbytes + self._starts.nbytes
        return self._loaded.nbytes + grown

    def add(self, values: Words, lengths: Places) -> None:
        """New documents with `lengths` values each, which follow one another in `values`."""
        first, documents = self._postings, self._documents
        self._postings, self._documents = first + len(values), documents + len(lengths)
        self._values, self._next = _roomy(self._values, self._postings), _roomy(self._next, self._postings)
        self._starts = _roomy(self._starts, self._documents)
        self._starts[documents : self._documents] = first + np.cumsum(lengths) - lengths
        self._values[first : self._postings] = values
        if self._postings > _LOAD * len(self._slots):
            while self._postings > _LOAD * len(self._slots):
                self._slots = np.empty(2 * len(self._slots), np.int32)
            self._slots.fill(-1)
            first = 0
        for start in range(first, self._postings, _BATCH):
            self._link(np.arange(start, min(start + _BATCH, self._postings), dtype=np.int32))

    def find(self, values: Words, most: int) -> tuple[Numbers, Places, Bools]:
        """Postings of `values`, at most about `most` each: their documents, which of the `values` each posting is
        of, and for each of the `values` whether all its postings were found."""
        documents, of, complete = self._loaded.find(values, most)
        if self._postings:
            since, of_since, ended = self._find(values, most)
            documents = np.concatenate([documents, since + np.int32(self._loaded.count)])
            of, complete = np.concatenate([of, of_since]), complete & ended
        return documents, of, complete

    def _find(self, values: Words, most: int) -> tuple[Numbers, Places, Bools]:
        """`find` among the postings that came since the start."""
        complete = np.ones(len(values), np.bool_)
        asked = np.arange(len(values))
        postings = self._slots[self._slot(values)]
        found: list[Numbers] = []
        of: list[Places] = []
        for _ in range(most):
            there = postings >= 0
            asked, postings = asked[there], postings[there]
            if len(postings) <= _FEW:
                break
            same = self._values[postings] == values[asked]
            found.append(postings[same])
            of.append(asked[same])
            postings = self._next[postings]
        else:
            complete[asked[postings >= 0]] = False
            asked = asked[:0]
        for number, posting in zip(asked.tolist(), postings.tolist(), strict=False):
            chain, ended = self._walk(posting, values[number], most)
            found.append(np.array(chain, np.int32))
            of.append(np.full(len(chain), number))
            complete[number] = ended
        hits = np.concatenate(found) if found else np.zeros(0, np.int32)
        documents = np.searchsorted(self._starts[: self._documents], hits, "right") - 1
        return documents.astype(np.int32), np.concatenate(of) if of else asked[:0], complete

    def _walk(self, posting: int, value: np.uint32, most: int) -> tuple[list[int], bool]:
        """The postings of `value` in one chain, and whether the chain ended before `most` of its postings."""
        values, following = self._values, self._next
        chain: list[int] = []
        for _ in range(most):
            if values[posting] == value:
                chain.append(posting)
            posting = following.item(posting)
            if posting < 0:
                return chain, True
        return chain, False

    def _slot(self, values: Words) -> Places:
        # The values of a sample are its smallest: only after another multiplication are their bits all alike.
        shift = np.uint32(33 - len(self._slots).bit_length())
        return ((values * np.uint32(0x9E3779B1)) >> shift).astype(np.int64)

    def _link(self, postings: Numbers) -> None:
        """`postings` stand first in their chains. Of several in one slot, each round links one; those of a slot
        that many share are sorted and linked at once."""
        slots = self._slot(self._values[postings])
        for _ in range(_ROUNDS):
            self._next[postings] = self._slots[slots]
            self._slots[slots] = postings
            left = np.flatnonzero(self._slots[slots] != postings)
            if not len(left):
                return
            slots, postings = slots[left], postings[left]
        order = np.argsort(slots, kind="stable")
        slots, postings = slots[order], postings[order]
        first = np.flatnonzero(np.diff(slots, prepend=-1))
        self._next[postings[1:]] = postings[:-1]
        self._next[postings[first]] = self._slots[slots[first]]
        last = np.append(first[1:], len(slots)) - 1
        self._slots[slots[last]] = postings[last]


class Names:
    """The names of numbered things, a few bytes more than their characters each."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._ends = np.zeros(1 << 8, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> str:
        start = int(self._ends[number - 1]) if number else 0
        return self._text[start : int(self._ends[number])].decode("utf-8", "surrogatepass")

    @property
    def nbytes(self) -> int:
        return len(self._text) + self._ends.nbytes

    def extend(self, names: list[str]) -> None:
        """More names, which have the next numbers."""
        joined = "".join(names)
        encoded = names if joined.isascii() else [name.encode("utf-8", "surrogatepass") for name in names]
        self._ends = _roomy(self._ends, self._count + len(names))
        sizes = np.fromiter(map(len, encoded), np.int64, len(names))
        self._ends[self._count : self._count + len(names)] = len(self._text) + np.cumsum(sizes)
        self._text += joined.encode("utf-8", "surrogatepass")
        self._count += len(names)


def _roomy(array: NDArray[Kind], count: int) -> NDArray[Kind]:
    """`array`, or a copy with room for more than `count`."""
    if count <= len(array):
        return array
    grown = np.empty(int(count * _ROOM) + 1, array.dtype)
    grown[: len(array)] = array
    return grown
