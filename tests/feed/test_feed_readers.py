"""What other teams do with the feed: each example of data/README.md as it stands there, exports, deltas, the card."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet
import pytest
from conftest import REPO, Run
from feed_rows import document

from crawler.feed import CARD, KEPT, Feed, FeedError, encode, export_parquet, facts, newer, write_card
from crawler.items import Document, duplicate_row

EXAMPLES = dict(
    re.findall(r"^### (\w+)\n.*?```python\n(.*?)```", (REPO / "data" / "README.md").read_text("utf-8"), re.M | re.S)
)


def written(number: int, **changes: object) -> Document:
    return document(
        url=f"http://demo.test/{number}.html", body=f"第{number}篇。\n三月十二日，我们种了{number}棵柳树。", **changes
    )


ROWS = [
    written(1, author="林小满", tags=["植树", "春天"], published="2024-03-12T08:30:00+08:00"),
    written(2, date=None, quality={"characters": 20, "pii": {"mobile": 2}}),
    written(3, parts=[{"heading": "第3篇。", "start": 0, "end": 4}], pages=2),
    written(4, id="12345678901234567890"),  # looks like a number to a reader that guesses
]
LATER = [
    written(1, title="植树节小结（改）", revision=2),
    written(5, truncated=True, similar_to=[{"id": ROWS[0].id, "similarity": 0.6}]),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder: two runs, a part each; document 1 was published again."""
    feed = Feed(tmp_path / "data")
    for run, rows in enumerate((ROWS, LATER), 1):
        feed.publish("documents", map(encode, rows), run=run)
    feed.publish(
        "duplicates",
        [
            encode(
                {
                    "url": "http://demo.test/9.html",
                    "title": "又一篇",
                    "date": None,
                    "duplicate_of": ROWS[0].id,
                    "kind": "near",
                    "similarity": 0.9,
                    "site": "demo.test",
                }
            )
        ],
        run=1,
    )
    feed.publish(
        "rejected", [encode({"url": "http://other.test/1.html", "reason": "stub", "detail": "12 characters"})], run=2
    )
    return tmp_path / "data"


@pytest.mark.parametrize("reader", EXAMPLES)
def test_an_example_reads_every_document(reader: str, folder: Path) -> None:
    export_parquet(folder, str(folder.parent / "documents.parquet"))
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder.parent / "hf")}
    process = subprocess.run(
        [sys.executable, "-c", EXAMPLES[reader]],
        cwd=folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.split()[-1] == "5"


def test_every_reader_is_told() -> None:
    assert list(EXAMPLES) == ["pandas", "Polars", "DuckDB", "datasets", "datatrove"]


def table(path: Path) -> dict[str, dict[str, Any]]:
    return {row["url"].rpartition("/")[2]: row for row in pyarrow.parquet.read_table(path).to_pylist()}


def test_parquet_has_typed_columns(folder: Path, tmp_path: Path) -> None:
    assert export_parquet(folder, str(tmp_path / "out.parquet")) == 5
    made = table(tmp_path / "out.parquet")
    assert list(made["1.html"]) == list(Document.__dataclass_fields__)
    assert made["1.html"]["title"] == "植树节小结（改）" and made["1.html"]["revision"] == 2
    assert made["3.html"]["date"] == date(2024, 3, 12) and made["2.html"]["date"] is None
    assert made["3.html"]["parts"] == ROWS[2].parts and made["5.html"]["similar_to"] == LATER[1].similar_to
    assert made["2.html"]["quality"]["characters"] == 20
    assert made["2.html"]["quality"]["pii"]["mobile"] == 2 and made["2.html"]["quality"]["pii"]["mail"] == 0
    assert made["4.html"]["id"] == "12345678901234567890" and made["5.html"]["truncated"] is True
    assert made["4.html"]["fetched_at"] == datetime(2026, 11, 23, 21, 20, tzinfo=UTC)
    old = pyarrow.parquet.read_table(tmp_path / "out.parquet").schema
    export_parquet(folder, str(tmp_path / "new.parquet"), since="documents-00000001.jsonl")
    assert pyarrow.parquet.read_table(tmp_path / "new.parquet").schema == old, "files of different times fit together"


def test_parquet_with_every_revision(folder: Path, tmp_path: Path) -> None:
    assert export_parquet(folder, str(tmp_path / "out.parquet"), revisions=True) == 6
    rows = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert rows[0]["published"] == datetime(2024, 3, 12, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert [row["revision"] for row in rows] == [1, 1, 1, 1, 2, 1]


def test_parquet_without_excerpts_whose_whole_text_was_published(folder: Path, tmp_path: Path) -> None:
    excerpt = LATER[1]
    row = duplicate_row(excerpt, "contained", ROWS[0].id, 1.0)
    Feed(folder).publish("duplicates", [encode(row), encode({**row, "truncated": False, "id": ROWS[2].id})], run=2)
    assert export_parquet(folder, str(tmp_path / "out.parquet")) == 4
    assert "5.html" not in table(tmp_path / "out.parquet")
    assert export_parquet(folder, str(tmp_path / "out.parquet"), revisions=True) == 6


def test_a_signal_that_is_new_gets_a_column(folder: Path, tmp_path: Path) -> None:
    Feed(folder).publish("documents", [encode(written(6, quality={"glow": 0.5, "pii": {"badge": 1}}))], run=3)
    export_parquet(folder, str(tmp_path / "out.parquet"))
    made = table(tmp_path / "out.parquet")
    assert made["6.html"]["quality"]["glow"] == 0.5 and made["6.html"]["quality"]["pii"]["badge"] == 1
    assert made["3.html"]["quality"]["glow"] is None


def test_a_damaged_part_leaves_no_export(folder: Path, tmp_path: Path) -> None:
    part = folder / "feed" / "documents-00000002.jsonl"
    part.write_bytes(part.read_bytes()[:-30])
    with pytest.raises(FeedError, match=r"documents-00000002\.jsonl cannot be read"):
        export_parquet(folder, str(tmp_path / "out.parquet"))
    assert not list(tmp_path.glob("*out.parquet*"))


def test_parts_since(folder: Path) -> None:
    first, second = (folder / "feed" / f"documents-0000000{number}.jsonl" for number in (1, 2))
    os.utime(first, (1_700_000_000, 1_700_000_000))  # 2023-11-14T22:13:20Z
    os.utime(second, (1_700_003_600, 1_700_003_600))
    names = {
        "": [first, second],
        first.name: [second],
        second.name: [],
        "2023-11-14": [first, second],
        "2023-11-14T22:13:20": [first, second],
        "2023-11-15T06:13:21+08:00": [second],
        "2023-11-15": [],
        "duplicates-00000001.jsonl": [],
    }
    assert {since: [part.name for part in newer(folder, "documents", since)] for since in names} == {
        since: [path.name for path in paths] for since, paths in names.items()
    }
    for wrong in ("yesterday", "documents-00000009.jsonl"):
        with pytest.raises(FeedError, match=wrong):
            newer(folder, "documents", wrong)


def test_the_card_tells_what_the_feed_holds(folder: Path) -> None:
    text = write_card(folder).read_text("utf-8")
    for line in (
        "| documents | 6 lines in 2 parts,",
        "| copies found | 1 (1 near) |",
        "| pages rejected | 1 (1 stub) |",
        "| fetched | 2026-11-23 |",
        "| dates of the documents | 2024-03 |",
        "| runs | 1 to 2 |",
        "| revised | 1 |",
        "| without a date | 1 |",
        "| personal numbers counted in texts | 2 (2 mobile) |",
        "| demo.test | 6 | 1 | 0 |",
        "| other.test | 0 | 0 | 1 |",
        "| boilerplate.toml | ",
    ):
        assert line in text, text
    assert CARD == "CARD.md" and write_card(folder).read_text("utf-8") == text


def test_a_part_is_read_once(folder: Path) -> None:
    before = facts(folder)
    (folder / "feed" / "documents-00000001.jsonl").write_bytes(b"damaged since")
    assert facts(folder) == before
    (folder / KEPT).write_text("damaged")
    with pytest.raises(FeedError, match=r"documents-00000001\.jsonl cannot be read"):
        facts(folder)


def test_the_commands(scrapy: Callable[..., Run], folder: Path, tmp_path: Path) -> None:
    listed = scrapy("feed", "list", "--since", "documents-00000001.jsonl", data=folder)
    assert listed.status == 0 and "documents-00000002.jsonl\t2 rows" in listed.out and "-00000001" not in listed.out
    out = tmp_path / "out.parquet"
    exported = scrapy("feed", "export", "--parquet", str(out), data=folder)
    assert exported.status == 0 and "5 documents are in" in exported.out and out.is_file(), exported.err
    assert scrapy("feed", "card", data=folder).status == 0 and (folder / CARD).is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["export"], 2, "--parquet documents.parquet"),
        (["verify", "--since", "2026"], 2, "--since means nothing"),
        (["list", "--since", "soon"], 2, "'soon' is no part and no time"),
        (["export", "--parquet", "/nowhere/x.parquet"], 74, "cannot write /nowhere/"),
        (["export", "--parquet", "moon://bucket/x.parquet"], 2, "moon:// cannot be used"),
        (["deliver", "-s", "FEED_URL=s3:/bucket"], 2, "s3:/bucket is no address"),
    ],
)
def test_wrong_words(scrapy: Callable[..., Run], folder: Path, arguments: list[str], status: int, word: str) -> None:
    run = scrapy("feed", *arguments, data=folder)
    assert (run.status, "Traceback" in run.err) == (status, False)
    assert word in run.err, run.err
