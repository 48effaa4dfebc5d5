"""The faults and what must happen. A row is a fault of one page (`PAGES`) or of a whole host (`HOSTS`).

A page fault stands in the place of an article of a library, or of its second page (`part`). Rows about traps can
be added in the same way: a route, the state in which its address must end, and what the ledger notes of it.
"""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli

from tests.faults.server import Asked, Raw, moved, raw

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault happens: the page that should stand there, and the addresses of other hosts."""

    html: bytes
    url: str
    start: str  # the library's home page
    good: str  # an article that is fine
    inner: str  # a server on this machine that nobody named, "127.0.0.3:PORT"
    port: int


Make = Callable[[Place, Asked], Raw]


@dataclass(frozen=True, slots=True)
class Fault:
    """A page fault. `state` and `note` are what the ledger holds in the end, `most` the requests that it may cost."""

    name: str
    make: Make
    state: str
    note: str = ""
    published: bool = False
    most: int = 1
    part: bool = False  # it happens to the second page of the article
    truncated: bool = False


def coded(coding: str, pack: Callable[[bytes], bytes], cut: int = 0) -> Make:
    """The page in a content coding, without its last `cut` bytes; Content-Length tells the truth about what is sent."""

    def make(place: Place, asked: Asked) -> Raw:
        data = pack(place.html)
        return raw(data[: len(data) - cut], f"Content-Encoding: {coding}")

    return make


def body(data: bytes | str, *headers: str, status: str = "200 OK") -> Make:
    return lambda place, asked: raw(data, *headers, status=status)


def to(address: str, status: str = "302 Found") -> Make:
    """A redirect to `address`, in which the fields of Place may be named."""
    return lambda place, asked: moved(address.format(place=place), status)


def refresh(address: str) -> Make:
    return lambda place, asked: raw(
        f'<html><head><meta http-equiv="refresh" content="0; url={address.format(place=place)}"></head><body></body></html>'
    )


def chunks(place: Place, asked: Asked) -> Raw:
    half = place.html[: len(place.html) // 2]
    return raw(b"%x\r\n%s\r\n" % (len(half), half), "Transfer-Encoding: chunked", length=None)


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def damaged(data: bytes) -> bytes:
    packed = gzip.compress(data)
    return packed[:-8] + b"\0\0\0\0" + packed[-4:]


def office() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return made.getvalue()


def half(place: Place) -> bytes:
    return place.html[: len(place.html) * 2 // 3]


LOGIN = """<html><head><meta charset="utf-8"><title>会员登录 - 长河文库</title></head><body><h2>会员登录</h2>
<form action="/login" method="post"><p>用户名 <input name="u"></p><p>密码 <input type="password" name="p"></p>
<p><button>登录</button> <a href="/reg">注册</a></p></form></body></html>"""
ASKED_TO_LOG_IN = "<html><head><title>提示</title></head><body><p>您还没有登录，请先登录后查看全文。</p></body></html>"
CAPTCHA = """<html><head><title>请输入验证码</title></head><body><p>为了继续浏览，请输入图中的验证码</p>
<img src="/code.png"><form><input name="code"><button>提交</button></form></body></html>"""
SLIDER = """<html><head><title>安全验证</title></head><body><div id="box"><p>请按住滑块，拖动到最右边</p></div><script src="/s.js"></script></body></html>"""
CHALLENGE = """<html><head><script>var a="3f9c";document.cookie="pass="+a.split("").reverse().join("")+";path=/";
location.reload();</script></head><body></body></html>"""
PACKED = """<html><head><script>eval(function(p,a,c){return p}("0 1",2,2))</script></head><body></body></html>"""
BLOCKED = """<html><head><title>访问被拦截</title></head><body><h1>您的请求已被网站防火墙拦截</h1><p>事件编号 8842</p><script>var t=1;</script></body></html>"""
ENGLISH = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before you go on.</p><script>go()</script></body></html>"
MISSING = "<html><head><title>提示信息</title></head><body><p>对不起，您访问的文章不存在或已被删除！</p><a href='/'>返回首页</a></body></html>"
BUSY = "<html><head><title>提示</title></head><body><p>访问过于频繁，请稍后再试</p></body></html>"
DATA_LOSS, CUT, ROBOT = "ResponseDataLossError", "cut off", "a robot check"

PAGES: tuple[Fault, ...] = (
    # bodies that are not whole: never published, tried again
    Fault("Content-Length says more", lambda p, a: raw(half(p), length=len(p.html)), "failed", DATA_LOSS, most=2),
    Fault("Content-Length says less", lambda p, a: raw(p.html, length=len(half(p))), "failed", CUT, most=2),
    Fault("chunks without an end", chunks, "failed", DATA_LOSS, most=2),
    Fault("no length, and cut", lambda p, a: raw(half(p), length=None), "failed", CUT, most=2),
    Fault("no length, and whole", lambda p, a: raw(p.html, length=None), "done", published=True),
    Fault("cut once", lambda p, a: raw(p.html if a.count else half(p), length=len(p.html)), "done", published=True, most=2),
    Fault("an empty answer", body(b""), "failed", "empty", most=2),
    Fault("204", body(b"", status="204 No Content"), "failed", "empty", most=2),
    Fault("206 to a whole question", lambda p, a: raw(p.html, status="206 Partial Content"), "failed", "206", most=2),
    Fault("cut gzip", coded("gzip", gzip.compress, 300), "failed", CUT, most=2),
    Fault("gzip without its check sum", coded("gzip", gzip.compress, 4), "failed", CUT, most=2),
    Fault("gzip with a wrong check sum", coded("gzip", damaged), "failed", CUT, most=2),
    Fault("cut deflate", coded("deflate", zlib.compress, 300), "failed", CUT, most=2),
    Fault("cut bare deflate", coded("deflate", bare, 300), "failed", CUT, most=2),
    Fault("cut brotli", coded("br", brotli.compress, 300), "failed", CUT, most=2),
    Fault("cut zstd", coded("zstd", zstd.compress, 300), "failed", CUT, most=2),
    Fault("whole gzip", coded("gzip", gzip.compress), "done", published=True),
    Fault("whole deflate", coded("deflate", zlib.compress), "done", published=True),
    Fault("whole bare deflate", coded("deflate", bare), "done", published=True),
    Fault("whole brotli", coded("br", brotli.compress), "done", published=True),
    Fault("whole zstd", coded("zstd", zstd.compress), "done", published=True),
    Fault("says gzip and is plain", coded("gzip", bytes), "done", published=True),
    Fault("a gzip bomb", body(gzip.compress(b" " * 30_000_000), "Content-Encoding: gzip"), "failed", "too large"),
    Fault("signs for the terminal in the title", lambda p, a: raw(p.html.replace(b"<h1>", b"<h1>\x1b[31m\xe2\x80\xae")), "done", published=True),
    # files in the place of pages
    Fault("a PDF", body(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 500), "done", "not a page: a PDF"),
    Fault("an image", body(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 99), "done", "not a page: an image"),
    Fault("an office file", body(office()), "done", "not a page: an archive or an office file"),
    Fault("an old office file", body(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500), "done", "not a page: an office file"),
    Fault("a RAR archive", body(b"Rar!\x1a\x07\x01\0" + b"\0" * 99), "done", "not a page: an archive"),
    # errors, said and unsaid
    Fault("404", body("没有", status="404 Not Found"), "gone", "HTTP 404"),
    Fault("410", body("没有", status="410 Gone"), "gone", "HTTP 410"),
    Fault("an error page with status 200", body(MISSING), "gone", "an error page"),
    Fault("a busy page with status 200", body(BUSY), "failed", "come back later"),
    Fault("500", body("坏了", status="500 Internal Server Error"), "failed", "HTTP 500", most=2),
    Fault("304 to no condition", body(b"", status="304 Not Modified"), "failed", "HTTP 304"),
    Fault("a broken connection", lambda p, a: Raw(b"HTTP/1.1 200 OK\r\nContent-", reset=True), "failed", "", most=2),
    Fault("no word at all", lambda p, a: Raw(), "failed", "", most=2),
    Fault("no HTTP", lambda p, a: Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "failed", "", most=2),
    Fault("silence", lambda p, a: Raw(hang=True), "failed", "Timeout", most=2),
    Fault("429, then the page", lambda p, a: raw(p.html) if a.count else raw("稍后", "Retry-After: 1", status="429 Too Many Requests"),
          "done", published=True, most=2),
    Fault("503, then the page", lambda p, a: raw(p.html) if a.count else raw("维护", "Retry-After: 1", status="503 Service Unavailable"),
          "done", published=True, most=2),
    # what stands in the way
    Fault("a login", body(LOGIN), "failed", "a login"),
    Fault("a request to log in", body(ASKED_TO_LOG_IN), "failed", "a login"),
    Fault("a captcha", body(CAPTCHA), "failed", "a captcha"),
    Fault("a slider", body(SLIDER), "failed", ROBOT),
    Fault("a script that sets a cookie", body(CHALLENGE), "failed", ROBOT),
    Fault("a script that hides what it does", body(PACKED), "failed", ROBOT),
    Fault("a fire wall", body(BLOCKED), "failed", ROBOT),
    Fault("a robot check in English", body(ENGLISH), "failed", ROBOT),
    Fault("412 with a script", body(CHALLENGE, status="412 Precondition Failed"), "failed", f"HTTP 412, {ROBOT}"),
    Fault("403 with a fire wall", body(BLOCKED, status="403 Forbidden"), "failed", f"HTTP 403, {ROBOT}"),
    Fault("521 with a script", body(PACKED, status="521 ."), "failed", f"HTTP 521, {ROBOT}"),
    Fault("403 and no more", body("不行", status="403 Forbidden"), "failed", "HTTP 403"),
    # redirects
    Fault("a redirect to itself", to("{place.url}"), "failed", "max redirections", most=11),
    Fault("a circle of redirects", lambda p, a: moved(f"{p.url}?p={2 if a.path.endswith('1') else 1}"), "failed", "max redirections", most=11),
    Fault("a redirect to a page that is known", to("{place.good}"), "done", "document"),
    Fault("a redirect to the home page", to("{place.start}"), "gone", "redirect to"),
    Fault("a redirect to another library", to("http://127.0.1.1:{place.port}/about.html?from=here"), "done", "redirect to"),
    Fault("a redirect with signs for the terminal", to("/doc/\x1b[2J\x9b9.html"), "gone", "HTTP 404"),
    Fault("a redirect to nowhere", body(b"", status="302 Found"), "failed", "HTTP 302"),
    Fault("a redirect to a script", to("javascript:alert(1)"), "failed", "Missing scheme"),
    Fault("a redirect to a file", to("file:///etc/hostname"), "failed", "HTTP 302"),
    Fault("a redirect to loopback", to("http://{place.inner}/"), "done", "inner address"),
    Fault("a redirect to another port here", to("http://127.0.0.2:9/"), "done", "inner address"),
    Fault("a redirect to a name of loopback", to("http://localhost:{place.port}/"), "done", "inner address"),
    Fault("a redirect to loopback as a number", to("http://2130706435:{place.port}/"), "done", "bad address"),
    Fault("a redirect to a name of one label that is a number", to("http://0x7f000003:{place.port}/"), "done", "bad address"),
    Fault("a redirect with a password", to("http://user:geheim@127.0.0.1:{place.port}/"), "done", "bad address"),
    Fault("a redirect longer than any address", to("/doc/" + "9" * 2500 + ".html"), "done", "bad address"),
    Fault("a redirect to loopback in IPv6", to("http://[::1]:{place.port}/"), "done", "inner address"),
    Fault("a redirect to loopback as IPv4 in IPv6", to("http://[::ffff:127.0.0.3]:{place.port}/"), "done", "inner address"),
    Fault("a redirect to a private network", to("https://10.0.0.1/"), "done", "inner address"),
    Fault("a redirect to the machine's own data", to("http://169.254.169.254/latest/meta-data/"), "done", "inner address"),
    Fault("a page that sends on to loopback", refresh("http://{place.inner}/"), "done", "inner address"),
    Fault("a page that sends on to itself", refresh("{place.url}"), "failed", "max redirections", most=11),
    # second pages of articles
    Fault("a second page that is gone", body("没有", status="404 Not Found"), "done", part=True, published=True, truncated=True),
    Fault("a second page that is a PDF", body(b"%PDF-1.7\n"), "done", part=True, published=True, truncated=True),
    Fault("a second page inside", to("http://{place.inner}/"), "done", part=True, published=True, truncated=True),
    Fault("a second page that is cut", lambda p, a: raw(half(p), length=len(p.html)), "failed", DATA_LOSS, part=True, most=2),
    Fault("a second page behind a login", body(LOGIN), "failed", "a login", part=True),
    Fault("a second page that is refused", body(BLOCKED, status="403 Forbidden"), "failed", "HTTP 403", part=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Host:
    """A fault of a host that has two articles: what its robots.txt is, and what comes of it. `said` stands in the log."""

    name: str
    robots: Route
    documents: int
    start: str = "done"  # the state of its home page
    said: str = ""
    most: int = 99  # requests for robots.txt


Route = Callable[[Asked], Raw]


def text(data: str | bytes, *headers: str, status: str = "200 OK") -> Route:
    return lambda asked: raw(data, *headers, status=status, kind="text/plain")


def hops(count: int, last: str) -> Route:
    """`count` redirects before robots.txt says `last`. The way leads over /robots.txt?N."""

    def route(asked: Asked) -> Raw:
        step = int(asked.path.partition("?")[2] or 0)
        return moved(f"/robots.txt?{step + 1}") if step < count else raw(last, kind="text/plain")

    return route


NOTHING = "User-agent: *\nDisallow: /\n"
HOSTS: tuple[Host, ...] = (
    Host("no robots.txt", text("", status="404 Not Found"), 2, most=1),
    Host("robots.txt forbidden", text(NOTHING, status="403 Forbidden"), 2),
    Host("robots.txt that wants a login", text(NOTHING, status="401 Unauthorized"), 2),
    Host("everything forbidden", text(NOTHING), 0, "done", most=1),
    Host("lists allowed, articles forbidden", text("User-agent: *\nDisallow: /doc/"), 0),
    Host("another robot forbidden", text("User-agent: wenkubot\nDisallow: /"), 2),
    Host("a page in the place of robots.txt", text("<html><body>User-agent: *<br>Disallow: /</body></html>"), 2),
    Host("robots.txt with 500", text("", status="500 Internal Server Error"), 0, "queued", "HTTP 500", most=2),
    Host("robots.txt with 503 and long Retry-After", text("", "Retry-After: 7200", status="503 ."), 0, "queued", "7200", most=1),
    Host("robots.txt with 429, then the file", lambda a: text("User-agent: *\nDisallow:")(a) if a.count
         else text("", "Retry-After: 1", status="429 .")(a), 2, most=2),
    Host("robots.txt with 429 for ever", text("", "Retry-After: 0", status="429 ."), 0, "queued", "HTTP 429"),
    Host("robots.txt that is cut", lambda a: raw(NOTHING[:20], length=99), 0, "queued", DATA_LOSS),
    Host("robots.txt that never comes", lambda a: Raw(hang=True), 0, "queued", "Timeout"),
    Host("robots.txt that breaks off", lambda a: Raw(reset=True), 0, "queued", "robots.txt:"),
    Host("robots.txt as a bomb", text(gzip.compress(b"#" * 9_000_000), "Content-Encoding: gzip"), 0, "queued", "too large"),
    Host("robots.txt behind five redirects", hops(5, NOTHING), 0),
    Host("robots.txt behind six redirects", hops(6, NOTHING), 2),
    Host("robots.txt inside", lambda a: moved("http://127.0.0.3/robots.txt"), 0, "queued", "inner address"),
    Host("robots.txt in gzip", text(gzip.compress(NOTHING.encode()), "Content-Encoding: gzip"), 0),
)  # fmt: skip
