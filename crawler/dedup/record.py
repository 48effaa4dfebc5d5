"""The bytes that are kept of a document: what finds it again and what a later text is compared with."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.sketch import FIGURE, Pieces, Words

VERSION = 1
_HEAD = struct.Struct("<BBBxI8sHH")  # version, flags, level, characters of key, hash, values, pieces
_TRUNCATED = 1
NO_PIECES = Pieces(np.zeros(0, np.uint16), np.zeros(0, np.uint16), 0)


@dataclass(slots=True, frozen=True)
class Record:
    """A document as it is remembered. `digest`: the first 8 bytes of its content hash; `length`: characters of its
    key; `values`: the sample that it is found by, empty for a short text."""

    digest: bytes
    length: int
    truncated: bool
    values: Words
    pieces: Pieces

    def pack(self) -> bytes:
        """The record as bytes: a head of 20, 4 for each value, 2 for each piece, 2 for each piece with figures."""
        pieces = self.pieces
        head = _HEAD.pack(
            VERSION,
            _TRUNCATED if self.truncated else 0,
            pieces.level,
            self.length,
            self.digest,
            len(self.values),
            len(pieces.codes),
        )
        said = pieces.figures[(pieces.codes & FIGURE) != 0]
        parts = self.values.astype("<u4"), pieces.codes.astype("<u2"), said.astype("<u2")
        return head + b"".join(part.tobytes() for part in parts)


def unpack(data: bytes) -> Record:
    """The record in `data`. Raises ValueError when another version of this program wrote it, or it is cut."""
    if len(data) < _HEAD.size or data[0] != VERSION:
        raise ValueError(f"this is no signature of version {VERSION}: rebuild the index from the feed")
    _, flags, level, length, digest, values, pieces = _HEAD.unpack_from(data)
    if not pieces:
        return Record(digest, length, bool(flags & _TRUNCATED), np.zeros(0, np.uint32), NO_PIECES)
    try:
        sample = np.frombuffer(data, "<u4", values, _HEAD.size)
        codes = np.frombuffer(data, "<u2", pieces, _HEAD.size + 4 * values)
        figures = np.zeros(pieces, np.uint16)
        figures[(codes & FIGURE) != 0] = np.frombuffer(data, "<u2", -1, _HEAD.size + 4 * values + 2 * pieces)
    except ValueError:
        raise ValueError("a signature is cut off: rebuild the index from the feed") from None
    return Record(digest, length, bool(flags & _TRUNCATED), sample, Pieces(codes, figures, level))


def values_of(data: bytes) -> NDArray[np.uint32]:
    """What the index keeps of a record: its digest as one value, then its sample."""
    if len(data) < _HEAD.size or data[0] != VERSION:
        raise ValueError(f"this is no signature of version {VERSION}: rebuild the index from the feed")
    count = data[16] | data[17] << 8
    found: NDArray[np.uint32] = np.frombuffer(data, "<u4", count, _HEAD.size)
    return np.append(exact_value(data[8:16]), found)


def exact_value(digest: bytes) -> np.uint32:
    """The value under which the index keeps an exact hash."""
    return np.uint32(int.from_bytes(digest[:4], "little"))
