"""The rules of data/boilerplate.toml do what their examples say; a broken file is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.clean import RuleError, clean
from crawler.clean.line import view
from crawler.clean.rules import Rule, bundled, load
from crawler.datafiles import data_file
from crawler.page import Block, Kind, Page
from crawler.text import fold_width

TITLE = "第三小学年度工作情况"
TEXT = [
    "今年以来，全校师生团结一心，各项工作都取得了新的进展，现将有关情况总结如下，请大家提出意见。",
    "一、认真学习，提高认识。我们坚持每周一次集中学习，人人写笔记，个个谈体会，收到了很好的效果。",
    "二、深入基层，了解实情。一年中走访农户三百余家，召开座谈会二十多次，解决了一批具体的困难。",
    "三、完善制度，严格管理。修订了考勤、财务、档案等六项制度，并且逐条检查落实的情况，奖惩分明。",
    *(f"第{number}项工作按照年初的安排如期完成，参加的师生都认为收获很大，家长也比较满意。" for number in "一二三四五六七八九十"),
    "今后我们将继续努力，把工作做得更好，不辜负大家的期望和信任，为明年打下坚实的基础。",
]
RULES = bundled().all
BY_ID = {rule.id: rule for rule in RULES}


def page_with(rule: Rule, example: str, *, family: bool) -> Page:
    """A page on which the lines of `example` stand where the rule acts; with a line of its family, if it needs one."""
    lines = example.split("\n")
    known = [BY_ID[name].drops[0] for name in rule.family if name in BY_ID][:1] if family else []
    if rule.where == "head":
        shown = [TITLE, *known, *lines, *TEXT]
    elif rule.where == "tail" and known and BY_ID[rule.family[0]].where == "tail":
        shown = [TITLE, *TEXT, *lines, *known]
    elif rule.where == "tail":
        shown = [TITLE, *known, *TEXT, *lines]
    else:
        shown = [TITLE, *known, *TEXT[:3], *lines, *TEXT[3:]]
    tag = "" if rule.text_only or rule.family else "p"
    return Page(kind=Kind.ARTICLE, title=TITLE, blocks=[Block(text, tag=tag) for text in shown])


def cases(which: str) -> list[tuple[Rule, str]]:
    return [(rule, example) for rule in RULES for example in getattr(rule, which)]


def name(value: object) -> str:
    return value.id if isinstance(value, Rule) else str(value)[:24]


@pytest.mark.parametrize(("rule", "example"), cases("drops"), ids=name)
def test_drops(rule: Rule, example: str) -> None:
    got = clean(page_with(rule, example, family=True))
    assert rule.id in {item.rule for item in got.dropped}
    assert [line for line in got.body.split("\n") if line in TEXT] == TEXT, "a line of the text went too"


@pytest.mark.parametrize(("rule", "example"), cases("drops"), ids=name)
def test_drops_in_full_width_and_half_width(rule: Rule, example: str) -> None:
    line = example.split("\n")[0]
    wide = line.translate({ord(a): b for a, b in zip(",:;!?()", "，：；！？（）", strict=True)})
    assert rule.match(view(fold_width(line)))
    assert rule.match(view(wide))


@pytest.mark.parametrize(("rule", "example"), cases("keeps"), ids=name)
def test_keeps(rule: Rule, example: str) -> None:
    for family in (False, True):
        got = clean(page_with(rule, example, family=family)).body.split("\n")
        assert [line for line in got if line in TEXT] == TEXT
        assert [line.strip() for line in example.split("\n") if line.strip() not in got] == []


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_words_needed_are_in_the_examples(rule: Rule) -> None:
    if rule.needs:
        assert all(rule.has_word(view(example)) for example in rule.drops)


GOOD = """[[rule]]
id = "a"
reason = "b"
where = "tail"
pattern = "^x$"
action = "drop"
drops = ["x"]
keeps = ["xy"]
"""


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_good_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [rule.id for rule in load(path).all] == ["a"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[[rule]]", "[[rule"), "correct the TOML"),
        (("[[rule]]", "[rule]"), "[[rule]]"),
        (("[[rule]]", "[[rules]]"), "unknown key 'rules'"),
        (("action", "acton"), "unknown key 'acton'"),
        (('"tail"', '"foot"'), "must be one of head, tail"),
        (('"drop"', '"remove"'), "must be one of drop"),
        (('"^x$"', '"(x"'), "no regular expression"),
        (('drops = ["x"]', "drops = []"), "at least one example"),
        (('drops = ["x"]', 'drops = "x"'), "must be a list"),
        (('id = "a"', 'id = "a"\nwithin = "2"'), "must be a int"),
        (('id = "a"', 'id = "a"\nfamily = ["zzz"]'), "no rule's id"),
        (('"tail"', '"line"'), "needs words"),
        (('reason = "b"', ""), "reason is missing"),
    ],
)
def test_a_mistake_is_named_with_its_cure(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert GOOD.replace(*change) != GOOD
    assert says in refused(tmp_path, GOOD.replace(*change))


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    assert "rename one" in refused(tmp_path, GOOD + GOOD)


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(GOOD.encode() + "# 规则".encode("gb18030"))
    with pytest.raises(RuleError, match="save it as UTF-8"):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"nothing\.toml: cannot be read"):
        load(tmp_path / "nothing.toml")


def test_the_bundled_file_is_where_data_is() -> None:
    assert data_file("boilerplate.toml").is_file()
