"""A server that answers with any bytes: whole, cut, never, or not HTTP at all. Each host is an address of loopback."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from crawler.demo.response import Response


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came. `count` says how often this path was asked for before."""

    host: str
    path: str
    headers: dict[str, str]  # names in lower case
    count: int
    at: float  # monotonic seconds


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of an answer, after which the connection is closed; `reset` breaks it, `hang` keeps it open without a word."""

    data: bytes = b""
    reset: bool = False
    hang: bool = False


Route = Callable[[Asked], Raw]


def raw(body: bytes | str, *headers: str, status: str = "200 OK", length: int | None = -1, kind: str = "text/html; charset=utf-8") -> Raw:
    """An answer with `body`; `length` is what Content-Length says (None: nothing, -1: the truth)."""
    data = body.encode() if isinstance(body, str) else body
    told = len(data) if length == -1 else length
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers]
    lines += [] if told is None else [f"Content-Length: {told}"]
    return Raw("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + data)


def moved(to: str, status: str = "302 Found") -> Raw:
    return raw(b"", f"Location: {to}", status=status)


def of(answer: Response | None) -> Raw:
    """A page of a test library (None: 404) as bytes."""
    if answer is None:
        return raw("<h1>404 Not Found</h1>", status="404 Not Found")
    head = [f"Location: {answer.location}"] if answer.location else []
    return raw(answer.body, *head, status=f"{answer.status} .", kind=answer.content_type)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, owner: Faults, host: str, port: int, tls: ssl.SSLContext | None):
        self.owner, self.host, self.tls = owner, host, tls
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what these tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(60)
        if self.server.tls:
            connection = self.server.tls.wrap_socket(connection, server_side=True)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if ":" in line)
        answer = self.server.owner.answer(self.server.host, lines[0].split(" ")[1], {a.lower(): c.strip() for a, _, c in pairs})
        with contextlib.suppress(OSError):  # a client that has enough hangs up
            connection.sendall(answer.data)
            if answer.reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif answer.hang:
                self.server.owner.over.wait(60)
            else:
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        connection.close()


@dataclass(slots=True)
class Faults:
    """Listens on the addresses of `hosts`, all with one port, and asks their route for each answer.

    `asked` holds every request. `tls` are the hosts that speak TLS, with their context.
    """

    hosts: Mapping[str, Route]
    tls: Mapping[str, ssl.SSLContext] = field(default_factory=dict)
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _listeners: list[_Listener] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        for _ in range(20):
            try:
                self._listen()
            except OSError:  # another process has this port on one of the addresses
                self._close()
                continue
            break
        for listener in self._listeners:
            threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def _listen(self) -> None:
        self.port = 0
        for host in self.hosts:
            listener = _Listener(self, host, self.port, self.tls.get(host))
            self._listeners.append(listener)
            self.port = listener.server_address[1]

    def _close(self) -> None:
        for listener in self._listeners:
            listener.server_close()
        self._listeners.clear()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for listener in self._listeners:
            listener.shutdown()
        self._close()

    def answer(self, host: str, path: str, headers: dict[str, str]) -> Raw:
        with self._lock:
            asked = Asked(host, path, headers, sum(1 for _ in self.to(host, path)), time.monotonic())
            self.asked.append(asked)
        return self.hosts[host](asked)

    def to(self, host: str, path: str = "") -> Iterable[Asked]:
        """The requests for a host (and a path) so far."""
        return (asked for asked in list(self.asked) if asked.host == host and path in ("", asked.path))
