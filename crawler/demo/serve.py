"""An HTTP server on loopback that answers for any number of host names, and the one that serves the library.

It is a forward proxy for the names it knows (`GET http://name/path HTTP/1.1`), so pages keep their
addresses whatever port is free; a request with a `Host` header gets the same pages. Nothing is ever
fetched from elsewhere, and it listens on 127.0.0.1 only.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Collection
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from crawler.demo.library import find, hosts, library, starts
from crawler.demo.response import Response

LOOPBACK = "127.0.0.1"
IDLE_SECONDS = 30  # how long a kept connection may say nothing
_SLASHES = re.compile("/{2,}")


class Served(NamedTuple):
    """One request that was answered."""

    url: str
    status: int
    conditional: bool  # it came with If-None-Match or If-Modified-Since


def plain(status: int, text: str) -> Response:
    """A short text for people, never cached."""
    return Response(status, "text/plain; charset=utf-8", f"{text}\n".encode(), kind="error", modified="")


def address(target: str, host: str) -> str:
    """The absolute http address that a request asks for: `target` is its request line's, `host` its Host header.

    The default port and double slashes in the path go, as web servers take them.
    """
    if "://" not in target:
        target = f"http://{host}{target}"
    parts = urlsplit(target)
    name = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80) else "")
    path = _SLASHES.sub("/", parts.path) or "/"
    return f"http://{name}{path}" + (f"?{parts.query}" if parts.query else "")


def unchanged(answer: Response, none_match: str | None, since: str | None) -> bool:
    """True when the client's copy is still good (RFC 9110, 13.2.2: If-None-Match goes before the date)."""
    if answer.status != 200 or not answer.modified:
        return False
    if none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return "*" in tags or answer.etag in tags
    if since is None:
        return False
    try:
        return parsedate_to_datetime(answer.modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False  # a date that nobody can read is no condition


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "wenku-demo", ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body in one packet: two would wait for a delayed acknowledgement
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        owner = self.server.owner
        try:
            url = address(self.path, self.headers.get("Host", ""))
        except ValueError:
            self._send(self.path, plain(400, f"not an address: {self.path}"), conditional=False)
            return
        none_match, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        answer = owner.answer(url)
        tag = answer.etag
        if unchanged(answer, none_match, since):
            answer = Response(304, answer.content_type, b"", answer.kind, modified=answer.modified)
        self._send(url, answer, conditional=bool(none_match or since), tag=tag)

    def do_HEAD(self) -> None:
        self.do_GET()  # `_send` leaves the body out

    def _send(self, url: str, answer: Response, *, conditional: bool, tag: str = "") -> None:
        self.server.owner.served.append(Served(url, answer.status, conditional))
        self.send_response(answer.status)
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.modified and answer.status in (200, 304):
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", answer.modified)
        if answer.status != 304:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: `Server.served` has it all."""


class _Listener(ThreadingHTTPServer):
    daemon_threads = True  # a client that keeps a connection never keeps the process
    request_queue_size = 128

    def __init__(self, owner: Server, port: int):
        self.owner = owner
        self.open: set[socket.socket] = set()
        self.idle = threading.Condition()
        super().__init__((LOOPBACK, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.idle:  # before its thread begins, so that hang_up() misses none
            self.open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.idle:
                self.open.discard(request)
                self.idle.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error; anything else is a bug of ours and may be seen."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Ends the kept connections and waits until their threads are through."""
        with self.idle:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster
            self.idle.wait_for(lambda: not self.open, timeout=5)


class Server:
    """Answers for `hosts` with what `find` returns for an absolute URL; None is a 404, another host a 502.

    `find` is called in threads. `port` 0 takes a free one, and a later start() takes the same again.
    Use as a context manager or by start() and stop().
    """

    def __init__(self, find: Callable[[str], Response | None], hosts: Collection[str], *, port: int = 0):
        self.find, self.hosts, self.port = find, hosts, port
        self.served: list[Served] = []
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def proxy(self) -> str:
        """The proxy's address: "http://127.0.0.1:PORT"."""
        return f"http://{LOOPBACK}:{self.port}"

    def answer(self, url: str) -> Response:
        """What the server says for an absolute URL."""
        host = urlsplit(url).netloc
        if host not in self.hosts:
            known = ", ".join(sorted(self.hosts))
            return plain(502, f"unknown host {host or '(none)'}: this is a proxy on loopback for {known}")
        found = self.find(url)
        if found is None:
            title = f"404 {HTTPStatus(404).phrase}"
            page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
            return Response(404, "text/html", page.encode(), kind="error", modified="")
        return found

    def start(self) -> Self:
        """Begins to listen. Raises OSError when the port is taken."""
        if self._listener is None:
            self._listener = _Listener(self, self.port)
            self.port = self._listener.server_port
            self._thread = threading.Thread(
                target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, name="demo", daemon=True
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stops listening and hangs up on everybody; a second call does nothing."""
        listener, thread = self._listener, self._thread
        self._listener = self._thread = None
        if listener and thread:
            listener.shutdown()
            thread.join()
            listener.socket.close()
            listener.hang_up()
            listener.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class DemoServer(Server):
    """Serves the bundled library under its own host names; `starts` are the sites' home pages."""

    def __init__(self, *, port: int = 0):
        super().__init__(partial(find, library()), hosts(), port=port)
        self.starts = starts()
