"""What every template may use: `ui` (theme, language, navigation), `may`, `today`."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from cpd_app import clock
from cpd_app.access import current_actor, somebody_is_signed_in
from cpd_app.policy import may
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
        return desk.name if desk else _("中国工程师联合体")

    @property
    def desks(self) -> list[Desk]:
        """Societies to choose between."""
        return desks()

    @property
    def nav(self) -> list[NavItem]:
        """The member's bottom bar; only what works is shown."""
        places = (
            ("progress.home", "house-door", _("首页")),
            ("activities.index", "file-text", _("记录")),
            ("activities.choose", "plus-circle", _("记一笔")),
            ("me.index", "person", _("我的")),
        )
        return self._items(places)

    @property
    def staff_nav(self) -> list[NavItem]:
        """The staff's navigation; the federation has counts and rules, no members."""
        if not desks():
            return self._items(
                (("staff.overview", "house", _("总览")), ("rules.index", "sliders", _("折算规则")))
            )
        places = (
            ("staff.overview", "house", _("总览")),
            ("members.index", "people", _("会员")),
            ("imports.index", "file-earmark-arrow-up", _("导入")),
            ("rulings.index", "patch-question", _("认定")),
            ("rules.index", "sliders", _("折算规则")),
            ("api_docs.index", "code-slash", _("接口说明")),
            ("me.index", "person", _("我的")),
        )
        return self._items(places)

    def _items(self, places: tuple[tuple[str, str, str], ...]) -> list[NavItem]:
        chosen = _place_of(request.endpoint or "", [p[0] for p in places])
        return [
            NavItem(
                href=url_for(endpoint),
                icon=icon,
                label=label,
                active=endpoint == chosen,
            )
            for endpoint, icon, label in places
            if endpoint in current_app.view_functions  # no link to a screen that does not exist
        ]


#: pages that belong to another place than the first one of their feature
BELONGS = {
    "activities.log": "activities.choose",
    "evidence": "activities.index",
    "capture": "activities.index",
    "backfill": "progress.home",
}


def _place_of(here: str, places: list[str]) -> str:
    """The one place of a navigation that a page belongs to."""
    feature = here.split(".", maxsplit=1)[0]
    asked = BELONGS.get(here) or BELONGS.get(feature) or here
    if asked in places:
        return asked
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
