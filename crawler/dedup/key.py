"""The key under which two printings of one document are the same string.

Sites that copy a text change its width, its white space, its punctuation and its masking, and nothing of that
is the text. The key is for comparing only: a published body is never folded.
"""

from __future__ import annotations

import hashlib
import re

from crawler.text import fold_width, squeeze

WILDCARD = "#"  # stands for a masked place, however it was masked
SEPARATOR = "·"  # stands for the sign between two digits: 1.5 is not 15, and 3-5 is not 35

# What sites put over a name or a figure. A lone Latin X inside a word (XML, box) is a letter; 某 in 某些 is a word;
# 〇 and ○ after a numeral are zeros (二〇〇三年).
_MASK = re.compile(
    r"(?<![a-z])x+(?![a-z])"
    r"|[×✕╳*_▁＿]+"
    r"|某+(?![些种个一])"
    r"|(?<![一二三四五六七八九十〇○])[○〇]{2,}"
    r"|[△□◇☆●■▲★]{2,}"
    r"|[〔\[【(][.…·\-]+[)】\]〕]"
)
_MASKED_YEAR = re.compile(r"\d{1,3}#+(?=年)")  # 20XX年, 202X年 and XXXX年 hide the same thing
_CENSORED = re.compile(r"(?<![a-z])d(?=[建员委支性纪校风章费史旗徽课务])")  # D建 is 党建 behind a word filter
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s+=<>÷√#￥$%‰]+(?=\d)")
# Everything that is neither letter nor digit nor one of the signs that carry meaning.
_PUNCTUATION = re.compile(r"[^\w+=<>÷√#·$%‰℃\ufffd]+|·(?!\d)|(?<!\d)·")
_WILDCARDS = re.compile(r"##+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def dedup_key(text: str) -> str:
    """`text` without what copying sites change: width, case, white space, punctuation; masking as one `#`.

    A text of nothing but punctuation keeps it (two of them are the same only when they look the same);
    the key of white space is "". Lone surrogates become U+FFFD, so the key can always be encoded.
    """
    bare = squeeze(fold_width(text)).lower()
    if not bare.isascii():
        bare = _SURROGATE.sub("\ufffd", bare)
    key = _CENSORED.sub("党", _MASK.sub(WILDCARD, bare))
    key = _BETWEEN_DIGITS.sub(SEPARATOR, _THOUSANDS.sub("", _MASKED_YEAR.sub(WILDCARD, key)))
    key = _WILDCARDS.sub(WILDCARD, _PUNCTUATION.sub("", key))
    return key or bare


def content_hash(text: str) -> str:
    """The SHA-256 of the key of `text`, as 64 hexadecimal digits: equal for printings of one document."""
    return hashlib.sha256(dedup_key(text).encode("utf-8")).hexdigest()
