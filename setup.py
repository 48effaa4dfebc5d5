"""Everything is in pyproject.toml. Here: the rooms that read and clean pages are compiled, where that can be done.

mypyc makes C of the typed Python that stands there. Without a C compiler, and in an egg, the same files run as they are,
slower. `crawler/native.py` says when what was compiled is used.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
ROOMS = ("crawler/extract", "crawler/clean")
FILES = ("crawler/page.py", "crawler/text.py", *(f"crawler/profile/{name}.py" for name in ("apply", "edges", "places")))
sys.path.insert(0, str(HERE))


def sources() -> list[str]:
    """The files that are compiled, as paths from here."""
    found = [path for room in ROOMS for path in sorted((HERE / room).glob("*.py")) if path.name != "__init__.py"]
    return [*FILES, *(path.relative_to(HERE).as_posix() for path in found)]


def compiled() -> list[Extension]:
    """The extensions; none where they cannot be made, which is said."""
    if "bdist_egg" in sys.argv:  # scrapyd runs a project out of a zip, where nothing compiled can lie
        return []
    try:
        from mypyc.build import mypycify

        made = mypycify(["--config-file=", "--ignore-missing-imports", *sources()], opt_level="1", group_name="crawler.native")
    except (ImportError, SystemExit, Exception) as problem:
        print(f"wenku: nothing is compiled ({problem!r:.200}); it runs as it is, slower", file=sys.stderr)
        return []
    for extension in made:
        extension.optional = True
    return list(made)


class Build(build_ext):
    """Notes beside the extensions what they were made from, when all of them were made."""

    def run(self) -> None:
        from crawler.native import forget, note

        root = HERE if self.inplace else Path(self.build_lib)
        forget(root / "crawler")  # what another version left there, which may have compiled other files
        super().run()
        made = [Path(self.get_ext_fullpath(extension.name)) for extension in self.extensions]
        if made and all(path.exists() for path in made):
            note(root / "crawler", [name.removeprefix("crawler/") for name in sources()], HERE / "crawler")


arguments: dict[str, Any] = {"ext_modules": compiled(), "cmdclass": {"build_ext": Build}} if len(sys.argv) > 1 else {}
setup(**arguments)
