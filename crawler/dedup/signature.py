"""One document prepared for both questions: is it known, and what is to be kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crawler.dedup.key import dedup_key
from crawler.dedup.record import NO_PIECES, Record, exact_value
from crawler.dedup.sketch import MOST, SHORT, Sketch, Words, sketch

NO_VALUES = np.zeros(0, np.uint32)

# A piece of a collection: its span as {"start", "end"} or (start, end), or its text.
Part = Mapping[str, object] | tuple[int, int] | str


@dataclass(slots=True, frozen=True)
class Signature:
    """`digest`: the first 8 bytes of the content hash, b"" for a text without a key; `length`: characters of the
    key; `sketch`: None for a short text; `parts`: those of a collection that are long enough to be recognised."""

    digest: bytes
    length: int
    truncated: bool
    sketch: Sketch | None
    parts: tuple[Signature, ...] = ()

    @property
    def values(self) -> Words:
        """What the document is found by: its exact hash, its own sample and those of its parts, so that a part is found
        alone."""
        samples = [each.sketch.values for each in (self, *self.parts) if each.sketch]
        own = samples[0] if len(samples) == 1 else np.unique(np.concatenate([NO_VALUES, *samples]))[: 8 * MOST]
        return np.concatenate([[exact_value(self.digest)], own])

    def record(self) -> Record:
        """What is to be kept of it."""
        pieces = self.sketch.pieces if self.sketch else NO_PIECES
        return Record(self.digest, self.length, self.truncated, pieces)


def prepare(body: str, parts: Iterable[Part] = (), truncated: bool = False) -> Signature:
    """The signature of a body. `parts` are the pieces of a collection; fewer than two are none."""
    whole = _signature(body, truncated)
    texts = _texts(body, parts)
    if len(texts) < 2 or not whole.sketch:
        return whole
    pieces = tuple(piece for piece in (_signature(text, False) for text in texts) if piece.sketch)
    return Signature(whole.digest, whole.length, truncated, whole.sketch, pieces if len(pieces) > 1 else ())


def _signature(text: str, truncated: bool) -> Signature:
    key = dedup_key(text)
    digest = hashlib.sha256(key.encode("utf-8")).digest()[:8] if key else b""
    return Signature(digest, len(key), truncated, sketch(key) if len(key) >= SHORT else None)


def _texts(body: str, parts: Iterable[Part]) -> Sequence[str]:
    return [part if isinstance(part, str) else body[slice(*_span(part))] for part in parts]


def _span(part: Mapping[str, object] | tuple[int, int]) -> tuple[int, int]:
    start, end = (part["start"], part["end"]) if isinstance(part, Mapping) else part
    if not isinstance(start, int) or not isinstance(end, int):
        raise TypeError(f"a part needs the numbers start and end, not {start!r} and {end!r}")
    return start, end
