"""Compiled twins of modules (setup.py makes them with mypyc), and when they are not used.

A twin lies beside its source, and Python takes it first: after an edit or a `git pull` it would go on running what was
there before. So the build notes what it was made from, and with any other source all modules run as they are written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path

COMPILED, PLAIN, STALE = "compiled", "plain", "stale"
_NOTE = "native.json"
_SHARED = "__mypyc"  # the library behind all twins
_PACKAGE = Path(__file__).resolve().parent


def note(package: Path, names: Iterable[str], source: Path) -> None:
    """Writes into the folder `package` which of its files, named by their paths in it, were compiled from those in `source`."""
    made = {name: _digest(source / name) for name in names}
    package.joinpath(_NOTE).write_text(json.dumps({"suffix": EXTENSION_SUFFIXES[0], "sources": made}, indent=1), "utf-8")


def forget(package: Path) -> None:
    """Removes from the folder `package` all that was compiled for this Python, the note first."""
    package.joinpath(_NOTE).unlink(missing_ok=True)
    for path in package.rglob(f"*{EXTENSION_SUFFIXES[0]}") if package.is_dir() else ():
        path.unlink()


def state(package: Path = _PACKAGE) -> str:
    """COMPILED when every twin is that of its source, PLAIN when there are none for this Python, else STALE."""
    there = twins(package)
    if not there:
        return PLAIN
    try:
        noted = json.loads(package.joinpath(_NOTE).read_text("utf-8"))
        same = all(_digest(package / name) == digest for name, digest in noted["sources"].items())
        own = noted["suffix"] == EXTENSION_SUFFIXES[0] and there.keys() == noted["sources"].keys()
        if same and own and package.joinpath(f"native{_SHARED}{EXTENSION_SUFFIXES[0]}").exists():
            return COMPILED
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no note, or half of one: what lies there is not to be trusted
    return STALE


def twins(package: Path) -> dict[str, Path]:
    """The compiled files for this Python in the folder `package`, by the names of their sources there."""
    found = package.rglob(f"*{EXTENSION_SUFFIXES[0]}") if package.is_dir() else ()
    names = ((path.relative_to(package).as_posix().removesuffix(EXTENSION_SUFFIXES[0]), path) for path in found)
    return {f"{name}.py": path for name, path in names if not name.endswith(_SHARED)}


def settle() -> str:
    """Keeps twins that are stale from being imported; the `state`. To be called before any other module of this package."""
    found = state()
    if found == STALE:
        sys.meta_path.insert(0, _AsWritten())
    return found


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


class _AsWritten(MetaPathFinder):
    """Finds the modules of this package by their sources alone."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if path is None or not fullname.startswith("crawler."):
            return None
        specs = (FileFinder(place, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(fullname) for place in path)
        return next((spec for spec in specs if spec), None)
