"""Compiled twins are used when they are those of their sources, and never otherwise."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from conftest import REPO

from crawler.native import COMPILED, PLAIN, STALE, forget, note, state

ASK = "import crawler, crawler.text; print(crawler.STATE, crawler.text.fold_width('：'))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package as it is written, without anything compiled."""
    ignore = shutil.ignore_patterns("*.so", "*.pyd", "native.json", "__pycache__")
    return Path(shutil.copytree(REPO / "crawler", tmp_path / "crawler", ignore=ignore))


def twin(package: Path) -> Path:
    """What a compiler might have left for crawler/text.py; Python takes it before the source, and cannot load it."""
    (package / f"native__mypyc{EXTENSION_SUFFIXES[0]}").write_bytes(b"no library")
    path = package / f"text{EXTENSION_SUFFIXES[0]}"
    path.write_bytes(b"no library")
    return path


def ask(package: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(package.parent)!r}); {ASK}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_without_twins_the_sources_run(package: Path) -> None:
    assert state(package) == PLAIN
    assert ask(package).stdout.split() == [PLAIN, ":"]


def test_twins_of_their_sources_are_used(package: Path) -> None:
    twin(package)
    note(package, ["text.py"], package)
    assert state(package) == COMPILED
    assert "text" in ask(package).stderr, "what was left there is taken, and cannot be loaded"


def test_after_an_edit_the_sources_run(package: Path) -> None:
    twin(package)
    note(package, ["text.py"], package)
    with (package / "text.py").open("a", encoding="utf-8") as file:
        file.write("\n# edited\n")
    assert state(package) == STALE
    assert ask(package).stdout.split() == [STALE, ":"]


def test_a_twin_that_was_left_behind_is_none_of_the_build(package: Path) -> None:
    twin(package)
    note(package, ["text.py"], package)
    assert state(package) == COMPILED
    (package / f"urls{EXTENSION_SUFFIXES[0]}").write_bytes(b"no library")
    assert state(package) == STALE
    assert ask(package).stdout.split() == [STALE, ":"]


def test_twins_without_the_library_behind_them_are_left_alone(package: Path) -> None:
    twin(package)
    note(package, ["text.py"], package)
    (package / f"native__mypyc{EXTENSION_SUFFIXES[0]}").unlink()
    assert state(package) == STALE
    assert ask(package).stdout.split() == [STALE, ":"]


def test_a_build_begins_without_what_another_one_left(package: Path) -> None:
    twin(package)
    note(package, ["text.py"], package)
    forget(package)
    assert state(package) == PLAIN and not (package / "native.json").exists()
    assert [path.name for path in package.rglob("*") if path.name.endswith(EXTENSION_SUFFIXES[0])] == []


@pytest.mark.parametrize("words", ["", "{", '{"suffix": ".other.so", "sources": {}}', "[]", '{"sources": {"gone.py": "0"}}'])
def test_twins_that_nobody_vouches_for_are_left_alone(package: Path, words: str) -> None:
    twin(package)
    if words:
        (package / "native.json").write_text(words, "utf-8")
    assert state(package) == STALE
    assert ask(package).stdout.split() == [STALE, ":"]
