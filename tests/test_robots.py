"""robots.txt: what a file says to us, case by case (RFC 9309)."""

from __future__ import annotations

import time

import pytest

from crawler.robots import ALLOW_ALL, MAX_BYTES, parse_robots, product_token

US = "User-agent: wenku\n"
ALL = "User-agent: *\n"
# name, robots.txt, path, may we?
CASES: list[tuple[str, str | bytes, str, bool]] = [
    ("empty", "", "/1.html", True),
    ("all forbidden", ALL + "Disallow: /", "/1.html", False),
    ("robots.txt itself is always allowed", ALL + "Disallow: /", "/robots.txt", True),
    ("an empty prohibition forbids nothing", ALL + "Disallow:", "/1.html", True),
    ("a prefix", ALL + "Disallow: /doc", "/document/1.html", False),
    ("case counts in paths", ALL + "Disallow: /Doc/", "/doc/1.html", True),
    ("case does not count in keys and names", "USER-AGENT: WenKu\ndisallow: /doc/", "/doc/1.html", False),
    ("our group and not the general one", ALL + "Disallow: /\n" + US + "Disallow: /a/", "/b/1.html", True),
    ("our group, whatever the order", US + "Disallow: /a/\n" + ALL + "Disallow: /", "/b/1.html", True),
    ("another's group", "User-agent: otherbot\nDisallow: /", "/1.html", True),
    ("a name that ours begins with is another's", "User-agent: wen\nDisallow: /", "/1.html", True),
    ("a name that begins with ours is another's", "User-agent: wenkubot\nDisallow: /", "/1.html", True),
    ("our name with a version", "User-agent: wenku/0.1\nDisallow: /", "/1.html", False),
    ("two groups of ours are one", US + "Disallow: /a/\nUser-agent: x\nDisallow: /\n" + US + "Disallow: /b/", "/b/1", False),
    ("several names share a group", "User-agent: x\n" + US + "Disallow: /a/", "/a/1", False),
    ("a name after a rule begins a group", "User-agent: x\nDisallow: /a/\n" + US + "Disallow: /b/", "/a/1", True),
    ("a sitemap between names is no rule", "User-agent: x\nSitemap: http://a.cn/s.xml\n" + US + "Disallow: /", "/1", False),
    ("a group of ours without rules allows", ALL + "Disallow: /\n" + US, "/1.html", True),
    ("a rule before any name is nobody's", "Disallow: /\n" + US + "Disallow: /a/", "/b", True),
    ("the longest rule wins", ALL + "Disallow: /doc/\nAllow: /doc/free/", "/doc/free/1.html", True),
    ("the longest rule wins, in any order", ALL + "Allow: /doc/free/\nDisallow: /doc/", "/doc/2.html", False),
    ("of equals the one that allows wins", ALL + "Disallow: /page\nAllow: /page", "/page/1", True),
    ("a star", ALL + "Disallow: /*.php", "/a/b.php?x=1", False),
    ("a star in the middle", ALL + "Disallow: /c/*/print", "/c/12/34/print.html", False),
    ("an end", ALL + "Disallow: /*.php$", "/a.php?x=1", True),
    ("an end that fits", ALL + "Disallow: /*.php$", "/a.php", False),
    ("only the home page", ALL + "Allow: /$\nDisallow: /", "/a", False),
    ("an allowed index page is not its folder", ALL + "Disallow: /\nAllow: /index.html", "/", False),
    ("a query", ALL + "Disallow: /*?", "/list?page=2", False),
    ("a dollar inside is a dollar", ALL + "Disallow: /a$b", "/a$b/1", False),
    ("an escaped star is a star", ALL + "Disallow: /a%2Ab", "/axb", True),
    ("escapes of plain letters are those letters", ALL + "Disallow: /%64oc/", "/doc/1", False),
    ("an escaped slash is no slash", ALL + "Disallow: /a%2Fb", "/a/b", True),
    ("escapes in any case", ALL + "Disallow: /%e6%96%87/", "/%E6%96%87/1", False),
    ("raw characters are UTF-8", ALL + "Disallow: /文档/", "/%E6%96%87%E6%A1%A3/1", False),
    ("raw characters in a file in GBK, address in GBK", (ALL + "Disallow: /文档/").encode("gbk"), "/%CE%C4%B5%B5/1", False),
    ("raw characters in a file in GBK, address in UTF-8", (ALL + "Disallow: /文档/").encode("gbk"), "/%E6%96%87%E6%A1%A3/1", False),
    ("GBK escapes are themselves", ALL + "Disallow: /%CE%C4/", "/%CE%C4/1", False),
    ("one GBK folder is not another", ALL + "Disallow: /%CE%C4/", "/%B5%B5/1", True),
    ("a mark of UTF-8 before the first name", b"\xef\xbb\xbf" + ALL.encode() + b"Disallow: /", "/1", False),
    ("UTF-16", (ALL + "Disallow: /").encode("utf-16"), "/1", False),
    ("full-width colons", "User-agent：*\nDisallow：/a/", "/a/1", False),
    ("comments and blanks", "  User-agent : * # all\n\n  Disallow : /a/ # no\n", "/a/1", False),
    ("old Macintosh line ends", ALL.replace("\n", "\r") + "Disallow: /a/\rAllow: /b/", "/a/1", False),
    ("a next-line sign ends no line", ALL + "Disallow: /a\x85/", "/a", True),
    ("a missing slash", ALL + "Disallow: admin/", "/admin/1", False),
    ("a misspelt prohibition", ALL + "Disalow: /a/", "/a/1", False),
    ("a web page instead of rules", "<html><body><p>User-agent</p>Disallow</body></html>", "/1", True),
    ("bytes of no charset", b"\xff\xfe\xfa" * 50 + b"\n\x00" + ALL.encode(), "/1", True),
    ("the limit cuts no rule in half", (ALL + "Disallow: /a/\n").encode() + b"#" * (MAX_BYTES - 35) + b"\nDisallow: /xyz", "/x", True),
    ("before the limit all counts", (ALL + "Disallow: /a/\n").encode() + b"#\n" * MAX_BYTES, "/a/1", False),
    ("beyond the limit nothing counts", ALL.encode() + b"#\n" * MAX_BYTES + b"Disallow: /", "/1", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "allowed"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_allowed(text: str | bytes, path: str, allowed: bool) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    assert parse_robots(data, "wenku").allows("http://www.a.cn" + path) is allowed


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 25 and len({case[0] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 2\nUser-agent: wenku\nCrawl-delay: 7", 7),
        ("User-agent: *\nCrawl-delay: 2\nUser-agent: wenku\nDisallow:", 0),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -3", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("Crawl-delay: 3", 0),
    ],
)
def test_delay(text: str, delay: float) -> None:
    assert parse_robots(text.encode(), "wenku").delay == delay


def test_sitemaps_belong_to_no_group() -> None:
    text = "Sitemap: http://a.cn/1.xml\nUser-agent: x\nsitemap: http://a.cn/2.xml # second\nSitemap:\nSitemap: http://a.cn/1.xml"
    assert parse_robots(text.encode(), "wenku").sitemaps == ("http://a.cn/1.xml", "http://a.cn/2.xml")


def test_our_name_is_the_first_word_of_the_user_agent() -> None:
    assert product_token("wenku/0.1 (+https://example.org/)") == "wenku"
    assert product_token("Wenku-Bot/2") == "wenku-bot"
    assert product_token("") == product_token("2") == ""


def test_nothing_said_allows_everything() -> None:
    assert ALLOW_ALL.allows("http://a.cn") and ALLOW_ALL.allows("http://a.cn/?q=*$")


def test_hostile_rules_take_no_time() -> None:
    """Exponential or quadratic work would not end here."""
    text = ALL + "Disallow: /" + "*a" * 5000 + "$\n" + "".join(f"Disallow: /*{n}*x*y\n" for n in range(15_000))
    assert parse_robots(text.encode(), "wenku").allows("http://a.cn/" + "a" * 2000 + "b")
    assert parse_robots(b"a" + b" " * MAX_BYTES, "wenku") == ALLOW_ALL


def test_many_names_above_many_rules_take_no_time() -> None:
    data = b"User-agent: a\n" * 15_000 + b"User-agent: *\n" + b"Disallow: /x\n" * 15_000
    began = time.process_time()
    robots = parse_robots(data, "wenku")
    assert time.process_time() - began < 5
    assert not robots.allows("http://a.cn/x") and robots.allows("http://a.cn/y")


def test_two_marks_at_the_beginning() -> None:
    assert not parse_robots("\ufeff\ufeffUser-agent: *\nDisallow: /".encode(), "wenku").allows("http://a.cn/1")
