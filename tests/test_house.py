"""The house rules: who may know whom, and how large a room gets."""

from __future__ import annotations

import ast
import importlib.util
import tomllib
from pathlib import Path

import pytest
from conftest import REPO

EDGE = {"settings.py", "scheduler.py", "flights.py", "middlewares.py", "extensions.py", "rendering.py", "net", "archive.py", "progress.py", "delivery.py", "holding.py", "fleet", "commands"}
FRAMEWORK = {"scrapy", "twisted", "itemadapter"}
# What a room of crawler/ must not know (module prefixes).
FORBIDDEN = {
    "extract": {"crawler.clean", "crawler.dedup", "crawler.ledger", "crawler.feed"},
    "clean": {"lxml", "parsel", "selectolax", "crawler.extract", "crawler.dedup", "crawler.ledger", "crawler.feed"},
    "dedup": {"lxml", "parsel", "crawler.extract", "crawler.clean", "crawler.feed"},
    "profile": {"lxml", "parsel", "selectolax", "crawler.clean", "crawler.dedup", "crawler.ledger", "crawler.feed"},
    "ledger": {"lxml", "parsel", "crawler.extract", "crawler.clean"},
    "traps": {"lxml", "parsel", "selectolax", "crawler.clean", "crawler.dedup", "crawler.ledger", "crawler.feed"},
    "feed": {"lxml", "parsel", "crawler.extract", "crawler.clean"},
}
SOURCES = sorted(p for top in ("crawler", "spiders", "pipelines") for p in (REPO / top).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module that the file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def knows(modules: set[str], prefixes: set[str]) -> set[str]:
    return {m for m in modules for p in prefixes if m == p or m.startswith(p + ".")}


def name(path: Path) -> str:
    return str(path.relative_to(REPO))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_imports(path: Path) -> None:
    room, *rest = path.relative_to(REPO).parts
    used = imports(path)
    if room == "crawler" and rest[0] not in EDGE:
        assert not knows(used, FRAMEWORK | {"spiders", "pipelines"}), "only the edge knows Scrapy"
        assert not knows(used, FORBIDDEN.get(rest[0], set()))
    if room == "pipelines" and path.name != "__init__.py":
        assert not {m for m in knows(used, {"pipelines"}) if m.split(".")[1:2] and m.split(".")[1][0].islower()}, (
            "no other pipeline"
        )
    if room == "spiders":
        allowed = {"crawler.extract", "crawler.sites", "crawler.items", "crawler.page", "crawler.sitemap", "crawler.traps", "crawler.urls"}
        assert not knows(used, {"crawler", "pipelines"}) - knows(used, allowed)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if path.name != "settings.py":
        text = path.read_text("utf-8")
        assert "os.environ" not in text and "getenv" not in text


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_size_of_a_room(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 300, "two rooms"


def test_our_packages_are_the_ones_imported() -> None:
    for package in ("crawler", "spiders", "pipelines"):
        spec = importlib.util.find_spec(package)
        assert spec and spec.origin and Path(spec.origin).is_relative_to(REPO), f"{package} comes from {spec}"


def test_every_package_is_named_for_installation() -> None:
    named = set(tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"])
    found = {".".join(p.parent.relative_to(REPO).parts) for p in SOURCES if p.name == "__init__.py"}
    assert named - {"crawler.data"} == found
