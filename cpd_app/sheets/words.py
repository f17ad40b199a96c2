"""Words of the register that its lists and its sheets share: level, field, state, reason."""

from flask_babel import gettext as _

from cpd_app.texts.certificates import REASONS
from cpd_app.texts.register import STATES
from cpd_app.usecases.members import MemberRow
from cpd_app.wording import language, sentence


def level_word(level: str) -> str:
    """见习, 专业, 资深."""
    return str({"apprentice": _("见习"), "professional": _("专业"), "senior": _("资深")}[level])


def state_word(state: str) -> str:
    """The state of a certificate in a word."""
    return sentence(STATES[state])


def field_name(row: MemberRow) -> str:
    """The field in the reader's language; what the file said when it is not mapped."""
    if row.field is None:
        return row.field_text
    return (row.field_en if language() == "en" else row.field) or row.field


def reason_word(reason_code: str | None) -> str:
    """Why, in words; nothing for an act without a reason."""
    return sentence(REASONS[reason_code]) if reason_code else ""
