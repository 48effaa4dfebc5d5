"""What never reaches a log or a terminal."""

from __future__ import annotations

import io
import logging

import pytest

from crawler import settings
from crawler.commands import complain
from crawler.log import SafeRecord
from crawler.text import redact, safe_lines

NASTY = "a\x1b[31m\x9b2Jb\x07\x00\x7f\u202e\u2066\u200f\ufeff\x85\u2028c"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("http://user:geheim@proxy.example:3128/", "http://***@proxy.example:3128/"),
        ("postgresql+psycopg://wenku:p%40ss@db/wenku", "postgresql+psycopg://***@db/wenku"),
        ("proxy 'http://u:pa/ss@h:1' of GET https://a.cn/@b", "proxy 'http://***@h:1' of GET https://a.cn/@b"),
        ("http://a.cn/?id=1&token=geheim&p=2", "http://a.cn/?id=1&token=***&p=2"),
        ("Proxy-Authorization: Basic Z2VoZWlt", "Proxy-Authorization: ***"),
        ("{b'Set-Cookie': [b'sid=geheim']}", "{b'Set-Cookie': ***"),
        ("mail a@b.cn about http://a.cn/1.html", "mail a@b.cn about http://a.cn/1.html"),
        ("http://a.cn/passwords/1?page=2", "http://a.cn/passwords/1?page=2"),
    ],
)
def test_redact(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_an_address_with_an_at_sign_in_its_path_stays_readable() -> None:
    assert redact("http://a.cn/x/y@2x.html").endswith("@2x.html")


def test_every_line_of_a_message_is_ours() -> None:
    made = safe_lines(f"{NASTY}\n12:00:00 INFO forged")
    assert made.split("\n")[1] == "  | 12:00:00 INFO forged"
    assert all(char.isprintable() for char in made.replace("\n", ""))


def test_records_are_safe_in_any_handler() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    try:
        raise ValueError(f"{NASTY} http://u:geheim@h/\nforged")
    except ValueError as error:
        given = (ValueError, error, error.__traceback__)
    handler.handle(SafeRecord("x", logging.ERROR, "f", 1, "page %s", (NASTY,), given))
    lines = stream.getvalue().rstrip("\n").split("\n")
    assert "geheim" not in stream.getvalue() and all(line.isprintable() for line in lines)
    assert lines[1].startswith("Traceback") and lines[-1] == "  | forged"


def test_every_process_that_reads_the_settings_has_them() -> None:
    assert settings.LOG_LEVEL and logging.getLogRecordFactory() is SafeRecord


def test_a_complaint_is_one_clean_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain(f"{NASTY} http://u:geheim@h/")
    out = capsys.readouterr().err
    assert out.startswith("wenku: ") and out.rstrip("\n").isprintable() and "geheim" not in out
