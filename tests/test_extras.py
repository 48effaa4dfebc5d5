"""What is optional may be missing: then one line says what to install, before anything was done."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPO

from crawler.feed import FeedError, Store, check_compression, export_parquet
from crawler.report.page import page
from crawler.report.plots import PlotError
from crawler.warc import WarcError, check_warcio
from tests.report.big import figures

EXTRAS = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
NOWHERE = Path("/nowhere")
CASES: list[tuple[str, str, type[Exception], Callable[[], object]]] = [
    ("pyarrow", "parquet", FeedError, lambda: export_parquet(NOWHERE, "x.parquet")),
    ("fsspec", "store", FeedError, lambda: Store("s3://bucket/x")),
    ("s3fs", "store", FeedError, lambda: Store("s3://bucket/x")),
    ("warcio", "warc", WarcError, lambda: check_warcio("ARCHIVE=1")),
    ("matplotlib", "report", PlotError, lambda: page(figures(2, 2), NOWHERE, NOWHERE / "index.html")),
    ("zstandard", "zstd", FeedError, lambda: check_compression("zstd")),
]


@pytest.mark.parametrize(("package", "extra", "error", "use"), CASES, ids=[case[0] for case in CASES])
def test_a_missing_package_is_named_with_its_cure(
    package: str, extra: str, error: type[Exception], use: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(error) as told:
        use()
    assert "pip install" in str(told.value) and "\n" not in str(told.value)
    assert any(name.startswith(package) for name in EXTRAS[extra])
