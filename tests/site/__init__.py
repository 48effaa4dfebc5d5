"""A library that changes between two visits: articles can be added, changed and removed, its server can be slow,
broken or gone, and every visit is counted. For tests of incremental runs, of kills and of volume.

    with Library(articles=40) as library:
        run_scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", data=tmp_path, env=library.env)
        library.change(3)
        library.hits(library.url(3))
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from crawler.demo.response import Response
from crawler.demo.serve import Server

BEGIN = datetime(2023, 1, 2, 9, 0, tzinfo=UTC)
PLACES = "云溪区 柳河镇 石桥乡 青石岭 杨树沟 黑松沟 梧桐里 临江县 书院街 桃源坝 狮子坳 岭上村 杏花苑 鹰嘴岩 新开河 北大营".split()
UNITS = "水利站 文化馆 卫生院 供销社 农机队 林场 粮库 养老院 图书室 邮政所 消防队 中心小学 气象台 兽医站 居委会 合作社".split()
DEEDS = (
    "修补了漏水的渠道 清点了库存的种子 走访了独居的老人 更换了陈旧的线路 疏通了淤塞的涵洞 补栽了枯死的行道树 登记了外出的青年 核对了历年的账本"
    " 培训了新来的护工 借出了成套的农具 测量了塌方的边坡 抄录了散失的民歌 检修了停摆的水泵 加固了松动的栏杆 回收了过期的农药 画出了村组的地图"
).split()
MEASURES = "件 户 处 次 亩 名 册 台 米 担 箱 里".split()
REMARKS = (
    "群众看在眼里，话也多了起来 经费不足的部分由各家分摊 天黑以后才收工回家 有两处没有做完，留到下一季 老会计说，这笔账早该算清楚 参加的人比上一回多出一半"
    " 结果写在村口的黑板上 事后没有一个人来讨工钱 邻近的几个地方也派人来看 下雨那天改在屋檐底下进行 负责的人名字记在册子里 年轻人学得很快，老人教得很慢"
).split(" ")
GENRES = "工作总结 调查报告 活动纪要 值班日志 经验材料 情况通报".split()

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title></head>
<body><div class="head"><a href="/">长河文库</a></div><ul class="nav"><li><a href="/">首页</a></li>{nav}</ul>
{main}
<div class="foot"><a href="/about.html">关于我们</a> 版权所有 长河文库</div></body></html>
"""


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `pages` are its pages' paragraphs, `number` its id for good."""

    number: int
    title: str
    day: datetime
    pages: tuple[tuple[str, ...], ...]
    category: int = 0
    revision: int = 1

    @property
    def body(self) -> str:
        """What a crawl must publish: one paragraph a line."""
        return "\n".join(line for page in self.pages for line in page)


def paragraph(seed: str) -> str:
    """A paragraph of about 120 characters, always the same for one seed."""
    pick = random.Random(seed)
    sentences = [
        f"{pick.choice(PLACES)}{pick.choice(UNITS)}在{pick.randint(1, 12)}月{pick.randint(1, 28)}日{pick.choice(DEEDS)}，"
        f"前后共计{pick.randint(11, 988)}{pick.choice(MEASURES)}，{pick.choice(REMARKS)}。"
        for _ in range(3)
    ]
    return "".join(sentences)


def written(number: int, *, category: int = 0, pages: int = 1, paragraphs: int = 4) -> Article:
    """The article of that number: title, day and text depend on it alone."""
    pick = random.Random(f"title {number}")
    title = f"{pick.choice(PLACES)}{pick.choice(UNITS)}第{number}号{pick.choice(GENRES)}"
    text = tuple(tuple(paragraph(f"{number}/{p}/{i}") for i in range(paragraphs)) for p in range(1, pages + 1))
    return Article(number, title, BEGIN + timedelta(minutes=90 * number), text, category)


@dataclass(slots=True)
class State:
    """What the server has to offer at the moment."""

    articles: dict[int, Article] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    now: datetime = BEGIN  # moves on by a minute with every change


class Library:
    """`articles` articles in `categories` columns, `per_page` on a list page, every `paged`-th of three pages.

    `delay` holds seconds and `broken` a status for paths ("*" for all); both may be changed while it runs.
    `validators=False` sends no ETag and no Last-Modified. It stands under its own host name behind
    the proxy that `env` names; stop() and start() keep the port.
    """

    host = "www.changhe.test.wenku.example"

    def __init__(
        self, articles: int = 20, *, per_page: int = 10, categories: int = 1, paged: int = 0, validators: bool = True
    ):
        self.per_page, self.categories, self.paged, self.validators = per_page, categories, paged, validators
        self.delay: dict[str, float] = {}
        self.broken: dict[str, int] = {}
        self._state, self._lock = State(), threading.RLock()
        self.server = Server(self._find, {self.host})
        for _ in range(articles):
            self.add()

    # ---- the server -----------------------------------------------------------------------------

    def start_server(self) -> Self:
        self.server.start()
        return self

    def stop_server(self) -> None:
        """A dead server: connections are refused until start_server(), which takes the same port again."""
        self.server.stop()

    def __enter__(self) -> Self:
        return self.start_server()

    def __exit__(self, *_: object) -> None:
        self.stop_server()

    @property
    def start(self) -> str:
        """The home page, to be given as start_urls."""
        return f"http://{self.host}/"

    @property
    def env(self) -> dict[str, str]:
        """The environment in which a crawl finds the library."""
        return {"http_proxy": self.server.proxy}

    # ---- what changes -----------------------------------------------------------------------------

    def add(self, article: Article | None = None) -> int:
        """Adds an article (by default a new one, written for its number) as the newest; its number."""
        with self._lock:
            number = article.number if article else max(self._state.articles, default=0) + 1
            pages = 3 if self.paged and number % self.paged == 0 else 1
            article = article or written(number, category=number % self.categories, pages=pages)
            self._state.articles[number] = article
            self._touch(number)
            return number

    def change(self, number: int) -> Article:
        """Rewrites the last paragraph of an article; the article as it is now."""
        with self._lock:
            old = self._state.articles[number]
            line = paragraph(f"{number} revision {old.revision + 1}")
            new = replace(old, pages=(*old.pages[:-1], (*old.pages[-1][:-1], line)), revision=old.revision + 1)
            self._state.articles[number] = new
            self._touch(number)
            return new

    def remove(self, number: int) -> None:
        """Takes an article away: its page is a 404 and no list names it."""
        with self._lock:
            del self._state.articles[number]
            self._touch(number)

    def _touch(self, number: int) -> None:
        self._state.now += timedelta(minutes=1)
        self._state.changed[number] = self._state.now

    # ---- what is known of it ----------------------------------------------------------------------

    def url(self, number: int, page: int = 1) -> str:
        """The address of one page of an article."""
        return f"http://{self.host}/doc/{number}.html" if page == 1 else f"http://{self.host}/doc/{number}_{page}.html"

    def truth(self) -> dict[str, dict[str, Any]]:
        """URL → title, date, body and pages of every article that is there now."""
        return {
            self.url(a.number): {
                "title": a.title, "date": a.day.date().isoformat(), "body": a.body, "pages": len(a.pages)
            }
            for a in self._state.articles.values()
        }

    def hits(self, url: str | None = None) -> int:
        """How often an address was asked for (all of them without `url`), whatever the answer."""
        return sum(1 for served in self.server.served if url in (None, served.url))

    @property
    def statuses(self) -> Counter[int]:
        """How many answers there were of each status."""
        return Counter(served.status for served in self.server.served)

    @property
    def conditional(self) -> int:
        """How many requests came with a validator."""
        return sum(served.conditional for served in self.server.served)

    def forget(self) -> None:
        """Sets the counts to nothing, before the next run."""
        self.server.served.clear()

    # ---- pages --------------------------------------------------------------------------------------

    def _find(self, url: str) -> Response | None:
        path = urlsplit(url).path
        seconds = self.delay.get(path, self.delay.get("*", 0))
        if seconds:
            time.sleep(seconds)
        status = self.broken.get(path) or self.broken.get("*")
        if status:
            return Response(status, "text/html; charset=utf-8", "<h1>服务器错误</h1>".encode(), kind="error", modified="")
        with self._lock:
            return self._page(path)

    def _page(self, path: str) -> Response | None:
        if path == "/":
            return self._answer("长河文库", self._home(), "home")
        if path == "/about.html":
            return self._answer("关于我们", "<h2>关于我们</h2><p>长河文库是一个测试用的文库。</p>", "other")
        folder, _, name = path.strip("/").partition("/")
        stem = name.removesuffix(".html")
        if folder.startswith("c") and folder[1:].isdigit():
            number = stem.removeprefix("list_") or "1"
            return self._list(int(folder[1:]), int(number)) if number.isdigit() else None
        number, _, page = stem.partition("_")
        if folder == "doc" and number.isdigit() and (page or "1").isdigit():
            return self._article(int(number), int(page or 1))
        return None

    def _answer(self, title: str, main: str, kind: str, changed: datetime | None = None) -> Response:
        nav = "".join(f'<li><a href="/c{c}/">第{c + 1}栏</a></li>' for c in range(self.categories))
        html = PAGE.format(title=title, nav=nav, main=main)
        modified = format_datetime(changed or self._state.now, usegmt=True) if self.validators else ""
        return Response(200, "text/html; charset=utf-8", html.encode(), kind=kind, modified=modified)

    def _members(self, category: int) -> list[Article]:
        found = [a for a in self._state.articles.values() if a.category == category]
        return sorted(found, key=lambda a: a.day, reverse=True)

    def _items(self, articles: list[Article]) -> str:
        links = (f'<li><a href="{urlsplit(self.url(a.number)).path}">{a.title}</a><span>{a.day:%Y-%m-%d}</span></li>' for a in articles)
        return f'<ul class="list">{"".join(links)}</ul>'

    def _home(self) -> str:
        return "".join(f'<h3><a href="/c{c}/">第{c + 1}栏</a></h3>{self._items(self._members(c)[:5])}' for c in range(self.categories))

    def _list(self, category: int, page: int) -> Response | None:
        members = self._members(category)
        last = max(1, -(-len(members) // self.per_page))
        if category >= self.categories or not 1 <= page <= last:
            return None
        links = "".join(
            f"<b>{n}</b>" if n == page else f'<a href="/c{category}/{f"list_{n}.html" if n > 1 else ""}">{text}</a>'
            for n, text in [*((n, str(n)) for n in range(1, last + 1)), *([(page + 1, "下一页")] if page < last else [])]
        )
        shown = members[(page - 1) * self.per_page : page * self.per_page]
        main = f'<div class="place">当前位置：<a href="/">首页</a> &gt; 第{category + 1}栏</div>{self._items(shown)}<div class="page">{links}</div>'
        return self._answer(f"第{category + 1}栏 - 长河文库", main, "list")

    def _article(self, number: int, page: int) -> Response | None:
        article = self._state.articles.get(number)
        if article is None or not 1 <= page <= len(article.pages):
            return None
        total = len(article.pages)
        links = "".join(
            f"<b>{n}</b>" if n == page else f'<a href="{urlsplit(self.url(number, n)).path}">{text}</a>'
            for n, text in [*((n, str(n)) for n in range(1, total + 1)), *([(page + 1, "下一页")] if page < total else [])]
        )
        column = f'<a href="/c{article.category}/">第{article.category + 1}栏</a>'
        main = (
            f'<div class="place">当前位置：<a href="/">首页</a> &gt; {column} &gt; 正文</div><h1>{article.title}</h1>'
            f'<div class="info">发布时间：{article.day:%Y-%m-%d %H:%M}</div><div class="content">'
            + "".join(f"<p>　　{line}</p>" for line in article.pages[page - 1])
            + f'</div>{f"""<div class="pages">{links}</div>""" if total > 1 else ""}'
        )
        return self._answer(f"{article.title}_长河文库", main, "article", self._state.changed[number])
