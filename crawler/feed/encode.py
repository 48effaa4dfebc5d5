"""One row as one line of bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields

from crawler.items import Document

KEYS = tuple(field.name for field in fields(Document))
# What JSON leaves raw and yet breaks lines (U+0085, U+2028, U+2029 for str.splitlines and old JavaScript)
# or drives a terminal (DEL and the C1 controls).
_RAW = re.compile("[\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def record(document: Document) -> dict[str, object]:
    """The keys and values of a feed line, in the contract's order. Nothing is copied."""
    return {key: getattr(document, key) for key in KEYS}


def encode(row: Document | Mapping[str, object]) -> bytes:
    """`row` as one line of JSON in UTF-8 with its final line feed.

    Text stays readable (no ASCII escapes); control characters, U+0085, U+2028 and U+2029 are escaped, so
    that no reader sees more than one line. A lone surrogate has no UTF-8 form and strict readers refuse
    its escape: it becomes U+FFFD. Raises ValueError for NaN and infinity, TypeError for what JSON has no form of.
    """
    text = _dumps(record(row) if isinstance(row, Document) else row)
    try:
        line = text.encode()
    except UnicodeEncodeError:
        line = _SURROGATE.sub("�", text).encode()
    # One character or byte is found fifteen times as fast as the pattern would be; 0xC2 begins the C1 controls in UTF-8.
    if b"\xc2" in line or b"\x7f" in line or "\u2028" in text or "\u2029" in text:
        line = _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", line.decode()).encode()
    return line + b"\n"
