"""The record of each run on the disk, below DATA_DIR/report/, and explanations of its least certain documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from crawler.explain import as_html
from crawler.feed import disk_errors
from crawler.feed.files import write_file
from crawler.feed.folders import FOLDER_MODE
from crawler.report.record import VERSION, Record

FOLDER = "report"
EXPLAINED_RUNS = 10  # runs whose explanations are kept: a page of one has some 50 KB


def _name(run: int) -> str:
    return f"run-{run:07}"


def record_path(data_dir: str | Path, run: int) -> Path:
    return Path(data_dir) / FOLDER / "runs" / f"{_name(run)}.json"


def explanation_path(data_dir: str | Path, run: int, id: str) -> Path:
    """Where the explanation of a document lies, if it was kept."""
    return Path(data_dir) / FOLDER / "explain" / _name(run) / f"{id}.html"


def make_folder(folder: Path, root: Path) -> None:
    """Makes `folder` and those between it and `root`, for the operator's group and nobody else. Raises DiskError."""
    with disk_errors(folder):
        for each in (*reversed(folder.relative_to(root).parents), folder.relative_to(root)):
            (root / each).mkdir(mode=FOLDER_MODE, exist_ok=True)


def keep_record(data_dir: str | Path, run: int, record: Record, **more: Any) -> None:
    """Writes the record of a run in the place of an older state of it. Raises DiskError."""
    path = record_path(data_dir, run)
    make_folder(path.parent, Path(data_dir))
    write_file(path, [json.dumps(record.kept(**more), ensure_ascii=False, separators=(",", ":")).encode()])


def keep_explanations(data_dir: str | Path, run: int, record: Record) -> None:
    """Writes a page for each of the least certain documents, and removes those of old runs. Raises DiskError."""
    for doubtful, article, cleaned in record.doubtful():
        path = explanation_path(data_dir, run, doubtful.id)
        make_folder(path.parent, Path(data_dir))
        write_file(path, [as_html(article.page, cleaned).encode()])
    folder = Path(data_dir) / FOLDER / "explain"
    old = sorted(folder.glob("run-*"))[:-EXPLAINED_RUNS] if folder.is_dir() else []
    for each in old:
        shutil.rmtree(each, ignore_errors=True)


def read_record(data_dir: str | Path, run: int) -> dict[str, Any] | None:
    """What `keep_record` wrote; None when there is none, or none of this version: the ledger's counts are left then."""
    try:
        data = json.loads(record_path(data_dir, run).read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("version") == VERSION else None
