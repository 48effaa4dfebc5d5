"""Characters that are not what they look like: Kangxi radicals, escaped HTML, invisible ones, marks against copying."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

# Anything in here makes a line worth a closer look; ordinary Chinese text holds none of it.
_SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u2e80-\u2fdf&<`'\xa0\t.\ue000-\uf8ff]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_BREAK = re.compile("[\x0c\r\x85\u2028\u2029]+")
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_ENTITY = re.compile(
    r"&(?:(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|middot|ldquo|rdquo|lsquo|rsquo|times|ensp|emsp|bull|copy|permil|deg);"
    r"|(?:nbsp|hellip|mdash|ndash|middot|ldquo|rdquo|lsquo|rsquo|ensp|emsp|bull|quot)(?![A-Za-z]))"
)
_TAG = re.compile(r"</?(?:p|br|div|span|strong|b|i|u|em|font|a|table|tbody|tr|td|th|h[1-6]|ul|ol|li|img|center|o:p|section|sup|sub)(?:\s+[a-z:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE)
_HAN = "\u3400-\u9fff"
# One of these between two Han characters is a mark that a site strews in to recognise copies of its text. The full
# stop only right after 的, 地, 得: elsewhere writers use it for 。 or ·.
MARKS = ".`'"
_STOP_MARK = re.compile(rf"(?<=[的地得])\.(?=[{_HAN}])")
_SINGLE = {mark: re.compile(rf"(?<=[{_HAN}]){mark}(?=[{_HAN}“《])") for mark in "`'"}
_PARTICLE = {mark: re.compile(rf"(?<![的地得]){mark}") for mark in "`'"}


@cache
def _radicals() -> dict[int, str]:
    """Radicals to the ideographs they stand for: by compatibility decomposition, the rest by their names."""
    table = {code: plain for code in range(0x2E80, 0x2FE0) if (plain := unicodedata.normalize("NFKC", chr(code))) != chr(code)}
    # U+2E80–2EFF decompose only twice; these are the simplified forms that converters of PDF files emit.
    table |= {
        ord(a): b for a, b in zip("⺠⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰⺟⻁⻄⺩⻌⺼⺮", "民见角贝车长门青韦页风飞食马鬼鱼鸟麦黄齐齿龙母虎西王辶月竹", strict=True)
    }
    return table


def tidy(text: str) -> str:
    """One line with invisible characters gone, radicals as ideographs and HTML that was escaped once too often undone."""
    if not _SUSPECT.search(text):
        return text
    text = _BREAK.sub(" ", _INVISIBLE.sub("", text))
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "<" in text:
        text = _TAG.sub("", text)
    if _RADICAL.search(text):
        text = text.translate(_radicals())
    return text.strip(" \u3000\xa0")


def _entity(match: re.Match[str]) -> str:
    """The character of an entity, its semicolon lost or not; an ellipsis as it is written in Chinese when doubled."""
    plain = html.unescape(match[0].rstrip(";") + ";")
    return " " if plain == "\xa0" else "" if _INVISIBLE.match(plain) else plain


def without_marks(text: str) -> tuple[str, int]:
    """`text` without single marks against copying between Han characters, and how many went."""
    count = 0
    for mark, single in _SINGLE.items():
        # An even number may be quotations, unless each stands right behind a particle.
        if (times := text.count(mark)) and (times % 2 or not _PARTICLE[mark].search(text)):
            text, found = single.subn("", text)
            count += found
    if "." in text:
        text, found = _STOP_MARK.subn("", text)
        count += found
    return text, count
