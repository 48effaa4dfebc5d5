"""The bytes that are kept of a document: what finds it again and what a later text is compared with."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.sketch import FIGURE, Pieces, Words

VERSION = 2
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
        """The record as bytes: a head of 20, 4 for each value, 2 for each piece, 2 for each piece with figures; a multiple of 4."""
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
        data = head + b"".join(part.tobytes() for part in parts)
        return data + bytes(-len(data) % 4)


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
        said = (codes & FIGURE) != 0
        figures[said] = np.frombuffer(data, "<u2", np.count_nonzero(said), _HEAD.size + 4 * values + 2 * pieces)
    except ValueError:
        raise ValueError("a signature is cut off: rebuild the index from the feed") from None
    return Record(digest, length, bool(flags & _TRUNCATED), sample, Pieces(codes, figures, level))


def values_of(records: list[bytes]) -> tuple[Words, NDArray[np.int64]]:
    """What the index keeps of `records`, one after the other: the digest of each as one value, then its sample;
    and how many values each has."""
    sizes = np.fromiter(map(len, records), np.int64, len(records))
    if not len(sizes) or sizes.min() < _HEAD.size or {record[0] for record in records} != {VERSION}:
        raise ValueError(f"a signature is not of version {VERSION}: rebuild the index from the feed")
    words = np.frombuffer(b"".join(records), "<u4")
    starts = (np.cumsum(sizes) - sizes) // 4
    lengths = (words[starts + 4] & 0xFFFF).astype(np.int64) + 1
    offsets = np.cumsum(lengths) - lengths
    # The sample follows the head's five words; the word in front of it is overwritten by the digest's first.
    values = words[np.arange(lengths.sum()) + np.repeat(starts + 4 - offsets, lengths)]
    values[offsets] = words[starts + 2]
    return values, lengths


def exact_value(digest: bytes) -> np.uint32:
    """The value under which the index keeps an exact hash."""
    return np.uint32(int.from_bytes(digest[:4], "little"))
