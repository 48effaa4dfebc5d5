"""Copies across several feeds, with datatrove: which documents of all of them to keep, and which are copies of those.

    python deploy/across_feeds.py [--workers 2] OUT FEED FEED...

A FEED is a data folder, or what `FEED_URL` names (file://…, s3://…): that of a worker on another machine, of another
fleet, of another crawl. OUT is a new folder, in which come to lie

    kept.jsonl      a line for each document to keep: id, revision, feed
    removed.jsonl   a line for each copy: id, revision, feed; duplicate_of, the id of the kept one; kind (id, exact, near,
                    contained) and similarity
    work/           datatrove's signatures, buckets, clusters and logs, which may be removed

Only the last revision of an id counts, in whatever feed it lies, and the same id in two feeds once. Of copies the one in
the feed that is named first is kept. A beginning of which a feed's duplicates say that another document holds it all (data/README.md)
goes when that document is there.

The steps are those of datatrove's MinHash: signatures, buckets, clusters, filter. Its default takes a text apart into
words with a tokenizer that must be installed; here it is five characters in a row of the key under which a crawl compares
texts, and nothing is downloaded. MinHash takes forms with other figures for copies (of tender notices 98 in 100), so it
only names the candidates: they are judged as a crawl judges them, with crawler.dedup. A document inside a longer one is
no candidate. Each step is a pipeline of datatrove's: on a cluster give them its SlurmPipelineExecutor.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from crawler.dedup import Deduplicator, dedup_key
from crawler.feed.read import Excerpts

try:
    import orjson
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.io import get_datafolder
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.text import TextNormConfig
    from datatrove.utils.word_tokenizers import WordTokenizer
    from fsspec.implementations.local import LocalFileSystem
except ImportError as error:
    if __name__ != "__main__":
        raise
    print(f"across_feeds.py: {error.name or error} is not installed: pip install -e '.[across]'", file=sys.stderr)
    sys.exit(2)

# Texts of which a share s of the shingles is the same meet with 1 - (1 - s^6)^20. Measured on reports of 2,000 characters:
# copies with a fifth of the clauses changed meet 99 times in 100 (datatrove's own 14 x 8: 86), texts that share half of
# their sentences 5 times.
CONFIG = MinhashConfig(
    n_grams=5,
    num_buckets=20,
    hashes_per_bucket=6,
    norm_config=TextNormConfig(False, False, False, False, False),  # the key has done it, and figures are facts
    hash_config=HashConfig(hash_fc="sha1"),  # needs no package
)
MOST_SHARES = 64  # into which the work is cut; a part of a feed is never cut
PARTS = {"feed": "documents-*.jsonl*", "duplicates": "duplicates-*.jsonl*"}
Row = dict[str, Any]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_NEEDED: dict[str, type] = {"id": str, "revision": int, "body": str, "parts": list, "truncated": bool}


class Wrong(ValueError):
    """Something that was given cannot be used. The message is one line that names it and the cure."""


class Characters(WordTokenizer):
    """What datatrove takes for words are characters here."""

    def word_tokenize(self, text: str) -> list[str]:
        return list(dedup_key(text))

    def sent_tokenize(self, text: str) -> list[str]:
        return [text]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


class Signatures(MinhashDedupSignature):
    """The first step over characters. numpy hashes all shingles of a text at once: one call for each takes four times as long."""

    def __init__(self, folder: str):
        super().__init__(folder, CONFIG, language=Characters())

    def get_shingles(self, text: str) -> np.ndarray[Any, Any]:
        codes = np.frombuffer(dedup_key(text).encode("utf-32-le"), np.uint32).astype(np.uint64)
        width = min(CONFIG.n_grams, len(codes))  # a shorter text is one shingle
        hashes = np.zeros(len(codes) - width + 1 if width else 0, np.uint64)
        for place in range(width):
            hashes = (hashes ^ codes[place : place + len(hashes)]) * _ODD
            hashes ^= hashes >> np.uint64(29)
        return np.unique(hashes).reshape(-1, 1)


class Parts(JsonlReader):
    """The documents of one feed, without the lines that others replace (`outdated`: part and number)."""

    def __init__(self, number: int, feed: str, outdated: set[tuple[str, int]]):
        told = {"feed": feed, "number": number}
        super().__init__(f"{feed}/feed", glob_pattern=PARTS["feed"], text_key="body", default_metadata=told, add_file_path=False)
        self.outdated = outdated

    def get_document_from_dict(self, data: Row, source_file: str, id_in_file: int | str) -> Document | None:
        if (source_file, id_in_file) in self.outdated:
            return None
        if not data["body"]:  # datatrove leaves it out; it is a copy of nothing, so it is to keep
            return Document("", data["id"], metadata=self.default_metadata | data)
        return super().get_document_from_dict(data, source_file, id_in_file)


class Singles(JsonlWriter):
    """Documents that are like no other: to keep."""

    def __init__(self, folder: str):
        super().__init__(folder, "${rank}.jsonl", compression=None, adapter=lambda self, document: _row(document))


class Candidates(JsonlWriter):
    """Documents of clusters, whole: a cluster in one folder, in it the feeds in the order in which they were named."""

    def __init__(self, folder: str, name: str, shares: int):
        super().__init__(folder, "${rank}.jsonl", compression=None, adapter=_candidate)
        self.file, self.shares = name, shares

    def _get_output_filename(self, document: Document, rank: int | str = 0, **_: Any) -> str:
        told = document.metadata
        return f"{told['minhash_cluster_id'] % self.shares:03d}/{told['number']:03d}-{rank}-{self.file}.jsonl"


class Apart(PipelineStep):
    """Lays the kept one of each cluster beside its copies; what is in no cluster goes on."""

    name, type = "candidates", "wenku"

    def __init__(self, writer: Candidates):
        super().__init__()
        self.writer = writer

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        with self.writer:
            for document in data:
                if document.metadata["minhash_cluster_id"] < 0:
                    yield document
                else:
                    self.writer.write(document, rank)


class Judge(PipelineStep):
    """Judges the candidates of a share as a crawl does, the first that comes being the one that is known."""

    name, type = "judge", "wenku"

    def __init__(self, candidates: str, kept: str, removed: str):
        super().__init__()
        self.candidates, self.kept, self.removed = candidates, kept, removed

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        kept, removed = judged(_rows(Path(self.candidates) / f"{rank:03d}"))
        for folder, rows in ((self.kept, kept), (self.removed, removed)):
            with get_datafolder(folder).open(f"judged-{rank:05d}.jsonl", "w") as file:
                file.writelines(map(_line, rows))


def judged(candidates: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Those to keep, and the copies."""
    known = Deduplicator()
    kept: dict[str, Row] = {}
    removed: list[Row] = []
    for row in candidates:
        body, given = row.pop("body"), {name: row.pop(name) for name in ("parts", "truncated")}
        verdict = known.check(body, **given)
        if verdict.kind != "new":
            removed.append(row | {"duplicate_of": verdict.of, "kind": verdict.kind, "similarity": round(verdict.similarity, 3)})
            continue
        for excerpt in verdict.supersedes:  # what another site had cut off
            known.remove(excerpt)
            removed.append(kept.pop(excerpt) | {"duplicate_of": row["id"], "kind": "contained", "similarity": 1.0})
        known.add(row["id"], body, **given)
        kept[row["id"]] = row
    return list(kept.values()), removed


def _row(document: Document) -> Row:
    return {"id": document.id, "revision": document.metadata["revision"], "feed": document.metadata["feed"]}


def _candidate(self: Any, document: Document) -> Row:
    parts = [{"start": part["start"], "end": part["end"]} for part in document.metadata["parts"]]
    return _row(document) | {"body": document.text, "parts": parts, "truncated": document.metadata["truncated"]}


def outdated_lines(feeds: Iterable[str]) -> tuple[dict[str, set[tuple[str, int]]], list[Row]]:
    """By feed, the part and number of each line that a later revision, or the same in a feed before it, replaces; and a
    row for each of them that lies in another feed; and those of documents that another one holds. Takes about 230 bytes of
    memory a document."""
    feeds = list(feeds)
    beginnings = Excerpts(row for feed in feeds for _, _, row in _lines(feed, "duplicates", {"duplicate_of": str, "kind": str}))
    held: dict[str, str] = {}  # of beginnings the whole, "" when their last revision is later than what was told
    last: dict[str, tuple[int, str, str, int]] = {}
    outdated: dict[str, set[tuple[str, int]]] = {feed: set() for feed in feeds}
    again: list[Row] = []
    for feed in feeds:
        for path, line, row in _lines(feed):
            id, revision = row["id"], row["revision"]
            old, new = last.get(id), (revision, feed, path, line)
            if old is None or revision > old[0]:
                old, new = new, old or new
                last[id] = old
                if id in beginnings:
                    held[id] = beginnings.whole_of(row)
            if new is not old:
                outdated[new[1]].add(new[2:])
                if new[1] != old[1]:
                    again.append({"id": id, "revision": new[0], "feed": new[1], "duplicate_of": id, "kind": "id"})
    for id, whole in held.items():
        if whole in last:
            revision, feed, path, line = last[id]
            outdated[feed].add((path, line))
            again.append({"id": id, "revision": revision, "feed": feed, "duplicate_of": whole, "kind": "contained", "similarity": 1.0})
    return outdated, again


def _lines(feed: str, kind: str = "feed", needed: dict[str, type] | None = None) -> Iterator[tuple[str, int, Row]]:
    """The part, number and row of each line. Raises Wrong for a part or a line that cannot be read."""
    folder = get_datafolder(f"{feed}/{kind}")
    for path in _parts(feed, kind):
        name = f"{feed}/{kind}/{path}"
        try:
            with folder.open(path, "rb", compression="infer") as part:
                for number, line in enumerate(part):
                    yield path, number, _checked(line, f"{name}, line {number + 1}", _NEEDED if needed is None else needed)
        except Wrong:
            raise
        except Exception as error:  # each service and each compression has exceptions of its own
            raise Wrong(f"{name} cannot be read ({_said(error)}): fetch it anew from where it was published") from None


def _checked(line: bytes, where: str, needed: dict[str, type]) -> Row:
    cure = "fetch the part anew from where it was published, or mend the line"
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Wrong(f"{where} is not valid JSON ({_said(error)}): {cure}") from None
    if not isinstance(row, dict):
        raise Wrong(f"{where} is no document, which is an object: {cure}")
    for key, kind in needed.items():
        if not isinstance(row.get(key), kind):
            raise Wrong(f"{where} is no document, its {key} is missing or no {kind.__name__}: {cure}")
    if "parts" in needed and not all(isinstance(part, dict) and "start" in part and "end" in part for part in row["parts"]):
        raise Wrong(f"{where} is no document, one of its parts has no start and end: {cure}")
    return row


def run(out: Path, feeds: list[str], workers: int, outdated: dict[str, set[tuple[str, int]]], again: list[Row]) -> None:
    """All steps, and the two lists; `outdated` and `again` are what `outdated_lines` found."""
    work = out / "work"
    place = {name: str(work / name) for name in ("signatures", "buckets", "clusters", "candidates", "kept", "removed")}
    shares = min(MOST_SHARES, max(len(_parts(feed)) for feed in feeds))
    read: list[PipelineStep] = [Parts(number, feed, outdated[feed]) for number, feed in enumerate(feeds)]

    def step(name: str, tasks: int, *pipeline: PipelineStep) -> None:
        LocalPipelineExecutor(list(pipeline), tasks=tasks, workers=min(workers, tasks), logging_dir=str(work / "logs" / name)).run()

    step("1 signatures", shares, *read, Signatures(place["signatures"]))
    step("2 buckets", CONFIG.num_buckets, MinhashDedupBuckets(place["signatures"], place["buckets"], config=CONFIG))
    step("3 clusters", 1, MinhashDedupCluster(place["buckets"], place["clusters"], config=CONFIG, save_cluster_id=True))
    (work / "clusters").mkdir(exist_ok=True)  # nothing is like anything else: none was written
    for rank in range(shares):  # datatrove reads the clusters of a share only where something of it is removed
        for kind in ("remove", "clusters"):
            (work / "clusters" / f"{rank:06d}.{kind}").touch()
    copies, first = (Candidates(place["candidates"], name, shares) for name in ("copies", "first"))
    sift = MinhashDedupFilter(place["clusters"], exclusion_writer=copies, load_cluster_ids=True)
    step("4 filter", shares, *read, sift, Apart(first), Singles(place["kept"]))
    step("5 judge", shares, Judge(place["candidates"], place["kept"], place["removed"]))
    _write(out / "kept.jsonl", _rows(work / "kept"))
    _write(out / "removed.jsonl", [*again, *_rows(work / "removed")])


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w") as file:
        file.writelines(map(_line, rows))


def _line(row: Row) -> str:
    return json.dumps(row) + "\n"


def _rows(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open() as lines:
            yield from map(json.loads, lines)


def _parts(feed: str, kind: str = "feed") -> list[str]:
    """The names of a feed's parts. Raises Wrong for an address that cannot be used."""
    scheme = feed.partition("://")[0]
    try:
        return list(get_datafolder(f"{feed}/{kind}").list_files(glob_pattern=PARTS[kind]))
    except ImportError as error:
        extra = "-e '.[store]'" if scheme in ("s3", "s3a") else f"what reads {scheme}://"
        raise Wrong(f"{feed} cannot be read ({_said(error)}): pip install {extra}") from None
    except Exception as error:  # each service has exceptions of its own
        raise Wrong(f"{feed} cannot be read ({_said(error)}): mend the address, or what gives access to it") from None


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _place(feed: str) -> tuple[str, str]:
    """Where a feed lies, the same for each way of spelling it."""
    folder = get_datafolder(f"{feed}/feed")
    local = isinstance(folder.fs, LocalFileSystem)
    return type(folder.fs).__name__, str(Path(folder.path).resolve()) if local else folder.path


def check_feeds(feeds: Iterable[str]) -> None:
    """Raises Wrong for a feed that has no parts, or that was named before."""
    named: dict[tuple[str, str], str] = {}
    for feed in feeds:
        if not _parts(feed):
            raise Wrong(f"{feed} has no published parts: name a data folder with feed/{PARTS['feed']}")
        place = _place(feed)
        if before := named.get(place):
            raise Wrong(f"{feed} is named twice{'' if before == feed else f', as {before} too'}: name each feed once")
        named[place] = feed


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[None]:
    """Makes the folder, and takes away what it made when something is Wrong. Raises Wrong."""
    made = out
    try:
        if out.exists():
            raise Wrong(f"{out} exists: name a new folder")
        while not made.parent.exists():
            made = made.parent
        try:
            out.mkdir(parents=True)
            yield
        except (Wrong, OSError):
            for folder in (out, *out.parents)[: len(out.parts) - len(made.parts) + 1]:
                with contextlib.suppress(OSError):
                    folder.rmdir()  # empty, or not ours
            raise
    except OSError as error:
        raise Wrong(f"{out} cannot be made ({error.strerror}): name a new folder in one that can be written to") from None


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def _workers(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of processes: write 1 or more")
    return int(value)


def main() -> int:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=Path)
    parser.add_argument("feeds", metavar="FEED", nargs="+")
    parser.add_argument("--workers", type=_workers, default=1, help="processes at a time")
    args = parser.parse_args()
    feeds = [feed.rstrip("/") for feed in args.feeds]
    try:
        check_feeds(feeds)
        with new_folder(args.out):
            outdated = outdated_lines(feeds)
    except Wrong as error:
        parser.error(str(error))
    run(args.out, feeds, args.workers, *outdated)
    kept, removed = (sum(1 for _ in (args.out / name).open()) for name in ("kept.jsonl", "removed.jsonl"))
    print(f"{kept} documents to keep, {removed} copies of them: {args.out}/kept.jsonl, {args.out}/removed.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main())
