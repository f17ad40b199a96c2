"""Sample data of the component gallery: the demo sums of the screen notes, plainly marked 示范."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Words = Callable[[str, str], str]

QR = (
    '<svg viewBox="0 0 25 25" xmlns="http://www.w3.org/2000/svg"><path d="'
    + "".join(
        f"M{x} {y}h1v1h-1z"
        for y in range(25)
        for x in range(25)
        if (x * 7 + y * 13 + x * y) % 5 < 2 or (min(x, 24 - x) < 1 and y < 7)
    )
    + '"/></svg>'
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}">{2}</svg>'
DRAWINGS = {
    "paper": _SVG.format(
        104,
        104,
        '<path d="M0 0h104v104H0z" fill="#b9c3c5"/><path d="M10 0h84v104H10z" fill="#fbfaf4"/>'
        '<path d="M22 16h40v4H22zm0 18h60v4H22zm0 12h54v4H22zm0 12h58v4H22zm0 12h44v4H22z"'
        ' fill="#4c5b66"/>',
    ),
    "certificate": _SVG.format(
        350,
        250,
        '<path d="M0 0h350v250H0z" fill="#a8b4b6"/>'
        '<path d="M35 18l290 8-8 224H22z" fill="#fdfcf6"/>'
        '<path d="M48 32l264 6-6 206H38z" fill="none" stroke="#c9b789" stroke-width="2"/>'
        '<path d="M120 62h110v14H120zm-56 48h170v6H64zm0 22h220v6H64zm0 22h60v6H64z"'
        ' fill="#4c5b66"/>',
    ),
}


def ui(t: Words, *, theme: str, text: str, locale: str, page: str) -> SimpleNamespace:
    """What the context processor of the service gives."""

    def item(href: str, icon: str, label: str, **more: Any) -> SimpleNamespace:
        return SimpleNamespace(
            href=href,
            icon=icon,
            label=label,
            **{"active": href == f"/{page}", "count": 0, "main": False} | more,
        )

    return SimpleNamespace(
        theme=theme,
        text=text,
        locale=locale,
        signed_in=True,
        actor_name=t("林示范", "Lin Shifan"),
        society_name=t("示范电机工程学会", "Demo Electrical Society"),
        nav=[
            item("/home", "house-door", t("首页", "Home")),
            item("/records", "file-text", t("记录", "Records")),
            item("/scan", "qr-code-scan", t("扫码", "Scan"), main=True),
            item("/events", "calendar4", t("活动", "Events")),
            item("/me", "person", t("我的", "Me")),
        ],
        staff_nav=[
            item("/members", "people", t("会员", "Members")),
            item("/imports", "file-earmark-arrow-up", t("导入", "Imports"), count=2),
            item("/register", "card-list", t("证书登记", "Register")),
            item("/rules", "sliders", t("折算规则", "Rules")),
        ],
    )


def errors(t: Words) -> dict[str, str]:
    """Two refused fields of the log form."""
    return {
        "code": t("这个标准已经记过一次。", "This standard is logged already."),
        "secrecy": t("请选一项。", "Choose one."),
    }


def _years(t: Words) -> list[dict[str, Any]]:
    met = {"verdict": t("达标", "Met"), "kind": "ok"}
    rows: list[dict[str, Any]] = [
        {"recognised": 5200, "figure": "52.0", **met},
        {"recognised": 5850, "figure": "58.5", **met},
        {"recognised": 5000, "figure": "50.0", **met},
        {
            "recognised": 3250,
            "figure": "32.5",
            "verdict": t("正常", "On track"),
            "kind": "now",
            "current": True,
        },
        {"recognised": 0, "figure": "–", "verdict": t("未开始", "Not begun"), "kind": "none"},
    ]
    return [
        {"label": t(f"第 {n} 年", f"Year {n}"), "required": 5000, "href": "#", **row}
        for n, row in enumerate(rows, start=1)
    ]


def _months(t: Words) -> list[dict[str, Any]]:
    def record(
        title: str, meta: list[str], hours: str, letter: str, *, proof: bool = True, mark: str = ""
    ) -> dict[str, Any]:
        words = t("经得起审核", "audit-proof") if proof else t("佐证不全", "evidence incomplete")
        return {
            "title": title,
            "meta": meta,
            "hours": hours,
            "letter": letter,
            "proof": proof,
            "mark": mark,
            "words": words,
        }

    return [
        {
            "title": t("10月", "October"),
            "total": t("8.5 学时", "8.5 h"),
            "rows": [
                record(
                    t("高压直流输电研讨会（示范）", "HVDC transmission symposium (demo)"),
                    [t("会议", "Conference"), t("17日", "17")],
                    "6.0",
                    "A",
                ),
                record(
                    t("继电保护整定计算", "Relay settings"),
                    [t("网络课程", "Online course"), t("9日", "9")],
                    "2.5",
                    "E",
                    proof=False,
                    mark=t("缺学习证明", "certificate missing"),
                ),
            ],
        },
        {
            "title": t("9月", "September"),
            "total": t("9.0 学时", "9.0 h"),
            "rows": [
                record(
                    t("数字化变电站验收培训", "Digital substation acceptance course"),
                    [t("面授", "Course"), t("12日", "12")],
                    "8.0",
                    "B",
                ),
                record(
                    t("新型电力系统稳定导则", "Guide on stability of new power systems"),
                    [t("自学", "Self-study"), t("3日", "3")],
                    "1.0",
                    "F",
                    proof=False,
                    mark=t("缺学习笔记", "notes missing"),
                ),
            ],
        },
        {
            "title": t("7月", "July"),
            "total": t("4.0 学时", "4.0 h"),
            "rows": [
                record(
                    t("220 kV 示范线路可研评审", "Review of the 220 kV demo line"),
                    [t("评审", "Review"), t("22日", "22")],
                    "4.0",
                    "D",
                ),
            ],
        },
    ]


def _changes(t: Words) -> list[dict[str, Any]]:
    rows = [
        ("自学", "Self-study", "年度上限", "Yearly cap", "5.0", "8.0", "looser", "第八条", 96),
        (
            "科技奖励",
            "Award",
            "整类",
            "Whole kind",
            "停用",
            "启用，国家级 30.0",
            "looser",
            "第十二条",
            31,
        ),
        (
            "标准制修订",
            "Standard",
            "行业标准，排名 1",
            "Industry, rank 1",
            "30.0",
            "32.0",
            "looser",
            "附表 1",
            12,
        ),
        (
            "网络课程",
            "Online course",
            "年度上限",
            "Yearly cap",
            "无",
            "20.0",
            "tighter",
            "第六条",
            118,
        ),
        ("会议报告", "Talk", "全国会议", "National", "8.0", "6.0", "tighter", "第七条", 27),
        ("论文", "Paper", "年度上限", "Yearly cap", "25.0", "20.0", "tighter", "第十条", 19),
    ]
    changes: list[dict[str, Any]] = [
        {
            "kind": t(zh, en),
            "item": t(item_zh, item_en),
            "old": old,
            "new": new,
            "direction": way,
            "basis": basis,
            "people": people,
            "href": "#",
            "selected": zh == "网络课程",
        }
        for zh, en, item_zh, item_en, old, new, way, basis, people in rows
    ]
    changes.append(
        {
            "kind": t("单位内训", "In-house"),
            "item": t("佐证", "Evidence"),
            "old": t("计划、签到、材料", "plan, sign-in, papers"),
            "new": t("计划、签到", "plan, sign-in"),
            "direction": "other",
            "direction_text": t("仅佐证", "Evidence only"),
            "basis": "第五条",
            "people": None,
        }
    )
    return changes


def _certificates(t: Words) -> list[dict[str, Any]]:
    plain = {
        "level": t("专业", "Professional"),
        "kind": "quiet",
        "state": t("有效", "In force"),
        "icon": "",
        "note": "",
    }
    special: dict[int, dict[str, Any]] = {
        0: {"state": t("期满", "Expired"), "icon": "clock"},
        1: {"state": t("注销", "Cancelled"), "icon": "x-lg", "note": t("未再注册", "Not renewed")},
        2: {"state": t("期满，审核中", "Expired, in review"), "kind": "now"},
        7: {
            "state": t("撤销", "Revoked"),
            "kind": "blocker",
            "note": t("终身不得注册", "Barred for life"),
        },
        12: {
            "state": t("暂停", "Suspended"),
            "kind": "warning",
            "icon": "pause-circle",
            "selected": True,
            "note": t("本人申请", "Own request"),
        },
    }
    fields = [
        t("高电压与绝缘", "High voltage"),
        t("电力系统", "Power systems"),
        t("电机与电器", "Machines"),
    ]
    return [
        {
            "number": f"示EE-20{17 + n % 8}-{100 + n * 61:05}",
            "name": t(f"示范·会员{n + 1}", f"Demo member {n + 1}"),
            "field": fields[n % 3],
            "until": t(f"20{24 + n // 3}年{n % 12 + 1}月30日", f"30 Jun 20{24 + n // 3}"),
            **plain,
            **special.get(n, {}),
        }
        for n in range(17)
    ]


def samples(t: Words) -> dict[str, Any]:
    """Everything the gallery's pages show."""
    years = _years(t)
    six = [dict(year) for year in years]
    six[1] |= {
        "recognised": 4600,
        "figure": "46.0",
        "verdict": t("未达标", "Short"),
        "kind": "blocker",
    }
    six[2] |= {"required": 2500, "recognised": 2600, "figure": "26.0"}
    six[3] |= {"verdict": t("落后", "Behind"), "kind": "warning"}
    six.append(dict(years[4], label=t("第 6 年", "Year 6")))
    states = ["done", "done", "waiting", "waiting", "refused", "skipped", "waiting", "waiting"]
    return {
        "years": years,
        "six_years": six,
        "months": _months(t),
        "frames": [
            {
                "href": "#",
                "image": "" if n == 4 else "/gallery/paper.svg",
                "state": state,
                "current": n == 2,
                "label": t(f"第 {n + 1} 张", f"Number {n + 1}"),
            }
            for n, state in enumerate(states)
        ],
        "changes": _changes(t),
        "bars": [
            {"text": text, "count": count, "kind": kind}
            for text, count, kind in [
                ("-9.0", 9, "warning"),
                ("-6.0", 14, "warning"),
                ("-3.0", 17, "warning"),
                ("-1.0", 24, "warning"),
                ("+3.0", 61, ""),
                ("+9.0", 52, ""),
                ("+18.0", 21, ""),
                ("+30.0", 9, ""),
            ]
        ],
        "tabs": [
            {"href": "#", "text": text, "count": count, "active": n == 0}
            for n, (text, count) in enumerate(
                [
                    (t("全部", "All"), "1,342"),
                    (t("有效", "In force"), "1,284"),
                    (t("暂停", "Suspended"), 6),
                    (t("期满", "Expired"), 31),
                    (t("注销", "Cancelled"), 19),
                    (t("撤销", "Revoked"), 2),
                ]
            )
        ],
        "certificates": _certificates(t),
        "events": [
            {
                "title": t("暂停", "Suspended"),
                "when": t("2026年11月2日", "2 Nov 2026"),
                "icon": "pause-circle",
                "tone": "warning",
                "text": t("本人申请，出国工作", "Own request, work abroad"),
                "meta": [
                    t("预案第 5 条，示电学〔2026〕41 号", "Article 5"),
                    t("公示 11月2日 10:00", "Published 2 Nov 10:00"),
                ],
            },
            {
                "title": t("再注册", "Re-registered"),
                "when": t("2025年4月1日", "1 Apr 2025"),
                "icon": "check-lg",
                "tone": "ok",
                "text": t("第二个五年，专业工程会员", "Second five years"),
            },
            {
                "title": t("更正", "Corrected"),
                "when": t("2024年2月18日", "18 Feb 2024"),
                "icon": "pencil",
                "text": t("2024年1月9日的暂停作废", "The suspension of 9 Jan 2024 is void"),
            },
            {
                "title": t("暂停", "Suspended"),
                "when": t("2024年1月9日", "9 Jan 2024"),
                "icon": "pause-circle",
                "void": True,
                "text": t("会费逾期", "Dues in arrears"),
                "meta": ["〔2024〕2 号"],
            },
            {
                "title": t("发证", "Issued"),
                "when": t("2020年4月1日", "1 Apr 2020"),
                "icon": "check-lg",
                "tone": "ok",
            },
        ],
    }
