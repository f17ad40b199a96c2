"""Two members near the end of their term: one has everything ready, one has filed."""

from datetime import date, timedelta

from cpd_app.demo.story import Told, year_told
from cpd_app.domain.years import anniversary

#: days of the fifth year that are gone: the term ends in 120 days
DAYS_GONE = 245
READY, FILED = "renewing@demo.test", "filed@demo.test"
#: number of the photo of its papers, see cli/demo_filings.py
FIRST_PAPER = 3000
FILED_PAPER = FIRST_PAPER + 1
MEMBERS = {
    READY: ("示范·郑远航", "demo-elec", "SF-E-2021-00231"),
    FILED: ("示范·陆文清", "demo-elec", "SF-E-2021-00232"),
}
#: days and minutes of the course that fills a year up: 52.0, 58.5, 50.0, 52.0 学时
COURSES = ((2, 630), (3, 923), (2, 540), (2, 630))


def starts_on(today: date) -> date:
    """The first day of their certificates."""
    return anniversary(today - timedelta(days=DAYS_GONE), -4)


def told(today: date) -> list[Told]:
    """Four met years, and a fifth that is on track."""
    begins = starts_on(today)
    records: list[Told] = []
    for index, (days, minutes) in enumerate(COURSES):
        records += year_told(anniversary(begins, index), days, minutes)
    running = year_told(anniversary(begins, 4), 2, 540)
    return [*records, *(one for one in running if one.ended_on < today)]


SUMMARY = """（示范文字）
# 工程知识与专业能力
五年来，我一直在示范超高压公司从事继电保护和配电自动化的设计与调试。前两年主要做配电网单相接地选线，\
从现场录波入手，整理了三百多次接地故障的波形，比较了零序电流、暂态能量和行波三类方法在不同接地方式下\
的表现，把适用条件写成了可以照着做的判断表，并发表在专业期刊上。后三年转到储能电站并网检测，参加了团体\
标准的起草，负责电压穿越和频率响应两章，先后到四个电站做了验证试验，根据试验数据把允许偏差由固定值改成\
了与容量有关的数值。这些工作让我从只会按图施工，转到能说清楚为什么这样设计、什么时候不能这样设计。
# 工程伦理与职业道德
我参加过几次事故后的分析会，体会最深的是数据不能为结论让路。有一次现场的保护定值与图纸不一致，改动没有\
留下记录，我坚持把经过如实写进报告，随后和同事一起建立了定值变更的双人核对制度，至今没有再出现同类问题。\
在评审和鉴定中，凡是与本单位有关的项目，我都主动说明并回避。对涉密和用户资料，上传和交流之前先做脱密处理。
# 团队合作与交流能力
标准起草组有设计、制造、运行和检测四类单位，关心的问题各不相同。我负责汇总意见，把分歧分成概念不同、数据\
不足和利益不同三类，分别用统一术语、补做试验和会上表决的办法解决，最后一百多条意见全部有了答复。在省级学术\
年会上，我作过两次报告，并把讨论中提出的问题带回来继续做试验。平时我给新员工讲配电安全课，用现场照片代替\
文字条款，讲完请他们复述一遍，再一起到现场认一次设备。
# 持续发展与终身学习能力
我每年给自己定一个学习题目：先后学习了新型电力系统稳定导则、储能电池的热失控机理、数字化变电站验收和电力\
电子建模。学习的办法是先参加培训打基础，再选一个手头的工程问题用上去，最后写成一页纸的小结，存下来备查。\
五年里参加面授培训和学术会议的学时逐年都有，也补上了原来薄弱的电力电子和统计方法。没有学好的是编程，只能\
看懂别人的脚本，还不能独立完成批量的波形分析。
# 组织领导与项目管理能力
我担任过两个改造项目的技术负责人，学会了先把停电窗口和物资到货排清楚，再谈技术方案。第一个项目因为没有留\
出调试余量，延期了两周；第二个项目在计划里单列了联调和回退两段时间，按期投运。现在我带三名年轻同事，每个月\
和他们一起回看一次自己的工作，把做得不好的地方写下来，由他们来提改进办法。
# 今后的打算
下一个五年，我准备把储能并网检测的经验整理成培训教材，补上编程和数据分析的短板，参加一次国际标准的讨论，\
并继续把现场的问题带进标准，把标准的要求带回现场。\
我也会把这五年积累的波形和试验数据按专题整理好，去掉用户资料后交给学会的专业委员会，供同行比较和复核；\
同时请两位年轻同事一起参加标准的下一次修订，让他们从查资料、做试验开始，完整地走一遍。"""
