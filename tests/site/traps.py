"""A library full of traps, and what each of them would cost a crawler that follows every link.

The articles lie in ordinary columns; beside these every page of the library leads into all traps. A trap answers for
ever: no address below it is ever the last one. Which address belongs to which trap is told by its first segment.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from crawler.demo.response import Response
from tests.site import Library

WORDS = "春雨 渡口 石磨 灯笼 晒场 竹篮 驿道 山雀 陶罐 麦垛 棉桃 蓑衣 井台 社戏 渔网 栗树 柴门 暖炕 酒坊 纸鸢".split()
SOUNDS = "qing shan lu shui bai yun gu dao xi feng lao shu he an cun tou".split()
# Where each trap begins; "…/hidden" is shown to nobody.
DOORS = {
    "rili": "/rili/2024-05/",
    "kongye": "/kongye/list_1.html",
    "moye": "/moye/list_1.html",
    "shaixuan": "/shaixuan/list.php?cat=1",
    "tag": "/tag/%E6%98%A5%E9%9B%A8/",
    "search": "/search.php?q=%E6%98%A5%E9%9B%A8",
    "quan": "/quan/",
    "renyi": "/renyi/",
    "migong": "/migong/qing/shan.html",
    "cuowu": "/cuowu/1.html",
    "shen": "/shen/1/",
    "dayin": "/dayin.php?aid=1",
    "pinglun": "/pinglun/1.html",
    "xuanze": "/xuanze/?a=1",
}
HIDDEN = (
    '<a href="/mifeng/1.html" style="display:none">春天的田野里油菜花开了一大片</a>'
    '<div style="visibility: hidden"><a href="/mifeng/2.html">秋天的打谷场上堆满了稻草</a></div>'
    '<p hidden><a href="/mifeng/3.html">冬天的河面结了厚厚的一层冰</a></p>'
)


class TrapLibrary(Library):
    """Every page that the library itself serves leads into every trap. `spent` counts the requests below each door."""

    host = "www.xianjing.test.wenku.example"

    def _answer(self, title: str, main: str, kind: str, *args: object) -> Response:
        doors = "".join(f'<li><a href="{door}">{word}</a></li>' for door, word in zip(DOORS.values(), WORDS, strict=False))
        return super()._answer(title, f"{main}<ul>{doors}</ul>{HIDDEN}", kind, *args)  # type: ignore[arg-type]

    def _find(self, url: str) -> Response | None:
        parts = urlsplit(url)
        name = parts.path.strip("/").partition("/")[0].removesuffix(".php")
        trap = getattr(self, f"_{name}", None)
        if name in DOORS and trap:
            made: Callable[[str, dict[str, str]], str | None] = trap
            body = made(parts.path, dict(parse_qsl(parts.query)))
            return self._answer_plain(body) if body else None
        return super()._find(url)

    def _answer_plain(self, body: str) -> Response:
        html = f'<html><head><meta charset="utf-8"><title>长河文库</title></head><body>{body}</body></html>'
        return Response(200, "text/html; charset=utf-8", html.encode(), modified="")

    @property
    def spent(self) -> Counter[str]:
        paths = (urlsplit(served.url).path for served in self.server.served)
        return Counter(path.strip("/").partition("/")[0].removesuffix(".php") for path in paths)

    # ---- the traps: each takes a path and parameters, and returns the body of a page ------------------------

    def _number(self, path: str) -> int:
        return int("".join(c for c in path if c.isdigit()) or 0)

    def _shown(self, seed: object, count: int = 5) -> str:
        """Real articles of the library in some order."""
        known = sorted(self._state.articles)
        return self._items([self._state.articles[n] for n in random.Random(str(seed)).sample(known, min(count, len(known)))])

    def _rili(self, path: str, _: dict[str, str]) -> str:
        """A calendar: months before and after without end, and a page for each day."""
        year, month = (int(part) for part in path.split("/")[2].split("-")[:2])
        near = [(year + (month + step - 1) // 12, (month + step - 1) % 12 + 1) for step in (-1, 1)]
        months = "".join(f'<a href="/rili/{y}-{m:02}/">{y}年{m}月</a> ' for y, m in near)
        days = "".join(f'<a href="/rili/{year}-{month:02}/{day}.html">{day}</a> ' for day in range(1, 29))
        return f"<h2>{year}年{month}月</h2><p>{months}</p><p>{days}</p><p>这一天没有文章。</p>"

    def _kongye(self, path: str, _: dict[str, str]) -> str | None:
        """Paging without end; every page names ten articles that do not exist."""
        if "list_" not in path:
            return None
        page = self._number(path)
        items = "".join(
            f'<li><a href="/kongye/{page}{n}.html">{WORDS[(page + n) % 20]}边的旧事之第{page * 10 + n}篇回忆</a><span>2023-05-0{n + 1}</span></li>'
            for n in range(9)
        )
        return f'<h2>旧事</h2><ul>{items}</ul><p><a href="/kongye/list_{page + 1}.html">下一页</a></p>'

    def _moye(self, path: str, _: dict[str, str]) -> str:
        """Paging without end: beyond the last page the last page comes again, with its own number and a next one."""
        page = self._number(path)
        return f'<h2>旧文</h2>{self._shown(min(page, 3))}<p>第{page}页 <a href="/moye/list_{page + 1}.html">下一页</a></p>'

    def _shaixuan(self, _: str, query: dict[str, str]) -> str:
        """Facets: each combination is a list of the same articles in another order."""
        facets = {"cat": 4, "sort": 4, "order": 2, "year": 6, "size": 5, "page": 9}
        links = "".join(
            f'<a href="/shaixuan/list.php?{"&amp;".join(f"{k}={v}" for k, v in {**query, name: str(value)}.items())}">{WORDS[value]}</a> '
            for name, most in facets.items()
            for value in range(1, most + 1)
        )
        return f"<h2>筛选</h2><p>{links}</p>{self._shown(sorted(query.items()))}"

    def _tag(self, path: str, _: dict[str, str]) -> str:
        """A cloud in which every tag leads to more tags."""
        pick = random.Random(path)
        tags = ("".join(pick.sample(WORDS, 2)) for _ in range(20))
        links = "".join(f'<a href="/tag/{tag}/">{tag}</a> ' for tag in tags)
        return f"<h2>标签</h2><p>{links}</p>{self._shown(path)}"

    def _search(self, _: str, query: dict[str, str]) -> str:
        """Searches that propose other searches."""
        pick = random.Random(query.get("q", ""))
        words = ("".join(pick.sample(WORDS, 2)) for _ in range(10))
        links = "".join(f'<a href="/search.php?q={word}&amp;type=all">{word}</a> ' for word in words)
        return f"<h2>搜索</h2>{links}{self._shown(query)}"

    def _quan(self, _: str, __: dict[str, str]) -> str:
        """Relative links that go round: the same page at every depth."""
        return '<h2>圈</h2><p><a href="liebiao/">列表</a> <a href="gengduo/">更多</a> <a href="neirong/1.html">正文在这里请点开来看</a></p>'

    def _renyi(self, path: str, _: dict[str, str]) -> str:
        """Every address answers 200 with one page, whose links lead to addresses nobody has asked for."""
        pick = random.Random(path)
        links = "".join(f'<li><a href="/renyi/{pick.randrange(10**6)}.html">欢迎光临长河文库的首页第{n}号</a></li>' for n in range(8))
        return f"<h2>欢迎</h2><p>本站内容丰富，欢迎浏览。</p><ul>{links}</ul>"

    def _migong(self, path: str, _: dict[str, str]) -> str:
        """A maze: words for folders, a shape of its own for every address, text without a document."""
        pick = random.Random(path)
        links = "".join(
            f'<a href="/migong/{"/".join(pick.sample(SOUNDS, pick.randint(1, 5)))}/{pick.choice(SOUNDS)}{pick.choice(SOUNDS)}.html">{pick.choice(WORDS)}</a> '
            for _ in range(8)
        )
        return f"<p>{pick.choice(WORDS)}和{pick.choice(WORDS)}</p><p>{links}</p>"

    def _cuowu(self, path: str, _: dict[str, str]) -> str:
        """Error pages with status 200 that lead on."""
        page = self._number(path)
        return f'<h2>提示</h2><p>您访问的文章不存在。</p><p><a href="/cuowu/{page + 1}.html">下一篇：您可能还喜欢这一篇文章</a></p>'

    def _shen(self, path: str, _: dict[str, str]) -> str:
        """A path that grows by a number at each step."""
        return f'<h2>目录</h2><p><a href="{path}{self._number(path) % 7 + 1}/">下一层目录</a></p>'

    def _dayin(self, _: str, query: dict[str, str]) -> str | None:
        """The articles again, to be printed."""
        number = query.get("aid", "")
        article = self._state.articles.get(int(number)) if number.isdigit() else None
        if article is None:
            return None
        text = "".join(f"<p>{line}</p>" for page in article.pages for line in page)
        return f'<h1>{article.title}</h1><div>{text}</div><p><a href="/dayin.php?aid={article.number + 1}">打印下一篇文章请点这里</a></p>'

    def _pinglun(self, path: str, _: dict[str, str]) -> str:
        """A comment page for each number."""
        page = self._number(path)
        return f'<h2>评论</h2><p>第{page}号文章还没有评论。</p><p><a href="/pinglun/{page + 1}.html">看下一篇文章的评论</a></p>'

    def _xuanze(self, _: str, query: dict[str, str]) -> str:
        """Parameters in any number and order, and nothing behind them."""
        links = "".join(
            f'<a href="/xuanze/?{"&amp;".join([f"{name}={len(query)}", *(f"{k}={v}" for k, v in query.items() if k != name)])}">选{name}</a> '
            for name in "abcdefg"
        )
        return f"<p>请选择：{links}</p>"


class SessionLibrary(Library):
    """A library that writes a new session id, under a name of its own, into every link that it shows; in the path or as a parameter."""

    host = "www.huihua.test.wenku.example"

    def __init__(self, articles: int, *, in_path: bool):
        self.in_path, self._given = in_path, 0
        super().__init__(articles)

    def _find(self, url: str) -> Response | None:
        parts = urlsplit(url)
        path = parts.path
        if self.in_path and path.count("/") > 1:
            path = "/" + path.split("/", 2)[2]
        answer = super()._find(f"http://{self.host}{path}")
        if answer is None or answer.status != 200:
            return answer
        with self._lock:
            self._given += 1
            token = f"{random.Random(self._given).randrange(16**11):011x}q7"
        html = answer.body.decode()
        if self.in_path:
            html = html.replace('href="/', f'href="/{token}/')
        else:
            html = html.replace('.html"', f'.html?zhuhao={token}"').replace('/"', f'/?zhuhao={token}"')
        return Response(200, answer.content_type, html.encode(), modified="")


# ---- libraries that look like traps and are none --------------------------------------------------------------


class ManyColumns(Library):
    """The home page shows columns alone; all of them are fetched before the first article."""

    def _home(self) -> str:
        return "".join(f'<h3><a href="/c{c}/">第{c + 1}栏</a></h3>' for c in range(self.categories))


class Chain(Library):
    """No lists: every article but the newest three is reached from its neighbour alone."""

    def _home(self) -> str:
        return self._items(self._members(0)[:3])

    def _list(self, category: int, page: int) -> Response | None:
        return None

    def _article(self, number: int, page: int) -> Response | None:
        answer = super()._article(number, page)
        if answer is None:
            return None
        before = f'<p>下一篇：<a href="/doc/{number - 1}.html">较早的一篇文章在这里</a></p><div class="foot">'
        return Response(200, answer.content_type, answer.body.replace(b'<div class="foot">', before.encode()), modified="")


class Moth(Library):
    """Lists still name what is gone: of 120 articles in a row the last 80."""

    host = "www.zhuchong.test.wenku.example"

    def there(self, number: int) -> bool:
        return number // 40 % 3 == 0

    def _article(self, number: int, page: int) -> Response | None:
        return super()._article(number, page) if self.there(number) else None
