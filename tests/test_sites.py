from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from crawler.datafiles import data_file
from crawler.demo import starts
from crawler.sites import SiteError, choose, load_sites, sites_from_urls


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


GOOD = 'start_urls = ["http://a.cn/"]\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("start_urls = [", "not valid TOML"),
        ("", "start_urls is missing"),
        ("start_urls = []", "start_urls is missing"),
        ('start_urls = "http://a.cn/"', "must be a list of strings"),
        ("start_urls = [1]", "must be a list of strings"),
        ('start_urls = ["a.cn"]', "not an http or https address"),
        (GOOD + 'color = "red"', "unknown key 'color'"),
        (GOOD + 'enabled = "yes"', "must be true or false"),
        (GOOD + 'skip = ["("]', "no regular expression"),
        (GOOD + 'served_by = "me"', "served_by"),
        (GOOD + 'name = "other"', "unknown key 'name'"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, word: str) -> None:
    path = write(tmp_path, "bad", text)
    with pytest.raises(SiteError, match=word) as caught:
        load_sites(tmp_path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_site(tmp_path: Path) -> None:
    write(tmp_path, "b", GOOD + 'skip = ["/tag/"]')
    write(tmp_path, "a", 'start_urls = ["http://B.cn", "http://b.cn/"]\nenabled = false')
    sites = load_sites(tmp_path)
    assert list(sites) == ["a", "b"]
    assert sites["a"].start_urls == ("http://b.cn/",) and sites["a"].hosts == {"b.cn"}
    assert sites["b"].skip == ("/tag/",)
    assert [s.name for s in choose(folder=tmp_path)] == ["b"], "a disabled site is not crawled unasked"
    assert [s.name for s in choose(sites="a, b", folder=tmp_path)] == ["a", "b"]


def test_a_file_that_notepad_wrote(tmp_path: Path) -> None:
    """With a byte order mark before the text and \\r\\n behind each line."""
    (tmp_path / "a.toml").write_bytes(codecs.BOM_UTF8 + (GOOD + 'about = "文库"\n').replace("\n", "\r\n").encode())
    assert load_sites(tmp_path)["a"].about == "文库"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"sites": "nowhere"}, "unknown site 'nowhere'; known sites are b"),
        ({"sites": " , "}, "sites is empty"),
        ({"start_urls": ","}, "start_urls is empty"),
        ({"start_urls": "a.cn"}, "not an http or https address: a.cn; write it like"),
        ({"start_urls": "http://a.cn/", "sites": "b"}, "not both"),
    ],
)
def test_wrong_arguments(tmp_path: Path, arguments: dict[str, str], word: str) -> None:
    write(tmp_path, "b", GOOD)
    with pytest.raises(SiteError, match=word):
        choose(**arguments, folder=tmp_path)


def test_no_site_at_all(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="no enabled site"):
        choose(folder=tmp_path)


def test_addresses_are_grouped_by_site() -> None:
    sites = sites_from_urls("http://a.cn/, http://www.a.cn/x/,http://b.cn/")
    assert [(s.name, s.start_urls) for s in sites] == [
        ("a.cn", ("http://a.cn/", "http://www.a.cn/x/")),
        ("b.cn", ("http://b.cn/",)),
    ]


def test_the_sites_that_we_ship() -> None:
    sites = load_sites(data_file("sites"))
    assert sites["demo"].served_by == "demo"
    assert [s.name for s in choose()] == ["demo"], "the default is the bundled library and nothing else"


def test_the_demo_begins_where_the_library_does() -> None:
    assert sorted(load_sites()["demo"].start_urls) == sorted(starts())
