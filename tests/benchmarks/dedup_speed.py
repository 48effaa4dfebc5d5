"""How fast, how big: `python -m tests.benchmarks.dedup_speed [documents ...] [--resume documents]` (default 100000).

Key and signature on texts of about 2,000 characters; then check + add of synthetic signatures (their values and
pieces drawn at random: the index and the store do the same work as with texts) in the ledger, its bytes on disk, memory
of the index, time to build it again. `--resume`: a ledger of so many documents is opened by a new run, which brings
20,000 more. Times are CPU time of this process.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from crawler.dedup import Deduplicator, Signature, prepare
from crawler.dedup.sketch import Pieces, Sketch
from crawler.ledger.ledger import GROUP
from crawler.ledger.open import FILE, connect
from crawler.ledger.signatures import Signatures
from tests.benchmarks.dedup_texts import real_texts, report


class Grouped(Signatures):
    """The ledger's own table of signatures, written in groups of as many documents as a crawl's."""

    def __init__(self, state: Path):
        self._db, place = connect(state)
        super().__init__(self._db, place)
        self._group: list[str] = []

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        super().add(id, record, sample)
        self._group.append(id)
        if len(self._group) == GROUP:
            self.commit()

    def commit(self) -> None:
        with self._db.begin():
            written = self.write(self._group)
        self.wrote(written)
        self._group.clear()

    def close(self) -> None:
        self._db.close()
        self._db.engine.dispose()


def texts() -> list[str]:
    """300 texts of 2,000 characters: real ones joined and cut when they are here."""
    real = real_texts()
    if not real:
        return [report(random.Random(number), 2000)[:2000] for number in range(300)]
    joined = ["\n".join(real[at : at + 5])[:2000] for at in range(0, len(real) - 5, 4)]
    return [text for text in joined if len(text) == 2000][:300]


def signature_speed() -> None:
    bodies = texts()
    best = 9e9
    for _ in range(7):
        start = time.process_time()
        for body in bodies:
            prepare(body)
        best = min(best, time.process_time() - start)
    sizes = [len(made.record().pack()) + made.values.nbytes for made in map(prepare, bodies)]
    mean = sum(map(len, bodies)) / len(bodies)
    print(f"key + signature: {len(bodies) / best:,.0f} documents/s at {mean:,.0f} characters; record and sample {sum(sizes) / len(sizes):.0f} bytes")


def _synthetic(rng: np.random.Generator, model: Sketch) -> Signature:
    """The signature of a document like no other, as big as `model`."""
    values = np.sort(rng.integers(0, 2**26, len(model.values), dtype=np.uint32))
    pieces = model.pieces
    codes = rng.integers(0, 2**14, len(pieces.codes)).astype(np.uint16) | (pieces.codes & np.uint16(0xC000))
    sketch = Sketch(values, Pieces(codes, pieces.figures, 0), model.skeleton, model.starts, model.kept)
    return Signature(rng.bytes(8), 1800, False, sketch)


def grow(count: int) -> None:
    """`count` documents over SQLite; every tenth is a copy of an earlier one."""
    rng = np.random.default_rng(count)
    model = next(made.sketch for made in map(prepare, texts()) if made.sketch)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        store = Grouped(state)
        empty = (state / FILE).stat().st_size
        made = Deduplicator(store)
        known: list[Signature] = []
        found = copies = 0
        spent = last = 0.0
        for number in range(count):
            copy = number % 10 == 9
            signature = known[int(rng.integers(len(known)))] if copy else _synthetic(rng, model)
            if copy:
                signature = Signature(rng.bytes(8), signature.length, False, signature.sketch)
            id = rng.bytes(10).hex()
            start = time.process_time()
            verdict = made.check(signature)
            if verdict.kind == "new":
                made.add(id, signature)
            took = time.process_time() - start
            spent += took
            last += took if number >= count * 9 // 10 else 0.0
            copies += copy
            found += copy and verdict.kind == "near"
            if not copy and number % 97 == 0:
                known.append(signature)
        store.commit()
        store.close()
        size = ((state / FILE).stat().st_size - empty) / len(made)
        start, wall = time.process_time(), time.perf_counter()
        store = Grouped(state)
        again = Deduplicator(store)
        start, wall = time.process_time() - start, time.perf_counter() - wall
        store.close()
    print(
        f"{count:,} documents: check + add {count / spent:,.0f}/s (last tenth {count / 10 / last:,.0f}/s), "
        f"copies found {found}/{copies}; {size:.0f} bytes on disk, {made.nbytes / len(made):.0f} bytes of memory each; "
        f"start-up {start * 1e6 / len(again):.2f} s CPU, {wall * 1e6 / len(again):.2f} s per 1,000,000"
    )


def resume(count: int) -> None:
    """A run over a ledger of `count` documents: its start, and the next 20,000, every tenth a copy of one of the `count`."""
    rng = np.random.default_rng(count)
    model = next(made.sketch for made in map(prepare, texts()) if made.sketch)
    known: list[Signature] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Grouped(Path(folder))
        for number in range(count):
            signature = _synthetic(rng, model)
            store.add(rng.bytes(10).hex(), signature.record().pack(), signature.values.tobytes())
            if number % (count // 100) == 0:
                known.append(signature)
        store.commit()
        store.close()
        size = (Path(folder) / FILE).stat().st_size / count
        start, wall = time.process_time(), time.perf_counter()
        store = Grouped(Path(folder))
        made = Deduplicator(store)
        start, wall = time.process_time() - start, time.perf_counter() - wall
        memory = made.nbytes / count
        found = spent = 0.0
        for number in range(20_000):
            signature = known[number % 100] if number % 10 == 9 else _synthetic(rng, model)
            signature = Signature(rng.bytes(8), signature.length, False, signature.sketch)
            begin = time.process_time()
            verdict = made.check(signature)
            if verdict.kind == "new":
                made.add(rng.bytes(10).hex(), signature)
            spent += time.process_time() - begin
            found += number % 10 == 9 and verdict.kind == "near"
        store.close()
    print(
        f"{count:,} documents known: start-up {start:.2f} s CPU, {wall:.2f} s; {size:.0f} bytes on disk, {memory:.0f} bytes of "
        f"memory each; the next 20,000: check + add {20_000 / spent:,.0f}/s, copies found {found:.0f}/2000"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=int)
    parser.add_argument("--resume", type=int)
    args = parser.parse_args()
    signature_speed()
    for count in args.documents or ([] if args.resume else [100_000]):
        grow(count)
    if args.resume:
        resume(args.resume)


if __name__ == "__main__":
    main()
