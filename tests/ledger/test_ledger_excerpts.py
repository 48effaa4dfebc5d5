"""A text that its site cuts off, and the whole of it from elsewhere: readers get one document, whichever came first."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crawls import A, document
from test_ledger_rounds import rows

from crawler.feed import export_parquet, verify
from crawler.items import duplicate_row
from crawler.ledger import Ledger, Link, Unit
from crawler.ledger.documents import Status
from crawler.reindex import reindex

CUT, WHOLE, COPY = f"{A}/cut.html", f"{A}/whole.html", f"{A}/copy.html"


def excerpt(text: str = "我们在南坡种了二十棵柳树……", **changes: Any) -> Unit:
    made = document(CUT, text, truncated=True, title="种树小结", date="2026-03-12", **changes)
    return Unit(CUT, kind="article", document=made)


def whole() -> Unit:
    return Unit(WHOLE, kind="article", document=document(WHOLE, title="种树小结"), supersedes=[document(CUT).id])


def copy(of: str, url: str = COPY, kind: str = "exact") -> Unit:
    made = document(url, "我们在南坡种了二十棵柳树……", truncated=True)
    return Unit(url, kind="article", duplicates=[duplicate_row(made, kind, document(of).id, 1.0)])


def opened(folder: Path, rows: int = 1000) -> Ledger:
    ledger = Ledger.open(folder, part_rows=rows)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    return ledger


@pytest.mark.parametrize("groups", [[[0], [1]], [[0, 1]], [[1, 0]]], ids=["one after the other", "together", "the whole first"])
def test_an_excerpt_that_waits_is_taken_back(tmp_path: Path, groups: list[list[int]]) -> None:
    ledger = opened(tmp_path)
    for group in groups:
        ledger.commit([(excerpt, whole)[number]() for number in group])
    known = ledger.document(document(CUT).id)
    assert known and (known.status, known.successor) == (Status.SUPERSEDED, document(WHOLE).id)
    counts = ledger.run_counts
    assert (counts.documents, counts.duplicates, counts.revised) == (1, 1, 0)
    ledger.end_run()
    ledger.close()
    assert [row["url"] for row in rows(tmp_path)] == [WHOLE]
    (row,) = rows(tmp_path, "duplicates")
    assert (row["url"], row["id"], row["title"], row["date"]) == (CUT, document(CUT).id, "种树小结", "2026-03-12")
    assert (row["duplicate_of"], row["kind"], row["truncated"]) == (document(WHOLE).id, "contained", True)
    assert verify(tmp_path) == []


def test_an_excerpt_that_lies_in_a_part_stays_there_and_its_readers_are_told(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    assert ledger.publish(everything=True)
    ledger.commit([excerpt("我们在南坡种了二十棵柳树，第二天……")])  # changed since: that line still waits
    assert ledger.run_counts.revised == 1
    ledger.commit([whole()])
    assert (ledger.run_counts.documents, ledger.run_counts.revised, ledger.run_counts.duplicates) == (2, 0, 1)
    ledger.end_run()
    ledger.close()
    assert [(row["url"], row["revision"]) for row in rows(tmp_path)] == [(CUT, 1), (WHOLE, 1)]
    assert [(row["id"], row["duplicate_of"]) for row in rows(tmp_path, "duplicates")] == [(document(CUT).id, document(WHOLE).id)]
    assert verify(tmp_path) == []


def test_all_lines_of_an_excerpt_that_changed_are_taken_back(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for text in ("我们在南坡……", "我们在南坡种了二十棵……"):
        ledger.commit([excerpt(text)])
    ledger.commit([whole()])
    assert (ledger.run_counts.documents, ledger.run_counts.revised) == (1, 0)
    ledger.end_run()
    ledger.close()
    assert [row["url"] for row in rows(tmp_path)] == [WHOLE]


def test_copies_of_an_excerpt_are_copies_of_the_whole(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([whole(), copy(CUT, f"{A}/beside.html")])
    ledger.commit([copy(CUT)])
    ledger.end_run()
    ledger.close()
    found = {row["url"]: (row["duplicate_of"], row["kind"]) for row in rows(tmp_path, "duplicates")}
    assert found == dict.fromkeys((CUT, COPY, f"{A}/beside.html"), (document(WHOLE).id, "contained"))


def test_a_later_visit_of_the_excerpt_tells_nothing_twice(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([whole()])
    for _ in range(2):  # a later run finds that its text is held by the whole
        ledger.commit([copy(WHOLE, CUT, "contained")])
    assert len(rows_after(ledger, tmp_path)) == 1
    ledger = opened(tmp_path)
    ledger.commit([copy(f"{A}/other.html", CUT, "near")])  # now the page has another text, which is a copy as well
    assert [row["duplicate_of"] for row in rows_after(ledger, tmp_path)] == [document(WHOLE).id, document(f"{A}/other.html").id]


def rows_after(ledger: Ledger, folder: Path) -> list[dict[str, Any]]:
    ledger.end_run()
    ledger.close()
    return rows(folder, "duplicates")


def test_an_excerpt_whose_page_shows_all_of_it_now_is_a_document_again(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([whole()])
    full = excerpt("我们在北坡另外种了三十棵杨树，到秋天活了二十九棵。")
    assert full.document
    ledger.commit([replace(full, document=replace(full.document, truncated=False))])
    known = ledger.document(document(CUT).id)
    assert known and (known.status, known.successor) == (Status.PUBLISHED, None)
    ledger.end_run()
    ledger.close()
    assert [(row["url"], row["truncated"]) for row in rows(tmp_path)] == [(WHOLE, False), (CUT, False)]


def test_a_ledger_that_is_made_anew_knows_what_was_superseded(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.publish(everything=True)
    ledger.commit([whole()])
    ledger.end_run()
    ledger.close()
    shutil.rmtree(tmp_path / "state")
    ledger = Ledger.open(tmp_path)
    assert reindex(ledger, tmp_path) == 2
    known = ledger.document(document(CUT).id)
    assert known and (known.status, known.successor) == (Status.SUPERSEDED, document(WHOLE).id)
    ledger.close()
    assert len(rows(tmp_path, "duplicates")) == 1, "that was told before"


def test_nothing_is_told_twice_when_both_come_again_in_one_group(tmp_path: Path) -> None:
    """A full run over both sites, the excerpt of which an earlier run published."""
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.end_run()
    ledger.close()
    ledger = opened(tmp_path)
    ledger.commit([copy(WHOLE, CUT, "contained"), whole()])
    assert ledger.run_counts.duplicates == 1
    assert [row["id"] for row in rows_after(ledger, tmp_path)] == [document(CUT).id]


def test_all_excerpts_of_a_text_go_with_it(tmp_path: Path) -> None:
    other = document(COPY, "我们在南坡种了……", truncated=True)
    ledger = opened(tmp_path)
    ledger.commit([excerpt(), Unit(COPY, kind="article", document=other)])
    both = whole()
    both.supersedes = [document(CUT).id, other.id]
    ledger.commit([both])
    assert (ledger.run_counts.documents, ledger.run_counts.duplicates) == (1, 2)
    assert {row["id"] for row in rows_after(ledger, tmp_path)} == {document(CUT).id, other.id}
    assert [row["url"] for row in rows(tmp_path)] == [WHOLE]


def test_a_copy_that_was_told_before_and_waits_names_the_whole(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([copy(CUT)])
    ledger.commit([whole()])
    found = {row["url"]: (row["duplicate_of"], row["kind"]) for row in rows_after(ledger, tmp_path)}
    assert found == dict.fromkeys((CUT, COPY), (document(WHOLE).id, "contained"))


def test_a_page_that_is_cut_off_later_is_no_copy_of_itself(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([whole()])
    ledger.commit([copy(CUT, WHOLE)])
    assert [row["id"] for row in rows_after(ledger, tmp_path)] == [document(CUT).id]


@pytest.mark.parametrize("published", [False, True])
def test_an_excerpt_whose_whole_text_is_another_by_now_is_published_again(tmp_path: Path, published: bool) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    if published:
        ledger.publish(everything=True)
    ledger.commit([whole()])
    ledger.commit([Unit(WHOLE, kind="article", document=document(WHOLE, "到北坡去种杨树。"))])
    ledger.commit([excerpt(fetched_at="2026-12-23T21:20:00+00:00")])  # unchanged, and new to the deduplication
    known = ledger.document(document(CUT).id)
    assert known and (known.status, known.revision) == (Status.PUBLISHED, 2)
    ledger.end_run()
    ledger.close()
    assert [(row["url"], row["revision"]) for row in rows(tmp_path)][-3:] == [(WHOLE, 1), (WHOLE, 2), (CUT, 2)]
    assert export_parquet(tmp_path, str(tmp_path / "out.parquet")) == 2, "readers of the duplicates keep it"
    assert verify(tmp_path) == []


def test_an_excerpt_that_the_deduplication_takes_for_new_stays_what_it_was(tmp_path: Path) -> None:
    """A short one is found by its whole, but need not find it: each later visit would publish it again."""
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    ledger.commit([whole()])
    for group in ([excerpt()], [whole()], [whole(), excerpt()]):
        ledger.commit(group)
        known = ledger.document(document(CUT).id)
        assert known and (known.status, known.revision, known.successor) == (Status.SUPERSEDED, 1, document(WHOLE).id)
    assert ledger.run_counts.unchanged == 4
    assert len(rows_after(ledger, tmp_path)) == 1 and [row["url"] for row in rows(tmp_path)] == [WHOLE]


def test_a_page_that_shows_all_in_the_moment_its_whole_text_comes_stays(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    full = excerpt("我们在北坡另外种了三十棵杨树，到秋天活了二十九棵。")
    assert full.document
    full.document.truncated = False
    ledger.commit([whole(), full])
    ledger.end_run()
    ledger.close()
    assert {row["url"]: row["truncated"] for row in rows(tmp_path) if row["revision"] > 1 or row["url"] == WHOLE} == {WHOLE: False, CUT: False}


def test_what_is_counted_is_what_is_published_when_an_excerpt_changed_in_the_group_of_its_whole(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt("我们在南坡……")])
    ledger.commit([excerpt(), whole()])
    counts = ledger.run_counts
    assert (counts.documents, counts.revised, counts.duplicates) == (1, 0, 1)
    assert len(rows_after(ledger, tmp_path)) == 1 and len(rows(tmp_path)) == 1


def test_a_document_that_was_a_copy_once_is_no_excerpt_for_its_readers(tmp_path: Path) -> None:
    """What it was told to be is older than what is published of it."""
    ledger = opened(tmp_path)
    ledger.commit([whole(), copy(WHOLE, CUT, "contained")])
    ledger.commit([excerpt("到北坡去种杨树的人……", fetched_at="2026-12-23T21:20:00+00:00")])
    ledger.end_run()
    ledger.close()
    assert export_parquet(tmp_path, str(tmp_path / "out.parquet")) == 2
    shutil.rmtree(tmp_path / "state")
    ledger = Ledger.open(tmp_path)
    reindex(ledger, tmp_path)
    known = ledger.document(document(CUT).id)
    assert known and known.status is Status.PUBLISHED
    ledger.close()


def test_nothing_is_taken_back_when_the_group_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = opened(tmp_path)
    ledger.commit([excerpt()])
    with monkeypatch.context() as patched:
        patched.setattr("crawler.ledger.commit.runs.count", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ledger.commit([whole()])
    ledger.close()
    ledger = opened(tmp_path)
    ledger.end_run()
    ledger.close()
    assert [row["url"] for row in rows(tmp_path)] == [CUT]
    assert rows(tmp_path, "duplicates") == []
