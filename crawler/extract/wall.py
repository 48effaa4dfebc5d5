"""Pages that stand in the way of another: robot checks, captchas, logins. What they say is no document."""

from __future__ import annotations

import re
from enum import StrEnum

from crawler.page import Kind, LinkKind, Page, Zone

MOST = 700  # characters of displayed text; what stands before a document is short, its text is not
MOST_BODY = 200  # of a text without a date; a short notice may speak of logins and captchas
MOST_LINKS = 3  # to articles; a short list may have a box for logins beside it


class Wall(StrEnum):
    """What kind of page stands in the way."""

    ROBOT = "a robot check"  # wants JavaScript, or tells us that we were refused
    CAPTCHA = "a captcha"  # a form with a check; guest books have one too
    LOGIN = "a login"


_ROBOT = re.compile(
    r"人机(?:身份)?(?:验证|识别|校验)|(?:浏览器|访问)安全(?:检查|检测)|安全(?:访问)?验证|(?:滑动|滑块|拼图|点选)验证|访问验证|(?:拖动|滑动)(?:下方|左侧)?(?:的)?滑块|"
    r"(?:您|你)的(?:访问|请求|IP|ip|网络).{0,12}(?:拦截|阻断|阻止|禁止|封禁|异常|可疑)|(?:访问|请求)(?:已?被|遭到?)(?:拦截|阻断|阻止|拒绝)|检测到.{0,10}(?:异常|攻击|可疑|恶意)|"
    r"网站防火墙|云防护|云锁|请(?:先)?(?:开启|启用|打开).{0,8}(?:javascript|js|cookie)|不是机器人|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser|just a moment|attention required|enable javascript and cookies|"
    r"(?:are|you're) not a robot|ddos protection|web application firewall",
    re.I,
)
_CAPTCHA = re.compile(r"验证码|请完成(?:以下|下方|下列)?验证|captcha", re.I)
_LOGIN_TITLE = re.compile(
    r"^\W*(?:用户|会员|账号|帐号|统一身份)?(?:登[录陆]|sign ?in|log ?in)(?:页面?|中心|系统)?\s*(?:$|[-_|—·,，])", re.I
)
_LOGIN = re.compile(
    r"(?:请|需要?|必须|尚未|还没有?|未)(?:您|你)?(?:先|要)?(?:登[录陆]|注册)|登[录陆](?:后|才)(?:才?能|可以?|即可|方可|查看|阅读|浏览)",
    re.I,
)
_PASSWORD = re.compile(rb"<input\b[^<>]{0,300}?\btype\s*=\s*[\"']?password", re.I)
# A script that sets a cookie and loads the page again, or goes by nothing but itself: the page behind it is never seen without it.
_COOKIE = re.compile(rb"document\.cookie\s*=|\bsetCookie\s*\(", re.I)
_RELOAD = re.compile(
    rb"location(?:\.href|\.pathname)?\s*=|location\.(?:reload|replace|assign)\s*\(|\.submit\s*\(", re.I
)
_PACKED = re.compile(
    rb"<script[^<>]*>[^<]{0,200}?(?:eval\s*\(|\bdebugger\b|String\.fromCharCode|\\x[0-9a-f]{2}\\x|_0x[0-9a-f]{4})", re.I
)


def wall_of(page: Page, body: bytes) -> Wall | None:
    """What stands in the way of the page that was asked for, None when it is a page. Dated articles never are a wall."""
    length = body_length = 0
    for block in page.blocks:
        length += len(block.text)
        body_length += len(block.text) if block.zone is Zone.BODY else 0
        if length > MOST:
            return None
    if page.kind is Kind.ARTICLE and (page.date or body_length > MOST_BODY):
        return None
    if len(page.of(LinkKind.ARTICLE)) > MOST_LINKS:
        return None
    text = " ".join([page.title, *(block.text for block in page.blocks)])
    if _ROBOT.search(text) or (length < 100 and _is_challenge(body)):
        return Wall.ROBOT
    if _PASSWORD.search(body) or _LOGIN_TITLE.search(page.title) or _LOGIN.search(text):
        return Wall.LOGIN
    return Wall.CAPTCHA if _CAPTCHA.search(text) else None


def in_the_way(wall: Wall | None, promised: str) -> bool:
    """Whether `wall` came instead of a page that was `promised` ("article", "list", "paging"; "other": nothing was).

    A link to a login leads to a login, and a guest book has a captcha.
    """
    if wall is Wall.LOGIN:
        return promised == "article"
    return wall is Wall.ROBOT or (wall is Wall.CAPTCHA and promised not in ("", "other"))


def _is_challenge(body: bytes) -> bool:
    """True for a page that shows nothing and whose script sets a cookie and comes again, or hides what it does."""
    if b"<script" not in body.lower():
        return False
    return bool((_COOKIE.search(body) and _RELOAD.search(body)) or (_PACKED.search(body) and len(body) < 100_000))
