"""The ledger's own tests once more, on a real PostgreSQL: every data folder has a database of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO
from fleet.servers import Postgres

from crawler.ledger import Ledger

sys.path.insert(0, str(REPO / "tests" / "ledger"))

from test_ledger_queue import *  # noqa: F403
from test_ledger_rounds import *  # noqa: F403


@pytest.fixture(autouse=True)
def on_postgres(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    databases: dict[Path, str] = {}
    opened: Callable[..., Ledger] = Ledger.open

    def open_there(data_dir: str | Path, **given: Any) -> Ledger:
        place = Path(data_dir)
        databases[place] = databases.get(place) or postgres.database()
        return opened(place, url=databases[place], **given)

    monkeypatch.setattr(Ledger, "open", open_there)
