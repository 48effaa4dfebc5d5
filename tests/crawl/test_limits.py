"""Answers without an end, and limits of pages: each is hit, counted and told, and what is good is published."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
import zstandard
from conftest import REPO, Run

from crawler.feed import verify
from tests.site import Library

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
SIZE = 160 * 1024 * 1024  # of a bomb: more than a crawl may take
PIECE = bytes(2**20)


def _zstd() -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(bytes(SIZE))


def _brotli() -> bytes:
    made = brotli.Compressor(quality=1)
    return b"".join(made.process(PIECE) for _ in range(SIZE // len(PIECE))) + made.finish()


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(bytes(SIZE), 1),
    "deflate": lambda: zlib.compress(bytes(SIZE), 1),
    "br": _brotli,
    "zstd": _zstd,
}
# Scrapy, and at its end the most memory that it took: what wait4() tells begins with the memory of who started it.
MEASURED = """import atexit, sys
from pathlib import Path
from scrapy.cmdline import execute
atexit.register(lambda: print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]))
execute(["scrapy", *sys.argv[1:]])"""
TOO_LARGE = ("gzip", "deflate", "br", "zstd", "endless", "announced")
TOO_SLOW = ("drip", "silence")


class _Handler(BaseHTTPRequestHandler):
    """A proxy for the library, and below /fault/ answers that do not end well."""

    protocol_version = "HTTP/1.1"
    server: _Faults

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/fault/").removesuffix(".html")
        if name not in (*TOO_LARGE, *TOO_SLOW):
            answer = self.server.library.server.answer(self.path)
            self._head(answer.status, {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))})
            self.wfile.write(answer.body)
            return
        self.close_connection = True
        try:
            self._fault(name)
        except OSError:
            return  # the crawler hung up, as it should

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()

    def _fault(self, name: str) -> None:
        kind = {"Content-Type": "text/html"}
        if name in BOMBS:
            body = self.server.bombs[name]
            self._head(200, {**kind, "Content-Encoding": name, "Content-Length": str(len(body))})
            self.wfile.write(body)
        elif name == "announced":
            self._head(200, {**kind, "Content-Length": str(10**12)})
            self.wfile.write(PIECE)
        elif name == "endless":
            self._head(200, {**kind, "Connection": "close"})
            while not self.server.over.is_set():
                self.wfile.write(PIECE)
        elif name == "drip":
            self._head(200, {**kind, "Content-Length": "100000"})
            while not self.server.over.wait(0.05):
                self.wfile.write(b"<")
        else:
            self.server.over.wait()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Faults(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, library: Library):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.library, self.over = library, threading.Event()
        self.bombs = {name: made() for name, made in BOMBS.items()}


class Faulty(Library):
    """Its home page leads to every fault."""

    host = "www.guzhang.test.wenku.example"

    def _home(self) -> str:
        links = (f'<li><a href="/fault/{name}.html">关于{name}的一篇总结报告</a></li>' for name in (*TOO_LARGE, *TOO_SLOW))
        return f"{super()._home()}<ul>{''.join(links)}</ul>"


@pytest.fixture
def faults() -> Iterator[_Faults]:
    server = _Faults(Faulty(8))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs /proc to see the memory of a process")
def test_bombs_and_answers_without_an_end(faults: _Faults, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MEASURED, "crawl", "wenku", "-a", f"start_urls={faults.library.start}", *FAST]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    environment |= {"WENKU_DATA_DIR": str(tmp_path / "data"), "http_proxy": f"http://127.0.0.1:{faults.server_port}"}
    slow = ("-s", "DOWNLOAD_TIMEOUT=2", "-L", "ERROR")
    process = subprocess.run([*command, *slow], cwd=REPO, env=environment, capture_output=True, text=True, timeout=120)
    words = process.stderr
    assert process.returncode == 3, words[-3000:]
    assert f"8 documents, 0 duplicates, 0 rejected, {len(TOO_LARGE) + len(TOO_SLOW)} failed" in words, words[-2000:]
    assert f"{len(TOO_LARGE)} answers over DOWNLOAD_MAXSIZE" in words
    assert f"{len(TOO_SLOW)} answers that took longer than DOWNLOAD_TIMEOUT" in words
    assert "Traceback" not in words
    assert int(process.stdout) < 230 * 1024, "kilobytes: no bomb was unpacked"
    assert verify(tmp_path / "data") == []


def test_a_host_that_has_given_enough_waits_for_the_next_run(scrapy: Scrapy) -> None:
    with Library(20, categories=2) as library:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, "-s", "SITE_MAX_PAGES=9", env=library.env)
        assert run.status == 5 and library.hits() == 9 + 1, "and robots.txt"
        assert "1 hosts that gave SITE_MAX_PAGES" in run.err and "stopped by a limit" in run.last_line
        again = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, env=library.env)
        assert again.status == 0
        assert {row["url"] for row in again.rows("feed")} == library.truth().keys()


def test_links_below_the_depth_limit_are_counted(scrapy: Scrapy) -> None:
    with Library(40) as library:  # four pages of one list: they lie as deep as the first
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, "-s", "DEPTH_LIMIT=2", env=library.env)
        assert run.status == 0
        assert {row["url"] for row in run.rows("feed")} == library.truth().keys()
        assert "links of pages at DEPTH_LIMIT" in run.err
