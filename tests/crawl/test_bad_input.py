"""Wrong input gets one line on standard error that names the thing and the cure, status 2, and no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPO, Run


def complaint(run: Run) -> str:
    """The one line; everything else about the run must be as the README promises."""
    assert run.status == 2, run.err
    assert "Traceback" not in run.err
    lines = run.err.strip().splitlines()
    assert len(lines) == 1, run.err
    assert lines[0].startswith("wenku: ")
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wenku", "-a", "sites=nowhere"], ["unknown site 'nowhere'", "demo"]),
        (["wenku", "-a", "start_urls=www.example.com"], ["www.example.com", "http://www.example.com/"]),
        (["wenku", "-a", "start_urls=http://"], ["not a valid address"]),
        (["wenku", "-a", "start_urls=file:///etc/hostname"], ["not an http or https address"]),
        (["wenku", "-a", "start_url=http://a.example/"], ["unknown argument 'start_url'", "start_urls"]),
        (["wenku", "-s", "DOWNLOAD_DELAY=slow"], ["DOWNLOAD_DELAY", "number", "'slow'"]),
        (["wenku", "-s", "CONCURRENT_REQUESTS=-1"], ["CONCURRENT_REQUESTS", "at least 1"]),
        (["wenku", "-s", "FEED_PART_ROWS=0"], ["FEED_PART_ROWS", "at least 1"]),
        (["wenku", "-s", "FLEET_LEASE_SECONDS=0.5"], ["FLEET_LEASE_SECONDS", "at least 1"]),
        (["wenku", "-s", "PAGE_ATTEMPTS=2.5"], ["PAGE_ATTEMPTS", "whole number"]),
        (["wenku", "-s", "ARTICLE_REVISIT_DAYS=nan"], ["ARTICLE_REVISIT_DAYS", "number"]),
        (["wenku", "-s", "ROBOTSTXT_OBEY=maybe"], ["ROBOTSTXT_OBEY", "1 or 0", "'maybe'"]),
        (["wenku", "-s", "COOKIES_ENABLED=perhaps"], ["COOKIES_ENABLED", "1 or 0", "'perhaps'"]),
        (["wenku", "-L", "LOUD"], ["LOG_LEVEL", "WARNING", "'LOUD'"]),
        (["wenku", "-s", "LEDGER_URL=foo://a/b"], ["LEDGER_URL names foo", "sqlite:///"]),
        (["nobody"], ["unknown spider 'nobody'", "wenku"]),
    ],
)
def test_wrong_words(scrapy: Callable[..., Run], arguments: list[str], words: list[str]) -> None:
    line = complaint(scrapy("crawl", *arguments))
    assert all(word in line for word in words), line


def test_a_data_folder_that_is_a_file(scrapy: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = complaint(scrapy("crawl", "wenku", data=tmp_path / "file"))
    assert str(tmp_path / "file") in line and "DATA_DIR" in line


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, a folder where nobody may write")
def test_a_data_folder_that_cannot_be_written(scrapy: Callable[..., Run]) -> None:
    assert "/proc/self/wenku" in complaint(scrapy("crawl", "wenku", data=Path("/proc/self/wenku")))


@pytest.mark.parametrize("name", ["sites/broken.toml", "boilerplate.toml"])
def test_a_broken_toml_file(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "checkout"
    for part in ("crawler", "spiders", "pipelines", "data"):
        shutil.copytree(REPO / part, copy / part, ignore=shutil.ignore_patterns("*.jsonl", "*.sqlite*", "__pycache__"))
    shutil.copy(REPO / "scrapy.cfg", copy)
    (copy / "data" / name).write_text("this is = = no TOML", "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_")} | {"PYTHONPATH": str(copy)}
    process = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "wenku"], cwd=copy, env=environment, capture_output=True, text=True
    )
    line = complaint(Run(process, copy / "data"))
    assert name.rsplit("/")[-1] in line and "TOML" in line
