"""What is wrong with a rule set in the reader's language; the domain says it in English."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from cpd_app.domain.reading import Path, Problem

#: whole sentences of the domain, and what they are in Chinese
WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "nothing": "没有写",
        "null": "空值",
        "empty text": "空的文字",
        "a mapping": "一组“键: 值”",
        "an empty mapping": "空的一组",
        "a list": "一个列表",
        "an empty list": "空的列表",
        "the key twice": "这个键写了两次",
        "each key once": "每个键只写一次",
        "no mapping": "没有“键: 值”",
        "no range": "没有范围",
        "an amount": "计法",
        "a mapping of code, version, names, kinds …": "一组“键: 值”：code、names、kinds 等",
        "YAML": "YAML 的写法",
        "YAML text": "YAML 的文字",
        "an unreadable character": "无法辨认的字符",
        "text": "文字",
        "this key": "这个键",
        "true or false": "true 或 false",
        "a number from 0": "0 或以上的数",
        "a number above 0": "大于 0 的数",
        "a number from 0 with at most four decimals": "0 或以上、最多四位小数的数",
        "a number above 0 with at most four decimals": "大于 0、最多四位小数的数",
        "hours with at most two decimals": "最多两位小数的学时",
        "a code of small letters, digits, _ or -": "小写字母、数字、_ 或 - 组成的代码",
        "a number, {per_day}, {field}, or {by, hours}": "一个数、{per_day}、{field} 或 {by, hours}",
        "a number, {by, hours}, or {pool}": "一个数、{by, hours} 或 {pool}",
        "a factor for every choice": "每个选项都有系数",
        "hours for every choice": "每个选项都有学时",
        "a field of type choice": "choice 类型的填写项",
        "a name that no record has already": "记录里还没有的名字",
        "a range such as 1, 2-5 or 6+": "范围，如 1、2-5 或 6+",
        "one or two fields": "一个或两个填写项",
        "at least one amount": "至少一种计法",
        "at least one kind": "至少一类活动",
        "at least two fields": "至少两个填写项",
        "codes with names": "代码和名称",
        "one that applies": "能用上的一种计法",
        "false: the field is not always given": "false：这一项不是每次都填",
        "nothing: only a field of type choice has choices": "不写：只有 choice 类型才有选项",
        "nothing: staff rule on each record": "不写：这一类由学会逐条认定",
        "exactly one of is, below": "is、below 只写一个",
    }
)
#: sentences with something in them
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"one of (.+)", "以下之一：{}"),
    (r"exactly one of (.+)", "只写其中一个：{}"),
    (r"a mapping with (.+)", "一组“键: 值”，可用的键：{}"),
    (r"a whole number from (\d+)", "{} 或以上的整数"),
    (r"the key (.+)", "键 {}"),
    (r"(\d+) blocks", "{} 个块"),
    (r"no amount for (.+)", "{} 没有计法可用"),
    (
        r"ranges that begin at (\d+) and follow each other to an open one such as 6\+",
        "从 {} 开始、首尾相接、最后一个开口（如 6+）的范围",
    ),
)


def problem_in_words(problem: Problem, language: str) -> tuple[str, str, str]:
    """Where it stands (kinds.online.year_cap), what was found, what is expected; in zh or en."""
    return (
        place(problem.path),
        _said(problem.found, language),
        _said(problem.expected, language),
    )


def place(path: Path) -> str:
    """A path as one writes it down, items of a list counted from 1; empty for the whole text."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".")


def _said(text: str, language: str) -> str:
    if language.startswith("en"):
        return text
    if text in WHOLE:
        return WHOLE[text]
    for pattern, chinese in PATTERNS:
        found = re.fullmatch(pattern, text)
        if found:
            return chinese.format(found.group(1).replace(", ", "、"))
    return text
