"""Why something did not reach somebody, in words for members and staff."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from cpd_app.domain.bounces import CAME_BACK, NO_SUCH_ADDRESS


def reason_of(problem: Mapping[str, Any] | None) -> str:
    """A few words for the code of a problem; empty when there is none."""
    if not problem:
        return ""
    words = {
        NO_SUCH_ADDRESS: _("地址不存在"),
        CAME_BACK: _("信被退回"),
        "address_deferred": _("对方一直暂时不收"),
        "address_refused": _("对方拒收"),
        "letter_refused": _("对方拒收"),
        "no_answer": _("对方没有回应"),
        "no_address": _("没有地址"),
        "no_phone": _("没有手机"),
        "bridge_nobody": _("转发服务找不到这个人"),
    }
    return words.get(str(problem.get("code")), _("没有发出去"))


def said_of(problem: Mapping[str, Any] | None) -> str:
    """What the other side said, in its own words; may hold the address."""
    return str((problem or {}).get("said") or "")
