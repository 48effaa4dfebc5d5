"""The lines that the stages of cleaning work on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from crawler.clean.result import Dropped
from crawler.text import FREQUENT, fold_width

if TYPE_CHECKING:
    from crawler.clean.rules import Rule

# Traditional characters of the words that page furniture is made of, one to one: for the copy that rules look
# at, never for a published text.
_TRADITIONAL = "當時間發佈閱讀氣欄來編輯於為爲們這關範總結網頁導語載權聲標籤題鏈錄覽數評論點擊廣薦訪問貼體號會員說簡複類專將幫給內餘換還檔單級請錯個從無轉應處紙張環產義務優質選條實對後樣變樂歡過長開學寫經議領該須滿傳鍵詞麼參諮詢蒐僅徵圖書庫濟訊閉頂"
_SIMPLIFIED = "当时间发布阅读气栏来编辑于为为们这关范总结网页导语载权声标签题链录览数评论点击广荐访问贴体号会员说简复类专将帮给内余换还档单级请错个从无转应处纸张环产义务优质选条实对后样变乐欢过长开学写经议领该须满传键词么参咨询搜仅征图书库济讯闭顶"
_ODD = "".join(map(chr, (*range(0xFF01, 0xFF5F), 0x3000, 0x00A0))) + _TRADITIONAL
_EVEN = "".join(map(fold_width, _ODD[: -len(_TRADITIONAL)])) + _SIMPLIFIED
_PLAIN = str.maketrans(_ODD, _EVEN)
_WIDE = {odd for odd, _ in FREQUENT}
_RARE = re.compile("[" + "".join(odd for odd in _ODD if odd not in _WIDE) + "]")
_FORMS: dict[str, str] = {}  # plain character -> the others that it stands for
for _odd, _even in zip(_ODD, _EVEN, strict=True):
    _FORMS[_even] = _FORMS.get(_even, "") + _odd


def all_forms(word: str) -> list[str]:
    """`word` as it may stand in a page's own text: signs half-width or full-width, Han simplified or traditional."""
    return ["".join(form) for form in product(*(c if c.isascii() and c.isalnum() else c + _FORMS.get(c, "") for c in word))]


def view(text: str) -> str:
    """A copy of `text` for rules to look at: half-width, common furniture words simplified; same length."""
    for odd, even in FREQUENT:
        if odd in text:
            text = text.replace(odd, even)
    return text.translate(_PLAIN) if _RARE.search(text) else text


@dataclass(slots=True, eq=False)
class Line:
    """One line on its way into the body. `rule` is the id of the rule that dropped it, "" while it is kept."""

    text: str
    block: int
    gap: int = 1
    indent: int = 0
    page: int = 1
    rule: str = ""
    seen: str = ""  # the copy that rules look at, made when it is first needed
    head: tuple[int, tuple[Rule, ...]] | None = None  # from which tier on, the rules of the head that may fit the line
    tail: tuple[int, tuple[Rule, ...]] | None = None

    @property
    def view(self) -> str:
        if not self.seen:
            self.seen = view(self.text)
        return self.seen

    def change(self, text: str) -> None:
        """Put `text` in place of what stands here."""
        self.text, self.seen, self.head, self.tail = text, "", None, None


@dataclass(slots=True)
class Draft:
    """A document in the making: its lines, and what was learned from the lines that were taken out."""

    lines: list[Line]
    structured: bool  # the blocks come from markup: what stands outside the document is gone already
    title: str = ""
    variants: list[str] = field(default_factory=list)  # other forms of the title that were displayed
    found: dict[str, str] = field(default_factory=dict)  # what rules captured: date, author, source, tags, …
    fired: set[str] = field(default_factory=set)  # ids of the rules that acted on this page
    dropped: list[Dropped] = field(default_factory=list)
    truncated: bool = False
    marks: int = 0  # cuts that were rejoined

    def place(self, line: Line, near: int) -> int:
        """The index of `line`, which is `near` unless lines were put in since."""
        lines = self.lines
        return near if near < len(lines) and lines[near] is line else lines.index(line)

    def drop(self, line: Line, rule: str) -> None:
        """Take the line out, in the name of `rule`."""
        line.rule = rule
        self.fired.add(rule)
        self.dropped.append(Dropped(line.text, rule, line.block))

    def restore(self, line: Line) -> None:
        """Take back the drop of a whole line."""
        line.rule = ""
        self.dropped = [item for item in self.dropped if item.block != line.block]

    def cut(self, line: Line, start: int, end: int, rule: str) -> None:
        """Take the span out of the line; a line of which nothing is left is dropped."""
        text = line.text
        rest = (text[:start].rstrip() + text[end:]) if text[end:] else text[:start].rstrip()
        if not rest.strip():
            self.drop(line, rule)
            return
        self.fired.add(rule)
        self.dropped.append(Dropped(text[start:end], rule, line.block))
        line.change(rest.strip())

    def kept(self) -> list[Line]:
        """The lines that are still in."""
        return [line for line in self.lines if not line.rule]
