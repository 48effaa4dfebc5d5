"""The schedules of deploy/, run as they stand: the script of cron, the units of systemd, an egg on a scrapyd."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from conftest import REPO, Run

from crawler.demo import truth
from crawler.feed import verify
from tests.site import Library

DEPLOY = REPO / "deploy"
BIN = Path(sys.executable).parent
MADE = {".git", ".venv", "build", "__pycache__", "feed", "duplicates", "rejected", "state", "archive", "report"}


def left_out(folder: str, names: list[str]) -> set[str]:
    """What no clone of the repository has."""
    place = Path(folder)
    made = MADE if place in (REPO, REPO / "data") else {"__pycache__"}
    return {name for name in names if name in made or name.endswith((".egg-info", "_cache"))}


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    return kept | {"PATH": f"{BIN}:{kept['PATH']}"} | more


def crawl(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEPLOY / "crawl", *arguments], env=environment(**more), capture_output=True, text=True, timeout=120
    )


# ---- cron -------------------------------------------------------------------------------------------------


def test_the_line_of_cron_crawls(tmp_path: Path) -> None:
    lines = [line for line in (DEPLOY / "wenku.cron").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    match = re.fullmatch(r"\d+ \d+ \* \* \* (cd /srv/wenku && .*)", lines[0])
    assert match and "%" not in lines[0], "five fields and a command; % is a line feed to cron"
    folder = tmp_path / "wenku"
    shutil.copytree(REPO, folder, ignore=left_out)
    command = match[1].replace("/srv/wenku", str(folder))
    process = subprocess.run(["/bin/sh", "-c", command], env=environment(), capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stderr
    assert process.stderr.splitlines()[-1].startswith("wenku: complete: ")
    assert verify(folder / "data") == [] and (folder / "data" / "crawl.log").stat().st_size > 1000


def test_two_at_a_time_are_impossible(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        process = crawl(WENKU_DATA_DIR=str(tmp_path))
    finally:
        os.close(handle)
    assert process.returncode == 75 and process.stdout == process.stderr == ""


def test_the_limit_ends_a_crawl_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with Library(articles=60) as served:
        served.delay["*"] = 0.3
        arguments = ("-a", f"start_urls={served.start}", "-s", "DOWNLOAD_DELAY=0")
        first = crawl(*arguments, WENKU_DATA_DIR=str(tmp_path), LIMIT="6s", **served.env)
        assert first.returncode == 3 and "the same command again goes on" in first.stderr, first.stderr
        served.delay.clear()
        second = crawl(*arguments, WENKU_DATA_DIR=str(tmp_path), **served.env)
        assert second.returncode == 0, second.stderr
        urls = [row["url"] for row in Run(subprocess.CompletedProcess((), 0), tmp_path).rows("feed")]
        assert sorted(urls) == sorted(served.truth())


# ---- systemd ----------------------------------------------------------------------------------------------


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here: the units are not checked")
    folder = tmp_path / "wenku"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "scrapy").symlink_to(BIN / "scrapy")
    for name in ("wenku.service", "wenku.timer"):
        (tmp_path / name).write_text((DEPLOY / name).read_text("utf-8").replace("/srv/wenku", str(folder)))
    paths = [str(tmp_path / name) for name in ("wenku.service", "wenku.timer")]
    process = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    assert process.returncode == 0 and "wenku." not in process.stderr, process.stderr


def test_the_command_of_the_service_exists() -> None:
    unit = (DEPLOY / "wenku.service").read_text("utf-8")
    assert re.search(r"^ExecStart=/srv/wenku/\.venv/bin/scrapy crawl wenku$", unit, re.M)
    assert re.search(r"^ReadWritePaths=/srv/wenku/data$", unit, re.M)


# ---- scrapyd ----------------------------------------------------------------------------------------------


class Scrapyd:
    """A scrapyd of this machine, and a copy of the checkout that deploys to it."""

    def __init__(self, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url, self.folder = f"http://127.0.0.1:{port}/", folder
        self.checkout = folder / "checkout"
        shutil.copytree(REPO, self.checkout, ignore=left_out)
        for path, target in (
            (DEPLOY / "scrapyd.conf", folder / "scrapyd.conf"),
            (REPO / "scrapy.cfg", self.checkout / "scrapy.cfg"),
        ):
            text = path.read_text("utf-8")
            assert "6800" in text
            target.write_text(text.replace("6800", str(port)))
        self.log = (folder / "scrapyd.log").open("wb")
        self._process = subprocess.Popen(
            [BIN / "scrapyd"], cwd=folder, env=environment(), stdout=self.log, stderr=self.log
        )
        while self.asked("daemonstatus.json") is None:
            assert self._process.poll() is None, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        logs = [path.read_text("utf-8", "replace") for path in self.folder.glob("logs/**/*.log")]
        return "\n".join([(self.folder / "scrapyd.log").read_text("utf-8", "replace"), *logs])

    def asked(self, name: str, **data: str) -> dict[str, Any] | None:
        """The answer of its API; None while it does not answer."""
        body = urllib.parse.urlencode(data).encode() if data else None
        try:
            with urllib.request.urlopen(self.url + name, body, timeout=60) as answer:
                return dict(json.load(answer))
        except URLError:
            return None

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self.log.close()


@pytest.fixture
def scrapyd(tmp_path: Path) -> Iterator[Scrapyd]:
    served = Scrapyd(tmp_path)
    yield served
    served.stop()


def test_an_egg_on_scrapyd_crawls_and_publishes(scrapyd: Scrapyd, tmp_path: Path) -> None:
    deployed = subprocess.run(
        [BIN / "scrapyd-deploy"], cwd=scrapyd.checkout, env=environment(), capture_output=True, text=True, timeout=120
    )
    assert deployed.returncode == 0 and '"status": "ok"' in deployed.stdout, (
        deployed.stdout + deployed.stderr + scrapyd.said()
    )
    eggs = list(tmp_path.glob("eggs/wenku/*.egg"))
    assert len(eggs) == 1
    with zipfile.ZipFile(eggs[0]) as egg:
        inside = set(egg.namelist())
    assert {"crawler/data/boilerplate.toml", "crawler/data/sites/demo.toml", "crawler/report/page.css"} <= inside
    shutil.rmtree(scrapyd.checkout)  # the egg stands alone
    words = (DEPLOY / "README.md").read_text("utf-8")
    order = re.search(r"schedule\.json (-d .*)", words)
    assert order
    data = dict(pair.split("=", 1) for pair in re.findall(r"-d (\S+)", order[1]))
    assert data["setting"] == "DATA_DIR=/srv/wenku/data"
    data["setting"] = f"DATA_DIR={tmp_path}/data"
    assert (scrapyd.asked("schedule.json", **data) or {}).get("status") == "ok"
    while not (jobs := scrapyd.asked("listjobs.json?project=wenku") or {}).get("finished"):
        assert jobs.get("pending") or jobs.get("running"), scrapyd.said()
        time.sleep(0.2)
    assert verify(tmp_path / "data") == [], scrapyd.said()
    published = {row["url"] for row in Run(subprocess.CompletedProcess((), 0), tmp_path / "data").rows("feed")}
    expected = [row for row in truth() if row["expect"] == "document"]
    assert len(published) >= len(expected) > 50, scrapyd.said()
    assert "Traceback" not in scrapyd.said()
