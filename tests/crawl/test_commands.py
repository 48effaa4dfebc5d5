"""The other commands of the shell, as people type them."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO, Run

from crawler.demo import library, truth
from crawler.feed import verify
from tests.site import Library

Scrapy = Callable[..., Run]
FEED_KEYS = json.loads((REPO / "data" / "schema" / "document.schema.json").read_text("utf-8"))["required"]


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    """A document of the 推荐访问 family, and what must come of it."""
    return next(r for r in truth() if r["expect"] == "document" and "qingshan" in r["url"] and r["tags"])


@pytest.fixture
def saved(tmp_path: Path, row: dict[str, Any]) -> Path:
    path = tmp_path / "saved.html"
    path.write_bytes(library()[row["url"]].body)
    return path


# ---- explain ------------------------------------------------------------------------------------------


def test_explain_a_file(scrapy: Scrapy, saved: Path, row: dict[str, Any]) -> None:
    run = scrapy("explain", str(saved), "--url", row["url"])
    assert run.status == 0, run.err
    assert row["title"] in run.out and row["date"] in run.out
    kept = [line[2:] for line in run.out.splitlines() if line.startswith("+ ")]
    assert any(line[:20] == row["body"][:20] for line in kept)
    dropped = [line for line in run.out.splitlines() if line.startswith("- [")]
    assert any("下面是小编" in line for line in dropped), "every dropped line names its rule"


def test_explain_as_a_page(scrapy: Scrapy, saved: Path, tmp_path: Path, row: dict[str, Any]) -> None:
    out = tmp_path / "page.html"
    run = scrapy("explain", str(saved), "--html", str(out))
    assert run.status == 0, run.err
    html = out.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>") and row["title"] in html
    assert 'class="kept"' in html and 'class="dropped"' in html and 'class="joined"' in html
    assert "<script" not in html and "http-equiv" not in html and "src=" not in html, "nothing is loaded, nothing runs"


def test_explain_an_address(scrapy: Scrapy) -> None:
    with Library(articles=3) as served:
        run = scrapy("explain", served.url(1), env=served.env)
        truth = served.truth()[served.url(1)]
    assert run.status == 0, run.err
    assert truth["title"] in run.out and truth["date"] in run.out


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["explain", "nowhere.html"], 2, "nowhere.html: No such file"),
        (["explain", "ftp://a.cn/"], 2, "not an http or https address"),
        (["explain"], 2, "name one address or file"),
        (["explain", "http://127.0.0.1:9/"], 1, "cannot be fetched"),
        (["clean"], 2, "name files or folders"),
        (["feed"], 2, "list|verify"),
        (["feed", "burn"], 2, "list|verify"),
        (["feed", "verify"], 2, "holds no feed"),
    ],
)
def test_wrong_words(scrapy: Scrapy, arguments: list[str], status: int, word: str) -> None:
    run = scrapy(*arguments)
    assert run.status == status and "Traceback" not in run.err
    assert word in run.err, run.err


# ---- clean ------------------------------------------------------------------------------------------------


def documents(folder: Path) -> list[dict[str, Any]]:
    assert verify(folder) == []
    parts = sorted((folder / "feed").glob("*.jsonl"))
    return [json.loads(line) for part in parts for line in part.read_text("utf-8").splitlines()]


def archive(path: Path, urls: list[str]) -> Path:
    """A WARC file (ISO 28500) of pages of the bundled library, each record a gzip member of its own."""
    with path.open("wb") as stream:
        for number, url in enumerate(urls):
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + library()[url].body
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            )
            stream.write(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    return path


def test_clean_reads_every_kind_of_file(scrapy: Scrapy, tmp_path: Path, saved: Path, row: dict[str, Any]) -> None:
    family = [r for r in truth() if r["expect"] == "document" and r["pages"] == 1 and "qingshan" in r["url"]]
    others = [r for r in family if r["url"] != row["url"]]
    text = tmp_path / "text.txt"
    text.write_text(f"{others[0]['title']}\n\n时间:2022-03-04 10:00:00\n\n{others[0]['body']}\n", "gb18030")
    old = tmp_path / "old.jsonl.gz"
    line = {"标题": others[1]["title"], "content": others[1]["body"], "link": "http://a.example/1.html", "日期": "2021-05-06"}
    old.write_bytes(gzip.compress(json.dumps(line, ensure_ascii=False).encode()))
    warc = archive(tmp_path / "pages.warc.gz", [others[2]["url"]])
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(saved), str(text), str(old), str(warc))
    assert run.status == 0, run.err
    made = {document["title"]: document for document in documents(tmp_path / "out")}
    assert made.keys() == {row["title"], *(r["title"] for r in others[:3])}
    for wanted in (row, *others[:3]):
        assert made[wanted["title"]]["body"] == wanted["body"]
        assert list(made[wanted["title"]]) == FEED_KEYS
    assert made[others[0]["title"]]["published"] == "2022-03-04T10:00:00+08:00"
    assert made[others[1]["title"]]["date"] == "2021-05-06"
    last = made[others[2]["title"]]
    assert (last["url"], last["fetched_at"]) == (others[2]["url"], "2026-01-02T03:04:05+00:00")


def test_clean_finds_copies_and_does_not_stop_at_a_bad_file(scrapy: Scrapy, tmp_path: Path, saved: Path) -> None:
    again = tmp_path / "again.html"
    again.write_bytes(saved.read_bytes())
    bad = tmp_path / "bad.jsonl"
    bad.write_text("no json\n")
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(bad), str(saved), str(again))
    assert run.status == 1 and "bad.jsonl: line 1 is no JSON" in run.err and "Traceback" not in run.err
    assert "1 documents, 1 duplicates" in run.out
    assert len(documents(tmp_path / "out")) == 1


def own_words(seed: int, sentences: int = 4) -> str:
    """Readable enough, and like no other text."""
    source = random.Random(seed)
    han = "一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经三之进着等部度家"
    return "\n".join("的".join("".join(source.choices(han, k=6)) for _ in range(8)) + "。" for _ in range(sentences))


def test_clean_goes_on_behind_what_is_no_record(scrapy: Scrapy, tmp_path: Path, saved: Path) -> None:
    good = [{"title": f"第{n}号通知", "text": own_words(n)} for n in (1, 2, 3)]
    good[1] |= {"url": 5, "fetched_at": "gestern"}
    good[2] |= {"url": ["x"], "fetched_at": 1600000000, "pages": -3}
    lines = [json.dumps(good[0]), "{bad", "[" * 100_000, json.dumps(good[1]), '{"url": "http://a.example/"}', json.dumps(good[2])]
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text("\n".join(lines), "utf-8")
    cut = tmp_path / "cut.txt.gz"
    cut.write_bytes(gzip.compress(b"x" * 1000)[:20] + b"\xff" * 9)
    wide = tmp_path / "wide.txt"
    wide.write_text(f"停水通知\n\n{own_words(9)}", "utf-16")
    links = tmp_path / "list.html"
    links.write_text("<title>目录</title>" + "".join(f'<li><a href="/{n}.html">第{n}号通知的全文</a></li>' for n in range(40)), "utf-8")
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(mixed), str(cut), str(wide), str(links))
    assert run.status == 1 and "Traceback" not in run.err
    assert all(words in run.err for words in ("line 2 is no JSON", "line 3 is no JSON", "line 5 has no text", "cut.txt.gz", "list.html: read as list"))
    assert "4 documents, 0 duplicates, 0 rejected, 4 left out" in run.out
    assert {document["pages"] for document in documents(tmp_path / "out")} == {1}
    only = scrapy("clean", "-o", str(tmp_path / "other"), str(links))
    assert only.status == 0 and "1 left out" in only.out, "a list among saved pages is nothing wrong"


def test_clean_gives_way_to_the_complete_document(scrapy: Scrapy, tmp_path: Path) -> None:
    text = own_words(5, sentences=12)
    rows = [
        {"title": "调查报告", "url": "http://a.example/1.html", "body": text[: len(text) // 2], "truncated": True},
        {"title": "调查报告全文", "url": "http://b.example/2.html", "body": text},
    ]
    old = tmp_path / "old.jsonl"
    old.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert scrapy("clean", "-o", str(tmp_path / "out"), str(old)).status == 0
    assert [document["url"] for document in documents(tmp_path / "out")] == ["http://b.example/2.html"]
    part = next((tmp_path / "out" / "duplicates").glob("*.jsonl"))
    assert json.loads(part.read_text("utf-8"))["url"] == "http://a.example/1.html"


def test_explain_reads_files_as_clean_does(scrapy: Scrapy, tmp_path: Path, saved: Path, row: dict[str, Any]) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(saved.read_bytes()))
    assert row["title"] in scrapy("explain", str(packed)).out
    text = tmp_path / "text.txt"
    text.write_text(f"{row['title']}\n\n{row['body']}", "gb18030")
    assert row["title"] in scrapy("explain", str(text)).out


def test_clean_never_mixes_into_a_feed(scrapy: Scrapy, tmp_path: Path, saved: Path) -> None:
    assert scrapy("clean", "-o", str(tmp_path / "out"), str(saved)).status == 0
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(saved))
    assert run.status == 2 and "holds documents already" in run.err


# ---- feed -------------------------------------------------------------------------------------------------


def test_feed_list_and_verify(scrapy: Scrapy, tmp_path: Path, saved: Path) -> None:
    assert scrapy("clean", "-o", str(tmp_path / "data"), str(saved)).status == 0
    listed = scrapy("feed", "list")
    assert listed.status == 0 and "1 documents in 1 parts" in listed.out
    assert scrapy("feed", "verify").status == 0
    part = next((tmp_path / "data" / "feed").glob("*.jsonl"))
    part.chmod(0o640)
    part.write_bytes(part.read_bytes().replace(b"20", b"21", 1))
    run = scrapy("feed", "verify")
    assert run.status == 1 and part.name in run.out and "Traceback" not in run.err


def test_a_lost_ledger_is_made_anew_from_the_feed(scrapy: Scrapy, tmp_path: Path) -> None:
    with Library(articles=12) as served:
        arguments = ("crawl", "wenku", "-a", f"start_urls={served.start}", "-s", "DOWNLOAD_DELAY=0")
        assert scrapy(*arguments, env=served.env).status == 0
        shutil.rmtree(tmp_path / "data" / "state")
        run = scrapy("feed", "reindex")
        assert run.status == 0 and "12 published lines" in run.out, run.err
        number = served.add()
        served.change(3)
        run = scrapy(*arguments, "-a", "full=1", env=served.env)
        assert run.status == 0, run.err
    rows = run.rows("feed")
    assert {row["url"] for row in rows[12:]} == {served.url(number), served.url(3)} and len(rows) == 14
    assert sorted(row["revision"] for row in rows) == [1] * 13 + [2]
    assert verify(run.data) == []
