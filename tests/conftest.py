"""What every test may use: the checkout, and a real `scrapy` in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fleet.servers import database, postgres, redis_server  # noqa: F401  (fixtures)

REPO = Path(__file__).resolve().parent.parent
SHARED = REPO.parent / "shared"


class Run:
    """A finished `scrapy …` process and the feeds that it left."""

    def __init__(self, process: subprocess.CompletedProcess[str], data: Path):
        self.status, self.out, self.err, self.data = process.returncode, process.stdout, process.stderr, data

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The published lines of "feed", "duplicates" or "rejected", in the order of the parts."""
        files = sorted((self.data / kind).glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]

    @property
    def last_line(self) -> str:
        return self.err.strip().splitlines()[-1]


def run_scrapy(*args: str, data: Path, env: dict[str, str] | None = None, timeout: float = 120) -> Run:
    """Runs `scrapy ARGS` in the checkout with warnings as errors, on the data folder `data`."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")
    }
    environment |= {"WENKU_DATA_DIR": str(data), "PYTHONWARNINGS": "error", **(env or {})}
    process = subprocess.run(
        [sys.executable, "-m", "scrapy", *args],
        cwd=REPO,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Run(process, data)


@pytest.fixture
def scrapy(tmp_path: Path) -> Callable[..., Run]:
    """`scrapy("crawl", "wenku", …)` on a data folder of its own."""

    def call(*args: str, **kwargs: Any) -> Run:
        return run_scrapy(*args, data=kwargs.pop("data", tmp_path / "data"), **kwargs)

    return call


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program, whose data/sites/ a test may write into. Its data folder is its own."""
    copy = tmp_path / "checkout"
    for part in ("crawler", "spiders", "pipelines", "data"):
        shutil.copytree(REPO / part, copy / part, ignore=shutil.ignore_patterns("*.jsonl", "*.sqlite*", "__pycache__"))
    shutil.copy(REPO / "scrapy.cfg", copy)
    return copy


def run_there(checkout: Path, *args: str, env: dict[str, str] | None = None) -> Run:
    """`scrapy ARGS` in such a copy."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    environment = kept | {"PYTHONPATH": str(checkout), "PYTHONWARNINGS": "error"} | (env or {})
    process = subprocess.run([sys.executable, "-m", "scrapy", *args], cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
    return Run(process, checkout / "data")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of saved sites and labelled cases, which is no part of the product."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: this test needs the saved sites beside the checkout")
    return SHARED
