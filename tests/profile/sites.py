"""Sites of one family each, made for a seed: their furniture is in words that no rule knows, their texts use formulas.

`Family.page(n)` is a page as bytes, `Family.body(n)` what must be published of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.site import PLACES, UNITS, paragraph

WHO = "青禾 半亩 松窗 砚池 竹里 云帆 麦秋 芦汀 灯下 石榴".split()
PLACE = "小筑 书灯 旧驿 学舍 渡口 茶寮 书声 笔会".split()
SAID = (
    "把这一盏灯留给晚归的人 替你守着架上落灰的旧纸 每逢初一添新柴换新茶 南来北往的客都在檐下歇脚 门前的溪水一年四季不结冰"
    " 拾到的句子都挂在东墙上 风起的时候记得把窗子合上 掌柜的手抄本一律不外借 铃响三声便有人出来迎你 借走的伞请在雨停后送回"
).split()
GENRES = "工作总结 调查报告 申请书 演讲稿 活动方案 心得体会".split()
CLOSINGS: tuple[tuple[str, ...], ...] = (("特此报告。",), ("此致", "敬礼"), ("妥否，请批示。",), ("谢谢大家！",), ())
OPENINGS: tuple[tuple[str, ...], ...] = (("甲方：",), ("尊敬的各位领导：",), ("一、基本情况",), ())


@dataclass(frozen=True)
class Family:
    """`frame` sets (title, day, lines of the text, number) with the site's furniture; `formulas`: these on every page."""

    name: str
    frame: Callable[[str, str, list[str], int], str]
    formulas: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def lines(self, number: int) -> list[str]:
        pick = random.Random(f"{self.name} {number}")
        opening, closing = self.formulas or (pick.choice(OPENINGS), pick.choice(CLOSINGS))
        text = [paragraph(f"{self.name}/{number}/{at}") for at in range(pick.randint(2, 6))]
        return [*opening, *text, *closing]

    def body(self, number: int) -> str:
        return "\n".join(self.lines(number))

    def title(self, number: int) -> str:
        pick = random.Random(number)
        return f"{pick.choice(PLACES)}{pick.choice(UNITS)}第{number}号{pick.choice(GENRES)}"

    def url(self, number: int) -> str:
        return f"http://www.{self.name}.test.wenku.example/doc/{number}.html"

    def page(self, number: int) -> bytes:
        title, day = self.title(number), f"2023-{number % 12 + 1:02}-{number % 28 + 1:02}"
        main = self.frame(title, day, self.lines(number), number)
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><div class="top"><a href="/">首页'
            f'</a> <a href="/list/">全部</a></div>{main}<div class="bottom">版权所有</div></body></html>'
        ).encode()


def _words(pick: random.Random) -> str:
    return pick.choice(WHO) + pick.choice(PLACE) + pick.choice(SAID)


def _p(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def families(seed: int, formulas: tuple[tuple[str, ...], tuple[str, ...]] | None = None) -> list[Family]:
    """Seven families; the furniture of each is drawn for `seed`."""
    pick = random.Random(f"furniture {seed}")
    one, two, three, four = pick.sample([f"{w}{p}{s}" for w in WHO for p in PLACE for s in SAID], 4)
    name = pick.choice(WHO) + pick.choice(PLACE)
    made = {
        "box": lambda t, d, ls, n: f'<h1>{t}</h1><div class="i">{d}</div><div id="zw">{_p(ls)}<div class="gg">{one}</div></div>',
        "paragraph": lambda t, d, ls, n: f'<h1>{t}</h1><div class="i">{d}</div><div id="zw">{_p([*ls, one + "。"])}</div>',
        "above": lambda t, d, ls, n: f'<h2>{t}</h2><div class="i">{d}</div><div class="nr">{_p([f"《{t}》一文由{one}。", *ls])}</div>',
        "turns": lambda t, d, ls, n: (
            f'<h1>{t}</h1><span>{d}</span><div class="nr">{_p([*ls, (one, two, three)[n % 3] + f"，第{n}位读到这里。"])}</div>'
        ),
        "breaks": lambda t, d, ls, n: (
            f'<h1>{t}</h1><div class="i">{d}</div><div class="con">{one}！<br><br>'
            f"{'<br><br>'.join(ls)}<br><br>{two}<br><br>责任编辑：{WHO[n % 10]}</div>"
        ),
        "many": lambda t, d, ls, n: (
            f'<div class="art"><h1>{t}</h1><p class="d">{d}</p>{_p([one, two])}{_p(ls)}'
            f'<p class="m">{name}</p>{_p([three + "；", four])}</div>'
        ),
        "layouts": lambda t, d, ls, n: (
            f'<h1>{t}</h1><p>{d}</p><div class="left"><div class="txt">{_p([*ls, one])}</div></div>'
            if n % 3
            else f'<table><tr><td><h1>{t}</h1>{d}</td></tr><tr><td class="main">{_p([two, *ls])}</td></tr></table>'
        ),
    }
    return [Family(key, frame, formulas) for key, frame in made.items()]
