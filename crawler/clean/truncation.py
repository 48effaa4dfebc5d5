"""Whether the text stops before its end."""

from __future__ import annotations

import re

_OPEN = re.compile(r"[\u4e00-\u9fff，,、]$")
_SENTENCES = re.compile("[。！？!?]")
_CUT = 10  # characters: less behind the last full stop is a remark (10.略), not half a sentence
_CLAUSES = re.compile("[，,。；;]")
_LIST_OPEN = re.compile(r"^(?:\d{1,2}[.、．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、).{2,16}[:：]$")
_LIST_FILLED = re.compile(r"^(?:\d{1,2}[.、．]|[(（][一二三四五六七八九十\d]{1,3}[)）]).{2,16}[:：].{8,}")
_SIGNED = re.compile(r"[签章印]|日期|电话|地址|编号|账号|附件|联系|代表|身份证|[年月日]\s*$|[局会院校部处室厅委司府办组队]\s*$")


def unfinished(lines: list[str]) -> bool:
    """True when the last line breaks off: in the middle of a long sentence, or at a numbered label without its text."""
    if not lines:
        return False
    last = lines[-1].rstrip()
    if _SIGNED.search(last[-24:]):
        return False
    if _LIST_OPEN.match(last):
        # A form leaves its other labels empty too.
        return len(lines) > 3 and bool(_LIST_FILLED.match(lines[-2]))
    return len(last) >= 40 and bool(_OPEN.search(last)) and len(_SENTENCES.split(last)[-1]) >= _CUT and len(_CLAUSES.findall(last)) >= 2 and _final_elsewhere(lines)


def _final_elsewhere(lines: list[str]) -> bool:
    """True when the other long lines of the text end as sentences do."""
    others = [line for line in lines[:-1] if len(line) >= 20]
    return len(others) >= 2 and sum(line[-1] in "。！？!?…”；;：:）)" for line in others) >= 0.8 * len(others)
