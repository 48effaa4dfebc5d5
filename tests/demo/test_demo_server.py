"""The server: stable names through the proxy, validators, HEAD, one loopback address, and an end."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from crawler.demo import DemoServer, library, truth
from crawler.demo.serve import LOOPBACK, Served, Server, address

URL = truth()[0]["url"]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


def ask(server: Server, target: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """One request on a connection of its own; `target` is sent as it is."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=5)
    try:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_as_a_proxy_and_by_host_header(server: DemoServer) -> None:
    path = URL.removeprefix("http://").partition("/")
    for target, headers in ((URL, {}), (f"/{path[2]}", {"Host": path[0]}), (f"/{path[2]}", {"Host": f"{path[0]}:80"})):
        response, body = ask(server, target, **headers)
        assert response.status == 200 and body == library()[URL].body
        assert response.headers["Content-Type"] == library()[URL].content_type


def test_head_has_the_headers_alone(server: DemoServer) -> None:
    response, body = ask(server, URL, "HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(library()[URL].body)


def test_conditional_requests(server: DemoServer) -> None:
    first, _ = ask(server, URL)
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'}, {"If_None_Match": "*"}, {"If_Modified_Since": modified}):
        response, body = ask(server, URL, **headers)
        assert (response.status, body) == (304, b"")
        assert response.headers["ETag"] == tag
    old = "Mon, 01 Jan 2001 00:00:00 GMT"
    for headers in ({"If_None_Match": '"x"'}, {"If_Modified_Since": old}, {"If_Modified_Since": "soon"}):
        assert ask(server, URL, **headers)[0].status == 200
    # the tag goes before the date
    assert ask(server, URL, If_None_Match='"x"', If_Modified_Since=modified)[0].status == 200


def test_a_site_without_validators(server: DemoServer) -> None:
    response, _ = ask(server, "http://www.laohuai.demo.wenku.example/")
    assert response.status == 200 and "ETag" not in response.headers and "Last-Modified" not in response.headers


def test_redirect_missing_broken_and_unknown(server: DemoServer) -> None:
    moved, _ = ask(server, "http://www.qingshan.demo.wenku.example/shuzhi")
    assert (moved.status, moved.headers["Location"]) == (301, "http://www.qingshan.demo.wenku.example/shuzhi/")
    assert ask(server, "http://www.qingshan.demo.wenku.example/nothing.html")[0].status == 404
    assert ask(server, "http://www.bijian.demo.wenku.example/plus/view.php?aid=99999")[0].status == 404
    assert ask(server, "http://www.bijian.demo.wenku.example/broken.html")[0].status == 500
    assert ask(server, "http://www.bijian.demo.wenku.example//a//tongzhi/")[0].status == 200
    assert ask(server, "http://www.bijian.demo.wenku.example/search.html?q=1")[0].status == 200
    response, body = ask(server, "http://www.example.com/")
    assert response.status == 502 and b"unknown host www.example.com" in body
    assert ask(server, "/", Host="[bad")[0].status == 400
    assert ask(server, URL, "POST")[0].status == 501


def test_a_connection_is_kept(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=5)
    try:
        for _ in range(3):
            connection.request("GET", URL)
            response = connection.getresponse()
            assert response.read() and not response.will_close
    finally:
        connection.close()


def test_it_listens_on_loopback_only(server: DemoServer) -> None:
    assert server.proxy == f"http://127.0.0.1:{server.port}"
    assert server._listener and server._listener.socket.getsockname()[0] == "127.0.0.1"


def test_stop_ends_everything_and_start_takes_the_same_port() -> None:
    server = DemoServer().start()
    port, before = server.port, threading.active_count()
    kept = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    kept.request("GET", URL)
    kept.getresponse().read()
    server.stop()
    server.stop()
    with pytest.raises(OSError):
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    with pytest.raises((http.client.HTTPException, OSError)):
        kept.request("GET", URL)
        kept.getresponse()
    kept.close()
    assert threading.active_count() < before
    with server.start() as again:
        assert again.port == port and ask(again, URL)[0].status == 200


def test_what_was_served_is_known() -> None:
    with DemoServer() as server:
        ask(server, URL)
        ask(server, URL, If_None_Match="*")
        assert server.served == [Served(URL, 200, False), Served(URL, 304, True)]


@pytest.mark.parametrize(
    ("target", "host", "made"),
    [
        ("/a//b?x=//1", "Name.example:80", "http://name.example/a/b?x=//1"),
        ("http://name.example", "", "http://name.example/"),
        ("/", "127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("/", "", "http:///"),
    ],
)
def test_address(target: str, host: str, made: str) -> None:
    assert address(target, host) == made
