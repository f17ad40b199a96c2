"""What makes the pages an app on a phone: manifest, service worker, what is stored ahead."""

import hashlib
import json
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from cpd_app import assets, clock
from cpd_app.access import NotSignedIn, current_actor, current_person, public, signed_in
from cpd_app.usecases import preview
from cpd_app.usecases.registrations_shown import shown_registration
from cpd_app.web import activity_forms as forms
from cpd_app.web.activity_live import Live
from cpd_app.web.context import Ui
from cpd_app.web.packed import packed_json

bp = Blueprint("pwa", __name__)

#: static files that the stored pages need; a test follows their links
STORED_FILES = (
    "css/tokens.css",
    "css/base.css",
    "css/components/*.css",
    "css/pages/certificate-code.css",
    "css/pages/door.css",
    "css/pages/events.css",
    "css/pages/filing-process.css",
    "css/pages/home.css",
    "css/pages/log.css",
    "css/pages/messages.css",
    "css/pages/outbox.css",
    "css/pages/passes.css",
    "css/pages/readiness.css",
    "css/pages/records.css",
    "css/pages/renewal.css",
    "css/pages/checkin.css",
    "css/pages/scan.css",
    "icons/favicon.svg",
    "icons/icon-192.png",
    "js/app.js",
    "js/lib/*.js",
    "js/modules/*.js",
    "vendor/bootstrap-reboot.css",
    "vendor/icons.svg",
    "vendor/idb.js",
    "vendor/zxing/reader/index.js",
    "vendor/zxing/share.js",
)
#: the desk is not used without network, and a room's screen keeps itself (js/lib/screen-copy.js)
NOT_STORED = (
    "css/components/staff.css",
    "js/lib/bench-decide.js",
    "js/lib/bench-keys.js",
    "js/lib/bench-view.js",
    "js/lib/bench-wiring.js",
    "js/lib/qr.js",
    "js/lib/room-codes.js",
    "js/lib/server-clock.js",
    "js/modules/projector.js",
    "js/modules/row-keys.js",
    "js/modules/workbench.js",
    "js/modules/yaml-text.js",
)
#: reads QR codes; kept by the worker once a page has asked for it
DECODER = "vendor/zxing/reader.wasm"
#: name of the header by which the worker and our scripts tell members apart
MEMBER = "X-Member"
MANIFEST_ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("maskable-192.png", "192x192", "maskable"),
    ("maskable-512.png", "512x512", "maskable"),
)
PAPER = "#f4f6f6"


class Pwa:
    """What the layouts know of the app on the phone; computed when a template asks."""

    @property
    def member(self) -> int | None:
        """Whose pages these are; None when nobody is signed in."""
        return current_user.person.id if current_user.is_authenticated else None

    @property
    def worker(self) -> bool:
        """False: the kill switch is on."""
        return _worker_is_on()

    @property
    def stock(self) -> str:
        """Changes when the pages stored ahead must be fetched anew."""
        ui = Ui()
        parts = (clock.today(), assets.release(), self.member, ui.locale, ui.theme, ui.text)
        return " ".join(str(part) for part in parts)


class Unnamed(Ui):
    """The frame of a page that is stored ahead: without the member's name."""

    @property
    def actor_name(self) -> str:
        """Nobody's."""
        return ""

    @property
    def unread(self) -> int:
        """Not said: it would be old when the page is looked at."""
        return 0


@bp.app_context_processor
def shared() -> dict[str, object]:
    """`pwa` for the layouts."""
    return {"pwa": Pwa()}


@bp.before_app_request
def same_member() -> None:
    """Refuse what a script sends for a member who is no longer the one signed in here."""
    meant = request.headers.get(MEMBER)
    if meant is None:
        return
    if not current_user.is_authenticated or str(current_user.person.id) != meant:
        raise NotSignedIn("not_signed_in")


@bp.after_app_request
def say_whose(response: Response) -> Response:
    """Tell the worker whose page it is: copies of one member never outlive a change of member."""
    visitor = g.get("_login_user")  # who was looked up, if anybody asked: nothing is asked here
    if response.mimetype == "text/html" and visitor is not None and visitor.is_authenticated:
        response.headers[MEMBER] = str(visitor.person.id)
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Name, icons and the shortcut 记一笔; `?lang=` because it is fetched without cookies."""
    english = request.args.get("lang") == "en"
    shortcut = "Log an activity" if english else "记一笔"
    described = {
        "id": "/",
        "name": "CPD hours of engineering members" if english else "工程会员继续教育学时",
        "short_name": "CPD hours" if english else "继续教育",
        "description": "The 50 hours of each year and the renewal"
        if english
        else "每年 50 学时，五年续期",
        "lang": "en" if english else "zh-CN",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": _icon(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in MANIFEST_ICONS
        ],
        "shortcuts": [
            {
                "name": shortcut,
                "url": url_for("activities.choose"),
                "icons": [{"src": _icon("icon-192.png"), "sizes": "192x192", "type": "image/png"}],
            }
        ],
    }
    response = make_response(json.dumps(described, ensure_ascii=False))
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker of this release; with the kill switch one that takes itself off."""
    name = "sw.js" if _worker_is_on() else "sw-off.js"
    config = {
        "release": assets.release(),
        "root": url_for("static", filename=""),
        "files": [url_for("static", filename=name) for name in stored_files()],
        "offline": url_for("pwa.offline"),
        "decoder": f"/decoder-{_decoder_hash()}",
    }
    source = (assets.SOURCE / "js" / name).read_text(encoding="utf-8")
    response = make_response(f"const CPD = {json.dumps(config)};\n{source}")
    response.mimetype = "text/javascript"
    # Asked again at every visit, or a fault in it could not be taken back for a day.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@bp.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """What stands in for a page of which there is no copy."""
    return render_template("pwa/offline.html")


@bp.get("/offline/pages")
@signed_in
def pages() -> ResponseReturnValue:
    """The pages stored ahead in one answer, {address: HTML}: forms, outbox, /offline.

    They hold nothing of the member: no name, no token, no usual kinds, no figures. One answer
    compresses to a tenth, because the pages are alike.
    """
    said = session.pop("_flashes", None)  # they belong to the page that is looked at
    data = {"pages": dict(_stock())}
    if said is not None:
        session["_flashes"] = said
    return packed_json(data)


def stored_files() -> list[str]:
    """Names of the static files that are stored with the worker, in order."""
    names = (p.relative_to(assets.SOURCE).as_posix() for p in assets.SOURCE.rglob("*"))
    return sorted(
        name
        for name in names
        if any(fnmatch(name, pattern) for pattern in STORED_FILES) and name not in NOT_STORED
    )


def _stock() -> Iterator[tuple[str, str]]:
    yield url_for("pwa.offline"), _neutral("pwa/offline.html")
    yield url_for("outbox.index"), _neutral("pwa/outbox.html")
    yield url_for("scan.index"), _neutral("scan/index.html")
    person, today = current_person(), clock.today()
    shown, _all = shown_registration(person.id, chosen_id=None, day=today)
    if shown is None or shown.term is None:
        return
    rule_set = preview.rules_on(current_actor(), today).rule_set
    kinds = rule_set.usable_kinds
    groups = [(g, [k for k in kinds if k.group == g.code]) for g in rule_set.groups.values()]
    yield (
        url_for("activities.choose"),
        _neutral(
            "activities/choose.html",
            usual=[],
            groups=[(group, of_group) for group, of_group in groups if of_group],
            draft=None,
            named=forms.named,
        ),
    )
    for kind in kinds:
        yield (
            url_for("activities.log", kind=kind.code),
            _neutral(
                "activities/log.html",
                form=forms.LogForm(kind, {}),
                live=Live(lines=[_("联网后计算学时")]),
                consequence="",
                competences=forms.competence_options(),
            ),
        )


def _neutral(template: str, **values: object) -> str:
    """A page without name and without token; scripts take the token from the cookie."""
    html = render_template(template, ui=Unnamed(), **values)
    return html.replace(str(generate_csrf()), "")


@cache
def _decoder_hash() -> str:
    """Of what reads QR codes: phones fetch it again only when it is another one."""
    return hashlib.sha256((assets.SOURCE / DECODER).read_bytes()).hexdigest()[:12]


def _icon(name: str) -> str:
    return url_for("static", filename=f"icons/{name}")


def _worker_is_on() -> bool:
    return bool(current_app.config["CPD"].offline)
