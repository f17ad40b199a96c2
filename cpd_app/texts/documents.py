"""Words of printed documents in both languages, and sentences about printing them."""

from collections.abc import Iterable
from datetime import date, datetime
from string import Formatter

from babel.dates import format_date

SENTENCES: dict[str, str] = {
    "no_certificate": "这次活动不出具出席证明。需要时请联系主办单位。",
    "certificate_too_early": "活动还没有结项。结项后可以在这里下载出席证明。",
    "certificate_pending": "您还不在这次活动的名单上。组织者确认后，可以在这里下载出席证明。",
    "no_presence": "没有在场记录，不能出具出席证明。若您当时在场，请在活动页填写「我在场」。",
    "missing_glyph": "姓名、单位或活动名称中的 %(characters)s 不在字库里，证明暂时打不出来。"
    "请联系学会装上含这个字的字体。",
}

#: code -> zh, en
LABELS: dict[str, tuple[str, str]] = {
    # what an event is
    "event": ("活动", "Event"),
    "kind": ("活动类别", "Kind of activity"),
    "organiser": ("主办单位", "Organiser"),
    "owner": ("所属学会", "Society"),
    "federation": ("中国工程师联合体", "Chinese Society of Engineers"),
    "venue": ("地点", "Venue"),
    "online": ("线上", "Online"),
    "time": ("时间", "Time"),
    "session": ("场次", "Session"),
    "room": ("会场", "Room"),
    "credited_minutes": ("计学时（分钟）", "Credited minutes"),
    "not_credited": ("不计", "None"),
    # who
    "row": ("序号", "#"),
    "number": ("注册编号", "Registration no."),
    "name": ("姓名", "Name"),
    "unit": ("单位", "Employer"),
    "society": ("学会", "Society"),
    # presence
    "in": ("签到", "In"),
    "out": ("签退", "Out"),
    "day": ("日期", "Date"),
    "minutes": ("分钟", "Minutes"),
    "hours": ("学时", "Hours"),
    "assurance": ("等级", "Level"),
    "note": ("备注", "Note"),
    "signature": ("签名", "Signature"),
    "people": ("人数", "People"),
    "total": ("合计", "Total"),
    "stated": ("未填", "Not stated"),
    # sign-in sheet
    "sign_in_sheet": ("签到表", "Sign-in sheet"),
    "in_signature": ("签到（签名、时间）", "In (signature, time)"),
    "out_signature": ("签退（签名、时间）", "Out (signature, time)"),
    "walk_ins": ("现场登记", "Walk-ins"),
    "photo": (
        "请本人签名并写下时间。填好后拍照，附在批量更正上。",
        "Sign yourself and write the time. A photo of this sheet goes with a bulk correction.",
    ),
    # closing package
    "closing_package": ("结项表", "Closing report"),
    "roster": ("名单", "On the roster"),
    "came": ("到场", "Came"),
    "absent": ("未到", "Did not come"),
    "excused": ("请假", "Excused"),
    "without_out": ("没有签退", "Without check-out"),
    "hours_sum": ("学时合计", "Hours in all"),
    "by_society": ("按学会", "By society"),
    "by_unit": ("按单位", "By employer"),
    "attendance": ("出席名单", "Attendance"),
    "details": ("在场明细", "Presence"),
    "guests": ("来宾（无注册）", "Guests without a registration"),
    "approved": ("审批", "Approved"),
    "approved_hours": ("批准时最多可得", "At most, as approved"),
    "missing_out": ("缺签退时", "When the check-out is missing"),
    "full": ("按全程计", "The whole time counts"),
    "until_last_proof": ("计到最后一次扫码", "Counts until the last scan"),
    "none": ("结项前不计", "Nothing counts until the organiser settles it"),
    "organiser_signs": ("组织者（签字）", "Organiser (signature)"),
    "staff_signs": ("学会审核（签字、盖章）", "Society (signature, seal)"),
    "date": ("日期", "Date"),
    "not_settled": ("未结项，数字还可能更正", "Not settled yet: figures may still be corrected"),
    "settled": ("已结项", "Settled"),
    "levels": (
        "保证等级：A 组织者扫码 · B 本人扫码签到签退 · C 名单或更正",
        "Level: A scanned by the organiser · B own check-in and check-out · C roster or correction",
    ),
    # notes on a row
    "missing": ("缺签退", "No check-out"),
    "assumed": ("签退为推定", "Check-out assumed"),
    "corrected": ("已更正", "Corrected"),
    "late": ("补发", "Sent late"),
    "static_code": ("印刷码", "Printed code"),
    "guest": ("来宾", "Guest"),
    "pending": ("待确认", "To be decided"),
    "no_registration": ("无有效注册", "No registration"),
    "refused": ("未入账", "No record"),
    # certificate
    "certificate": ("出席证明", "Certificate of Attendance"),
    "certifies": ("兹证明", "This is to certify that"),
    "certificate_number": ("编号", "No."),
    "arithmetic": ("折算", "Conversion"),
    "present": ("在场", "Present"),
    "stays": ("在场 {number} 段", "{number} stays"),
    "more_days": ("另有 {number} 天", "{number} more days"),
    "seal": ("（盖章）", "(seal)"),
    "from_scans": (
        "按活动的签到、签退和更正记录生成",
        "Made from the event's check-ins, check-outs and corrections",
    ),
    # every document
    "as_of": ("数据截至", "As of"),
    "page": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "no_glyph": (
        "〓 代替字库里没有的字：",
        "〓 stands for characters that no font here has:",
    ),
}

#: two lines of a certificate; what stands in braces is set in bold
CERTIFIED = (
    ("于 {days} 出席“{title}”，", "在场 {minutes} 分钟，计 {hours} 学时。"),
    ("attended {title} on {days}", "and was present for {minutes} minutes: {hours} CPD hours."),
)


def labels(language: str) -> dict[str, str]:
    """All words of documents in zh or en."""
    english = language == "en"
    return {code: words[english] for code, words in LABELS.items()}


def certified(language: str, **values: str) -> list[list[tuple[str, bool]]]:
    """The lines of a certificate in pieces; True: a value, set in bold."""
    return [_pieces(line, values) for line in CERTIFIED[language == "en"]]


def _pieces(line: str, values: dict[str, str]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for text, name, _, _ in Formatter().parse(line):
        pieces.append((text, False))
        if name:
            pieces.append((values[name], True))
    return [piece for piece in pieces if piece[0]]


def listed(values: Iterable[str], language: str) -> str:
    """Several things one after the other."""
    return (", " if language == "en" else "、").join(values)


def day(value: date, language: str) -> str:
    """2027年3月14日 / 14 Mar 2027."""
    if language == "en":
        return str(format_date(value, "d MMM y", locale="en"))
    return f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date, language: str) -> str:
    """3月14日 / 14 Mar."""
    if language == "en":
        return str(format_date(value, "d MMM", locale="en"))
    return f"{value.month}月{value.day}日"


def days(first: date, last: date, language: str) -> str:
    """One day, or from … to … without saying the year or month twice."""
    if first == last:
        return day(first, language)
    if language == "en":
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{day(last, language)}"
        return f"{day(first, language)} – {day(last, language)}"
    if first.year != last.year:
        return f"{day(first, language)}至{day(last, language)}"
    if first.month != last.month:
        return f"{day(first, language)}至{last.month}月{last.day}日"
    return f"{day(first, language)}至{last.day}日"


def moment(value: datetime, language: str) -> str:
    """A day and 24-hour time as the value's own zone has it."""
    return f"{day(value.date(), language)} {value:%H:%M}"


def span(begins: datetime, ends: datetime, language: str) -> str:
    """2027年3月14日 09:00–17:00; over midnight with both days."""
    if begins.date() == ends.date():
        return f"{moment(begins, language)}–{ends:%H:%M}"
    return f"{moment(begins, language)} – {moment(ends, language)}"
