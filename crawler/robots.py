"""robots.txt as RFC 9309 has it: which addresses of a host we may fetch, how slowly, and where its sitemaps lie.

Pure: bytes in, `Robots` out. Scrapy's parser (protego) is not used: it reads every escape that is no UTF-8 as the
same character, so that one forbidden GBK folder forbids all of them; and it takes the group of "wen" for ours.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlsplit

MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: at least 500 KiB must be read; what lies beyond is not looked at
_COLON = re.compile("[:：]")  # people type full-width ones
_TOKEN = re.compile(r"[A-Za-z_-]+")  # RFC 9309, 2.2.1
_EOL = re.compile(r"\r\n?|\n")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# A misspelt prohibition is meant as one; these spellings are what other readers accept too.
_DISALLOW = frozenset("disallow dissallow dissalow disalow diasllow disallaw".split())
_AGENT = frozenset(("user-agent", "useragent", "user agent"))
_DELAY = frozenset(("crawl-delay", "crawl delay", "crawldelay"))


class Rule(NamedTuple):
    pattern: str  # escapes in one spelling; "*" is any text, a final "$" the end
    allow: bool


@dataclass(frozen=True, slots=True)
class Robots:
    """What one robots.txt says to us. `delay` are the seconds of Crawl-delay (0: none), `sitemaps` the addresses as written."""

    rules: tuple[Rule, ...] = ()  # the most specific first
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether `url` may be fetched: the longest rule that fits decides, in doubt the one that allows (RFC 9309, 2.2.2)."""
        parts = urlsplit(url)
        path = _spelling((parts.path or "/") + ("?" + parts.query if parts.query else ""), "*$")
        if path == "/robots.txt":
            return True
        return next((rule.allow for rule in self.rules if _fits(rule.pattern, path)), True)


ALLOW_ALL = Robots()


def product_token(user_agent: str) -> str:
    """The name by which robots.txt means us: the letters with which the User-Agent begins, in lower case."""
    found = _TOKEN.match(user_agent)
    return found[0].lower() if found else ""


def parse_robots(data: bytes, agent: str) -> Robots:
    """What `data` says to the product token `agent` (see product_token): its own groups, or else those of "*". Never raises."""
    text, charset = _decode(data)
    text = text.lstrip("\ufeff")  # some editors add one mark to another
    groups: dict[str, list[Rule]] = {}
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    names: set[str] = set()  # of the group that is read, those that mean us: a file may name thousands of others
    open_group = False  # names are still being given
    for line in _EOL.split(text):
        key, *rest = _COLON.split(line.partition("#")[0], maxsplit=1)
        if not rest:
            continue
        key, value = key.strip(" \t").lower(), rest[0].strip(" \t")
        if key in _AGENT:
            names = (names if open_group else set()) | ({_name(value)} & {agent, "*"})
            open_group = True
            for name in names:
                groups.setdefault(name, [])
        elif key == "sitemap" and value:
            sitemaps.append(value)
        elif key in _DISALLOW or key == "allow":
            open_group = False
            made = _rules(value, key == "allow", charset) if names else []
            for name in names:
                groups[name] += made
        elif key in _DELAY:
            open_group = False
            delays |= {name: _seconds(value) for name in names}
    name = agent if agent in groups else "*"
    rules = sorted(set(groups.get(name, ())), key=lambda rule: (len(rule.pattern), rule.allow), reverse=True)
    return Robots(tuple(rules), delays.get(name, 0.0), tuple(dict.fromkeys(sitemaps)))


def _decode(data: bytes) -> tuple[str, str]:
    """Text and charset of a file that names none: by its mark, as UTF-8, or else as GB 18030."""
    cut = data[:MAX_BYTES]
    if len(data) > MAX_BYTES:
        cut = cut[: cut.rfind(b"\n") + 1]  # half a rule could mean anything
    if cut.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return cut.decode("utf-16", "replace"), "utf-8"
    cut = cut.removeprefix(codecs.BOM_UTF8)
    try:
        return cut.decode(), "utf-8"
    except UnicodeDecodeError:
        return cut.decode("gb18030", "replace"), "gb18030"


def _name(value: str) -> str:
    """The product token of a User-agent line: "*", or the letters with which the value begins."""
    return "*" if value.startswith("*") else product_token(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _rules(value: str, allow: bool, charset: str) -> list[Rule]:
    """A line's rule, or none when it is empty. In a file in GBK raw characters may stand for GBK and for UTF-8 bytes."""
    if not value:
        return []
    value = value if value.startswith(("/", "*")) else f"/{value}"
    charsets = {"utf-8", charset} if not value.isascii() else {"utf-8"}
    anchor = "$" if value.endswith("$") else ""
    return [Rule(_spelling(value.removesuffix("$"), "$", each) + anchor, allow) for each in sorted(charsets)]


def _unreserved(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _spelling(text: str, escaped: str, charset: str = "utf-8") -> str:
    """`text` with escapes where RFC 3986 wants them, in upper case; those of reserved characters and of any charset stay.

    The characters of `escaped` are escaped too: what is literal can then not be taken for a sign of the rules.
    """
    text = quote(_ESCAPE.sub(_unreserved, text), safe="/:@!$&'()*+,;=~-._?%[]", encoding=charset, errors="replace")
    for char in escaped:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _fits(pattern: str, path: str) -> bool:
    """Whether `path` begins as `pattern` says. Linear in both: every piece is looked for once, from left to right."""
    whole = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not whole or len(path) == len(first)
    place = len(first)
    for piece in pieces[:-1]:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    last = pieces[-1]
    if whole:
        return len(path) - len(last) >= place and path.endswith(last)
    return path.find(last, place) >= 0
