"""One way to write the same thing: Unicode form, white space, and the hash of the dedup key.

Nothing that carries meaning is touched: punctuation keeps its width, masking and blanks stay.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from crawler.dedup import content_hash
from crawler.items import Document, PartSpan

# Control and format characters that display nothing; bidirectional marks would let a text lie about its
# order (CVE-2021-42574). Tab and line feed are the only ones with a meaning in a body.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACES = " \t\u3000\u00a0"
_BLANKS = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """`text` in NFC, with `\\n` as the only line break and without invisible characters."""
    if not all(map(str.isprintable, text.split("\n"))):  # every character of these two patterns is unprintable
        text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """`plain`, with all white space as single blanks: for titles, names, tags."""
    return " ".join(plain(text).split())


def _body(text: str) -> str:
    text = "\n".join([line.rstrip(_SPACES) for line in plain(text).split("\n")])
    return (_BLANKS.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


def _moved(parts: list[PartSpan], old: str, new: str) -> list[PartSpan]:
    """`parts` of `old` with offsets into `new`: the length of each prefix after the same treatment."""
    if old == new:
        return parts
    moved: list[PartSpan] = []
    for part in parts:
        heading = one_line(part["heading"])
        start = new.find(heading, moved[-1]["end"] if moved else 0)
        end = start + len(_body(old[part["start"] : part["end"]]))
        if 0 <= start < end <= len(new):
            moved.append({"heading": heading, "start": start, "end": end})
    return moved


def normalize(document: Document) -> Document:
    """`document` with its strings normalised, empty names as None, lists without repeats, and `content_hash` set."""
    body = _body(document.body)
    return replace(
        document,
        title=one_line(document.title),
        body=body,
        author=one_line(document.author or "") or None,
        source=one_line(document.source or "") or None,
        category=_names(document.category),
        tags=_names(document.tags),
        parts=_moved(document.parts, document.body, body),
        content_hash=content_hash(body),
    )


def _names(values: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(one_line, values))))
