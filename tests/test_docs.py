"""What the documents say is what the code does."""

from __future__ import annotations

import re
from dataclasses import fields

from conftest import REPO
from scrapy.settings import default_settings

from crawler import settings
from crawler.commands import crawl
from crawler.items import Document
from crawler.profile import Profile
from crawler.sites import Site

README = (REPO / "README.md").read_text("utf-8")
CONTRACT = (REPO / "data" / "README.md").read_text("utf-8")


def test_every_command_is_told_and_every_told_one_exists() -> None:
    ours = {path.stem for path in (REPO / "crawler" / "commands").glob("*.py")} - {"__init__"}
    told = set(re.findall(r"scrapy (\w+)", README))
    assert told == ours


def test_told_settings_exist() -> None:
    told = set(re.findall(r"-s ([A-Z_]+)=", README)) | set(re.findall(r"WENKU_([A-Z_]+)=", README))
    assert told
    assert [name for name in told if not hasattr(settings, name) and not hasattr(default_settings, name)] == []


def test_the_exit_statuses_are_those_of_the_command() -> None:
    told = re.findall(r"^\| (\d+) \| ([a-z]+)", README, re.M)
    words = crawl.Command.long_desc(crawl.Command.__new__(crawl.Command))
    assert [number for number, _ in told] == re.findall(r"(\d+) [a-z]+", words.partition("Exit status: ")[2])


def test_the_contract_names_every_key_in_its_order() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| [a-z]+", CONTRACT, re.M)
    assert [key for row in rows for key in re.findall(r"\w+", row)] == [field.name for field in fields(Document)]


def test_the_keys_of_a_site_are_told() -> None:
    page, _, profile = (REPO / "data" / "sites" / "README.md").read_text("utf-8").partition("## What its pages have in common")
    told = re.findall(r"^\| `(\w+)` \|", page, re.M)
    named = {name for row in re.findall(r"^\| (`.*?`) \|", profile, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert named == {field.name for field in fields(Profile)} - {"given"}
    assert set(told) == {field.name for field in fields(Site)} - {"name"}


def test_the_readme_holds_the_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", README, re.S)
    assert blocks[0] == "pip install -e . && scrapy crawl wenku"
    assert blocks[1] == "pip install -e '.[test]' && python -m pytest"
