"""Where the files of `data/` and those of the packages lie: in the checkout, in what was installed, or out of an egg."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def package_root() -> Path:
    """The folder of this package with everything in it that is no Python.

    Scrapyd runs a project out of its egg, which is a zip: its files are then unpacked once for this process.
    """
    return _PACKAGE if _PACKAGE.is_dir() else _unpacked(_PACKAGE)


def _unpacked(package: Path) -> Path:
    archive = next(path for path in package.parents if path.is_file())
    inside = package.relative_to(archive).as_posix()
    place = tempfile.mkdtemp(prefix="wenku-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    with zipfile.ZipFile(archive) as egg:
        files = (name for name in egg.namelist() if name.startswith(f"{inside}/"))
        egg.extractall(place, [name for name in files if not name.endswith((".py", ".pyc"))])
    return Path(place) / inside


def data_root() -> Path:
    """The folder that holds `boilerplate.toml`, `sites/`, `layouts/` and `schema/`."""
    installed = package_root() / "data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def data_file(*names: str) -> Path:
    """The path of one file or folder below `data/`, whether it exists or not."""
    return data_root().joinpath(*names)
