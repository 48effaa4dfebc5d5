"""What stands in the way of a page, and what only looks like it."""

from __future__ import annotations

import pytest

from crawler.extract import Wall, in_the_way, read_page, wall_of
from tests.faults.table import ASKED_TO_LOG_IN, BLOCKED, CAPTCHA, CHALLENGE, ENGLISH, LOGIN, PACKED, SLIDER
from tests.site import PAGE, paragraph

LINKS = "".join(f'<li><a href="/doc/{n}.html">{paragraph(str(n))[:16]}</a></li>' for n in range(9))
BOX = '<form>用户名 <input name="u"> 密码 <input type="password" name="p"> 验证码 <input name="c"> <a href="/login">登录</a></form>'
NOTICE = "<h1>关于更换登录方式的通知</h1><div class='info'>发布时间：2024-03-01</div><div class='content'><p>各位读者：三月起登录后才能借书，请先登录并输入验证码。</p></div>"


def wall(html: str, url: str = "http://a.cn/doc/1.html") -> Wall | None:
    body = html.encode()
    return wall_of(read_page(body, url), body)


@pytest.mark.parametrize(
    ("html", "expected"),
    [(LOGIN, Wall.LOGIN), (ASKED_TO_LOG_IN, Wall.LOGIN), (CAPTCHA, Wall.CAPTCHA), (SLIDER, Wall.ROBOT), (CHALLENGE, Wall.ROBOT),
     (PACKED, Wall.ROBOT), (BLOCKED, Wall.ROBOT), (ENGLISH, Wall.ROBOT)],
)  # fmt: skip
def test_walls(html: str, expected: Wall) -> None:
    assert wall(html) is expected


@pytest.mark.parametrize(
    "html",
    [
        PAGE.format(
            title="一文",
            nav="",
            main=f"<h1>一文</h1><div>{BOX}</div><div class='content'><p>{paragraph('a') * 4}</p></div>",
        ),
        PAGE.format(title="长河文库", nav="", main=f"{BOX}<ul class='list'>{LINKS}</ul>"),
        PAGE.format(title="通知", nav="", main=NOTICE),
        "<html><body><script>location.href='/index.html'</script></body></html>",
        "<html><body><div id='app'></div><script src='/app.js'></script></body></html>",
        "",
    ],
    ids=[
        "an article beside a login box",
        "a list with a login box",
        "a notice about logins",
        "a jump",
        "an application",
        "nothing",
    ],
)
def test_no_walls(html: str) -> None:
    assert wall(html) is None


def test_a_link_to_a_login_leads_to_a_login() -> None:
    assert (
        in_the_way(Wall.LOGIN, "article") and not in_the_way(Wall.LOGIN, "list") and not in_the_way(Wall.LOGIN, "other")
    )
    assert (
        in_the_way(Wall.CAPTCHA, "list") and not in_the_way(Wall.CAPTCHA, "other") and not in_the_way(Wall.CAPTCHA, "")
    )
    assert in_the_way(Wall.ROBOT, "other") and not in_the_way(None, "article")
