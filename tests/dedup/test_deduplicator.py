"""Verdicts: copies are found, siblings stay, whatever comes in there is an answer."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.dedup import Deduplicator, MemoryStore, prepare
from crawler.dedup.record import unpack
from crawler.dedup.sketch import FIGURES
from tests.benchmarks.dedup_families import FAMILIES
from tests.benchmarks.dedup_texts import COPIES, edited, mask, other_figures, report, sharing

SEED = 20240130
REPORTS = [report(random.Random(SEED + number), 1500) for number in range(40)]


@pytest.fixture(scope="module")
def known() -> Deduplicator:
    """40 reports."""
    made = Deduplicator()
    for number, text in enumerate(REPORTS):
        assert made.check(text).kind == "new"
        made.add(str(number), text)
    return made


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_found(known: Deduplicator, name: str) -> None:
    found = 0
    for number, text in enumerate(REPORTS):
        verdict = known.check(COPIES[name](text, random.Random(number)))
        assert verdict.of in (str(number), None)
        found += verdict.of is not None
    assert found >= 39


@pytest.mark.parametrize("name", ["full width", "half width", "hard wrapped", "blanks and indents", "breaks after ；"])
def test_another_format_is_exactly_the_same(known: Deduplicator, name: str) -> None:
    verdict = known.check(COPIES[name](REPORTS[3], random.Random(1)))
    assert (verdict.kind, verdict.of, verdict.similarity) == ("exact", "3", 1.0)


def test_siblings_are_new_and_linked(known: Deduplicator) -> None:
    for number, text in enumerate(REPORTS):
        verdict = known.check(other_figures(text, random.Random(number)))
        assert verdict.kind == "new"
        assert verdict.similar_to[0][0] == str(number)
        assert 0.25 <= verdict.similar_to[0][1] <= 1.0


@pytest.mark.parametrize("share", [0.15, 0.3, 0.5])
def test_texts_that_share_a_part_are_new(known: Deduplicator, share: float) -> None:
    for number, text in enumerate(REPORTS):
        other = report(random.Random(SEED * 2 + number), 1500)
        assert known.check(sharing(text, other, share, random.Random(number))).kind == "new"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_templates_stays_apart_and_its_copies_are_found(family: str) -> None:
    rng = random.Random(SEED)
    texts = [FAMILIES[family](rng) for _ in range(120)]
    made = Deduplicator()
    wrongly = 0
    for number, text in enumerate(texts):
        signature = made.prepare(text)
        wrongly += made.check(signature).of is not None
        made.add(str(number), signature)
    assert wrongly <= 1  # of 120
    for name in ("years moved", "masking put in", "hard wrapped", "3 % clauses", "lead-in and tail"):
        found = sum(made.check(COPIES[name](text, rng)).of == str(number) for number, text in enumerate(texts))
        assert found >= 117, name


def test_a_masked_document_and_its_filled_copy() -> None:
    rng = random.Random(SEED)
    text = FAMILIES["meeting"](rng)
    made = Deduplicator()
    made.add("masked", mask(text, rng))
    assert made.check(text).of == "masked"


def test_one_day_of_another_week_is_another_document() -> None:
    text = FAMILIES["meeting"](random.Random(SEED))
    made = Deduplicator()
    made.add("this", text)
    rng = random.Random(SEED + 1)
    later = FAMILIES["meeting"](rng)
    moved = "\n".join(theirs if "会期半天" in ours or "联系电话" in ours else ours
                      for ours, theirs in zip(text.split("\n"), later.split("\n"), strict=True))  # fmt: skip
    verdict = made.check(moved)
    assert verdict.kind == "new"
    assert verdict.similar_to[0][0] == "this"


def test_a_truncated_copy_is_contained(known: Deduplicator) -> None:
    for number, text in enumerate(REPORTS):
        verdict = known.check(text[: len(text) // 2], truncated=True)
        assert (verdict.kind, verdict.of) == ("contained", str(number))
        assert verdict.similarity >= 0.8


def test_the_complete_document_supersedes_the_truncated_one() -> None:
    made = Deduplicator()
    made.add("stub", REPORTS[0][:700], truncated=True)
    verdict = made.check(REPORTS[0])
    assert (verdict.kind, verdict.supersedes) == ("new", ("stub",))
    made.add("whole", REPORTS[0])
    assert made.check(REPORTS[0][:700], truncated=True).of in ("whole", "stub")


def test_a_longer_document_does_not_supersede_a_complete_one() -> None:
    made = Deduplicator()
    made.add("part", REPORTS[0])
    verdict = made.check("\n".join(REPORTS[:4]))
    assert (verdict.kind, verdict.supersedes) == ("new", ())


def _collection(texts: Iterable[str]) -> tuple[str, list[dict[str, object]]]:
    body, spans = "", []
    for number, text in enumerate(texts):
        heading = f"第{number + 1}篇"
        spans.append(
            {"heading": heading, "start": len(body) + len(heading) + 1, "end": len(body) + len(heading) + 1 + len(text)}
        )
        body += f"{heading}\n{text}\n"
    return body.rstrip("\n"), spans


def test_a_document_of_a_collection_is_contained() -> None:
    made = Deduplicator()
    for first in range(0, 40, 8):
        body, spans = _collection(REPORTS[first : first + 8])
        made.add(f"c{first}", body, parts=spans if first else ())  # the parts of the first one are not known
    found = [made.check(text) for text in REPORTS]
    assert [each.of for each in found] == [f"c{number // 8 * 8}" for number in range(40)]
    assert {each.kind for each in found} == {"contained"}


def test_a_collection_of_known_documents_is_contained(known: Deduplicator) -> None:
    fresh = [report(random.Random(SEED * 3 + number), 1500) for number in range(3)]
    body, spans = _collection([*REPORTS[:5], fresh[0]])
    verdict = known.check(body, parts=spans)
    assert (verdict.kind, verdict.similarity) == ("contained", pytest.approx(5 / 6, abs=0.02))
    body, spans = _collection([*REPORTS[:5], *fresh])
    assert known.check(body, parts=spans).kind == "new"


def test_the_parts_of_a_collection_count_by_their_characters(known: Deduplicator) -> None:
    body, spans = _collection([*(text[:500] for text in REPORTS[:5]), report(random.Random(SEED * 4), 4000)])
    assert known.check(body, parts=spans).kind == "new"


def test_what_the_new_text_alone_has_is_published(known: Deduplicator) -> None:
    for number, text in enumerate(REPORTS):
        lines = text.split("\n")
        verdict = known.check("\n".join([*lines[:3], report(random.Random(number), 250), *lines[3:]]))
        assert (verdict.kind, verdict.similar_to[0][0]) == ("new", str(number))


def test_a_part_with_much_of_its_own_is_not_contained(known: Deduplicator) -> None:
    for number, text in enumerate(REPORTS):
        verdict = known.check(text[: len(text) // 2] + report(random.Random(number), 150)[:150])
        assert (verdict.kind, verdict.similar_to[0][0]) == ("new", str(number))


def test_a_copy_that_lost_a_paragraph_and_has_nothing_of_its_own_is_contained(known: Deduplicator) -> None:
    for number, text in enumerate(REPORTS):
        lines = text.split("\n")
        del lines[len(lines) // 2]
        verdict = known.check("\n".join(lines))
        assert (verdict.kind, verdict.of) == ("contained", str(number))
        assert verdict.similarity >= 0.9
        verdict = known.check("\n".join([text, report(random.Random(number), 60)[:60]]))
        assert (verdict.kind, verdict.of) == ("near", str(number))


def test_passages_left_out_and_others_put_in_make_another_text(known: Deduplicator) -> None:
    kinds = []
    for number, text in enumerate(REPORTS):
        fresh = report(random.Random(number), 240)[:240]
        replaced = text[:300] + fresh + text[540:]
        assert known.check(replaced).of == str(number)
        kinds.append(known.check(replaced[:900] + replaced[1180:]).kind)
    assert kinds.count("new") >= 38


def test_a_short_item_with_a_sentence_less_is_another_version() -> None:
    made = Deduplicator()
    text = report(random.Random(SEED), 300)[:420]
    made.add("long", text)
    verdict = made.check(text[75:])
    assert (verdict.kind, verdict.similar_to[0][0]) == ("new", "long")
    assert made.check(text[12:]).kind == "near"


def test_short_texts_are_exact_only() -> None:
    text = REPORTS[0][:150]
    made = Deduplicator()
    made.add("a", text)
    assert made.check(text.replace("，", ",")).kind == "exact"
    assert made.check(text[:-8]).kind == "new"


@pytest.mark.parametrize("body", ["", " \n", "字", "。！？", "\ud800", "\udfff" * 500, "·" * 400, "X" * 400, "1" * 400,
                                  "好" * 5000, "工作 " * 300, "a\x00b", "😀" * 300, "𠮷"])  # fmt: skip
def test_any_body_has_a_verdict(body: str) -> None:
    made = Deduplicator()
    assert made.check(body).kind == "new"
    made.add("a", body)
    made.add("b", REPORTS[0])
    verdict = made.check(body)
    assert (verdict.kind, verdict.of) == (("exact", "a") if body.strip() else ("new", None))


@pytest.mark.parametrize("body", ["。" * 3_400_000, "蜚" * 3_400_000, "\udc80" * 1_200_000, " \n" * 5_000_000, "第1条，" * 900_000],
                         ids=["punctuation", "one piece, whose hash is 0", "surrogates", "white space", "one clause"])  # fmt: skip
def test_ten_megabytes_of_one_thing(body: str) -> None:
    made = Deduplicator()
    made.add("a", body)
    made.add("b", REPORTS[0])
    assert made.check(body).of == (None if body.isspace() else "a")
    assert made.check(REPORTS[0]).of == "b"
    assert len(prepare(body).record().pack()) < 3000


def test_ten_megabytes() -> None:
    body = "\n".join(REPORTS) * 60
    assert len(body.encode()) > 10_000_000
    made = Deduplicator()
    made.add("big", body)
    assert made.check(body.replace("，", ",")).kind == "exact"
    assert len(prepare(body).record().pack()) < 40_000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=0, max_size=2000), st.booleans())
def test_what_was_added_is_exact_at_once(text: str, truncated: bool) -> None:
    made = Deduplicator()
    made.add("x", text, truncated=truncated)
    expected = "exact" if prepare(text).digest else "new"
    assert made.check(text).kind == expected


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 39), st.floats(0.01, 0.1), st.randoms(use_true_random=False))
def test_a_few_edits_never_lead_to_another_document(
    known: Deduplicator, number: int, share: float, rng: random.Random
) -> None:
    assert known.check(edited(share)(REPORTS[number], rng)).of in (str(number), None)


def test_a_document_is_forgotten_and_replaced() -> None:
    made = Deduplicator()
    made.add("a", REPORTS[0])
    made.remove("a")
    assert made.check(REPORTS[0]).kind == "new"
    made.remove("never there")
    made.add("a", REPORTS[1])
    made.add("a", REPORTS[2])
    assert made.check(REPORTS[1]).kind == "new"
    assert made.check(REPORTS[2]).of == "a"
    assert made.check(REPORTS[2], exclude="a").kind == "new"


def test_the_index_is_built_again_from_the_store() -> None:
    store = MemoryStore()
    made = Deduplicator(store)
    for number, text in enumerate(REPORTS):
        made.add(str(number), text)
    again = Deduplicator(store)
    for number, text in enumerate(REPORTS):
        copy = edited(0.05)(text, random.Random(number))
        assert again.check(copy) == made.check(copy)
    assert len(again) == len(store) == 40


class _Uncommitted(MemoryStore):
    """Shows what was added only after a commit."""

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        return {}


def test_documents_of_one_uncommitted_group_see_each_other_until_they_are_rolled_back() -> None:
    made = Deduplicator(_Uncommitted())
    made.add("a", REPORTS[0])
    assert made.check(edited(0.03)(REPORTS[0], random.Random(1))).of == "a"
    made.remove("a")
    assert made.check(REPORTS[0]).kind == "new"


def test_records_are_small_and_of_this_version() -> None:
    texts = [report(random.Random(number), 2000) for number in range(20)]
    sizes = [len(made.record().pack()) + made.values.nbytes for made in map(prepare, texts)]
    assert sum(sizes) / len(sizes) <= 600
    data = prepare(texts[0], truncated=True).record().pack()
    record = unpack(data)
    assert record.truncated
    assert record.pack() == data
    with pytest.raises(ValueError, match="rebuild the index"):
        unpack(b"\x00" + data[1:])
    with pytest.raises(ValueError, match="cut off"):
        unpack(data[:-3])
    store = MemoryStore()
    for record, sample in ((b"\x09", b""), (data, b"abc")):
        store.add("a", record, sample)
        with pytest.raises(ValueError, match="rebuild the index"):
            Deduplicator(store)


def test_parts_that_are_no_spans_are_refused() -> None:
    with pytest.raises(TypeError, match="start and end"):
        prepare(REPORTS[0], parts=[{"start": "0", "end": 5}])


def test_a_word_of_the_genre_may_be_another_everywhere() -> None:
    text = REPORTS[0].replace("材料", "总结").replace("办公室", "各位同志").replace("，", "的报告，", 30)
    copy = text.replace("报告", "汇报").replace("同志", "老师")
    made = Deduplicator()
    made.add("a", text)
    verdict = made.check(copy)
    assert (verdict.kind, verdict.of, verdict.similarity) == ("near", "a", 1.0)


def test_the_figures_of_a_passage_are_the_same_wherever_the_words_between_them_are_edited() -> None:
    towns = ["东村", "西村", "南村", "北村", "中村", "前村", "后村", "左村"]
    text = REPORTS[1] + "".join(f"{town}建成{31 + 7 * at}户，{town}小学{12 + at}间，" for at, town in enumerate(towns))

    def total(body: str) -> int:
        sketch = prepare(body).sketch
        assert sketch
        said = sketch.pieces.figures.astype(int)
        return int((said[said > 0] - 1 >> 1).sum() % FIGURES)

    assert total(text.replace("小学", "已有小学")) == total(text.replace("建成", "全部建成")) == total(text)
    assert total(text.replace("31户", "32户")) != total(text)


def test_another_telephone_is_another_notice() -> None:
    rng = random.Random(SEED)
    text = FAMILIES["meeting"](rng)
    number = next(each for each in text.split("：")[-1].split("\n") if each.isdigit())
    made = Deduplicator()
    made.add("a", text)
    assert made.check(text.replace("提前十分钟入场，", "").replace("会期半天", "会期一天")).of == "a"
    moved = text.replace(number, "6001234").replace("会期半天", "会期一天")
    assert made.check(moved).kind == "new"
