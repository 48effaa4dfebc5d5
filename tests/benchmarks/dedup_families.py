"""Template-heavy collections: tender notices, contracts, meeting notices; siblings in up to 95 % of their words."""

from __future__ import annotations

import random

from tests.benchmarks.dedup_texts import _PLACES, person

_DEVICES = "彩色超声诊断仪 全自动生化分析仪 数字化摄影系统 麻醉机 呼吸机 电子胃肠镜 血液透析机 心电监护仪 手术显微镜 高压灭菌器 智能黑板 办公电脑 扫雪车 路灯 监控系统 食堂设备 校服 实验台 图书 空调".split()
_BODIES = "人民医院 中医院 妇幼保健院 第一中学 实验小学 交通运输局 水利局 城市管理局 文化馆 自然资源局".split()
_GOODS = "水泥 钢筋 办公家具 大米 复合肥 饲料 电缆 水泵 校服 包装箱 苗木 砂石".split()
_TOPICS = "安全生产 防汛抗旱 森林防火 教育教学 招商引资 环境整治 医疗保障 项目建设 信访维稳 乡村振兴".split()
_ROOMS = "三楼会议室 二楼多功能厅 一楼报告厅 四楼小会议室 东附楼会议室 行政中心大礼堂".split()


def tender(rng: random.Random) -> str:
    """A tender notice: the buyer, the goods, numbers, dates, amounts, persons."""
    place = rng.choice(_PLACES) + rng.choice("县市区")
    buyer, device = place + rng.choice(_BODIES), rng.choice(_DEVICES)
    number = f"{rng.choice(['QC', 'ZB', 'HW', 'LH'])}{rng.choice([2022, 2023, 2024])}-{rng.randint(100, 999)}"
    amount, month, day = rng.randint(20, 900), rng.randint(1, 11), rng.randint(1, 27)
    phone = f"0{rng.randint(310, 999)}-{rng.randint(2000000, 8999999)}"
    return f"""{buyer}{device}采购项目公开招标公告
受{buyer}的委托，本代理机构就{device}采购项目组织公开招标，欢迎符合资格条件的供应商参加投标。
一、项目概况
项目编号：{number}
项目名称：{buyer}{device}采购项目
预算金额：{amount}.{rng.randint(0, 99):02d}万元
采购内容：{device}{rng.randint(1, 60)}台（套），包括供货、运输、安装、调试、培训和质保期内的服务，具体要求见招标文件第三部分。
合同履行期限：自合同签订之日起{rng.choice([15, 20, 30, 45, 60])}日内交货并安装完毕。
本项目不接受联合体投标。
二、投标人的资格要求
1.具有独立承担民事责任的能力，提供营业执照副本的复印件并加盖公章；
2.具有良好的商业信誉和健全的财务会计制度，提供上一年度经审计的财务报告；
3.具有履行合同所必需的设备和专业技术能力，提供书面声明；
4.有依法缴纳税收和社会保障资金的良好记录，提供近三个月的缴纳凭证；
5.参加采购活动前三年内，在经营活动中没有重大违法记录，提供书面声明；
6.未被列入失信被执行人、重大税收违法案件当事人名单和严重违法失信行为记录名单。
三、招标文件的获取
时间：{month}月{day}日至{month}月{day + 1}日，每天上午8:30至12:00，下午14:30至17:30，法定节假日除外。
方式：凭单位介绍信、经办人身份证到本代理机构现场领取，或者在交易平台上自行下载，逾期不再办理。
售价：每套300元，售后不退。
四、提交投标文件的截止时间和开标时间、地点
截止时间：{month + 1}月{day}日{rng.choice([9, 10, 14, 15])}时{rng.choice(['00', '30'])}分
地点：{place}公共资源交易中心第{rng.randint(1, 9)}开标室
逾期送达或者没有按照要求密封的投标文件，采购人和代理机构不予受理。开标时投标人的法定代表人或者其授权代表应当携带本人身份证件准时参加。
五、公告期限
自本公告发布之日起5个工作日。
六、其他补充事宜
投标人对招标文件有疑问的，应当在获取招标文件之日起7个工作日内以书面形式提出，同一环节的问题一次提出，逾期不予受理。
采购人有权按照有关规定对中标结果进行核查，发现弄虚作假的，取消其中标资格，并报主管部门处理。
七、联系方式
采购人：{buyer}
联系人：{person(rng)}
联系电话：{phone}
代理机构联系人：{person(rng)}"""


def contract(rng: random.Random) -> str:
    """A sales contract: the parties, the goods, amounts and days; long clauses that never change."""
    seller, buyer = (rng.choice(_PLACES) + rng.choice(["商贸", "建材", "物资", "实业"]) + "有限公司" for _ in "ab")
    goods, amount = rng.choice(_GOODS), rng.randint(3, 900) * 1000
    return f"""购销合同
甲方（买方）：{buyer}
乙方（卖方）：{seller}
根据有关法律的规定，甲乙双方在平等自愿、协商一致的基础上，就甲方向乙方购买{goods}的有关事宜订立本合同，共同遵守。
第一条 标的
甲方向乙方购买{goods}{rng.randint(10, 500)}{rng.choice(['吨', '套', '箱', '件'])}，规格和质量标准按照双方签字封存的样品执行。
第二条 价款
合同总价为人民币{amount}元，此价格包括包装费、装卸费、运输费和税费，在合同履行期内不因市场价格的变化而调整。
第三条 交货
乙方应当于{rng.randint(1, 12)}月{rng.randint(1, 28)}日之前将货物运到甲方指定的地点，运输途中的毁损和灭失的风险由乙方承担。
货物到达之后，甲方应当在{rng.randint(2, 9)}日之内验收，发现数量短缺或者质量与样品不符的，应当以书面形式通知乙方，乙方应当在接到通知之后及时补足或者更换。
第四条 付款
合同签订之后甲方支付总价的{rng.choice([10, 20, 30])}%作为定金，验收合格之后支付到总价的{rng.choice([90, 95, 97])}%，余款作为质量保证金，在质保期满之后无息退还。
第五条 违约责任
甲方逾期付款的，每逾期一日，按照逾期金额的千分之一向乙方支付违约金；乙方逾期交货的，每逾期一日，按照逾期交货金额的千分之一向甲方支付违约金。
任何一方无正当理由解除合同的，应当赔偿对方因此受到的损失，包括合同履行之后可以得到的利益。
第六条 不可抗力
因不可抗力不能履行合同的，遇到不可抗力的一方应当及时通知对方，并且在合理的期限之内提供证明，双方可以协商延期履行或者解除合同。
第七条 争议的解决
因履行本合同发生争议的，双方应当首先协商解决；协商不成的，任何一方可以向甲方所在地的人民法院提起诉讼。
第八条 其他
本合同一式四份，双方各执两份，自双方签字盖章之日起生效。没有尽到的事宜，双方另行签订补充协议，补充协议与本合同具有同等的效力。
甲方代表：{person(rng)}
乙方代表：{person(rng)}
签订日期：{rng.choice([2022, 2023, 2024])}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"""


def meeting(rng: random.Random) -> str:
    """A meeting notice of one office: the day, the room, the subject, the speaker."""
    town, topic = rng.choice(_PLACES) + rng.choice("镇乡"), rng.choice(_TOPICS)
    day, leader = rng.randint(1, 28), person(rng)
    return f"""关于召开{town}{topic}工作会议的通知
各村（社区）、镇直各单位：
为了贯彻落实上级会议的精神，总结前一阶段的工作，安排下一阶段的任务，经研究，决定召开{town}{topic}工作会议。现将有关事项通知如下：
一、会议时间
{rng.randint(1, 12)}月{day}日（星期{rng.choice('一二三四五')}）{rng.choice(['上午8:30', '上午9:00', '下午2:30', '下午3:00'])}，会期半天。
二、会议地点
{town}政府{rng.choice(_ROOMS)}
三、参加会议的人员
全体班子成员，各村（社区）书记、主任，镇直各单位主要负责人，驻村工作队队长，有关企业的负责人。
四、会议内容
1.传达学习上级{topic}工作会议的精神；
2.{leader}同志总结前一阶段的工作，分析存在的问题，安排下一阶段的任务；
3.{rng.randint(2, 6)}个村作交流发言；
4.签订目标责任书。
五、有关要求
1.请参加会议的人员安排好手头的工作，提前十分钟入场，按照座位牌就座，将手机关闭或者调到静音状态，会议期间不得随意走动。
2.没有特殊情况不得请假，确实因为特殊原因不能参加会议的，应当向主要领导书面请假，并且安排一位熟悉情况的负责人代为参加。
3.请作交流发言的村认真准备发言材料，时间控制在五分钟之内，并于会前两天将电子稿报送党政办公室。
4.会议之后各单位要及时传达会议的精神，结合自己的实际制定具体的措施，并于一周之内将贯彻落实的情况以书面形式上报。
联系人：{person(rng)}，联系电话：{rng.randint(6200000, 8999999)}
{town}党政办公室"""


FAMILIES = {"tender": tender, "contract": contract, "meeting": meeting}


def reworded_notice(text: str, rng: random.Random) -> str:
    """A republished notice: the same facts, a twentieth of the template's clauses in other words."""
    lines = text.split("\n")
    for _ in range(max(1, len(lines) // 10)):
        at = rng.randrange(1, len(lines))
        lines[at] = lines[at].replace("应当", "应").replace("按照", "依照").replace("之后", "后").replace("并且", "并")
    return "\n".join(lines)
