"""The bytes that are kept of a document: what finds it again and what a later text is compared with."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.sketch import FIGURE, Pieces, Words

VERSION = 2
_HEAD = struct.Struct("<BBHI8s")  # version, level and flags, pieces, characters of key, hash
_TRUNCATED = 0x80
NO_PIECES = Pieces(np.zeros(0, np.uint16), np.zeros(0, np.uint16), 0)


@dataclass(slots=True, frozen=True)
class Record:
    """A document as it is remembered. `digest`: the first 8 bytes of its content hash; `length`: characters of its
    key; `pieces`: none for a short text."""

    digest: bytes
    length: int
    truncated: bool
    pieces: Pieces

    def pack(self) -> bytes:
        """The record as bytes: a head of 16, 2 for each piece, 2 for each piece with figures."""
        pieces = self.pieces
        flags = pieces.level | (_TRUNCATED if self.truncated else 0)
        head = _HEAD.pack(VERSION, flags, len(pieces.codes), self.length, self.digest)
        said = pieces.figures[(pieces.codes & FIGURE) != 0]
        parts = pieces.codes.astype("<u2", copy=False), said.astype("<u2", copy=False)
        return head + b"".join(part.tobytes() for part in parts)


def unpack(data: bytes) -> Record:
    """The record in `data`. Raises ValueError when another version of this program wrote it, or it is cut."""
    if len(data) < _HEAD.size or data[0] != VERSION:
        raise ValueError(f"this is no signature of version {VERSION}: rebuild the index from the feed")
    _, flags, pieces, length, digest = _HEAD.unpack_from(data)
    truncated, level = bool(flags & _TRUNCATED), flags & ~_TRUNCATED
    if not pieces:
        return Record(digest, length, truncated, NO_PIECES)
    try:
        codes = np.frombuffer(data, "<u2", pieces, _HEAD.size)
        figures = np.zeros(pieces, np.uint16)
        said = (codes & FIGURE) != 0
        figures[said] = np.frombuffer(data, "<u2", np.count_nonzero(said), _HEAD.size + 2 * pieces)
    except ValueError:
        raise ValueError("a signature is cut off: rebuild the index from the feed") from None
    return Record(digest, length, truncated, Pieces(codes, figures, level))


def exact_value(digest: bytes) -> np.uint32:
    """The value under which the index keeps an exact hash."""
    return np.uint32(int.from_bytes(digest[:4], "little"))


def pack_values(values: Words) -> bytes:
    """What the index keeps of a document, as bytes: 4 for each value."""
    return values.astype("<u4", copy=False).tobytes()


def unpack_values(samples: bytes) -> Words:
    """The values in any number of packed samples, one after the other. Raises ValueError when they are cut."""
    if len(samples) % 4:
        raise ValueError("a sample is cut off: rebuild the index from the feed")
    values: NDArray[np.uint32] = np.frombuffer(samples, "<u4")
    return values
