"""Parts appear whole, never change, and the check sees every kind of damage."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPO
from feed_rows import document

from crawler.feed import DiskError, Feed, FeedError, encode, prepare_folder, verify


def lines(start: int, count: int) -> list[bytes]:
    return [encode(document(url=f"http://demo.test/{n}.html")) for n in range(start, start + count)]


def published(tmp_path: Path, compression: str = "") -> Feed:
    feed = Feed(tmp_path, compression=compression)
    feed.publish("documents", lines(0, 3), run=1)
    feed.publish("documents", lines(3, 2), run=1)
    feed.publish("rejected", [encode({"url": "http://demo.test/x", "reason": "stub", "detail": "8"})], run=1)
    return feed


def test_parts_follow_on_and_the_manifest_names_them(tmp_path: Path) -> None:
    published(tmp_path)
    manifest = json.loads((tmp_path / "feed" / "manifest.json").read_text("utf-8"))
    assert manifest["schema_version"] == 1
    assert [(p["name"], p["rows"], p["run"], p["first"], p["last"]) for p in manifest["parts"]] == [
        ("documents-00000001.jsonl", 3, 1, 1, 3),
        ("documents-00000002.jsonl", 2, 1, 4, 5),
    ]
    assert verify(tmp_path) == []
    assert Feed(tmp_path).next_sequence("documents") == 6, "a later run goes on"


def test_files_are_for_the_group_not_the_world_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        published(tmp_path)
    finally:
        os.umask(old)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o640}


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_parts(tmp_path: Path, compression: str) -> None:
    if compression == "zstd":
        pytest.importorskip("zstandard")
    feed = published(tmp_path, compression)
    name = feed.parts("documents")[0].name
    assert name.endswith({"gzip": ".jsonl.gz", "zstd": ".jsonl.zst"}[compression])
    assert verify(tmp_path) == []
    path = tmp_path / "feed" / name
    before = path.read_bytes()
    feed.publish("documents", lines(0, 3), run=1, number=1, first=1)
    assert path.read_bytes() == before, "a repetition writes the same bytes"
    path.write_bytes(before[:-9])
    assert {problem.file for problem in verify(tmp_path)} == {f"feed/{name}"}


def test_gzip_parts_are_ordinary_gzip_files(tmp_path: Path) -> None:
    feed = published(tmp_path, "gzip")
    assert gzip.decompress((tmp_path / "feed" / feed.parts("documents")[1].name).read_bytes()) == b"".join(lines(3, 2))


def test_unknown_compression_and_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FeedError, match="unknown compression 'bz2'"):
        Feed(tmp_path, compression="bz2")
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(FeedError, match="pip install zstandard"):
        Feed(tmp_path, compression="zstd")


def test_a_published_part_is_never_written_over(tmp_path: Path) -> None:
    feed = published(tmp_path)
    with pytest.raises(FeedError, match="never changed"):
        feed.publish("documents", lines(7, 3), run=2, number=1, first=1)
    (tmp_path / "feed" / "documents-00000009.jsonl").write_bytes(b"left by somebody\n")
    assert Feed(tmp_path).next_number("documents") == 10
    assert [p.file for p in verify(tmp_path)] == ["feed/documents-00000009.jsonl"]


def test_nothing_to_publish_leaves_nothing(tmp_path: Path) -> None:
    assert Feed(tmp_path).publish("documents", [], run=1) is None
    assert list((tmp_path / "feed").iterdir()) == []
    assert verify(tmp_path) == []


def test_a_lost_manifest_is_written_anew(tmp_path: Path) -> None:
    feed = published(tmp_path)
    manifest = tmp_path / "feed" / "manifest.json"
    before = manifest.read_bytes()
    manifest.unlink()
    assert str(verify(tmp_path)[0]) == "feed/manifest.json: missing"
    assert Feed(tmp_path).relist("documents", feed.parts("documents")) == 2
    assert manifest.read_bytes() == before


def test_a_full_disk_is_an_error_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = published(tmp_path)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match=r"no space left for .*documents-00000003"):
        feed.publish("documents", lines(5, 1), run=1)
    monkeypatch.undo()
    assert not [p for p in (tmp_path / "feed").iterdir() if p.name.startswith(".")]
    assert verify(tmp_path) == []
    assert feed.publish("documents", lines(5, 1), run=1)
    assert verify(tmp_path) == []


def test_leftovers_of_a_kill_are_swept(tmp_path: Path) -> None:
    feed = published(tmp_path)
    (tmp_path / "feed" / ".documents-00000003.jsonl.tmp").write_bytes(b'{"title":"half')
    assert verify(tmp_path) == [], "work in progress is nobody's business"
    feed.sweep()
    assert not list((tmp_path / "feed").glob(".*"))


@pytest.mark.parametrize("make", ["file", "below a file"])
def test_a_data_folder_that_cannot_be_one(tmp_path: Path, make: str) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(FeedError, match=r"as data folder \(it is a file\): set DATA_DIR"):
        prepare_folder(tmp_path / "x" if make == "file" else tmp_path / "x" / "data")


def change(name: str, edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / "feed" / name
        path.write_bytes(edit(path.read_bytes()))

    return apply


ONE, LIST = "documents-00000001.jsonl", "manifest.json"
DAMAGE: list[tuple[str, Callable[[Path], None], str]] = [
    ("torn", change(ONE, lambda b: b[:-20]), "torn"),
    ("bytes", change(ONE, lambda b: b[:-20]), "bytes"),
    ("hash", change(ONE, lambda b: b.replace("柳".encode(), "杨".encode())), "SHA-256"),
    ("rows", change(ONE, lambda b: b + b"{}\n"), "4 rows, 3 in the manifest"),
    ("no json", change(ONE, lambda b: b'{"title"' + b), "no JSON"),
    ("not utf-8", change(ONE, lambda b: b.replace("柳".encode(), b"\xff")), "no JSON in UTF-8"),
    ("schema", change(ONE, lambda b: b.replace(b'"pages":1', b'"pages":"1"')), "pages: not integer"),
    (
        "order",
        change(ONE, lambda b: b.replace(b'"pages":1,"truncated":false', b'"truncated":false,"pages":1')),
        "order",
    ),
    ("id twice", change(ONE, lambda b: b.split(b"\n")[0] + b"\n" + b), "once more"),
    (
        "another id",
        change(ONE, lambda b: b.replace(b"demo.test/1.html", b"demo.test/9.html")),
        "id is not that of the url",
    ),
    ("another site", change(ONE, lambda b: b.replace(b'"demo.test"', b'"other.test"')), "site is not that of the url"),
    ("another text", change(ONE, lambda b: b.replace("柳".encode(), "杨".encode())), "content_hash is not that"),
    (
        "first part lost",
        change(LIST, lambda b: b.replace(b'"first": 1, "last": 3', b'"first": 2, "last": 4')),
        "expected 1",
    ),
    ("missing part", lambda r: (r / "feed" / ONE).unlink(), "in the manifest, but not there"),
    ("unknown part", lambda r: (r / "feed" / "documents-00000007.jsonl").touch(), "not in the manifest"),
    ("cut manifest", change(LIST, lambda b: b[:40]), "is damaged"),
    ("no list", change(LIST, lambda b: b'{"schema_version": 1}'), "is damaged"),
    ("odd part", change(LIST, lambda b: b.replace(b'"rows": 3', b'"rows": "3"')), "is damaged"),
    ("newer", change(LIST, lambda b: b.replace(b'"schema_version": 1', b'"schema_version": 2')), "use a newer one"),
    ("no manifest", lambda r: (r / "feed" / LIST).unlink(), "missing"),
    ("gap", change(LIST, lambda b: b.replace(b'"first": 4, "last": 5', b'"first": 6, "last": 7')), "expected 4"),
    ("range", change(LIST, lambda b: b.replace(b'"last": 5', b'"last": 9')), "do not fit"),
    ("name", change(LIST, lambda b: b.replace(b"documents-00000002", b"../../etc/hostname")), "not there"),
]


@pytest.mark.parametrize(("damage", "word"), [(d, w) for _, d, w in DAMAGE], ids=[n for n, *_ in DAMAGE])
def test_damage_is_seen(tmp_path: Path, damage: Callable[[Path], None], word: str) -> None:
    published(tmp_path)
    damage(tmp_path)
    assert any(word in str(problem) for problem in verify(tmp_path)), [str(p) for p in verify(tmp_path)]


def test_a_damaged_manifest_stops_a_run_with_the_cure(tmp_path: Path) -> None:
    published(tmp_path)
    (tmp_path / "feed" / LIST).write_bytes(b"{")
    with pytest.raises(FeedError, match=r"manifest\.json is damaged .*: remove it"):
        Feed(tmp_path)


def test_many_problems_of_one_part_are_summed_up(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.publish("documents", io.BytesIO(b"{}\n" * 100), run=1)
    whats = [problem.what for problem in verify(tmp_path)]
    assert len(whats) == 21
    assert whats[-1].endswith("more problems")


_WRITE = """
import pathlib, sys
from crawler.feed.files import write_file
for _ in range(150):
    write_file(pathlib.Path(sys.argv[1]), [sys.argv[2].encode() * 1000])
"""


def test_several_may_write_one_file(tmp_path: Path) -> None:
    """Workers on one folder end at the same moment, and each writes the card."""
    path = tmp_path / "CARD.md"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITE, path, sign], cwd=REPO, stderr=subprocess.PIPE, text=True)
        for sign in "ab"
    ]
    said = [writer.communicate(timeout=60)[1] for writer in writers]
    assert said == ["", ""] and set(path.read_text()) in ({"a"}, {"b"})
    assert list(tmp_path.iterdir()) == [path]
