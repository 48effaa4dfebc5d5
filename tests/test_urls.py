from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import BadUrl, canonical, document_id, followable, is_mobile, is_page, site_of, url_key

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
    ("http://m.a.cn/12.html", "http://www.a.cn/12.html"),
    ("http://wap.a.cn/12.html", "http://m.a.cn/12.html"),
    ("http://mobile.a.cn/12.html", "http://a.cn/12.html"),
    ("http://a.cn/m/sanwen/12.html", "http://a.cn/sanwen/12.html"),
    ("http://a.cn/wap/12.html", "http://a.cn/12.html"),
    ("http://a.cn/m/view.php?aid=12", "http://a.cn/plus/view.php?aid=12"),
    ("http://m.a.cn/view.php?aid=12", "http://a.cn/plus/view.php?aid=12"),
    ("http://a.cn/m/list.php?tid=3", "http://m.a.cn/list.php?tid=3"),
    ("http://a.cn/?q=%D6%D0%B9%FA", "http://a.cn/?q=%E4%B8%AD%E5%9B%BD"),
    ("http://a.cn/tag/%d6%d0%b9%fa/", "http://a.cn/tag/中国"),
    ("http://a.cn/?q=%C1%AA%CD%A8", "http://a.cn/?q=联通"),
    ("http://a.cn/(S(abcd1234efgh))/x.aspx?id=1", "http://a.cn/x.aspx?id=1"),
    ("http://a.cn/x?sid=9f8e7d6c5b4a39281706&id=1", "http://a.cn/x?id=1"),
    ("http://a.cn/x?id=1&from=singlemessage&isappinstalled=0", "http://a.cn/x?id=1"),
    ("http://a.cn/x?spm=a1.b2.c3&id=1", "http://a.cn/x?id=1"),
    ("http://a.cn/x/default.aspx", "http://a.cn/x/"),
    ("http://a.cn/x?&&id=1&", "http://a.cn/x?id=1"),
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
    ("http://a.cn/?q=%D6%D0", "http://a.cn/?q=%E4%B9%9D"),
    ("http://a.cn/?q=%FF%FE", "http://a.cn/?q=%FE%FF"),
    ("http://a.cn/?q=%D6", "http://a.cn/?q=%D7"),
    ("http://a.cn/m/", "http://a.cn/"),
    ("http://a.cn/m/sanwen/", "http://a.cn/sanwen/"),
    ("http://m.cn/x", "http://cn/x"),
    ("http://a.cn/x?sid=12", "http://a.cn/x?sid=13"),
    ("http://a.cn/x?s=zhongguo", "http://a.cn/x?s=riben"),
    ("http://a.cn/x?from=beijing", "http://a.cn/x"),
    ("http://a.cn/plus/view.php?aid=12", "http://a.cn/plus/view.php?aid=13"),
    ("http://a.cn/plus/list.php?tid=12", "http://a.cn/plus/view.php?tid=12"),
    ("http://a.cn/x/S(1)", "http://a.cn/x"),
    ("http://a.cn/moban/12.html", "http://a.cn/12.html"),
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


DOCUMENTS = st.tuples(
    st.sampled_from(["a", "sanwen", "m0", "文库", "p"]), st.integers(1, 30), st.sampled_from(["", "id=1", "id=2", "page=2"])
)
CLOTHES = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["http://", "HTTPS://", " http://x:y@"]),
        "host": st.sampled_from(["a.cn", "www.a.cn", "M.a.cn", "wap.a.cn."]),
        "slash": st.sampled_from(["/", "//", "/./", "/x/../", "/m/", "/(S(abcdefgh1234))/"]),
        "more": st.lists(st.sampled_from(["utm_source=x", "spm=1.2", "PHPSESSID=9f", "sid=0123456789abcdef0x", "from=timeline"]), max_size=2),
        "mark": st.sampled_from(["", "#top", "#"]),
    }
)  # fmt: skip


def dressed(document: tuple[str, int, str], clothes: dict[str, Any]) -> str:
    """An address of one document as some page might write it."""
    folder, number, query = document
    queries = "&".join(filter(None, [query, *clothes["more"]]))
    return f"{clothes['scheme']}{clothes['host']}{clothes['slash']}{folder}/{number}.html?{queries}{clothes['mark']}"


@given(DOCUMENTS, CLOTHES, DOCUMENTS, CLOTHES)
def test_one_key_exactly_when_it_is_one_document(
    one: tuple[str, int, str], here: dict[str, Any], other: tuple[str, int, str], there: dict[str, Any]
) -> None:
    first, second = canonical(dressed(one, here)), canonical(dressed(other, there))
    assert (url_key(first) == url_key(second)) == (one == other), (first, second)


HAN = st.text(alphabet=[bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFA)], min_size=1, max_size=6)


@given(HAN, HAN)
def test_chinese_in_either_charset_is_one_address_and_another_word_is_another(one: str, other: str) -> None:
    def key(text: str, charset: str) -> str:
        return url_key(canonical(f"http://a.cn/?q={quote(text.encode(charset))}"))

    assert key(one, "gbk") == key(one, "utf-8")
    assert (key(one, "gbk") == key(other, "utf-8")) == (one == other)


def test_the_mobile_twin_is_known() -> None:
    for url in ("http://m.a.cn/1.html", "http://a.cn/m/1.html", "http://a.cn/wap/view.php?aid=1"):
        assert is_mobile(url)
    for url in ("http://m.cn/1.html", "http://a.cn/m/", "http://www.a.cn/moban/1.html"):
        assert not is_mobile(url)


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


AGAIN = ("/%2e%2e/b", "/x/.%2e/y", "/index.html?utm_source=x", "/%69ndex.html", "/x?%75tm_source=1", "/%2e/index.html", "/a/index.html/.", "/a/..", "/./a/../b/./")


@pytest.mark.parametrize("path", AGAIN)
def test_what_escapes_hide_is_seen_the_first_time(path: str) -> None:
    once = canonical("http://a.cn" + path)
    assert canonical(once) == once and ".." not in once


@given(st.lists(st.sampled_from(("%2e", ".", "/", "index.html", "%69ndex.html", "a", "?", "&", "utm_source=1", "%75tm_source=2", "b=1", ";jsessionid=1")), max_size=12))
def test_canonical_is_idempotent_on_what_hides(pieces: list[str]) -> None:
    once = canonical("http://a.cn/" + "".join(pieces))
    assert canonical(once) == once


def test_a_folder_that_robots_txt_forbids_has_one_spelling() -> None:
    assert canonical("http://a.cn/x/%2e%2e/private/1.html") == "http://a.cn/private/1.html"
