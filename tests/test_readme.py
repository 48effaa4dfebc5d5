"""Every command and every example of README.md, run as a reader would type it, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import REPO

from crawler.clean import rules
from crawler.demo import library, truth
from crawler.feed import verify
from crawler.sites import read_site
from crawler.warc import Archive, Info, Record
from tests.site import Library

README = (REPO / "README.md").read_text("utf-8")
CRAWL = "scrapy crawl wenku"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S)


def commands() -> list[str]:
    """Each command once: from blocks of the shell, and from the text, where … stands for a crawl."""
    typed = [code for line in README.splitlines() if "```" not in line for code in re.findall(r"`([^`]+)`", line)]
    typed = [code.replace("… ", f"{CRAWL} ") for code in typed if re.match(r"(WENKU_\w+=\S+ )?(scrapy \S|… -)", code)]
    blocks = [part for kind, text in BLOCKS if kind == "sh" for part in re.split(r" && |\n", text)]
    found = [code for code in [*blocks, *typed] if "scrapy " in code]
    # Names of commands stand in the text too; they are no commands to type.
    return [code for code in dict.fromkeys(found) if code not in ("scrapy clean",)]


@dataclass
class Place:
    """A folder like a fresh checkout after its first crawl, with what the commands speak of."""

    folder: Path
    served: Library

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        for old, new in (
            ("http://a.example/,http://b.example/", f"{self.served.start},{self.served.start}"),
            ("scrapy learn", f"scrapy learn -o {self.folder}/learned.toml"),
            ("http://www.example.com/1.html", self.served.url(1)),
            ("http://www.example.com/", self.served.start),
            ("/srv/wenku", str(self.folder / "srv")),
            ("s3://bucket", f"file://{self.folder}/bucket"),
        ):
            command = command.replace(old, new)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
        environment = kept | self.served.env | {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}"}
        return subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("readme")
    (folder / "scrapy.cfg").write_bytes((REPO / "scrapy.cfg").read_bytes())
    pages = [library()[row["url"]].body for row in truth() if row["expect"] == "document" and row["pages"] == 1]
    for name, page in zip(("saved.html", "page.html"), pages, strict=False):
        (folder / name).write_bytes(page)
    (folder / "texts.txt").write_text(
        "河边的春天\n\n2024-03-12\n\n" + "三月里，柳树在河边发了芽，孩子们放起了风筝。\n" * 8
    )
    (folder / "old.jsonl").write_text(
        '{"title": "一封旧信", "text": "' + "见字如面，家中一切都好，勿念。" * 20 + '"}\n'
    )
    archive = Archive(folder / "pages.warc.gz", Info(), "test")
    archive.write(
        Record("http://c.example/1.html", "http://c.example/1.html", 200, pages[2], "2026-01-02T03:04:05Z"), "OK", []
    )
    archive.close()
    with Library(articles=3) as served:
        made = Place(folder, served)
        first = made.run(CRAWL)
        assert first.returncode == 0, first.stderr
        yield made
        assert verify(folder / "data") == []


def test_the_commands_are_found() -> None:
    found = commands()
    assert CRAWL in found and "scrapy report 1" in found and f"{CRAWL} -a full=1" in found
    assert len(found) >= 22


@pytest.mark.parametrize("command", commands())
def test_a_command_does_what_it_should(place: Place, command: str) -> None:
    if "REDIS_URL" in command:
        pytest.skip("a fleet needs servers of its own: tests/fleet starts them and runs this command's workers")
    done = place.run(command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
    written = [
        name for name in re.findall(r"(?:-O|--html|--parquet) (\S+)", command) if (place.folder / name).is_file()
    ]
    assert done.stdout or "wenku: " in done.stderr or written


@pytest.mark.parametrize("code", [text for kind, text in BLOCKS if kind == "python"])
def test_an_example_runs(place: Place, code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=place.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and len(done.stdout) > 100, done.stderr


def test_the_example_of_a_site_is_one(tmp_path: Path) -> None:
    text = next(text for kind, text in BLOCKS if kind == "toml" and "start_urls" in text)
    (tmp_path / "name.toml").write_text(text)
    assert read_site(tmp_path / "name.toml").skip == ("/print/",)


def test_the_example_of_a_rule_is_one(tmp_path: Path) -> None:
    text = next(text for kind, text in BLOCKS if kind == "toml" and "[[rule]]" in text)
    (tmp_path / "boilerplate.toml").write_text(text)
    rules.load(tmp_path / "boilerplate.toml")  # a strict reader: it raises for what is no rule
    given = tomllib.loads(text)["rule"][0]
    assert all(re.search(given["pattern"], line) for line in given["drops"])
    assert not any(re.search(given["pattern"], line) for line in given["keeps"])


def test_told_extras_exist() -> None:
    told = {name for names in re.findall(r"\.\[([\w,]+)\]", README) for name in names.split(",")}
    extras = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert told and told <= extras.keys()


def test_told_files_exist() -> None:
    told = set(re.findall(r"`((?:crawler|spiders|pipelines|data|deploy)/[\w./-]*)`", README))
    made = {"data/state/", "data/archive/", "data/feed/", "data/duplicates/", "data/rejected/"}
    made |= {"data/CARD.md", "data/report/index.html", "data/sites/NAME.toml"}
    assert [name for name in told - made if not (REPO / name).exists()] == []
