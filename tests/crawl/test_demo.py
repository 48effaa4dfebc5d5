"""The crawl of the bundled library, as a person starts it: one process, real requests over loopback."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import REPO, Run, run_scrapy

from crawler.demo import truth
from crawler.items import Document
from crawler.urls import document_id


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_scrapy("crawl", "wenku", data=tmp_path_factory.mktemp("demo") / "data")


@pytest.fixture(scope="module")
def documents(crawl: Run) -> list[dict[str, Any]]:
    return crawl.rows("feed")


@pytest.fixture(scope="module")
def groups() -> dict[str, list[dict[str, Any]]]:
    """The truth, an original with its copies: exactly one of a group is published."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in truth():
        if row["expect"] != "rejected":
            found.setdefault(row["expect"].rpartition(" of ")[2] if " of " in row["expect"] else row["url"], []).append(row)
    return found


def test_it_ends_well(crawl: Run, documents: list[dict[str, Any]]) -> None:
    assert crawl.status == 0, crawl.err
    assert "Traceback" not in crawl.err and "Warning" not in crawl.err
    line = crawl.last_line
    assert line.startswith("wenku: complete: ") and str(crawl.data) in line
    copies, rejected = len(crawl.rows("duplicates")), len(crawl.rows("rejected"))
    for words in (f"{len(documents)} documents", f"{copies} duplicates", f"{rejected} rejected", "0 failed"):
        assert words in line


def test_every_document_once(documents: list[dict[str, Any]], groups: dict[str, list[dict[str, Any]]]) -> None:
    assert len(documents) >= 60
    published = Counter(d["url"] for d in documents)
    cut_off = {d["url"] for d in documents if d["truncated"]}
    for original, group in groups.items():
        assert sum(published[row["url"]] for row in group) == 1, f"{original} and its copies"
        if any(not row["truncated"] for row in group):  # whichever of the sites came first
            assert not any(row["url"] in cut_off for row in group), f"an excerpt of {original}"
    known = {row["url"] for row in truth()}
    assert [url for url in published if url not in known] == [], "nothing else was taken for a document"
    assert len({d["id"] for d in documents}) == len(documents)


def test_what_is_published_is_what_the_library_says(documents: list[dict[str, Any]]) -> None:
    by_url = {row["url"]: row for row in truth()}
    wrong = [
        (d["url"], key, d[key], by_url[d["url"]][key])
        for d in documents
        for key in ("title", "date", "published", "body", "category", "tags", "author", "source", "truncated", "pages")
        if d[key] != by_url[d["url"]][key]
    ]
    assert not wrong, json.dumps(wrong[:5], ensure_ascii=False, indent=1)


def test_parts_of_collections(documents: list[dict[str, Any]]) -> None:
    by_url = {row["url"]: row for row in truth()}
    collections = [d for d in documents if by_url[d["url"]]["headings"]]
    assert collections
    for document in collections:
        assert [p["heading"] for p in document["parts"]] == by_url[document["url"]]["headings"]
        for part in document["parts"]:
            assert document["body"][part["start"] : part["end"]].startswith(part["heading"])


def test_copies_are_kept_with_their_source(crawl: Run, documents: list[dict[str, Any]]) -> None:
    ids = {d["id"] for d in documents}
    copies = crawl.rows("duplicates")
    assert copies
    for copy in copies:
        assert copy["duplicate_of"] in ids and copy["kind"] in ("exact", "near", "contained")
        assert copy["url"] and copy["title"] and document_id(copy["url"]) not in ids


def test_rejected_pages_have_a_reason(crawl: Run, documents: list[dict[str, Any]]) -> None:
    rejected = {row["url"]: row for row in crawl.rows("rejected")}
    expected = {row["url"] for row in truth() if row["expect"] == "rejected"}
    assert expected and expected <= rejected.keys()
    assert all(row["reason"] for row in rejected.values())


def test_every_line_is_valid(crawl: Run) -> None:
    schema = json.loads((REPO / "data" / "schema" / "document.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    keys = list(Document.__dataclass_fields__)
    for part in sorted((crawl.data / "feed").glob("*.jsonl")):
        for line in part.read_text("utf-8").splitlines():
            row = json.loads(line)
            validator.validate(row)
            assert list(row) == keys, "the keys stand in the order of the contract"


def test_scrapy_exports_the_same_documents(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run = run_scrapy("crawl", "wenku", "-a", "sites=demo", "-O", str(out), data=tmp_path / "data")
    assert run.status == 0, run.err
    exported = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert sorted(d["id"] for d in exported) == sorted(d["id"] for d in run.rows("feed"))
    assert list(exported[0]) == list(Document.__dataclass_fields__)
