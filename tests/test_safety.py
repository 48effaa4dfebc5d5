"""What may not be there: doors for others, code from others, files for everybody."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPO, Run
from scrapy.utils.project import get_project_settings

from tests.site import Library

SOURCES = sorted(p for top in ("crawler", "spiders", "pipelines") for p in (REPO / top).rglob("*.py"))
# Modules that run what they read.
RUNNERS = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "yaml", "code", "imp"}
CALLS = {"eval", "exec", "compile", "__import__"}
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
Scrapy = Callable[..., Run]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPO)))
def test_nothing_that_is_read_is_run(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = {a.name for a in node.names} if isinstance(node, ast.Import) else {node.module} if isinstance(node, ast.ImportFrom) else set()
        assert not {(name or "").split(".")[0] for name in names} & RUNNERS
        assert not any(isinstance(k, ast.keyword) and k.arg == "allow_pickle" for k in ast.walk(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in CALLS


def test_no_doors() -> None:
    settings = get_project_settings()
    assert not settings.getbool("TELNETCONSOLE_ENABLED") and not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") and settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
    assert not settings.getbool("COOKIES_ENABLED") and not settings.getbool("HTTPCACHE_ENABLED"), "its storage is pickled"
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_no_port_is_opened(scrapy: Scrapy) -> None:
    run = scrapy("crawl", "wenku", "-a", "start_urls=http://127.0.0.1:9/", *FAST, "-s", "LOG_LEVEL=DEBUG")
    assert "elnet" not in run.err and "emote control" not in run.err.replace("_", " ").lower(), run.err


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_files_are_for_the_owner_and_his_group(scrapy: Scrapy, umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        with Library(articles=4) as library:
            library.add(library._state.articles[4].__class__(9, "重复", library._state.articles[4].day, library._state.articles[4].pages))
            run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
    finally:
        os.umask(before)
    assert run.status == 0, run.err
    paths = [run.data, *run.data.rglob("*")]
    assert {path.parent.name for path in paths} >= {"feed", "state", "duplicates"}
    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & ~(0o750 if path.is_dir() else 0o640) == 0, f"{path} {mode:o}"
        assert mode & 0o600 == 0o600


def test_passwords_stay_out_of_the_log(scrapy: Scrapy) -> None:
    """Of a proxy that is not there, of a ledger that cannot be reached, of an address."""
    proxy = scrapy("crawl", "wenku", "-a", "start_urls=http://a.wenku.example/", *FAST, "-s", "LOG_LEVEL=DEBUG",
                   env={"http_proxy": "http://user:geheim@127.0.0.1:9/"})  # fmt: skip
    assert proxy.status == 3 and "geheim" not in proxy.err, proxy.err
    ledger = scrapy("crawl", "wenku", "-s", "LEDGER_URL=nosuch+driver://user:geheim@127.0.0.1/wenku")
    assert ledger.status and "geheim" not in ledger.err + ledger.out, ledger.err
    address = scrapy("crawl", "wenku", "-a", "start_urls=ftp://user:geheim@a.example/")
    assert address.status == 2 and "geheim" not in address.err, address.err


def test_a_contact_that_does_not_fit_into_a_header_is_refused(scrapy: Scrapy) -> None:
    for contact in ("somebody", "https://a.cn/\r\nX: 1", "a b@c.cn"):
        run = scrapy("crawl", "wenku", "-s", f"CONTACT={contact}")
        assert run.status == 2 and "CONTACT" in run.err and "Traceback" not in run.err


def test_an_address_that_a_person_typed_is_meant(scrapy: Scrapy) -> None:
    with Library(articles=3) as library:
        library.host = f"127.0.0.1:{library.server.port}"
        library.server.hosts = {library.host}
        assert scrapy("fetch", "--nolog", library.url(1)).out.count("<h1>") == 1
        assert "第1号" in scrapy("explain", library.url(1)).out
