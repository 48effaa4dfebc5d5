"""What must not be published: mirrors, garbled text, hijacked pages, stubs."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.clean.line import Draft
from crawler.text import rows

SHORTEST = 20  # characters; complete poems and notices met on library pages have 30 and more
_EXCERPT = 400  # characters: an excerpt above "read on" is not longer
_HAN = re.compile("[\u3400-\u9fff]+")
# A converter of characters that left its notes: 時(shí)間.
_NOTED = re.compile("[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{1,6}[)）]")
_BROKEN = re.compile("\\?\\?+|\ufffd+|[\ue000-\uf8ff]+")
_COMMON = "的一是不了在有和人为"  # one of five ideographs of a usual text
_PRIVATE = bytes(range(0xE0, 0xF9))  # rows of private characters
_SPAM = re.compile(
    "成人(?:视频|电影|网站|小说|影院)|(?:无码|有码|中文字幕)[^。]{0,6}(?:高清|在线|视频|播放)|(?:一|二|三)区(?:二|三)区|国产精品[^。]{0,8}(?:在线|视频|无码|观看)|色情|淫|(?:av|AV)在线|"
    "黄色(?:网站|视频|电影)|娱乐城|博彩|百家乐|时时彩|老虎机|六合彩|真人荷官|(?:棋牌|澳门|赌场)[^。]{0,6}(?:平台|官网|注册|下载|开户)|代开发票|[Pp]orn"
)
_SENTENCE = re.compile("[。，！？]")
_SAMPLE = 6_000  # characters looked at: a page is garbled from the start


class Rejection(NamedTuple):
    reason: str
    detail: str


def rejection(draft: Draft, body: str, unreadable: str) -> Rejection | None:
    """Why the page is not to be published, or None. `unreadable` is what the reader of the bytes found."""
    if unreadable:
        return Rejection("garbled", unreadable)
    top = [line.text for line in draft.lines[:4]]
    sample = body[:_SAMPLE]
    whole = sample if len(sample) >= 60 else "\n".join(line.text for line in draft.lines)[:_SAMPLE]
    return _mirror(whole) or _garbled(whole) or _hijacked(draft.title, top, body) or _stub(draft, body)


def _traditional(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _mirror(text: str) -> Rejection | None:
    """Notes of pronunciation behind characters that only a conversion makes: lessons note rare simplified ones."""
    if "(" not in text and "（" not in text:
        return None
    noted = [text[at - 1] for found in _NOTED.finditer(text) if (at := found.start()) and "\u4e00" <= text[at - 1] <= "\u9fff"]
    converted = sum(map(_traditional, noted))
    if converted >= 3 and converted * 2 >= len(noted) and converted * 150 >= len(text):
        return Rejection("mirror", f"{converted} characters of {len(text)} carry a note of conversion")
    return None


def _garbled(text: str) -> Rejection | None:
    broken = len(_BROKEN.findall(text)) if _may_be_broken(text) else 0
    if broken >= 5 and broken * 60 > len(text):
        return Rejection("garbled", f"{broken} broken characters in {len(text)}")
    if text.count("的") * 100 >= len(text) or sum(map(text.count, _COMMON)) * 50 >= len(text):
        return None  # the commonest ideographs of any readable text
    han = "".join(_HAN.findall(text))
    if len(han) >= 60 and len(han.encode("gb2312", "ignore")) * 5 < len(han) * 8:  # two bytes each
        rare = sum(1 for character in han if not _common(character))
        if rare * 5 > len(han):
            return Rejection("garbled", f"{rare} rare characters in {len(han)}")
    return None


def _may_be_broken(text: str) -> bool:
    upper = rows(text)
    return "??" in text or "\ufffd" in text or len(upper.translate(None, _PRIVATE)) != len(upper)


def _common(character: str) -> bool:
    if "\u4e00" <= character <= "\u9fa5" and not _traditional(character):
        return True
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _hijacked(title: str, top: list[str], body: str) -> Rejection | None:
    """Words of a trade that took over the address, in the title or above the text: twice, or in a text that is short."""
    named = [text for text in [title, *top] if len(text) < 300 and not _SENTENCE.search(text)]
    if not _SPAM.search("\n".join(named)):
        return None
    words = [found[0] for text in named for found in _SPAM.finditer(text)]
    if len(words) >= 2 or (words and len(_SPAM.findall(body)) >= 3):
        return Rejection("hijacked", f"words of another trade: {words[0]}")
    return None


def _stub(draft: Draft, body: str) -> Rejection | None:
    if len(body) > 4 * _EXCERPT:  # white space inside of lines is folded
        return None
    size = len("".join(body.split()))
    if size == 0:
        return Rejection("empty", "no text is left beside the page's furniture")
    if size < SHORTEST:
        return Rejection("stub", f"{size} characters of text")
    if "excerpt-more" in draft.fired and size < _EXCERPT:
        return Rejection("stub", "an excerpt that ends in a link to the text")
    return None
