"""Signals about a document, for readers to choose by: nothing is filtered here. Personal data is counted, never stored."""

from __future__ import annotations

import re
from datetime import date

from crawler.text import count_han, rows

_MASKED = re.compile("[Xx×╳]{2,}")
_MASKS = "Xx×╳"
_BLANK = "*_▁"
_FINAL = "。！？!?…”』」》】）)；;~"
_DIGIT_ROWS = (b"\0", b"\xff")
_LONG_NUMBER = re.compile(r"\d[\d-]{9,}[\dXx]?")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-\d{7,8}")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_QQ = re.compile(r"(?:QQ|qq|扣扣)\s*(?:号码?)?\s*[:：]?\s*\d{5,11}(?!\d)")
_WECHAT = re.compile(r"(?:微信号?|微信群|VX|vx)\s*[:：]?\s*[A-Za-z][\w-]{5,19}")
_PLATE = re.compile("[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云渝藏陕甘青宁新][A-Z][·•]?[A-Z0-9]{5}(?![A-Z0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_REPEATED = 10  # characters: shorter lines repeat by right


def signals(lines: list[str], dropped: int, rejoined: int, pieces: int) -> dict[str, float | int | dict[str, int]]:
    """Counts and shares of one body; `dropped` characters were taken out, `rejoined` cuts mended, `pieces` found.

    Shares are of the body's characters (0 to 1, three digits).
    """
    body = "\n".join(lines)
    size = len(body)
    upper = rows(body)
    masked = sum(map(body.count, _BLANK))
    if any(sign in body for sign in _MASKS):
        masked += sum(map(len, _MASKED.findall(body)))
    long = [line for line in lines if len(line) >= _REPEATED]
    return {
        "characters": size,
        "paragraphs": len(lines),
        "han_ratio": _share(count_han(upper), size),
        "masked_ratio": _share(masked, size),
        "unfinished_end": int(bool(lines) and lines[-1][-1:] not in _FINAL),
        "repeated_lines": len(long) - len(set(long)),
        "rejoined": rejoined,
        "dropped_ratio": _share(dropped, dropped + size),
        "pieces": pieces,
        "pii": personal(body, upper),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def personal(text: str, upper: bytes = b"") -> dict[str, int]:
    """How many mobile, landline, identity card, bank card, mail, QQ, WeChat and plate numbers stand in the text.

    `upper` are the text's `rows`: without a run of digits, half-width or full-width, it holds no number.
    """
    upper = upper or rows(text)
    counts: dict[str, int] = {}

    def count(kind: str, number: int = 1) -> None:
        if number:
            counts[kind] = counts.get(kind, 0) + number

    if any(run * 10 in upper for run in _DIGIT_ROWS):
        for found in _LONG_NUMBER.findall(text):
            count(_kind(found))
    if "@" in text:
        count("mail", len(_MAIL.findall(text)))
    if "QQ" in text or "qq" in text or "扣扣" in text:
        count("qq", len(_QQ.findall(text)))
    if "微信" in text or "VX" in text or "vx" in text:
        count("wechat", len(_WECHAT.findall(text)))
    if any(run * 5 in upper for run in _DIGIT_ROWS):
        count("plate", len(_PLATE.findall(text)))
    counts.pop("", None)
    return counts


def _kind(digits: str) -> str:
    if _LANDLINE.fullmatch(digits):
        return "landline"
    if _MOBILE.fullmatch(digits):
        return "mobile"
    if len(digits) == 18 and digits[:17].isdigit() and _identity(digits):
        return "identity"
    return "bank" if digits.isdigit() and 16 <= len(digits) <= 19 and _luhn(digits) else ""


def _identity(digits: str) -> bool:
    """Check digit (GB 11643) and a birth date that exists."""
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return 1900 <= born.year <= 2100 and _CHECK[total % 11] == digits[-1].upper()


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and digits.strip(digits[0]) != ""
