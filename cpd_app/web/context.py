"""What every template may use: `ui` (theme, language, navigation), `may`, `today`."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from flask_login import current_user

from cpd_app import clock
from cpd_app.access import current_actor, somebody_is_signed_in
from cpd_app.policy import Permission, Target, may
from cpd_app.usecases.act_history import count_open
from cpd_app.usecases.audit_queue import count_waiting
from cpd_app.usecases.complaints import count_open as letters_open
from cpd_app.usecases.event_lists import count_submitted
from cpd_app.usecases.event_owners import organises
from cpd_app.usecases.inbox import unread_count
from cpd_app.usecases.relief_lists import count_waiting as reliefs_waiting
from cpd_app.web.desk import Desk, desks, open_desk
from cpd_app.web.locale import short_locale

THEME_COOKIE = "cpd_theme"
TEXT_COOKIE = "cpd_text"


@dataclass(frozen=True)
class NavItem:
    """One place in the bottom bar or the staff navigation."""

    href: str
    icon: str
    label: str
    active: bool
    #: in ink: what people open the service for in a corridor
    main: bool = False
    count: int | None = None


class Ui:
    """How this visitor sees the pages; computed when a template asks."""

    @property
    def locale(self) -> str:
        """Zh or en."""
        return short_locale()

    @property
    def theme(self) -> str:
        """auto, light or dark."""
        if current_user.is_authenticated:
            return str(current_user.person.theme)
        kept = request.cookies.get(THEME_COOKIE, "auto")
        return kept if kept in {"auto", "light", "dark"} else "auto"

    @property
    def text(self) -> str:
        """Normal or large."""
        if current_user.is_authenticated:
            return str(current_user.person.text_size)
        return "large" if request.cookies.get(TEXT_COOKIE) == "large" else "normal"

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return somebody_is_signed_in()

    @property
    def actor_name(self) -> str:
        """The signed-in person's name."""
        return str(current_user.person.name) if current_user.is_authenticated else ""

    @property
    def society_name(self) -> str:
        """The society at whose desk the visitor sits; the federation's for who has none."""
        desk = open_desk()
        if desk is None and current_actor().expert_in:
            return _("外部专家")
        if desk is None and not current_actor().is_federation:
            return _("活动组织")  # an organiser, perhaps from outside, has no desk
        return desk.name if desk else _("中国工程师联合体")

    @property
    def desks(self) -> list[Desk]:
        """Societies to choose between."""
        return desks()

    @cached_property
    def unread(self) -> int:
        """Messages that the visitor has not read: counted once a page, for nobody else at all."""
        return unread_count(current_user.sign_in.person_id) if current_user.is_authenticated else 0

    @property
    def nav(self) -> list[NavItem]:
        """The member's bottom bar; only what works is shown."""
        places = (
            ("progress.home", "house-door", _("首页")),
            ("activities.index", "file-text", _("记录")),
            ("scan.index", "qr-code-scan", _("扫码")),
            ("annual_plan.index", "calendar4", _("活动")),
            ("me.index", "person", _("我的")),
        )
        return self._items(places, {ME: self.unread})

    @property
    def staff_nav(self) -> list[NavItem]:
        """The desk's navigation: staff's places, the federation's, or those of an organiser."""
        if not desks():
            return self._items(_places_without_a_desk(), {ME: self.unread})
        societies = frozenset(d.society_id for d in desks())
        waiting = count_submitted(societies)
        places = (
            ("staff.overview", "house", _("总览")),
            ("audits.index", "clipboard-check", pgettext("nav", "再注册审核")),
            ("members.index", "people", _("会员")),
            *_nudging(),
            ("certificates.index", "card-heading", _("证书登记")),
            ("staff_events.index", "calendar-event", _("活动签到")),
            ("imports.index", "file-earmark-arrow-up", _("导入")),
            ("rulings.index", "patch-question", _("认定")),
            ("relief_desk.index", "hourglass-split", _("减免")),
            ("rules.index", "sliders", _("折算规则")),
            *_calendar(),
            *_bridge(),
            ("notices.index", "megaphone", _("公告")),
            *_letters(),
            ("work.index", "cpu", _("后台工作")),
            ("api_docs.index", "code-slash", _("接口说明")),
            ("me.index", "person", _("我的")),
        )
        here = open_desk()
        audits = count_waiting(current_actor(), here.society_id) if here else 0
        acts = count_open(here.society_id) if here else 0
        counts = {
            "staff_events.index": waiting,
            "audits.index": audits,
            "certificates.index": acts,
            "relief_desk.index": reliefs_waiting(societies),
            ME: self.unread,
            LETTERS: letters_open(here.society_id) if here and _letters() else 0,
        }
        return self._items(places, counts)

    @property
    def events_home(self) -> str:
        """Where the crumbs of an event lead back to: the staff's list, or one's own events."""
        return url_for("staff_events.index" if current_actor().is_staff else "events.index")

    @property
    def organises(self) -> bool:
        """Whether the visitor runs an event or may plan one (活动 › 我组织的)."""
        return organises(current_actor(), now=clock.now())

    def _items(
        self, places: tuple[tuple[str, str, str], ...], counts: dict[str, int] | None = None
    ) -> list[NavItem]:
        chosen = _place_of(request.endpoint or "", [p[0] for p in places])
        return [
            NavItem(
                href=url_for(endpoint),
                icon=icon,
                label=label,
                active=endpoint == chosen,
                count=(counts or {}).get(endpoint) or None,
            )
            for endpoint, icon, label in places
            if endpoint in current_app.view_functions  # no link to a screen that does not exist
        ]


LETTERS = "complaints.index"
ME = "me.index"
#: pages that belong to another place than the first one of their feature
BELONGS = {
    **dict.fromkeys(("events", "roster", "passes", "stewards", "attendance"), "annual_plan.index"),
    "activities.choose": "activities.index",
    "activities.log": "activities.index",
    "evidence": "activities.index",
    "capture": "activities.index",
    "backfill": "progress.home",
    "renewal": "progress.home",
    "filings": "progress.home",
    "relief": "me.index",
    "messages": ME,
    "own_calendar": ME,
    "wishes": "me.index",
    "certificate_papers": "me.index",
    "appeals.new": "me.index",
    "appeals.show": "me.index",
    "appeals": "relief_desk.index",
    "reach": "staff.overview",
    "bulk_dossiers": "audits.index",
    "job_files": "work.index",
    "matches": "audits.index",
    "relief_grounds": "relief_desk.index",
}
#: features of an event: staff come to them by their list, organisers by their own
OF_AN_EVENT = frozenset({"events", "roster", "attendance", "stewards", "room", "door"})


def _nudging() -> tuple[tuple[str, str, str], ...]:
    """催办, for who may remind members here."""
    desk = open_desk()
    target = Target(societies=frozenset({desk.society_id})) if desk else Target()
    if not may(current_actor(), Permission.NUDGE, target):
        return ()
    return (("nudges.index", "bell", _("催办")),)


def _letters() -> tuple[tuple[str, str, str], ...]:
    """意见与投诉, for who answers them here."""
    desk = open_desk()
    target = Target(societies=frozenset({desk.society_id})) if desk else Target()
    if not may(current_actor(), Permission.ANSWER_COMPLAINT, target):
        return ()
    return ((LETTERS, "chat-left-text", pgettext("nav", "意见与投诉")),)


def _calendar() -> tuple[tuple[str, str, str], ...]:
    """工作日历, for who enters the announced days here."""
    desk = open_desk()
    target = Target(societies=frozenset({desk.society_id})) if desk else Target()
    if not may(current_actor(), Permission.ENTER_CALENDAR, target):
        return ()
    return (("work_days.index", "calendar3", _("工作日历")),)


def _bridge() -> tuple[tuple[str, str, str], ...]:
    """转发, for who sets the bridge of the society here."""
    desk = open_desk()
    target = Target(societies=frozenset({desk.society_id})) if desk else Target()
    if desk is None or not may(current_actor(), Permission.SET_BRIDGE, target):
        return ()
    return (("bridges.index", "broadcast", _("转发")),)


def _places_without_a_desk() -> tuple[tuple[str, str, str], ...]:
    """The federation has counts, events and rules, no members; an organiser has events."""
    if current_actor().is_federation:
        return (
            ("staff.overview", "house", _("总览")),
            ("federation.index", "inbox", _("学会的报送")),
            ("staff_events.index", "calendar-event", _("活动签到")),
            ("matches.index", "copy", _("跨学会重复")),
            ("rules.index", "sliders", _("折算规则")),
            ("notices.index", "megaphone", _("公告")),
            *_letters(),
            ("work_days.index", "calendar3", _("工作日历")),
            ("work.index", "cpu", _("后台工作")),
        )
    if current_actor().expert_in:
        return (
            ("audits.index", "clipboard-check", _("分给我的档案")),
            ("progress.home", "house-door", _("首页")),
            ("me.index", "person", _("我的")),
        )
    return (
        ("events.index", "calendar-event", _("我组织的")),
        ("progress.home", "house-door", _("首页")),
        ("me.index", "person", _("我的")),
    )


def _place_of(here: str, places: list[str]) -> str:
    """The one place of a navigation that a page belongs to."""
    feature = here.split(".", maxsplit=1)[0]
    asked = BELONGS.get(here) or BELONGS.get(feature) or here
    if asked in places:
        return asked
    if feature in OF_AN_EVENT:
        return next((p for p in ("staff_events.index", "events.index") if p in places), "")
    return next((p for p in places if p.split(".", maxsplit=1)[0] == feature), "")


def init(app: Flask) -> None:
    """Give them to the templates."""

    @app.context_processor
    def shared() -> dict[str, object]:
        return {
            "ui": Ui(),
            "may": may,
            "actor": current_actor,
            "today": clock.today(),
        }
