from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import BadUrl, canonical, document_id, followable, is_page, site_of, url_key

SAME = [
    ("http://a.cn", "http://a.cn/"),
    ("HTTP://A.CN/", "http://a.cn/"),
    ("http://a.cn:80/x", "http://a.cn/x"),
    ("https://a.cn:443/x", "http://a.cn/x"),
    ("http://www.a.cn/x", "http://a.cn/x"),
    ("http://a.cn./x", "http://a.cn/x"),
    ("http://a.cn//x///y", "http://a.cn/x/y"),
    ("http://a.cn/x/./y/../z", "http://a.cn/x/z"),
    ("http://a.cn/x/index.html", "http://a.cn/x/"),
    ("http://a.cn/x", "http://a.cn/x/"),
    ("http://a.cn/x#top", "http://a.cn/x"),
    ("http://a.cn/x?a=1&b=2", "http://a.cn/x?b=2&a=1"),
    ("http://a.cn/x?id=1&utm_source=weixin", "http://a.cn/x?id=1"),
    ("http://a.cn/x;jsessionid=9F1?id=1", "http://a.cn/x?id=1"),
    ("http://a.cn/x?PHPSESSID=9f1&id=1", "http://a.cn/x?id=1"),
    ("http://a.cn/%7ex", "http://a.cn/~x"),
    ("http://a.cn/%e6%96%87", "http://a.cn/文"),
    ("http://a.cn/?q=%d6%d0", "http://a.cn/?q=%D6%D0"),
    ("http://a.cn/a b", "http://a.cn/a%20b"),
    ("http://user:secret@a.cn/x", "http://a.cn/x"),
    ("http://文库.cn/x", "http://xn--dxtr8m.cn/x"),
    (" http://a.cn/x\n", "http://a.cn/x"),
    ("http://a.cn/x?", "http://a.cn/x"),
    ("http:\\\\a.cn\\x", "http://a.cn/x"),
]
DIFFERENT = [
    ("http://a.cn/x", "http://a.cn/y"),
    ("http://a.cn/x", "http://b.cn/x"),
    ("http://a.cn/x", "http://a.cn:8080/x"),
    ("http://a.cn/x?id=1", "http://a.cn/x?id=2"),
    ("http://a.cn/X", "http://a.cn/x"),
    ("http://a.cn/a%2Fb", "http://a.cn/a/b"),
    ("http://a.cn/x?a=b%26c=d", "http://a.cn/x?a=b&c=d"),
    ("http://a.cn/x?a=b%2Bc", "http://a.cn/x?a=b+c"),
    ("http://a.cn/?q=%D6%D0", "http://a.cn/?q=%E4%B8%AD"),
    ("http://a.cn/?12", "http://a.cn/?13"),
    ("http://a.cn/index.php?id=1", "http://a.cn/?id=1"),
    ("http://a.cn/1.html", "http://a.cn/1_2.html"),
    ("http://bbs.a.cn/x", "http://a.cn/x"),
    ("http://a.cn/x?page=1", "http://a.cn/x?page=2"),
    ("http://a.cn/100%", "http://a.cn/100%0"),
    ("http://a.cn/index.htmlx", "http://a.cn/"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_page(one: str, other: str) -> None:
    assert url_key(canonical(one)) == url_key(canonical(other))
    assert document_id(canonical(one)) == document_id(canonical(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_page(one: str, other: str) -> None:
    assert url_key(canonical(one)) != url_key(canonical(other))


@pytest.mark.parametrize(
    "url",
    ["", "a.cn", "/x", "ftp://a.cn/", "file:///etc/hostname", "javascript:;", "http://", "http:///x", "http://a.cn:99999/",
     "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://1.2.3/", "http://a b.cn/", "http://[::1/", "http://a..cn/",
     "http://a.cn/" + "x" * 3000],
)  # fmt: skip
def test_no_address(url: str) -> None:
    with pytest.raises(BadUrl) as caught:
        canonical(url)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


@given(st.text(max_size=60))
def test_canonical_is_idempotent(text: str) -> None:
    for url in (text, f"http://a.cn/{text}", f"http://a.cn/x?{text}", f"http://{text}/"):
        try:
            once = canonical(url)
        except BadUrl:
            continue
        assert canonical(once) == once
        assert once.isascii() and once.isprintable() and " " not in once


def test_relative_to_a_base() -> None:
    assert canonical("../b.html", "http://a.cn/x/y/") == "http://a.cn/x/b.html"


def test_twins_are_one_site() -> None:
    assert {site_of(f"http://{h}/") for h in ("a.cn", "www.a.cn", "m.a.cn", "wap.a.cn")} == {"a.cn"}
    assert site_of("http://m.cn/") == "m.cn", "a domain may be called m"
    assert site_of("http://bbs.a.cn/") == "bbs.a.cn"


def test_followable() -> None:
    sites = frozenset({"a.cn"})
    assert followable("http://m.a.cn/x", sites) == "http://m.a.cn/x"
    assert followable("http://b.cn/x", sites) is None
    assert followable("http://a.cn.evil.cn/x", sites) is None
    assert followable("http://a.cn/x.rar", sites) is None
    assert followable("javascript:;", sites) is None


def test_files_are_no_pages() -> None:
    assert not is_page("http://a.cn/x.DOC") and is_page("http://a.cn/x.html") and is_page("http://a.cn/x.doc.html")
