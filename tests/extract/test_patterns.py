"""No pattern that looks at a page's lines takes long for any of them: some twenty numbers in a row once took minutes."""

from __future__ import annotations

import random
import re
import signal
import tomllib

import pytest
from conftest import REPO

LAYOUTS, RULES = (REPO / "data" / name for name in ("layouts/marks.toml", "boilerplate.toml"))
LONGEST = 160  # characters tried: exponential patterns take hours for them
BUDGET = 2.0  # seconds for one line, on a busy machine too; none takes a hundredth of it
WORD = re.compile(r"[\u4e00-\u9fff]+|[a-z]{2,}|[^\\\w\s()\[\]{}?*+|^$.:]")
BETWEEN = ["1", "12", "a", "x", " ", "\u3000", "：", ":", "，", "。", "-", ".", "字", "】", "【", "|", "/", "\t", "篇", "一", "…", "—"]


def patterns() -> list[tuple[str, str, int, bool]]:
    """Id, pattern, the longest line it is for, and whether it looks at the beginning alone."""
    made = [(mark["id"], mark["pattern"], mark["longest"], True) for mark in tomllib.loads(LAYOUTS.read_text("utf-8"))["mark"]]
    for rule in tomllib.loads(RULES.read_text("utf-8"))["rule"]:
        made += [
            (f"{rule['id']} {key}", rule[key], rule.get("longest", LONGEST), False)
            for key in ("pattern", "also", "unless", "next")
            if key in rule
        ]
    return made


def lines(pattern: str, longest: int, source: random.Random) -> list[str]:
    """Lines of words that the pattern knows, over and over, with an end that it does not."""
    words = WORD.findall(pattern) or ["字"]
    made = []
    for _ in range(40):
        pieces = [source.choice(words) for _ in range(source.randint(1, 3))] + source.sample(BETWEEN, source.randint(0, 3))
        line = source.choice(["", source.choice(words)])
        if source.random() < 0.5:
            line += "".join(pieces) * (longest // len("".join(pieces)))
        else:
            line += "".join(source.choices(pieces, k=longest))
        made.append(line[: longest - 2] + source.choice(["", "。", "字", "!"]))
    return [*made, "".join(map(str, range(1, 60)))[: longest - 3] + "下一页", "1 " * (longest // 2 - 2) + "字"]


def too_long(*_: object) -> None:
    raise TimeoutError


@pytest.mark.parametrize(("name", "pattern", "longest", "begins"), patterns(), ids=[name for name, *_ in patterns()])
def test_no_line_holds_a_pattern_up(name: str, pattern: str, longest: int, begins: bool) -> None:
    compiled = re.compile(pattern)
    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for line in lines(pattern, min(longest, LONGEST), random.Random(name)):
            signal.setitimer(signal.ITIMER_REAL, BUDGET)
            try:
                (compiled.match if begins else compiled.search)(line)
            except TimeoutError:
                pytest.fail(f"{name} takes long for {line!r}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
