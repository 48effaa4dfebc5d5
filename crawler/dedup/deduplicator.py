"""Is this document known? The façade of the deduplication."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from crawler.dedup.compare import Comparison, compare
from crawler.dedup.index import Index, Loaded, Names, Numbers
from crawler.dedup.parameters import PARAMETERS
from crawler.dedup.record import Record, exact_value, pack_values, unpack, unpack_values
from crawler.dedup.signature import NO_VALUES, Part, Signature, prepare
from crawler.dedup.sketch import HASH, Bools, Places, Words
from crawler.dedup.store import MemoryStore, Samples, SignatureStore

Kind = Literal["new", "exact", "near", "contained"]

_RECENT = 4096  # records of the last documents stay at hand: a store need not show what is not committed yet
_CERTAIN = 0.9  # similarity from which the likeliest candidate is taken without a look at the others
_LOOKED_AT = 20  # records that are looked at at the start: of another version is one as all


@dataclass(slots=True, frozen=True)
class Verdict:
    """What a document is to those that are known.

    `kind`: "new": to be published; "exact": the same key as `of`; "near": a copy of `of`; "contained": `of` holds
    all of it (it is a truncated copy or one that lost passages, a document inside a collection, or a collection whose
    parts are known).
    `similarity`: Jaccard similarity to `of`, for "contained" the share of the text that is known; 0 for "new".
    `similar_to`: (id, similarity) of documents that share much text and are others, the most similar first.
    `supersedes`: for "new", the ids of truncated documents that this one completes.
    """

    kind: Kind
    of: str | None = None
    similarity: float = 0.0
    similar_to: tuple[tuple[str, float], ...] = ()
    supersedes: tuple[str, ...] = ()


_NEW = Verdict("new")


class Deduplicator:
    """Recognises documents by their body. In memory, or over a `SignatureStore`, whose samples it reads at once."""

    def __init__(self, store: SignatureStore | None = None):
        """Raises ValueError when the store holds records of another version."""
        self._store = MemoryStore() if store is None else store
        self._names = Names()
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._index = self._load()

    def __len__(self) -> int:
        """How many documents were added, those removed since included."""
        return len(self._names)

    @property
    def nbytes(self) -> int:
        """Memory of the index, in bytes; the store's own is not counted."""
        return self._index.nbytes + self._names.nbytes

    def prepare(self, body: str, *, parts: Iterable[Part] = (), truncated: bool = False) -> Signature:
        """What `check` and `add` need of a document: worked out once, accepted by both in place of the body."""
        return prepare(body, parts, truncated)

    def check(
        self,
        body: str | Signature,
        *,
        parts: Iterable[Part] = (),
        truncated: bool = False,
        exclude: str | None = None,
    ) -> Verdict:
        """What `body` is to the documents added so far. `exclude`: an id that is not looked at, that of an earlier
        revision of the same document."""
        signature = body if isinstance(body, Signature) else prepare(body, parts, truncated)
        if not signature.digest:
            return _NEW
        verdict = self._judge(signature, exclude)
        if verdict.kind == "new" and len(signature.parts) > 1:
            return self._collection(signature, verdict, exclude)
        return verdict

    def add(self, id: str, body: str | Signature, *, parts: Iterable[Part] = (), truncated: bool = False) -> None:
        """The document `id` is known from now on, in place of an earlier one with this id."""
        signature = body if isinstance(body, Signature) else prepare(body, parts, truncated)
        if not signature.digest:
            return
        data, values = signature.record().pack(), signature.values
        self._store.add(id, data, pack_values(values))
        self._recent[id] = data
        self._recent.move_to_end(id)
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        self._index.add(values, np.array([len(values)]))
        self._names.extend([id])

    def remove(self, id: str) -> None:
        """The document `id` is not known any more: it was withdrawn, or its transaction was rolled back."""
        self._store.remove(id)
        self._recent.pop(id, None)

    def learn(self, samples: Samples) -> None:
        """Documents that somebody else has put into the store since this one was made are known from now on."""
        ids, sizes, blob = samples
        for id in ids:
            self._recent.pop(id, None)
        self._index.add(unpack_values(blob), np.array(sizes) // 4)
        self._names.extend(ids)

    def _load(self) -> Index:
        loaded: list[Words] = []
        lengths: list[Places] = []
        for ids, sizes, samples in self._store.samples():
            if not loaded:
                for record in self._store.get(ids[:_LOOKED_AT]).values():
                    unpack(record)
            loaded.append(unpack_values(samples))
            lengths.append(np.array(sizes) // 4)
            self._names.extend(ids)
        return Index(Loaded(loaded, np.concatenate(lengths))) if loaded else Index()

    def _judge(self, signature: Signature, exclude: str | None) -> Verdict:
        """The verdict on one text, whatever its parts."""
        same, candidates = self._candidates(signature, exclude)
        for id, record in same:
            if record.digest == signature.digest:
                return Verdict("exact", id, 1.0)
        similar: dict[str, float] = {}
        supersedes: list[str] = []
        best: tuple[float, Verdict] | None = None
        for id, record in candidates:
            assert signature.sketch is not None
            found = compare(signature.sketch, record.pieces)
            relation = _relation(signature, record, found)
            if relation == "linked":
                similar[id] = round(found.similarity, 3)
            elif relation == "completes":
                supersedes.append(id)
            elif relation:
                held = min(found.covered + found.seams, 1.0)
                # Of several the one that differs least in what matters, a full copy before a longer text.
                rank = (held if relation == "contained" else found.similarity + 1) - found.evidence / 50
                if best is None or rank > best[0]:
                    copy = relation == "near"
                    share = round(found.similarity if copy else held, 3)
                    best = (rank, Verdict("near" if copy else "contained", id, share))
                if found.similarity >= _CERTAIN and found.evidence <= 0:
                    break
        if best:
            return best[1]
        linked = tuple(sorted(similar.items(), key=lambda each: -each[1]))
        return Verdict("new", similar_to=linked, supersedes=tuple(supersedes))

    def _collection(self, signature: Signature, verdict: Verdict, exclude: str | None) -> Verdict:
        """A collection most of whose text stands in parts that are known is no new document."""
        known: Counter[str] = Counter()
        for part in signature.parts:
            of = self._judge(part, exclude).of
            if of:
                known[of] += part.length
        share = min(known.total() / signature.length, 1.0)
        if share < PARAMETERS.parts:
            return verdict
        return Verdict("contained", max(sorted(known), key=known.__getitem__), round(share, 3))

    def _candidates(
        self, signature: Signature, exclude: str | None
    ) -> tuple[list[tuple[str, Record]], list[tuple[str, Record]]]:
        """Documents that may have the same key, and those whose pieces are worth aligning, the likeliest first."""
        own = signature.sketch.values if signature.sketch else NO_VALUES
        values = np.concatenate([[exact_value(signature.digest)], own])
        documents, of, complete = self._index.find(values, PARAMETERS.frequent)
        if not len(documents):
            return [], []
        same = np.unique(documents[of == 0]).tolist()[-PARAMETERS.aligned :]
        likely = self._ranked(documents, of, complete) if signature.sketch else []
        records = self._records(chain(same, likely), exclude)
        exact = [(id, records[id]) for id in map(self._names.__getitem__, same) if id in records]
        near = [(id, records[id]) for id in dict.fromkeys(map(self._names.__getitem__, likely)) if id in records]
        return exact, _closest(signature, near) if near else []

    @staticmethod
    def _ranked(documents: Numbers, of: Places, complete: Bools) -> list[int]:
        """Numbers of the documents that share at least two values, those that share rare ones first. Values that
        too many documents share are boilerplate: they count only when nothing else is shared."""
        counts = np.bincount(of, minlength=len(complete))
        weights = np.where(complete, 1.0, 0.01) / np.log2(1.0 + np.maximum(counts, 1))
        weights[0] = 0.0
        numbers, inverse = np.unique(documents, return_inverse=True)
        score = np.bincount(inverse, weights[of])
        shared = np.bincount(inverse, np.where(complete, 1.0, 0.25)[of] * (of > 0))
        enough = np.flatnonzero(shared >= max(2, len(complete) // 12))
        order = enough[np.argsort(-score[enough], kind="stable")]
        return [int(each) for each in numbers[order[: PARAMETERS.fetched]]]

    def _records(self, numbers: Iterator[int], exclude: str | None) -> dict[str, Record]:
        ids = {self._names[number] for number in numbers} - {exclude}
        data = {id: self._recent[id] for id in ids if id in self._recent}
        data.update(self._store.get(ids - data.keys()))
        return {id: unpack(record) for id, record in data.items()}


def _closest(signature: Signature, candidates: list[tuple[str, Record]]) -> list[tuple[str, Record]]:
    """Those candidates that share pieces, and of these the ones that share the most pieces and figures."""
    assert signature.sketch is not None
    pieces = signature.sketch.pieces
    ours = np.zeros(HASH + 1, np.int32)  # for each piece its figures; -1 when it has none
    ours[pieces.codes & HASH] = np.where(pieces.figures, pieces.figures.astype(np.int32), -1)

    def agreement(each: tuple[str, Record]) -> float:
        theirs = each[1].pieces.at_level(pieces.level)
        shorter = min(len(theirs.codes), len(pieces.at_level(theirs.level).codes))
        facing = ours[theirs.codes & HASH]
        share = np.count_nonzero(facing) / max(shorter, 1)
        if share < PARAMETERS.linked:
            return 0.0
        both = (facing > 0) & (theirs.figures != 0)
        return share - 2.0 * np.count_nonzero(both & (facing != theirs.figures)) / shorter + 1.0

    ranked = sorted(((agreement(each), each) for each in candidates), key=lambda pair: -pair[0])
    return [each for score, each in ranked[: PARAMETERS.aligned] if score > 0]


def _relation(
    new: Signature, old: Record, found: Comparison
) -> Literal["near", "part", "contained", "completes", "linked", ""]:
    """What the comparison means. "part": a copy that lost passages and has nothing of its own."""
    limits = PARAMETERS
    ratio = new.length / max(old.length, 1)
    stands = found.covered + (found.seams if new.length >= limits.brief else 0.0)
    alike = limits.shorter <= ratio <= 1 / limits.shorter
    together = alike and found.similarity >= limits.near and min(found.covered, found.covers) >= limits.overlap
    # A document lost is worse than a copy too many: what the new text alone has is published.
    together = together and found.added <= limits.added
    together = together and (old.length >= limits.brief or found.missing <= limits.added)
    # Passages left out and others put in: a new text from the same material, whatever both share.
    together = together and (found.foreign <= limits.added or found.missing <= limits.added)
    together = together and (found.added <= limits.own or found.missing <= limits.added)
    inside = stands >= limits.contained and ratio < limits.shorter
    around = found.covers >= limits.contained and ratio > 1 / limits.shorter
    copy = found.evidence <= limits.doubt and found.foreign <= limits.foreign
    if copy and around and not new.truncated:
        return "completes" if old.truncated else "linked"
    if copy and inside:
        return "contained"
    if copy and together:
        return "part" if found.missing and ratio < 1.0 and found.covered + found.seams >= limits.contained else "near"
    return "linked" if found.similarity >= limits.linked else ""
