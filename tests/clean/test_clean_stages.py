"""The single stages: dates, characters, title keys, pieces, joins, rejects, quality, by-lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.clean import Cleaned, clean
from crawler.clean.byline import category, name, tags
from crawler.clean.characters import tidy, without_marks
from crawler.clean.dates import parse_date
from crawler.clean.parts import find_parts
from crawler.clean.quality import personal
from crawler.clean.titles import title_key
from crawler.page import Block, Kind, Page, Zone

NOW = datetime(2026, 1, 20, 4, 0, tzinfo=UTC)  # noon in China


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("2024-01-30 11:00:07", "2024-01-30", "11:00:07"),
        ("2023-09-29 21:17", "2023-09-29", "21:17:00"),
        ("2018-10-9 15:53:06", "2018-10-09", "15:53:06"),
        ("2015/4/7", "2015-04-07", None),
        ("２０２５／０８／２７", "2025-08-27", None),
        ("2024年1月30日 上午9:05", "2024-01-30", "09:05:00"),
        ("2024年1月30日 下午 3:05", "2024-01-30", "15:05:00"),
        ("二〇二四年一月三十日", "2024-01-30", None),
        ("二○○三年四月廿三日", "2003-04-23", None),
        ("二零二一年十二月三十一日", "2021-12-31", None),
        ("01.06.2015 21:28", "2015-06-01", "21:28:00"),
        ("admin82025-03-26 07:36:56", "2025-03-26", "07:36:56"),
        ("2025-05-04策划", "2025-05-04", None),
        ("发布时间：2021.08.31", "2021-08-31", None),
        ("20210831", "2021-08-31", None),
        ("2022-05-06T10:00:00Z", "2022-05-06", "18:00:00"),
        ("2022-05-06T10:00:00+08:00", "2022-05-06", "10:00:00"),
        ("2022-05-06T10:00:00", "2022-05-06", "10:00:00"),
        ("01-15", "2026-01-15", None),
        ("12-25 08:00", "2025-12-25", "08:00:00"),
        ("1月2日", "2026-01-02", None),
        ("3小时前", "2026-01-20", "09:00:00"),
        ("昨天 22:10", "2026-01-19", "22:10:00"),
        ("前天", "2026-01-18", None),
        ("5天前", "2026-01-15", None),
        ("Jan 5, 2024", "2024-01-05", None),
    ],
)
def test_dates(text: str, day: str, time: str | None) -> None:
    assert parse_date(text, NOW) == (day, f"{day}T{time}+08:00" if time else None)


@pytest.mark.parametrize(
    "text",
    ["", "时间：", "2024-02-30", "2023-13-01", "2030-01-01", "2026-02-01 10:00", "1949-10-01", "20__年", "二0**年*月*日", "20.20.9.10中午", "____年__月__日", "字数：4028字"],
)
def test_what_is_no_day(text: str) -> None:
    assert parse_date(text, NOW) == (None, None)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("⼩⼀⽅⾯", "小一方面"),
        ("⻓期⻅⻔⻚", "长期见门页"),
        ("甲方&hellip&hellip乙方", "甲方……乙方"),
        ("A&amp;B，&ldquo;是&rdquo;", "A&B，“是”"),
        ("<p>第一条</p>", "第一条"),
        ("<strong>总则</strong>", "总则"),
        ("如果 a<b 且 b>c，则 a<c", "如果 a<b 且 b>c，则 a<c"),
        ("正\u200b文\x07里\ufeff", "正文里"),
        ("收入&支出", "收入&支出"),
        ("《<红楼梦>研究》", "《<红楼梦>研究》"),
        ("D建、XX大、***、〔2014〕3号，比例1：2", "D建、XX大、***、〔2014〕3号，比例1：2"),
    ],
)
def test_characters(text: str, want: str) -> None:
    assert tidy(text) == want
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("所有权的`相关证明", "所有权的相关证明"),
        ("充满希望的'一年", "充满希望的一年"),
        ("喧腾的.鼓点", "喧腾的鼓点"),
        ("种`种原因", "种种原因"),
        ("走路的姿势:蹒跚.年纪较大腿脚不便", "走路的姿势:蹒跚.年纪较大腿脚不便"),
        ("他说'是的'，就走了", "他说'是的'，就走了"),
        ("变量`name`的值", "变量`name`的值"),
        ("1.前言 2.5倍 p.12", "1.前言 2.5倍 p.12"),
    ],
)
def test_marks_against_copying(text: str, want: str) -> None:
    assert without_marks(text)[0] == want


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("科技局上年度述职报告(2024年)", "科技局上年度述职报告（2023年）"),
        ("校园文化节活动策划书(合集)", "校园文化节活动策划书(精选5篇)"),
        ("背影教学设计必备12篇", "背影教学设计"),
        ("物业管理手册.docx", "物业管理手册"),
        ("《草房子》读后感600字【精彩3篇】", "草房子读后感600字【精彩3篇】"),
        ("XX 市科技局 2022 年度述职报告", "XX市科技局2022年度述职报告"),
        ("演讲比赛策划书汇总(十四篇)", "演讲比赛策划书"),
        ("劳动体会书30字左右", "劳动体会书30字左右。"),
    ],
)
def test_forms_of_one_title(one: str, other: str) -> None:
    assert title_key(one) == title_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("房屋租赁合同1", "房屋租赁合同2"),
        ("工作总结（一）", "工作总结（二）"),
        ("一季度工作总结", "二季度工作总结"),
        ("关于春节放假的通知", "关于国庆放假的通知"),
        ("读后感600字", "读后感800字"),
    ],
)
def test_different_titles(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    ("title", "headings"),
    [
        ("租房合同(精选3篇)", ["租房合同 篇1", "租房合同 篇2", "租房合同 篇3"]),
        ("租房合同", ["租房合同1", "租房合同2"]),
        ("租房合同(通用2篇)", ["租房合同(一)", "租房合同（二）"]),
        ("租房合同范文", ["第一篇：个人租房合同", "第二篇：商铺租房合同"]),
        ("租房合同范文2篇", ["【篇一】", "【篇二】"]),
        ("租房合同汇总", ["篇一：租房合同", "篇二：租房合同"]),
        ("租房合同2篇", ["第1篇", "第2篇"]),
        ("租房合同模板(2篇范文)", ["商铺租房合同 模板1", "商铺租房合同 模板2"]),
    ],
)
def test_pieces(title: str, headings: list[str]) -> None:
    lines = [line for heading in headings for line in (heading, "甲方将房屋租给乙方使用。", "1、租期一年。", "2、租金按月交付。")]
    body = "\n".join(lines)
    found = find_parts(lines, title)
    assert [part.heading for part in found] == headings
    assert "\n".join(body[part.start : part.end] for part in found) == body


@pytest.mark.parametrize(
    "lines",
    [
        ["一、总则", "二、分则", "三、附则"],
        ["表1", "表2", "表3"],
        ["本学期共读书12篇", "写作文3篇"],
        ["2022", "2023"],
    ],
)
def test_no_pieces(lines: list[str]) -> None:
    assert find_parts(["开头的一段话，说明情况。", *lines], "学校工作总结") == []


def body_of(*lines: str | tuple[int, str], title: str = "工作情况", tag: str = "p") -> str:
    blocks = [Block(line, tag=tag) if isinstance(line, str) else Block(line[1], gap=line[0], tag=tag) for line in lines]
    return clean(Page(kind=Kind.ARTICLE, title=title, blocks=blocks)).body


def test_cuts_after_semicolons_are_joined_only_inside_a_run() -> None:
    joined = body_of(
        "全市高新技术企业达到六千五百家，增长百分之二十六；",
        (0, "高新技术产业增加值增长百分之十以上；"),
        (0, "技术合同成交额增长百分之五十四。"),
        (1, "下一段从这里开始，讲的是别的事情。"),
    )
    assert joined.count("\n") == 1
    separate = ["企业应当具备下列条件，并且经过登记机关的审查：", "1、具有相应的场地，面积不少于二百平方米；", "2、具有考评人员，人数不少于五名；"]
    assert body_of(separate[0], (0, separate[1]), (0, separate[2])) == "\n".join(separate)
    paragraphs = ["一段以分号结尾的话，它自己就是一个段落；", "另一段话，它也是一个段落。"]
    assert body_of(*paragraphs) == "\n".join(paragraphs)


def test_headings_salutations_and_signatures_of_wrapped_text_stay_apart() -> None:
    got = body_of(
        "各位领导：",
        "今年以来，我们按照上级的统一部署，认真落实各项工作任务。在大",
        (0, "家的共同努力下，全年目标顺利完成，群众满意度有了明显提高。现"),
        (0, "将情况报告如下，请予审议。"),
        "一、主要成绩",
        "基础设施不断完善。新修道路三条，改造老旧小区六个，受益群众达",
        (0, "到一万余人。生态环境持续改善，空气优良天数达到三百天，比上年"),
        (0, "增加十二天。"),
        "某某办公室",
        "2024年1月8日",
    )
    assert got.split("\n")[0] == "各位领导："
    assert got.split("\n")[-2:] == ["某某办公室", "2024年1月8日"]
    assert got.count("\n") == 5


@pytest.mark.parametrize(
    "sentence",
    [
        "大家好！今天我为大家带来的演讲题目是《珍惜时间》，希望大家喜欢。",
        "下面由四年级一班为大家带来歌舞表演，请大家欣赏，希望大家喜欢。",
        "我给大家分享三点体会，供大家参考，不当之处请批评指正。",
        "编辑部收集了读者来信三百余封，读者对刊物提出了许多意见。",
        "本合同的附件由双方共同整理，供双方参考。",
        "现将有关情况汇报如下，请各位领导提出宝贵意见。",
    ],
)
def test_what_a_speaker_says_is_no_lead_in(sentence: str) -> None:
    rest = "第一段正文讲的是时间的重要，第二段讲的是怎样珍惜时间。"
    assert body_of(sentence, rest, title="珍惜时间演讲稿") == f"{sentence}\n{rest}"


@pytest.mark.parametrize(
    "sentence",
    [
        "下面是小编为大家整理的珍惜时间演讲稿，仅供参考，欢迎大家阅读。",
        "时间都去哪儿了呢？相信很多人都想过这个问题。以下是小编收集的珍惜时间演讲稿，希望对大家有所帮助！",
        "珍惜时间演讲稿（精选5篇），由学文网整理，希望能够帮助大家。",
        "以下是网友为大家整理分享的“珍惜时间演讲稿”相关范文，欢迎阅读。",
        "前言：我们精心挑选了数篇优质演讲稿文章，供您阅读参考。",
        "那么演讲稿该如何编写，我们参考以下案例。",
        "下面是的小编为您带来的珍惜时间演讲稿，如果对您有一些参考与帮助，请分享给最好的朋友。",
        "下面是小編爲大家收集的珍惜時間演講稿，歡迎閱讀與收藏。",
        "这里给大家分享一些珍惜时间演讲稿，方便大家学习。",
        "【导语】下面是小编为您整理的珍惜时间演讲稿，供您查阅。",
        "不经意间，一年又过去了，想必大家需要写一写演讲稿了。以下内容是虎学网为您带来的10篇《珍惜时间演讲稿》，如果能帮助到您，将不胜荣幸。",
    ],
)
def test_lead_ins(sentence: str) -> None:
    rest = "第一段正文讲的是时间的重要，第二段讲的是怎样珍惜时间。"
    assert body_of(sentence, rest, title="珍惜时间演讲稿") == rest
    assert body_of(sentence + rest, title="珍惜时间演讲稿") == rest


def refused(*lines: str, title: str = "一个标题", **more: str) -> str | None:
    page = Page(kind=Kind.ARTICLE, title=title, blocks=[Block(line, tag="p") for line in lines], **more)  # type: ignore[arg-type]
    return clean(page).reject


def test_rejects() -> None:
    text = "这是一段普通的正文，讲的是学校里的一件小事，大家都觉得很有意思。"
    assert refused(text) is None
    assert refused() == "empty"
    assert refused("短短一句。") == "stub"
    assert refused(text, reject="mojibake") == "garbled"
    assert refused("時(shí)間過(guò)得很快，進(jìn)入新的學(xué)期，我們會(huì)更加努力。") == "mirror"
    assert refused("给下面的字注音：寒暄(xuān) 榫(sǔn)头 跬(kuǐ)步 谬(miù)论 逡(qūn)巡 渣滓(zǐ)。") is None
    assert refused("骞冲??畨????鍏??板??紝??″?锛??圭??汉") == "garbled"
    assert refused("某地发生一起事故，有关部门正在调查，意…阅读全文") == "stub"
    assert refused(text, title="澳门赌场平台开户_老虎机官网注册") == "hijacked"
    assert refused("公安机关查处色情网站，收缴老虎机十二台，依法处罚了有关人员。") is None
    assert refused("社團活動豐富多彩，本學期共組織活動十二次，參加的同學超過三百人次。") is None


def test_personal_data_is_counted_by_kind() -> None:
    text = "联系人：某某，电话13800138000，座机0571-88886666，邮箱a.b@example.com，QQ：12345678，微信号：wx_abc123，京A12345。身份证11010519491231002X。"
    assert personal(text) == {"mobile": 1, "landline": 1, "mail": 1, "qq": 1, "wechat": 1, "plate": 1, "identity": 1}
    assert personal("〔2014〕3号文件，金额12345678901元，编号110105194912310021，2024-01-30，苏ICP备10224236号") == {}


def test_names_as_stated() -> None:
    assert name("来源：网友投稿") == "网友投稿"
    assert name("作者: 张小明 | 点击：12") == "张小明"
    assert name("null") is None
    assert name("  ") is None
    assert category(["首页", "范文", "总结", "学校工作总结(2024年)"], "学校工作总结（2023年）") == ["范文", "总结"]
    assert category(["学文文库网", "述职报告", "正文"], "") == ["述职报告"]
    assert category(["当前位置：", "演讲稿"], "") == ["演讲稿"]
    assert tags(["总结", "总结", " 学校 "]) == ["总结", "学校"]
    assert tags([], "总结,学校 工作、计划") == ["总结", "学校 工作", "计划"]


def cleaned(lines: list[str], **fields: object) -> Cleaned:
    return clean(Page(kind=Kind.ARTICLE, blocks=[Block(line, tag="p") for line in lines], **fields), now=NOW)  # type: ignore[arg-type]


def test_the_date_is_the_pages_and_never_the_signatures() -> None:
    lines = ["各乡镇人民政府：", "现将通知转发给你们，请认真贯彻执行，并及时报送落实情况。", "某某办公室", "2014年1月21日"]
    got = cleaned(lines, title="转发通知", date="发表时间:2014-10-08 10:58:00")
    assert (got.date, got.published) == ("2014-10-08", "2014-10-08T10:58:00+08:00")
    assert got.body.endswith("2014年1月21日")
    assert cleaned(lines, title="转发通知").date is None


def test_a_cut_off_end_is_marked() -> None:
    lines = ["第一段写得很完整，有头有尾，读者一看就明白。", "第二段也写得很完整，有头有尾，读者一看就明白。"]
    assert not cleaned([*lines, "此致", "敬礼", "某某某"]).truncated
    assert not cleaned([*lines, "8.因为它见证了老屋的过去，寄托着爷爷的感情。9.写出了爷爷一生的坎坷，十分生动。10.略"]).truncated
    assert cleaned([*lines, "第三段写到这里的时候忽然停了下来，因为网站只肯给人看前面的一部分，后面的内容要成为会员"]).truncated


def test_what_stands_outside_tells_tags_and_walls() -> None:
    text = Block("一段正文，它的长度已经足够，不会被当成残篇，讲的是学校的事。", tag="p")
    tail = [Block("推荐访问：学校 工作总结", Zone.TAIL, "div"), Block("相关文章", Zone.TAIL, "h3"), Block("阅读全文", Zone.TAIL, "a")]
    got = clean(Page(title="题目", blocks=[text, *tail]))
    assert got.tags == ["学校", "工作总结"]
    assert not got.truncated, "a button of a related article"
    wall = Block("（未完，全文共720字，当前显示222字）", Zone.TAIL, "div")
    assert clean(Page(title="题目", blocks=[text, wall])).truncated


def test_lines_of_other_zones_are_dropped_with_the_zone_as_rule() -> None:
    page = Page(title="题目", blocks=[Block("首页 > 范文", Zone.HEAD, "div"), Block("一段正文，它的长度已经足够，不会被当成残篇。", tag="p")])
    assert [(item.rule, item.block) for item in clean(page).dropped] == [("zone-head", 0)]
