"""What a trap is and what is none: tables of addresses, and small sites told page by page."""

from __future__ import annotations

import pytest

from crawler.page import Block, Kind, Link, LinkKind, Page, Zone
from crawler.traps import BARREN, Traps, fingerprint
from crawler.traps.fading import Fading
from crawler.traps.shapes import circles, number_of, shapes
from crawler.urls import url_key

A = "http://a.cn"

CIRCLES = [
    ("/a/b/a/b/", True),
    ("/a/b/c/a/b/c/1.html", True),
    ("/x/a/b/a/b/1.html", True),
    ("/a/a/a/", True),
    ("/news/list/news/1/news/2.html", True),
    ("/" + "/".join(map(str, range(30))), True),
    ("/x?" + "&".join(f"p{n}=1" for n in range(20)), True),
    ("/a/a/1.html", False),  # a column and its first sub-column share a name
    ("/sanwen/2019/05/05/05.html", False),
    ("/2019/2019/2019/", False),
    ("/a/b/c/d/e/f/1.html", False),
    ("/a/1/b/1/c/1.html", False),
    ("/", False),
    ("", False),
    ("/list.php?cat=1&sort=2&page=3", False),
    ("/a//b/", False),
]


@pytest.mark.parametrize(("path", "found"), CIRCLES)
def test_circles(path: str, found: bool) -> None:
    assert circles(A + path) is found


ONE_SHAPE = [
    ("/sanwen/12.html", "/sanwen/3456.html"),
    ("/tag/%E6%98%A5/", "/tag/%E7%A7%8B%E5%A4%A9/"),
    ("/list.php?cat=1&page=2", "/list.php?page=9&cat=7"),
    ("/s/9f8e7d6c5b/1.html", "/s/0a1b2c3d4e/2.html"),
    ("/x/a-very-long-name-of-an-article.html", "/x/another-very-long-name-it-is.html"),
]
TWO_SHAPES = [
    ("/sanwen/12.html", "/shige/12.html"),
    ("/list.php?cat=1", "/list.php?cat=1&sort=2"),
    ("/sanwen/", "/sanwen/12.html"),
    ("/tag/a/", "/author/a/"),
]


@pytest.mark.parametrize(("one", "other"), ONE_SHAPE)
def test_addresses_of_one_template_share_a_shape(one: str, other: str) -> None:
    assert shapes(A + one) == shapes(A + other)


@pytest.mark.parametrize(("one", "other"), TWO_SHAPES)
def test_other_templates_have_other_shapes(one: str, other: str) -> None:
    assert shapes(A + one)[0] != shapes(A + other)[0]


NUMBERS = [
    ("/sanwen/12345.html", "12345"),
    ("/special/arc-2531.html", "2531"),
    ("/plus/view.php?aid=2531", "2531"),
    ("/12345_2.html", ""),
    ("/t20190912_123.html", ""),
    ("/sanwen/12.html", ""),
    ("/view.php?aid=2531&page=2", ""),
    ("/2019/", ""),
]


@pytest.mark.parametrize(("path", "number"), NUMBERS)
def test_the_number_of_an_article(path: str, number: str) -> None:
    assert number_of(A + path) == number


# ---- small sites ------------------------------------------------------------------------------------------


def listing(*links: str, title: str = "散文", kind: LinkKind = LinkKind.ARTICLE) -> Page:
    lines = [Block(f"看{link}", Zone.BODY) for link in links]
    return Page(kind=Kind.LIST, title=title, blocks=lines, links=[Link(A + link, f"看{link}", kind) for link in links])


def article(text: str, *, claim: str = "") -> Page:
    return Page(kind=Kind.ARTICLE, title=text[:6], blocks=[Block(text, Zone.BODY)], canonical=claim and A + claim)


def read(traps: Traps, path: str, page: Page) -> list[str]:
    """The paths that are followed from `page`."""
    kept = traps.read(A + path, page, [(link.url, link.kind) for link in page.links])
    return [url.removeprefix(A) for url, _ in kept]


def test_lists_that_show_nothing_new_are_left() -> None:
    traps = Traps(pages=5)
    read(traps, "/sanwen/", listing("/doc/1.html", "/doc/2.html"))
    for n in range(4):
        read(traps, f"/tag/{n}", listing("/doc/2.html", "/doc/1.html", title=f"标签{n}号" + "甲乙丙丁"[n]))
    assert not traps.spent(f"{A}/tag/9")
    read(traps, "/tag/5", listing("/doc/1.html", title="戊"))
    assert traps.spent(f"{A}/tag/9")
    assert not traps.spent(f"{A}/sanwen/list_2.html"), "another shape"


def test_a_list_that_shows_an_article_nobody_has_seen_is_worth_its_visit() -> None:
    traps = Traps(pages=5)
    for n in range(60):
        if n % 4 == 0:
            traps.landed(f"{A}/doc/{n}.html", "document")
        shown = [f"/doc/{m}.html" for m in range(0, n + 1, 4)]
        read(traps, f"/sanwen/list_{n}.html", listing(*shown, title=f"散文{'天地玄黄宇宙洪荒'[n % 8] * (n // 8 + 1)}"))
        assert not traps.spent(f"{A}/sanwen/list_{n + 1}.html")


def test_lists_that_promise_articles_must_keep_the_promise() -> None:
    traps = Traps(pages=5)
    pages = 0
    while not traps.spent(f"{A}/old/list_1.html"):
        pages += 1
        read(traps, f"/old/list_{pages}.html", listing(f"/old/{pages}00.html", title="旧" * pages))
        assert pages < 100
    assert pages == 45, "40 promises, and five pages more"
    traps.landed(f"{A}/old/4500.html", "document")
    assert not traps.spent(f"{A}/old/list_1.html"), "a document earns the list back that led to it"


def test_removed_articles_cost_little_and_their_neighbours_are_forgiven() -> None:
    traps = Traps(pages=5)
    for n in range(12):
        traps.landed(f"{A}/doc/{n}.html", "gone")
    assert not traps.spent(f"{A}/doc/99.html")
    traps.landed(f"{A}/doc/12.html", "gone")
    assert traps.spent(f"{A}/doc/99.html")
    assert not traps.spent(f"{A}/show/99.html"), "what is gone says nothing of other shapes"
    traps.landed(f"{A}/doc/13.html", "document")
    assert not traps.spent(f"{A}/doc/99.html")


def test_some_of_a_spent_shape_are_asked_for_and_may_earn_it_back() -> None:
    traps = Traps(pages=5)
    for n in range(5):
        traps.landed(f"{A}/pic/{n}.html", "rejected")
    asked = [n for n in range(1, 101) if not traps.look(f"{A}/pic/{n}.html").reason]
    assert asked == [1, 3, 9, 27, 81]
    traps.landed(f"{A}/pic/81.html", "document")
    assert not any(traps.look(f"{A}/pic/{n}.html").reason == BARREN for n in range(100))


def test_a_maze_in_which_every_address_has_a_shape_of_its_own() -> None:
    traps = Traps(pages=5)
    words = [f"{a}{b}" for a in "abcdefgh" for b in "uvwxyz"]
    left = [word for word in words if not traps.spent(f"{A}/maze/{word}/x.html") and read(
        traps, f"/maze/{word}/x.html", listing(title=word * 3)) == []]  # fmt: skip
    assert len(left) == 10


def test_no_limit() -> None:
    traps = Traps(pages=0)
    for n in range(500):
        traps.landed(f"{A}/doc/{n}.html", "rejected")
    assert not traps.spent(f"{A}/doc/999.html")


def test_the_last_page_again_has_no_links() -> None:
    traps = Traps()
    last = listing("/doc/1.html", "/doc/2.html")
    last.blocks.append(Block("第 9 页"))
    again = listing("/doc/1.html", "/doc/2.html")
    again.blocks.append(Block("第 10 页"))
    assert fingerprint(last) == fingerprint(again)
    assert read(traps, "/list_9.html", last) and read(traps, "/list_9.html", last), "the same address may come twice"
    assert read(traps, "/list_10.html", again) == []
    assert traps.counts["pages seen before"] == 1


def test_lists_that_differ_in_their_articles_alone_are_two() -> None:
    assert fingerprint(listing("/2019/1.html", "/2019/2.html")) != fingerprint(listing("/2019/1.html", "/2019/3.html"))


def test_a_copy_keeps_its_links() -> None:
    traps = Traps()
    for path in ("/doc/1.html", "/doc/900.html"):
        page = article("我们在南坡种了二十棵柳树。")
        page.links = [Link(f"{A}/doc/next-of-{path[5]}.html", "下一篇", LinkKind.ARTICLE)]
        assert read(traps, path, page), "it has neighbours of its own"


def test_an_error_page_leads_nowhere() -> None:
    page = listing("/doc/1.html")
    page.kind = Kind.ERROR
    assert read(Traps(), "/doc/0.html", page) == []


def test_a_parameter_that_changes_nothing_is_learned() -> None:
    traps = Traps()
    for text in ("一棵树站在村口。", "两条河在这里汇合。", "三个人走过石桥。"):
        for mark in ("x1a", "y2b"):
            read(traps, f"/doc/{text.encode().hex()}.html?laizi={mark}", article(text))
    page = listing("/doc/5.html?laizi=z3c", "/list.html?page=2")
    assert read(traps, "/", page) == ["/doc/5.html?laizi=x1a", "/list.html?page=2"]
    verdict = traps.look(f"{A}/doc/6.html?laizi=z3c")
    assert verdict.reason and verdict.instead == f"{A}/doc/6.html?laizi=x1a"
    assert not traps.look(verdict.instead).reason


def test_a_parameter_that_changes_something_once_is_never_taken_for_nothing() -> None:
    traps = Traps()
    read(traps, "/list?leibie=sanwen", listing("/doc/1.html"))
    read(traps, "/list?leibie=shige", listing("/doc/2.html"))
    for text in ("一棵树站在村口。", "两条河在这里汇合。", "三个人走过石桥。", "四面都是山。"):
        for name in ("sanwen", "shige"):
            read(traps, f"/doc/{text.encode().hex()}.html?leibie={name}", article(text))
    assert read(traps, "/", listing("/doc/5.html?leibie=shige")) == ["/doc/5.html?leibie=shige"]


def test_the_number_of_a_page_is_never_taken_for_nothing() -> None:
    traps = Traps()
    for cat in range(5):
        for page in range(1, 5):
            read(traps, f"/list?cat={cat}&page={page}", listing(f"/doc/{cat}.html", title="甲乙丙丁戊"[cat]))
    assert not traps.look(f"{A}/list?cat=1&page=9").instead


def test_one_number_under_two_addresses_is_learned() -> None:
    traps = Traps()
    texts = {"101": "一棵树站在村口。", "102": "两条河在这里汇合。", "103": "三个人走过石桥。"}
    for number, text in texts.items():
        for path in (f"/special/arc-{number}.html", f"/sanwen/{number}.html"):
            assert not traps.look(A + path).reason
            read(traps, path, article(text))
    read(traps, "/special/arc-104.html", article("四面都是山。"))
    assert traps.look(f"{A}/shige/104.html").reason and not traps.look(f"{A}/special/arc-104.html").reason
    assert not traps.look(f"{A}/shige/105.html").reason, "nobody has read number 105"
    assert not traps.look(f"{A}/shige/list_104.html").reason, "a list is no article"
    read(traps, "/other/101.html", article("五月的麦子黄了。"))
    assert not traps.look(f"{A}/shige/104.html").reason, "one number, two articles: on this site it names nothing"


# (the address, what the page says is its address, which is believed)
CLAIMS = [
    ("/special/arc-2531.html", "/domestic/2531.html", "/domestic/2531.html"),
    ("/m/view.php?aid=2531", "/a/2019/2531.html", "/a/2019/2531.html"),
    ("/doc/2531_2.html", "/doc/2531.html", "/doc/2531_2.html"),  # the second page of an article names the first
    ("/doc/2531.html", "", "/doc/2531.html"),
    ("/doc/2531.html", "/", "/doc/2531.html"),
    ("/doc/2531.html", "/sanwen/", "/doc/2531.html"),
    ("/doc/2531.html", "/doc/9999.html", "/doc/2531.html"),
    ("/doc/2531.html", "/doc/2531.pdf", "/doc/2531.html"),
    ("/doc/2531.html", "/search?q=2531", "/doc/2531.html"),
]


@pytest.mark.parametrize(("path", "claim", "believed"), CLAIMS)
def test_what_a_page_says_is_its_address(path: str, claim: str, believed: str) -> None:
    found, covered = Traps().address(A + path, article("四面都是山。", claim=claim))
    assert found == A + believed
    assert covered == (url_key(found) != url_key(A + path))


def test_another_site_or_no_address_is_never_claimed() -> None:
    for claim in ("http://b.cn/doc/2531.html", "javascript:;", "http://"):
        page = article("四面都是山。")
        page.canonical = claim
        assert Traps().address(f"{A}/doc/2531.html", page) == (f"{A}/doc/2531.html", False)


def test_a_site_on_which_two_articles_claim_one_address_is_not_believed() -> None:
    traps = Traps()
    for path, text in (("/a/2531.html", "四面都是山。"), ("/b/2531.html", "五月的麦子黄了。")):
        found, _ = traps.address(A + path, article(text, claim="/doc/2531.html"))
    assert found == f"{A}/b/2531.html"
    assert traps.address(f"{A}/a/777.html", article("六个孩子。", claim="/doc/777.html"))[0] == f"{A}/a/777.html"


def test_a_name_without_a_number_is_believed_when_others_stood_where_they_said() -> None:
    traps = Traps()
    for n, text in enumerate(("一棵树站在村口。", "两条河在这里汇合。", "三个人走过石桥。")):
        claim = f"/doc/a-long-name-of-an-article-{'xyz'[n]}.html"
        assert traps.address(f"{A}/p/{n}00.html", article(text, claim=claim)) == (f"{A}/p/{n}00.html", False)
        assert traps.address(A + claim, article(text, claim=claim))[0] == A + claim
    claim = "/doc/a-long-name-of-an-article-w.html"
    assert traps.address(f"{A}/p/900.html", article("四面都是山。", claim=claim)) == (A + claim, True)


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory: Fading[int, int] = Fading(10)
    for n in range(100):
        memory.put(n, n)
    assert len(memory) <= 20 and 99 in memory and 0 not in memory and memory.get(95) == 95


def test_sites_are_forgotten_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.traps.traps.ENTRIES", 100)
    traps = Traps()
    for n in range(200):
        url = f"http://s{n}.cn/"
        traps.read(url, listing("/1.html", "/2.html"), [(f"{url}1.html", LinkKind.ARTICLE)])
    assert len(traps._sites) < 40 and "s199.cn" in traps._sites
