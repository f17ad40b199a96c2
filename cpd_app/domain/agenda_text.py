"""Reading an agenda as people have it: one line a part, pasted from a document or a chat."""

import re
from dataclasses import dataclass, replace

#: 09:00-09:40, 9：00—9：40, 09:00 (the end is the next line's start)
LINE = re.compile(
    r"^\W{0,3}(\d{1,2})\s*[:：.]\s*(\d{2})"
    r"(?:\s*(?:[-–—~～]{1,2}|至|到)\s*(\d{1,2})\s*[:：.]\s*(\d{2}))?\s*(.*)$"
)
#: what stands between the words of a part and its speakers
BEFORE_SPEAKERS = re.compile(r"\s*(?:\t+|\||｜|——| {2,}|　+)\s*")
PARTED = re.compile(r"\s*[;；]\s*")
INSIDE = re.compile(r"\s*[,，]\s*")
BREAK = re.compile(
    r"茶歇|休息|午餐|晚餐|早餐|用餐|午休|就餐|合影|报到|入场|break|lunch|dinner|coffee|registration",
    re.IGNORECASE,
)
LAST_HOUR, LAST_MINUTE = 24, 59


@dataclass(frozen=True)
class TypedPart:
    """One line: times as 09:00 (`ends` empty: not said), the words, the speakers as typed."""

    starts: str
    ends: str
    title: str
    credited: bool = True
    speakers: str = ""


@dataclass(frozen=True)
class ReadAgenda:
    """What was read, and the numbers and texts of lines that were not."""

    parts: tuple[TypedPart, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()


def read_agenda(text: str) -> ReadAgenda:
    """Read lines such as `09:00-09:40 特高压直流的现状 | 张工，示范研究院`.

    A line without a time at its beginning is not read. A line that says no end ends where the
    next one begins.
    """
    parts: list[TypedPart] = []
    unread: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        part = _part(line)
        if part is None:
            unread.append((number, line.strip()))
        else:
            parts.append(part)
    closed = [
        p if p.ends or place + 1 == len(parts) else replace(p, ends=parts[place + 1].starts)
        for place, p in enumerate(parts)
    ]
    return ReadAgenda(tuple(closed), tuple(unread))


def speakers_of(text: str) -> list[tuple[str, str | None, str | None]]:
    """Name, unit, registration number of each: `张工，示范研究院，T0001；李工`."""
    found = []
    for one in PARTED.split(text.strip()):
        pieces = INSIDE.split(one.strip(), maxsplit=2)
        if any(pieces):
            name, unit, number = (*pieces, "", "")[:3]
            found.append((name, unit or None, number or None))
    return found


def typed_time(text: str) -> str:
    """09:30 out of what people type: 9:30, 9：30, 0930, 930, 9; what is no time stays as typed."""
    found = re.fullmatch(r"(\d{1,2})[:：.]?(\d{2})?", text.strip())
    if found is None:
        return text.strip()
    return _time(found[1], found[2] or "00") or text.strip()


def _part(line: str) -> TypedPart | None:
    read = LINE.match(line.strip())
    if read is None:
        return None
    starts = _time(read[1], read[2])
    ends = _time(read[3], read[4]) if read[3] else ""
    title, *rest = BEFORE_SPEAKERS.split(read[5].strip(), maxsplit=1)
    if starts is None or ends is None or not title:
        return None
    speakers = rest[0].strip() if rest else ""
    return TypedPart(starts, ends, title, not BREAK.search(title), speakers)


def _time(hour: str, minute: str) -> str | None:
    if int(hour) >= LAST_HOUR or int(minute) > LAST_MINUTE:
        return None
    return f"{int(hour):02d}:{minute}"
