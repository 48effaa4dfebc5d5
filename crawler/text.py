"""Small text functions that several rooms need. They make copies for comparing: a published text is never folded."""

from __future__ import annotations

import re

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}
# A translation looks each character up; most lines hold nothing wide but these, which are replaced fifteen times as fast.
FREQUENT = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
_RARE = re.compile("[\uff01-\uff5e\u3000\xa0]")
_SPACE = re.compile(r"\s+")


def fold_width(text: str) -> str:
    """`text` with full-width ASCII (U+FF01–FF5E) and wide blanks as ASCII; same length, so offsets carry over."""
    for wide, narrow in FREQUENT:
        if wide in text:
            text = text.replace(wide, narrow)
    return text.translate(WIDE) if _RARE.search(text) else text


def squeeze(text: str) -> str:
    """`text` without any white space."""
    return _SPACE.sub("", text)


_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def printable(text: str, limit: int = 200) -> str:
    """`text` fit for a log or a terminal: one line, no control or direction marks, at most `limit` characters."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNPRINTABLE.sub("�", short)


_HAN_ROWS = bytes(range(0x34, 0xA0))


def rows(text: str) -> bytes:
    """The upper byte of each UTF-16 unit of `text`: looked at in C, it tells in microseconds which scripts a text has."""
    return text.encode("utf-16-le", "surrogatepass")[1::2]


def count_han(upper: bytes) -> int:
    """How many ideographs (U+3400 to U+9FFF) a text has, by its `rows`."""
    return len(upper) - len(upper.translate(None, _HAN_ROWS))


# A password may hold a slash that should have been escaped: then there is a colon before it that begins no port.
_USERINFO = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{0,30}://)(?:[^\s/@'\"]{1,200}|[^\s/@:'\"]{1,100}:(?!\d{1,5}/)[^\s@'\"]{1,200})@")
_SECRET = re.compile(r"([?&;](?:password|passwd|pwd|pass|token|access_token|secret|api_?key|signature)=)[^&\s'\"]{1,500}", re.I)
_HEADER = re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=]\s*)[^\r\n]{1,2000}", re.I)


def redact(text: str) -> str:
    """`text` without the secrets that addresses and headers carry: user information, passwords and tokens in queries, cookies."""
    if "@" in text:
        text = _USERINFO.sub(r"\1***@", text)
    if "=" in text or ":" in text:
        text = _HEADER.sub(r"\1\2***", _SECRET.sub(r"\1***", text))
    return text


def safe_lines(text: str) -> str:
    """`text` fit for a log: no secrets, every line free of control and direction marks; further lines begin with a bar.

    So a line that an outsider wrote into an error message cannot be taken for one of ours.
    """
    first, *others = redact(text).split("\n")
    return "\n".join([_UNPRINTABLE.sub("�", first), *("  | " + _UNPRINTABLE.sub("�", line) for line in others)])
