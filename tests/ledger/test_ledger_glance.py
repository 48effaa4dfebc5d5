"""A look at what was learned of a site: beside a run that holds the ledger, without leaving a trace, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import InternalError

from crawler.ledger import Ledger, LedgerError
from crawler.ledger.dialect import reading_engine
from crawler.ledger.glance import Glance

LEARNED = {"标题": [1, 2]}


def looked(folder: Path, url: str = "", host: str = "a.example") -> object:
    with Glance(folder, url) as glance:
        return glance.profile(host)


def test_beside_a_run(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.save_profile("a.example", LEARNED)
    assert looked(tmp_path) == LEARNED and looked(tmp_path, host="b.example") is None
    ledger.save_profile("a.example", {})
    assert looked(tmp_path) == {}
    ledger.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "state").iterdir()}
    assert looked(tmp_path) == {}
    assert looked(tmp_path / "nowhere", f"sqlite:///{tmp_path}/state/ledger.sqlite") == {}
    assert {path.name: path.read_bytes() for path in (tmp_path / "state").iterdir()} == before


def test_no_ledger_knows_nothing_and_none_is_made(tmp_path: Path) -> None:
    assert looked(tmp_path / "nowhere") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "LEDGER_URL is no database address"),
        ("mysql://a/b", "LEDGER_URL names mysql"),
        ("sqlite:////nowhere/at/all.sqlite", "/nowhere/at/all.sqlite cannot be read: unable to open database file"),
        ("postgresql+psycopg://wenku:secret@127.0.0.1:1/wenku", "cannot reach postgresql+psycopg://wenku:***@127.0.0.1:1/wenku"),
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(LedgerError) as told:
        looked(tmp_path, url)
    assert said in str(told.value) and "\n" not in str(told.value) and "secret" not in str(told.value)


def test_postgresql(tmp_path: Path, database: str) -> None:
    with pytest.raises(LedgerError, match="is no ledger"):
        looked(tmp_path, database)
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == [], "a look made tables"
    ledger = Ledger.open(tmp_path, url=database)
    ledger.save_profile("a.example", LEARNED)
    assert looked(tmp_path, database) == LEARNED, "beside a run"
    ledger.close()
    reading = reading_engine(database)
    with pytest.raises(InternalError, match="read-only"), reading.begin() as connection:
        connection.execute(text("DELETE FROM sites"))
    reading.dispose()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE sites DROP COLUMN profile"))
    engine.dispose()
    with pytest.raises(LedgerError, match="keeps no profiles that this program knows") as told:
        looked(tmp_path, database)
    assert "secret" not in str(told.value) and "\n" not in str(told.value)
