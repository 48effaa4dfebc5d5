"""Bytes to text: which charset a page is really in, whatever it says of itself."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.I)
_HEAD = 4096  # a declaration further down is not obeyed by browsers either (they look at 1024 bytes)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Frequent in any Chinese text, simplified or traditional: the right charset shows them, a wrong one hardly ever.
_COMMON = re.compile("[的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会，。这這為個國時來們對會]")
_HAN = re.compile("[\u3400-\u9fff]")
# What the commonest characters (的 ， 。 是) become when UTF-8 is read as GBK.
_AS_GBK = ("鐨", "锛", "銆", "鏄", "\ufffd")
_LATIN = re.compile("[\x80-\xff]{6,}")  # no language writes six such letters on end
_SAMPLE = 12_000  # characters looked at, from the middle, where the text is


class Decoded(NamedTuple):
    text: str
    encoding: str
    reject: str  # "mojibake" when the text is garbled beyond doubt, otherwise ""


def decode(data: bytes, hint: str | None = None) -> Decoded:
    """`data` as text, the charset that was used, and whether the text is garbled.

    Order of trust: a byte order mark, valid UTF-8, then whichever of the plausible charsets (`hint`
    from HTTP, the page's own declaration, gb18030, Big5) shows the most frequent Chinese characters.
    gb2312 and gbk are always read as gb18030, which contains both. Never raises.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _judged(data[len(bom) :].decode(name, "replace"), name)
    try:
        return _judged(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    names = [_known(hint), _known(_declared(data)), "gb18030"]
    try:
        text = data.decode("gb18030")
        if "big5" not in names and ("的" in text or _share(text) > 0.1):
            return _judged(text, "gb18030")
    except UnicodeDecodeError:
        pass
    best = max(
        ((data.decode(name, "replace"), name) for name in dict.fromkeys([*names, "utf-8", "big5"]) if name),
        key=lambda made: _quality(made[0]),
    )
    return _judged(*best)


def judge(text: str) -> str:
    """ "mojibake" when `text` is garbled beyond doubt (wrongly decoded before it was saved), otherwise ""."""
    if text.isascii():
        return ""
    start = max(0, (len(text) - _SAMPLE) // 2)
    end = start + _SAMPLE
    if text.count("的", start, end) + text.count("，", start, end) > 10 and text.find("\ufffd", start, end) < 0:
        return ""
    sample = text[start:end]
    bad = sum(map(sample.count, _AS_GBK))
    if bad > 10:
        han = len(_HAN.findall(sample)) + sample.count("\ufffd")
        if bad > 0.06 * han and len(_COMMON.findall(sample)) < 3 * bad:
            return "mojibake"
    garbled = sum(map(len, _LATIN.findall(sample)))
    if garbled > 60 and garbled > len(_HAN.findall(sample)):
        return "mojibake"
    return ""


def _judged(text: str, name: str) -> Decoded:
    return Decoded(text, name, judge(text))


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data, 0, _HEAD)
    return found[1].decode("ascii") if found else None


def _known(name: str | None) -> str | None:
    """The codec to use for a charset's name; None for an unknown one."""
    if not name:
        return None
    try:
        codec = codecs.lookup(name.strip().strip("\"'")).name
    except LookupError:
        return None
    if codec in ("gb2312", "gbk", "hz"):
        return "gb18030"
    if codec in ("big5hkscs", "cp950"):
        return "big5"
    return codec if codec in ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "euc_jp", "shift_jis") else None


def _middle(text: str) -> str:
    start = max(0, (len(text) - _SAMPLE) // 2)
    return text[start : start + _SAMPLE]


def _share(text: str) -> float:
    """The share of very frequent characters among the Han characters in the middle of `text`."""
    sample = _middle(text)
    han = len(_HAN.findall(sample))
    return len(_COMMON.findall(sample)) / han if han else 0.0


def _quality(text: str) -> float:
    return len(_COMMON.findall(text)) - 3 * text.count("\ufffd")
