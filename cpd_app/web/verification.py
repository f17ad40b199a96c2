"""证书核验: one field, and the answer first; for anybody, also without script and in WeChat."""

import base64
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from cpd_app import assets, clock
from cpd_app.access import public
from cpd_app.db import transaction
from cpd_app.domain.errors import TooMany
from cpd_app.schemas.fields import InstantField
from cpd_app.texts.certificate_papers import LEVEL_NAMES, PUBLIC_ACTS, PUBLIC_STATES
from cpd_app.usecases import signing, verification
from cpd_app.usecases.signed_certificates import last_day
from cpd_app.usecases.verification import PublicCertificate
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale
from cpd_app.web.signin import address
from cpd_app.wording import sentence

bp = Blueprint("verification", __name__)

#: state -> tone and sign of the answer
#: states of which the public reads since when
WITHDRAWN = {"suspended", "cancelled", "revoked"}
FACES = {
    "active": ("ok", "tick"),
    "waiting": ("calm", "clock"),
    "in_review": ("warning", "clock"),
    "suspended": ("warning", "pause"),
    "expired": ("blocker", "end"),
    "cancelled": ("blocker", "cross"),
    "revoked": ("blocker", "cross"),
}
MOST_TYPED = 120
SCRIPT = "check_certificate.py"
#: keys seldom change, and whoever checks many certificates asks often
KEYS_KEPT = "public, max-age=300"
#: where the society's acts are published, when the service has them
NOTICES = "notices.index"


def link_of(base_url: str, number: str) -> str:
    """What a certificate's QR code holds: in capitals, which take half the room in it.

    Where the service lies in a folder of its host, capitals would miss it.
    """
    link = f"{base_url}/V/{quote(number)}"
    return link if base_url.count("/") > len("//") else link.upper()


@bp.get("/verify")
@public
def index() -> ResponseReturnValue:
    """The field; what was typed leads to the certificate's own address."""
    typed = " ".join(request.args.get("number", "").split())[:MOST_TYPED]
    if typed:
        return redirect(url_for("verification.show", number=typed), 303)
    return render_template("verification/index.html", number="")


@bp.get("/V/<path:number>")
@public
def scanned(number: str) -> ResponseReturnValue:
    """The address in a QR code; the same page."""
    return show(number)


@bp.get("/verify/<path:number>")
@public
def show(number: str) -> ResponseReturnValue:
    """How a certificate stands."""
    try:
        with transaction():
            found = verification.look_up(
                number, address=address(), now=clock.now(), today=clock.today()
            )
    except TooMany as refused:
        return _wait(number, refused)
    return _answer(number, found)


@bp.post("/verify/<path:number>")
@public
def check_name(number: str) -> ResponseReturnValue:
    """Whether a typed full name is the one on the certificate."""
    typed = request.form.get("name", "").strip()
    if not typed:
        return redirect(url_for("verification.show", number=number), 303)
    try:
        with transaction():
            found, same = verification.check_name(
                number, typed, address=address(), now=clock.now(), today=clock.today()
            )
    except TooMany as refused:
        return _wait(number, refused)
    return _answer(number, found, typed=typed[:MOST_TYPED], same=same)


@bp.get(f"/verify/{SCRIPT}")
@public
def script() -> ResponseReturnValue:
    """The program that checks a signed certificate offline."""
    answer = send_from_directory(
        assets.SOURCE / "verify", SCRIPT, mimetype="text/x-python", as_attachment=True
    )
    del answer.headers["Cache-Control"]
    return answer


@bp.get("/.well-known/cpd-keys.json")
@public
def keys() -> ResponseReturnValue:
    """Every society's public keys, ended ones too."""
    moment = InstantField()
    answer: Response = jsonify(
        format="cpd-keys/1",
        keys=[
            {
                "key_id": key.key_id,
                "algorithm": signing.ALGORITHM,
                "public_key": base64.b64encode(key.public_key).decode(),
                "society": {"code": key.society, "name": key.name, "name_en": key.name_en},
                "created_at": moment._serialize(key.created_at),  # noqa: SLF001
                "ended_at": moment._serialize(key.ended_at),  # noqa: SLF001
                "ended_why": key.ended_why,
            }
            for key in signing.published_keys()
        ],
    )
    answer.headers["Cache-Control"] = KEYS_KEPT
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _answer(
    number: str, found: PublicCertificate | None, *, typed: str = "", same: bool | None = None
) -> ResponseReturnValue:
    if found is None:
        said = sentence("certificate_unknown")
        page = render_template("verification/unknown.html", number=number[:MOST_TYPED], said=said)
        return page, 404
    tone, sign = FACES[found.state.value]
    return render_template(
        "verification/show.html",
        number=found.registration.number,
        found=found,
        tone=tone,
        sign=sign,
        state=_both(PUBLIC_STATES[found.state.value]),
        until=last_day(found.term.ends_on),
        since=_since(found),
        facts=_facts(found),
        history=[_line(entry) for entry in found.history],
        typed=typed,
        same=same,
        notices=url_for(NOTICES) if NOTICES in current_app.view_functions else "",
    )


def _since(found: PublicCertificate) -> date | None:
    """The day of the act that took the certificate out of force; None while it is in force."""
    acts = (e.on for e in found.history if e.kind == found.state.value and not e.annulled)
    return next(acts, None) if found.state.value in WITHDRAWN else None


def _facts(found: PublicCertificate) -> dict[str, Any]:
    english = short_locale() == "en"
    field, society = found.field, found.society
    return {
        "name": (found.name_en or found.name) if english else found.name,
        "level": LEVEL_NAMES[found.term.level][english],
        "field": (field.name_en if english else field.name)
        if field
        else found.registration.field_text,
        "society": society.name_en if english else society.name,
    }


def _line(entry: Any) -> dict[str, Any]:
    """One act of the history as words."""
    return {
        "what": _both(PUBLIC_ACTS[entry.kind])[0],
        "on": day(entry.on),
        "document": entry.document_no or "",
        "until": day(last_day(entry.ends_on)) if entry.ends_on else "",
        "annulled": entry.annulled,
        "coming": entry.coming,
    }


def _both(words: tuple[str, str]) -> tuple[str, str]:
    """In the reader's language, then in the other one."""
    zh, en = words
    return (en, zh) if short_locale() == "en" else (zh, en)


def _wait(number: str, refused: TooMany) -> ResponseReturnValue:
    said = sentence(refused.code, refused.values)
    return render_template("verification/index.html", number=number[:MOST_TYPED], said=said), 429
