"""A library of many pages of about 30 KB as files, for nginx: the same for every crawler that is measured."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

PER_LIST = 50
_MENU = "工作总结 心得体会 演讲稿 申请书 自我介绍 合同范本 教学计划 读后感 调查报告 述职报告 会议纪要 通知公告 主持词 贺词 慰问信 倡议书".split()
_WHO = "各乡镇 各部门 全体教师 社区居民 年轻干部 基层单位 驻村队员 学校师生 企业职工 志愿者 村民代表 物业公司".split()
_WHAT = "安全生产的责任 春耕备耕的安排 教学质量的提升 环境卫生的整治 项目资金的使用 档案材料的整理 群众反映的问题 汛期值班的制度".split()
# Words at random: every document is its own, so that none is compared with hundreds of its kind.
_HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着"
    "等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新"
    "线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活"
    "设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规"
)


def _sentence(source: random.Random) -> str:
    return "，".join("".join(source.choices(_HAN, k=source.randint(6, 14))) for _ in range(3))


def _page(title: str, middle: str, crumbs: str) -> str:
    menu = "".join(
        f'<li class="item"><a href="/c{n % 4}/index.html" title="{name}">{name}</a></li>'
        for n, name in enumerate(_MENU)
    )
    style = "".join(
        f".box{n} .inner p{{margin:0 auto;padding:{n % 9}px;color:#333;line-height:1.8}}\n" for n in range(60)
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_测速文库</title><style>{style}</style></head><body>'
        f'<div class="top"><ul class="nav">{menu}</ul></div><div class="crumb">当前位置：<a href="/">首页</a> &gt; {crumbs}</div>'
        f'{middle}<div class="footer"><p>Copyright © 2024 测速文库 版权所有</p></div><script>var page = {{}};</script></body></html>'
    )


def _article(number: int, total: int) -> str:
    source = random.Random(number)
    title = f"{source.choice(_WHO)}{source.choice(_WHAT)}情况汇报（第{number}号）"
    day = date(2015, 1, 1) + timedelta(days=number % 3000)
    text = "".join(
        f"<p>　　{'；'.join(_sentence(source) for _ in range(3))}。{_sentence(source)}。</p>\n"
        for _ in range(source.randint(25, 60))
    )
    near = "".join(
        f'<li><a href="/c{n % 4}/{n}.html" target="_blank">{_WHAT[n % len(_WHAT)]}范文之{n}</a></li>'
        for n in ((number + step) % total for step in range(1, 31))
    )
    middle = (
        f'<div class="main"><div class="left"><h1>{title}</h1><div class="info">时间：{day} 来源：测速文库 作者：编辑</div>'
        f'<div class="content">\n<p>　　下面是小编为大家整理的{title}，供大家参考。</p>{text}</div>'
        f'<div class="near">上一篇：<a href="/c{(number - 1) % total % 4}/{(number - 1) % total}.html">上一号</a></div></div>'
        f'<div class="side"><h3>推荐</h3><ul>{near}</ul></div></div>'
    )
    return _page(title, middle, f'<a href="/c{number % 4}/index.html">{_MENU[number % 4]}</a>')


def write_site(folder: Path, articles: int) -> int:
    """Writes the library below `folder`; the number of its pages (articles, lists and the home page)."""
    pages = 1
    for column in range(4):
        place = folder / f"c{column}"
        place.mkdir(parents=True)
        numbers = range(column, articles, 4)
        lists = -(-len(numbers) // PER_LIST)
        names = ["index.html", *(f"list_{n}.html" for n in range(2, lists + 1))]
        for index, name in enumerate(names):
            rows = "".join(
                f'<li><a href="/c{column}/{n}.html">第{n}号情况汇报与经验总结</a><span>{date(2015, 1, 1) + timedelta(days=n % 3000)}</span></li>'
                for n in numbers[index * PER_LIST : (index + 1) * PER_LIST]
            )
            bar = (
                f'<div class="pages">{"".join(f"<a href={other}>{at + 1}</a> " for at, other in enumerate(names[:10]))}'
            )
            bar += f'<a href="{names[index + 1]}">下一页</a></div>' if index + 1 < len(names) else "</div>"
            place.joinpath(name).write_text(
                _page(_MENU[column], f'<ul class="list">{rows}</ul>{bar}', _MENU[column]), "utf-8"
            )
        for number in numbers:
            place.joinpath(f"{number}.html").write_text(_article(number, articles), "utf-8")
        pages += len(names) + len(numbers)
    home = "".join(f'<h2><a href="/c{column}/index.html">{_MENU[column]}</a></h2>' for column in range(4))
    folder.joinpath("index.html").write_text(_page("首页", home, "首页"), "utf-8")
    return pages
