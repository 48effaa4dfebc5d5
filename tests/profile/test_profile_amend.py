"""What was found is added to a person's file in whatever way that file is written, and every character of it stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.profile import Layout, Profile, Repeat
from crawler.profile.amend import amend, differences
from crawler.sites import parse_site

LINE = '青禾"小筑"替你守着一盏灯。'
FOUND = Profile(
    pages=20,
    engine="dedecms",
    articles=("/doc/0.html",),
    layouts=(Layout("div#content", 0.75, title="div.t>h1"),),
    repeats=(Repeat(LINE, "tail", 12, "div#content>p.a"), Repeat("本站", "head", 9)),
)
START = 'start_urls = ["http://a.example/"]\n'


def given(text: str) -> Profile:
    return parse_site(text.encode(), Path("a.toml")).profile or Profile()


FILES = [
    START,
    START.rstrip("\n"),
    f"{START}[profile]",
    f"{START}[profile]\n",
    f"{START}[ profile ] # by hand\nkeep = ['甲方：']\n\n# the rest\n[expect]\ndocuments = 3",
    f'{START}[profile]\n[[profile.layouts]]\ncontainer = "div.a"\n',
    f'{START}[[profile.layouts]]\ncontainer = "div.a"\n[expect]\ndocuments = 3\n',
    f'{START}[profile]\nengine = "own"\n[[profile.repeats]]\ntext = "甲"\nedge = "head"\n# end',
    f'about = """\n[profile]\n"""\n{START}[profile]\nkeep = []\n',
    f"{START}[profile]\nkeep = []\n".replace("\n", "\r\n"),
]


@pytest.mark.parametrize("text", FILES)
def test_the_file_stays_and_gets_what_it_lacks(text: str) -> None:
    made = amend(text, given(text), FOUND)
    assert made.added and made.text
    rest = iter(made.text)
    assert all(char in rest for char in text), "each character of the person's file, in its order"
    before, after = tomllib.loads(text), tomllib.loads(made.text)
    profile = after.pop("profile")
    assert before.pop("profile", {}).items() <= profile.items() and after == before
    now = given(made.text)
    assert {key for key in ("engine", "articles", "layouts", "repeats") if getattr(now, key)} == {"engine", "articles", "layouts", "repeats"}
    assert amend(made.text, now, FOUND) == ((), "", made.text), "nothing twice"


def test_lines_that_a_person_decided_about_are_not_added() -> None:
    text = f"{START}[profile]\nkeep = ['本站']\ndrop = ['{LINE}']\n"
    made = amend(text, given(text), FOUND)
    assert "repeats" not in made.added and made.text and not given(made.text).repeats
    assert differences(given(text), FOUND) == ["keep: the file keeps what comes again: head 9 times: 本站"]


def test_what_differs_is_told_and_not_changed() -> None:
    text = f'{START}[profile]\nengine = "own"\narticles = ["/doc/0.html"]\n[[profile.repeats]]\ntext = "本站"\nedge = "head"\ncount = 3\n'
    assert differences(given(text), FOUND) == [
        "engine: the file has own; found: dedecms",
        f"repeats: not in the file: tail 12 times: {LINE}",
    ]
    assert differences(given(text), Profile(problem="only 2 articles")) == []
    assert differences(Profile(), FOUND) == []


def test_nothing_learned_adds_nothing() -> None:
    assert amend(START, Profile(), Profile(pages=2, problem="only 2 articles")) == ((), "", START)


@pytest.mark.parametrize("line", ["profile = { keep = ['甲方：'] }", "profile.keep = ['甲方：']"])
def test_a_table_in_one_line_is_left_alone(line: str) -> None:
    text = f"{START}{line}\n"
    made = amend(text, given(text), FOUND)
    assert made.text is None and "[[profile.layouts]]" in made.addition
