"""A library on a machine of its own: `python -m tests.fleet.far_library ADDRESS LOG ARTICLES` serves it on port 80 there.

LOG gets a line for each request when it arrives: the time, who asks, and the path.
"""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.site import Library


class FarLibrary(Library):
    """A library whose host is an address."""

    def __init__(self, address: str, articles: int):
        self.host = address
        super().__init__(articles, per_page=10, categories=2, paged=15)


class Arrival(NamedTuple):
    at: float
    client: str
    path: str


def arrivals(log: Path) -> list[Arrival]:
    rows = (line.split() for line in log.read_text().splitlines())
    return sorted(Arrival(float(at), client, path) for at, client, path in rows)


def main(address: str, log: str, articles: str) -> None:
    library = FarLibrary(address, int(articles))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            with Path(log).open("a") as file:  # one short write: lines of several threads do not mix
                file.write(f"{time.monotonic():.4f} {self.client_address[0]} {self.path}\n")
            answer = library.server.answer(f"http://{address}{self.path}")
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    ThreadingHTTPServer((address, 80), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
