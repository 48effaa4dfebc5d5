"""Where the files of `data/` lie: in the checkout beside this package, or inside it when it was installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder that holds `boilerplate.toml`, `sites/`, `layouts/` and `schema/`."""
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def data_file(*names: str) -> Path:
    """The path of one file or folder below `data/`, whether it exists or not."""
    return data_root().joinpath(*names)
