"""The library that changes: what the tests of incremental runs, kills and volume stand on."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message

import pytest

from tests.site import Library, written


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(articles=25, per_page=10, categories=2, paged=5) as made:
        yield made


def get(library: Library, url: str, **headers: str) -> tuple[int, str, Message]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": library.env["http_proxy"]}))
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with opener.open(request, timeout=5) as response:
            return response.status, response.read().decode(), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def test_every_article_is_listed_once_and_shows_its_text(library: Library) -> None:
    listed = "".join(
        get(library, f"{library.start}c{c}/{page}")[1] for c in (0, 1) for page in ("", "list_2.html")
    )
    for url, row in library.truth().items():
        assert listed.count(f'href="{url.removeprefix(library.start.rstrip("/"))}"') == 1
        pages = [get(library, url.replace(".html", f"_{n}.html" if n > 1 else ".html"))[1] for n in range(1, row["pages"] + 1)]
        assert all(line in "".join(pages) for line in row["body"].split("\n"))
        assert row["title"] in pages[0] and row["date"] in pages[0]
    assert get(library, f"{library.start}c0/list_3.html")[0] == 404
    assert {row["pages"] for row in library.truth().values()} == {1, 3}


def test_two_libraries_are_equal() -> None:
    assert Library(30).truth() == Library(30).truth()


def test_add_change_remove(library: Library) -> None:
    before = library.truth()
    number = library.add()
    assert number == 26 and library.truth()[library.url(26)]["title"] in get(library, f"{library.start}c0/")[1]
    changed = library.change(4)
    assert changed.revision == 2 and changed.body != before[library.url(4)]["body"]
    assert changed.body.split("\n")[-1] in get(library, library.url(4))[1]
    library.remove(7)
    assert get(library, library.url(7))[0] == 404
    assert "/doc/7.html" not in get(library, f"{library.start}c1/list_2.html")[1]
    assert len(library.truth()) == 25


def test_validators_follow_the_changes(library: Library) -> None:
    _, _, headers = get(library, library.url(3))
    since = {"If_None_Match": headers["ETag"]}, {"If_Modified_Since": headers["Last-Modified"]}
    assert [get(library, library.url(3), **one)[0] for one in since] == [304, 304]
    library.change(3)
    assert [get(library, library.url(3), **one)[0] for one in since] == [200, 200]
    assert library.conditional == 4 and library.statuses == {200: 3, 304: 2}
    assert library.hits(library.url(3)) == 5
    library.forget()
    assert library.hits() == 0


def test_without_validators() -> None:
    with Library(3, validators=False) as library:
        assert "ETag" not in get(library, library.url(1))[2]


def test_slow_broken_and_dead(library: Library) -> None:
    library.delay["/doc/1.html"] = 0.2
    begin = time.monotonic()
    get(library, library.url(1))
    assert time.monotonic() - begin >= 0.2
    library.broken["/doc/2.html"] = 503
    assert get(library, library.url(2))[0] == 503 and get(library, library.url(3))[0] == 200
    library.broken = {"*": 500}
    assert get(library, library.start)[0] == 500
    library.broken.clear()
    proxy = library.env["http_proxy"]
    library.stop_server()
    with pytest.raises(OSError):
        get(library, library.start)
    library.start_server()
    assert library.env["http_proxy"] == proxy and get(library, library.start)[0] == 200


def test_articles_are_no_near_duplicates() -> None:
    sets = [{body[i : i + 5] for i in range(len(body) - 4)} for body in (written(n).body for n in range(1, 200))]
    assert max(len(a & b) / len(a | b) for i, a in enumerate(sets) for b in sets[:i]) < 0.35
