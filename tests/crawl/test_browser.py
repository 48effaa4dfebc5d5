"""A library that is nothing without JavaScript, read with the system's own browser where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import REPO, Run

from crawler.browser import NAMES, BrowserError, browser_settings, is_inside, unwanted
from crawler.demo.response import Response
from crawler.feed import verify
from tests.site import Library

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
SHELL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>长河文库</title></head><body><div id="app">请稍候…</div>
<img src="/zhaopian.png"><script>
fetch('/api?path=' + encodeURIComponent(location.pathname)).then(r => r.json()).then(made => {
  document.title = made.title; document.getElementById('app').outerHTML = made.body;
});
</script></body></html>"""


class Scripted(Library):
    """Every page is the same empty shell; what it shows is fetched by its script."""

    host = "www.jiaoben.test.wenku.example"

    def _find(self, url: str) -> Response | None:
        path = url.partition(self.host)[2]
        if path.startswith("/api?path="):
            answer = super()._find(f"http://{self.host}{path.partition('=')[2].replace('%2F', '/')}")
            if answer is None or answer.status != 200:
                return answer
            html = answer.body.decode()
            made = {"title": html.partition("<title>")[2].partition("</title>")[0]}
            made["body"] = html.partition("<body>")[2].partition("</body>")[0]
            return Response(200, "application/json", json.dumps(made).encode(), modified="")
        if super()._find(url) is None:
            return None
        return Response(200, "text/html; charset=utf-8", SHELL.encode())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program with one site."""
    copy = tmp_path / "checkout"
    for part in ("crawler", "spiders", "pipelines", "data"):
        shutil.copytree(REPO / part, copy / part, ignore=shutil.ignore_patterns("*.jsonl", "*.sqlite*", "__pycache__"))
    shutil.copy(REPO / "scrapy.cfg", copy)
    text = f'start_urls = ["http://{Scripted.host}/"]\nbrowser = true\n'
    (copy / "data" / "sites" / "scripted.toml").write_text(text, "utf-8")
    return copy


def crawl(checkout: Path, library: Library) -> Run:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_")}
    environment |= {"PYTHONPATH": str(checkout), "PYTHONWARNINGS": "error", **library.env}
    command = [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", "sites=scripted", *FAST]
    process = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
    return Run(process, checkout / "data")


@pytest.mark.skipif(find_spec("scrapy_playwright") is None, reason="the extra is not installed: pip install -e '.[browser]'")
@pytest.mark.skipif(not any(map(shutil.which, NAMES)), reason="no Chromium on this machine: apt install chromium")
def test_a_library_that_is_nothing_without_javascript(checkout: Path) -> None:
    with Scripted(6) as library:
        first = crawl(checkout, library)
        assert first.status == 0 and "6 documents" in first.last_line, first.err[-3000:]
        assert library.hits(f"http://{library.host}/zhaopian.png") == 0, "nobody reads pictures"
        assert library.hits(f"http://{library.host}/robots.txt") == 1
        library.add()
        second = crawl(checkout, library)
    assert second.status == 0 and "1 documents" in second.last_line, "the shell was the same, its data was not"
    assert {row["url"]: row["body"] for row in second.rows("feed")} == {u: t["body"] for u, t in library.truth().items()}
    assert verify(second.data) == []


def test_without_a_browser_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.browser.find_spec", lambda _: None)
    with pytest.raises(BrowserError, match="pip install"):
        browser_settings("", 30)
    monkeypatch.setattr("crawler.browser.find_spec", lambda _: True)
    monkeypatch.setattr("crawler.browser.shutil.which", lambda _: None)
    with pytest.raises(BrowserError, match="apt install chromium"):
        browser_settings("", 30)
    with pytest.raises(BrowserError, match="BROWSER_PATH=/nowhere"):
        browser_settings("/nowhere", 30)


def request(url: str, kind: str = "script", page: str = "http://a.cn/1.html", before: Any = None) -> SimpleNamespace:
    navigation = kind == "document"
    return SimpleNamespace(
        url=url, resource_type=kind, redirected_from=before, frame=SimpleNamespace(url=page), is_navigation_request=lambda: navigation
    )


@pytest.mark.parametrize(
    ("asked", "aborted"),
    [
        (request("http://a.cn/x.js"), False),
        (request("https://cdn.cn/x.js"), False),
        (request("http://a.cn/x.png", "image"), True),
        (request("http://a.cn/x.woff", "font"), True),
        (request("http://127.0.0.1:6379/", "fetch"), True),
        (request("http://192.168.1.1/", "fetch"), True),
        (request("http://[::1]/", "fetch"), True),
        (request("http://169.254.169.254/latest/meta-data/", "fetch"), True),
        (request("http://localhost/", "fetch"), True),
        (request("file:///etc/hostname", "document"), True),
        (request("http://127.0.0.1:8000/x.js", page="http://127.0.0.1:8000/1.html"), False),
        (request("http://127.0.0.1:8000/", "document", page="about:blank"), False),
        (request("http://10.0.0.1/", "document", page="about:blank", before=request("http://a.cn/", "document")), True),
    ],
)
def test_what_a_page_may_fetch(asked: SimpleNamespace, aborted: bool) -> None:
    assert unwanted(asked) is aborted


def test_addresses_of_this_machine_and_its_network() -> None:
    assert all(map(is_inside, ("127.0.0.2", "10.1.2.3", "::1", "fe80::1", "printer.local", "x.localhost", "0.0.0.0")))
    assert not any(map(is_inside, ("8.8.8.8", "www.a.cn", "localhost.cn", "2001:4860:4860::8888")))
