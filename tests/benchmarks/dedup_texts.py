"""Texts for the deduplication's benchmarks: real ones when they are at hand, generated ones, copies and siblings."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"

_SUBJECTS = "我们 各单位 办公室 项目组 全体人员 相关部门 工作小组 各村 学校 班组 业务科 志愿者 信息中心 后勤部门 牵头单位".split()
_ADVERBS = "认真 及时 逐步 按期 稳妥 主动 持续 集中 分批 统一 如实 细致 反复 定期 充分".split()
_VERBS = "整理 核对 修订 落实 讨论 清点 培训 走访 登记 检查 汇总 改进 协调 验收 公开 评估 补充 更新 安排 答复".split()
_OBJECTS = (
    "台账 制度 档案 设备 意见 名单 流程 预算 路线 材料 场地 数据 困难 经验 任务 进度 安全隐患 服务窗口 宣传栏 图书 课程 "
    "值班表 采购清单 居民诉求 防汛物资 会议记录 工作计划 考核办法 绿化带 管网 苗木 食堂 仓库 车辆"
).split()
_ENDS = "为下一步打好了基础 得到了大家的认可 还需要继续努力 没有出现差错 效果比较明显 节约了时间和经费 形成了书面意见 做到了心中有数".split()
_LINKS = "同时 另外 随后 在此基础上 针对这一情况 按照要求 结合实际 会后 到目前为止 与往常不同".split()
_PLACES = "青川 白石 临河 东岭 云溪 南屏 石桥 柳林 平湖 新丰 永安 金沙 长塘 北坡 红岩 松源 清水 高岗 沙洲 桃园".split()
_FAMILY = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = "建国 志强 晓燕 文军 丽华 海涛 春梅 立新 永平 雪松 明德 秀兰 国栋 玉珍 景行 思远 若兰 子昂 向东 亚琴".split()
_HAN = "的一是在有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"


def person(rng: random.Random) -> str:
    return rng.choice(_FAMILY) + rng.choice(_GIVEN)


def clause(rng: random.Random) -> str:
    """One clause about work, a figure in every fourth."""
    figure = f"{rng.randint(2, 980)}{rng.choice(['项', '人次', '万元', '份', '公里', '户'])}" if rng.random() < 0.25 else ""
    words = [rng.choice(_SUBJECTS), rng.choice(_ADVERBS), rng.choice(_VERBS), "了", rng.choice(_ADVERBS)]
    return "".join([*words, rng.choice(_VERBS), "的", figure, rng.choice(_OBJECTS), "和", rng.choice(_OBJECTS)])


def sentence(rng: random.Random) -> str:
    return f"{rng.choice(_LINKS)}，{'，'.join(clause(rng) for _ in range(rng.randint(2, 4)))}，{rng.choice(_ENDS)}。"


def report(rng: random.Random, characters: int = 2000) -> str:
    """A text of about so many characters in paragraphs."""
    lines: list[str] = []
    while sum(map(len, lines)) < characters:
        lines.append("".join(sentence(rng) for _ in range(rng.randint(2, 4))))
    return "\n".join(lines)


def real_texts(least: int = 400, most: int = 20000) -> list[str]:
    """Bodies of real articles, one of each group; [] when the corpus is not here."""
    found: dict[str, str] = {}
    for name in ("newsweb", "meiwen", "xtyzc", "cwced", "gne"):
        path = CORPUS / f"{name}.jsonl"
        if not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            body = row.get("body") or ""
            if row.get("kind") == "article" and least <= len(body) <= most:
                found.setdefault(str(row.get("group") or row["file"]), body)
    # The corpus itself holds copies: one text of each beginning.
    return list({re.sub(r"\W", "", body)[20:60]: body for body in found.values()}.values())


# Copies: what sites do to a text that stays the same document.

_CLAUSE = re.compile(r"[^，。；！？,;!?\n]+")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2}(?=[省市县区镇乡村](?![\u4e00-\u9fff]?长))")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def full_width(text: str, rng: random.Random) -> str:
    return text.translate(_WIDE)


def wrapped(text: str, rng: random.Random) -> str:
    return "\n".join(text[start : start + 27] for start in range(0, len(text), 27))


def spaced(text: str, rng: random.Random) -> str:
    return re.sub(r"(\d+)", r" \1 ", text).replace("\n", "\n\n　　")


def semicolons(text: str, rng: random.Random) -> str:
    return text.replace("；", "；\n").replace("。", "。\n")


def half_width(text: str, rng: random.Random) -> str:
    return text.translate(str.maketrans("，。；：？！（）“”", ",.;:?!()\"\""))


def years_moved(text: str, rng: random.Random) -> str:
    return re.sub(r"(?<!\d)20[0-3]\d(?!\d)", lambda match: str(int(match[0]) + 1), text)


def mask(text: str, rng: random.Random) -> str:
    """Places and persons as library sites hide them."""
    sign = rng.choice(["XX", "XXX", "**", "××", "某某", "__"])
    return re.sub(r"(20)\d\d(?=年)", r"\1XX", _PLACE.sub(sign, text))


def genre_changed(text: str, rng: random.Random) -> str:
    for old, new in (("总结", "汇报"), ("报告", "总结"), ("同志", "老师"), ("工作", "工作")):
        text = text.replace(old, new)
    return "尊敬的各位评委：\n" + text


def framed(text: str, rng: random.Random) -> str:
    """Lead-in and tail of another site; the first and the last sentence lost."""
    body = re.sub(r"^[^。]{1,60}。", "", text)
    body = re.sub(r"[^。]{1,60}。\s*$", "", body)
    return f"{clause(rng)}。下面是为大家整理的范文，希望对你有所帮助。\n{body}\n以上就是全部内容，更多范文请继续关注。"


def dropped(text: str, rng: random.Random) -> str:
    """10 to 25 % of the paragraphs gone (of the sentences, when there are few paragraphs)."""
    units = text.split("\n") if text.count("\n") >= 8 else re.findall("[^。]*。|[^。]+$", text)
    joint = "\n" if text.count("\n") >= 8 else ""
    count = max(1, round(len(units) * rng.uniform(0.10, 0.25)))
    gone = set(rng.sample(range(len(units)), min(count, len(units) - 1)))
    return joint.join(unit for index, unit in enumerate(units) if index not in gone)


def _reworded(old: str, rng: random.Random, donors: list[str]) -> str:
    kind = rng.randrange(5)
    at = rng.randrange(len(old))
    if kind == 0:
        return old[:at] + "".join(rng.choices(_HAN, k=rng.randint(1, 3))) + old[at + 2 :]
    if kind == 1:
        return ""
    if kind == 2:
        return old[:at] + rng.choice(["进一步", "切实", "积极", "全面", "不断"]) + old[at:]
    if kind == 3:
        return old[:at] + old[at + 2 :]
    return rng.choice(donors)


def edited(share: float) -> Callable[[str, random.Random], str]:
    """A share of the clauses reworded, cut, lengthened, lost or replaced by clauses of other texts."""

    def edit(text: str, rng: random.Random) -> str:
        donors = [clause(rng) for _ in range(20)]
        total = len(_CLAUSE.findall(text))
        chosen = set(rng.sample(range(total), max(1, round(total * share))))
        count = iter(range(total))
        return _CLAUSE.sub(lambda match: _reworded(match[0], rng, donors) if next(count) in chosen else match[0], text)

    return edit


def everything(text: str, rng: random.Random) -> str:
    """What a sibling site does all at once."""
    return framed(spaced(half_width(years_moved(edited(0.05)(text, rng), rng), rng), rng), rng)


COPIES: dict[str, Callable[[str, random.Random], str]] = {
    "full width": full_width,
    "half width": half_width,
    "hard wrapped": wrapped,
    "blanks and indents": spaced,
    "breaks after ；": semicolons,
    "years moved": years_moved,
    "masking put in": mask,
    "genre and addressee": genre_changed,
    "lead-in and tail": framed,
    "10-25 % dropped": dropped,
    "1 % clauses": edited(0.01),
    "3 % clauses": edited(0.03),
    "5 % clauses": edited(0.05),
    "10 % clauses": edited(0.10),
    "20 % clauses": edited(0.20),
    "all at once": everything,
}


# Siblings: another document in the same words.


_ITEM = r"(?m:^\s*[（(]?\d+(?=[、.．)）,，]\D))"  # the number of a list's item is no fact


def figures(text: str) -> int:
    """How many figures of two digits and more it holds, without years and the numbers of items."""
    return len(re.findall(r"(?<!\d)(?!20[0-3]\d)\d\d", re.sub(_ITEM, "", text)))


def other_figures(text: str, rng: random.Random) -> str:
    """The yearly version: another year, and other figures everywhere; the items are numbered as before."""
    return re.sub(rf"({_ITEM})|\d+(?:\.\d+)?", lambda match: match[1] or _other(match[0], rng), text)


def _other(figure: str, rng: random.Random) -> str:
    if re.fullmatch(r"20[0-3]\d", figure):
        return str(int(figure) + 1)
    return "".join(str((int(digit) + rng.randint(1, 9)) % 10) if digit.isdigit() else digit for digit in figure)


def sharing(text: str, other: str, share: float, rng: random.Random) -> str:
    """Another text that shares so much with `text`: some of its sentences in their places, others between them."""
    mine, theirs = (re.findall("[^。\n]*[。\n]|[^。\n]+$", each) for each in (text, other * (len(text) // len(other) + 1)))
    order = list(range(len(mine)))
    rng.shuffle(order)
    shared: set[int] = set()
    for index in order:
        if sum(len(mine[each]) for each in shared) + len(mine[index]) <= share * len(text):
            shared.add(index)
    donors = iter(theirs * 50)
    out, due = [], 0
    for index, sentence_ in enumerate(mine):
        if index in shared:
            out.append(sentence_)
            continue
        due += len(sentence_)
        while due > 0:
            out.append(next(donors))
            due -= len(out[-1])
    return "".join(out)
