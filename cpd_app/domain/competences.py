"""The five competences of an engineering member (素质能力五方面, handbook Q1)."""

from collections.abc import Iterable

from cpd_app.domain.errors import Rejected

#: code -> name, short name (zh), name (en)
COMPETENCES: dict[str, tuple[str, str, str]] = {
    "knowledge": ("工程知识与专业能力", "工程知识与专业", "Engineering knowledge"),
    "ethics": ("工程伦理与职业道德", "伦理与职业道德", "Ethics"),
    "teamwork": ("团队合作与交流能力", "团队合作与交流", "Teamwork"),
    "learning": ("持续发展与终身学习能力", "终身学习", "Lifelong learning"),
    "management": ("组织领导与项目管理能力", "组织与项目管理", "Project management"),
}


def check_competences(codes: Iterable[str]) -> None:
    """Refuse a code that is none of the five: `unknown_value`."""
    for code in codes:
        if code not in COMPETENCES:
            raise Rejected("unknown_value", "competences", found=code, allowed=[*COMPETENCES])
