"""`deploy/across_feeds.py` on feeds that were really published: copies in several of them are found, what is alike is kept."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import REPO, Run, run_scrapy
from feed_rows import document

from crawler.feed import Feed, encode
from crawler.items import Document, duplicate_row
from tests.benchmarks.dedup_families import tender
from tests.benchmarks.dedup_texts import edited, report, sharing

pytest.importorskip("datatrove", reason="datatrove is not here: pip install -e '.[across]'")
SCRIPT = REPO / "deploy" / "across_feeds.py"


def across_feeds() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("across_feeds", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def across(out: Path, *feeds: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is kept, and what is removed."""
    done = subprocess.run([sys.executable, SCRIPT, out, *feeds], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    kept, removed = ([json.loads(line) for line in (out / name).read_text().splitlines()] for name in ("kept.jsonl", "removed.jsonl"))
    assert done.stdout.startswith(f"{len(kept)} documents to keep, {len(removed)} copies of them")
    return kept, removed


def made(number: int, body: str, **changes: object) -> Document:
    return document(url=f"http://other.test/{number}.html", title=f"第{number}篇", body=body, **changes)


def published(folder: Path, *rows: Document) -> Path:
    """A data folder with one part for every two documents."""
    feed = Feed(folder)
    for start in range(0, len(rows), 2):
        feed.publish("documents", map(encode, rows[start : start + 2]), run=1)
    return folder


def test_copies_of_crawls_are_found(tmp_path: Path) -> None:
    """The demo library by two crawls, and a site that has one of its texts and one of its own."""
    crawls = [tmp_path / "first", tmp_path / "second"]
    for data in crawls:
        assert run_scrapy("crawl", "wenku", data=data).status == 0
    rows = [Run(subprocess.CompletedProcess((), 0), data).rows("feed") for data in crawls]
    long = max(rows[0], key=lambda row: len(row["body"]))
    near = made(1, long["body"].replace("，", "，而且", 3))
    third = published(tmp_path / "third", near, made(2, report(random.Random("own"))))
    kept, removed = across(tmp_path / "out", *crawls, third)
    found = {row["id"]: row for row in removed}
    assert found[near.id]["duplicate_of"] == long["id"] and found[near.id]["kind"] == "near"
    ids = [{row["id"] for row in each} for each in rows]
    assert {row["id"] for row in removed if row["kind"] == "id"} == ids[0] & ids[1]
    assert {row["id"] for row in kept if row["feed"] == str(crawls[0])} == ids[0], "what a crawl kept apart is kept, siblings too"
    assert all(row["duplicate_of"] in {row["id"] for row in kept} for row in removed)
    assert len(kept) + len(removed) == sum(map(len, rows)) + 2, "every document has a line"


def test_what_is_alike_is_no_copy(tmp_path: Path) -> None:
    rng = random.Random("across")
    text, other = report(rng), report(rng)
    forms = [made(10 + n, tender(rng)) for n in range(6)]
    half = made(2, sharing(text, other, 0.5, rng))
    copies = [made(20 + n, edited(0.1)(form.body, rng) if n else form.body) for n, form in enumerate(forms[:1])]
    reworded = made(3, edited(0.1)(text, rng))
    first = published(tmp_path / "a", made(1, text), *forms[:3])
    second = published(tmp_path / "b", half, *forms[3:], *copies, reworded)
    kept, removed = across(tmp_path / "out", first, second)
    assert {row["id"]: (row["duplicate_of"], row["kind"]) for row in removed} == {
        copies[0].id: (forms[0].id, "exact"),
        reworded.id: (made(1, "").id, "near"),
    }
    assert {row["id"] for row in kept} == {made(1, "").id, half.id, *(form.id for form in forms)}


def test_only_the_last_revision_counts(tmp_path: Path) -> None:
    rng = random.Random("revisions")
    old, new, text = (report(rng) for _ in range(3))
    first = published(tmp_path / "a", made(1, old), made(2, text), made(1, new, revision=2))
    second = published(tmp_path / "b", made(1, old), made(3, old))
    kept, removed = across(tmp_path / "out", first, second)
    assert sorted((row["id"], row["revision"], Path(row["feed"]).name) for row in kept) == sorted(
        [(made(1, "").id, 2, "a"), (made(2, "").id, 1, "a"), (made(3, "").id, 1, "b")]
    )
    assert removed == [{"id": made(1, "").id, "revision": 1, "feed": str(second), "duplicate_of": made(1, "").id, "kind": "id"}]


def test_the_whole_text_stays_of_one_that_was_cut_off() -> None:
    text = report(random.Random("whole"))
    cut, whole, again = (
        {"id": name, "body": body, "parts": [], "truncated": name == "cut"}
        for name, body in (("cut", text[: len(text) // 2]), ("whole", text), ("again", text))
    )
    kept, removed = across_feeds().judged([cut, whole, again])
    assert [row["id"] for row in kept] == ["whole"]
    assert [(row["id"], row["duplicate_of"]) for row in removed] == [("cut", "whole"), ("again", "whole")]


def test_a_beginning_goes_that_a_crawl_found_to_be_one(tmp_path: Path) -> None:
    """Its line lay in a part when the whole came, on another machine; only the duplicates know."""
    rng = random.Random("beginnings")
    whole, short, fresh = report(rng), report(rng)[:300], report(rng)[:300]
    cut = made(1, short, truncated=True)
    later = made(3, fresh, truncated=True, fetched_at="2026-12-23T21:20:00+00:00")
    lost = made(4, report(rng)[:300], truncated=True)
    first = published(tmp_path / "a", cut, later, lost)
    second = published(tmp_path / "b", made(2, whole))
    of = made(2, "").id
    rows = [duplicate_row(cut, "contained", of, 1.0), duplicate_row(made(3, "", truncated=True), "contained", of, 1.0)]
    rows.append(duplicate_row(lost, "contained", "0" * 20, 1.0))
    Feed(second).publish("duplicates", map(encode, rows), run=1)
    kept, removed = across(tmp_path / "out", first, second)
    assert {row["id"] for row in kept} == {of, later.id, lost.id}, "one was published after that, and the whole of one is not here"
    expected = {"id": cut.id, "revision": 1, "feed": str(first), "duplicate_of": of, "kind": "contained", "similarity": 1.0}
    assert removed == [expected]


def test_datatroves_own_shingles_agree(tmp_path: Path) -> None:
    """The quick shingles are the characters that datatrove's way takes one by one."""
    from datatrove.pipeline.dedup import MinhashDedupSignature

    script = across_feeds()
    theirs = MinhashDedupSignature(str(tmp_path), script.CONFIG, language=script.Characters())
    ours = script.Signatures(str(tmp_path))
    for text in (report(random.Random(1)), "甲乙丙丁戊己庚辛。" * 3, "三月，柳树发芽了"):
        assert len(ours.get_shingles(text)) == len(set(theirs.get_shingles(text).ravel().tolist()))
    assert len(ours.get_shingles("短")) == 1


def test_an_empty_body_is_a_copy_of_nothing(tmp_path: Path) -> None:
    text = report(random.Random("empty"))
    first = published(tmp_path / "a", made(1, ""), made(2, text), made(3, ""))
    second = published(tmp_path / "b", made(4, ""), made(5, text), made(1, ""))
    kept, removed = across(tmp_path / "out", first, second)
    assert {row["id"] for row in kept} == {made(number, "").id for number in (1, 2, 3, 4)}
    assert sorted((row["id"], row["kind"]) for row in removed) == sorted([(made(5, "").id, "exact"), (made(1, "").id, "id")])


def refused(out: Path, *arguments: object, without: str = "", cwd: Path | None = None) -> str:
    """The one line about what is wrong; `without` is a package that is not installed."""
    script = f"import runpy, sys; sys.modules[{without!r}] = None; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    command = [sys.executable, *(["-c", script] if without else []), str(SCRIPT), str(out), *map(str, arguments)]
    beside = sorted(out.parent.glob("*"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr[-3000:]
    assert sorted(out.parent.glob("*")) == beside, "nothing is left behind"
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return published(tmp_path / "a", made(1, report(random.Random(1))))


@pytest.mark.parametrize("workers", ["0", "-3", "two"])
def test_a_wrong_number_of_workers(tmp_path: Path, feed: Path, workers: str) -> None:
    assert refused(tmp_path / "out", f"--workers={workers}", feed).endswith(f"'{workers}' is no number of processes: write 1 or more")


def test_addresses_that_cannot_be_used(tmp_path: Path) -> None:
    assert re.search(r"nope://x cannot be read \(Protocol.*nope\): mend the address", refused(tmp_path / "out", "nope://x"))
    line = refused(tmp_path / "out", "s3://bucket/x", without="s3fs")
    assert "s3://bucket/x cannot be read" in line and line.endswith("pip install -e '.[store]'")


@pytest.mark.parametrize("package", ["datatrove", "orjson", "tokenizers"])
def test_the_extra_is_not_installed(tmp_path: Path, feed: Path, package: str) -> None:
    line = refused(tmp_path / "out", feed, without=package)
    assert package in line and line.endswith("is not installed: pip install -e '.[across]'")


def test_the_same_feed_in_two_spellings(tmp_path: Path, feed: Path) -> None:
    (tmp_path / "link").symlink_to(feed)
    assert refused(tmp_path / "out", feed, f"{feed}/").endswith(f"{feed} is named twice: name each feed once")
    assert refused(tmp_path / "out", "a", "a", cwd=tmp_path).endswith(": a is named twice: name each feed once")
    for other in (f"{feed.parent}/../{tmp_path.name}/{feed.name}", tmp_path / "link", f"file://{feed}"):
        assert refused(tmp_path / "out", feed, other).endswith(f"{other} is named twice, as {feed} too: name each feed once")


def test_a_folder_without_parts(tmp_path: Path, feed: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert f"{folder} has no published parts: name a data folder" in refused(tmp_path / "out", feed, folder)


def test_out_that_cannot_be_made(tmp_path: Path, feed: Path) -> None:
    assert refused(feed, feed).endswith(f"{feed} exists: name a new folder")
    (tmp_path / "file").touch()
    for out in (tmp_path / "file" / "out", tmp_path / "new" / ("long" * 100)):
        line = refused(out, feed)
        assert f"{out} cannot be made (" in line and "name a new folder in one" in line
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'{"id": "1", "rev', "is not valid JSON"),
        (b"\xff", "is not valid JSON"),
        (b"[]", "is no document, which is an object"),
        (b'{"id": "1", "revision": "2"}', "its revision is missing or no int"),
        (b'{"id": "1", "revision": 2, "body": "", "parts": [{}], "truncated": false}', "one of its parts has no start and end"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, feed: Path, line: bytes, fault: str) -> None:
    (good,) = (feed / "feed").glob("documents-*")
    part = feed / "feed" / "documents-9.jsonl"
    with gzip.open(good) if good.suffix == ".gz" else good.open("rb") as lines:
        part.write_bytes(lines.read() + line + b"\n")
    said = refused(tmp_path / "new" / "out", feed)
    assert f"{part}, line 2 " in said and fault in said and "mend the line" in said
    assert not (tmp_path / "new").exists()


def test_a_part_that_was_cut_off_is_named(tmp_path: Path, feed: Path) -> None:
    part = feed / "feed" / "documents-9.jsonl.gz"
    part.write_bytes(gzip.compress(b"{}" * 1000)[:-9])
    assert f"{part} cannot be read (" in refused(tmp_path / "out", feed)
