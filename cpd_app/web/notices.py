"""公告: what was done to certificates, for everybody, as pages and as an Atom feed."""

from typing import Any
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app.access import public
from cpd_app.sheets.words import reason_word
from cpd_app.usecases import notices
from cpd_app.usecases.notices import Notice, Notices
from cpd_app.web.certificate_words import LOOKS, kind_word
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale

bp = Blueprint("notices", __name__, url_prefix="/notices")

ATOM = "http://www.w3.org/2005/Atom"


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """The notices of every society."""
    return _page(None)


@bp.get("/<string:code>")
@public
def of_society(code: str) -> ResponseReturnValue:
    """The notices of one society."""
    return _page(code)


@bp.get("/feed")
@public
def feed() -> ResponseReturnValue:
    """The newest of every society, for feed readers."""
    return _feed(None)


@bp.get("/<string:code>/feed")
@public
def feed_of_society(code: str) -> ResponseReturnValue:
    """The newest of one society."""
    return _feed(code)


def _page(code: str | None) -> ResponseReturnValue:
    found = notices.notices_of(code, page=request.args.get("page", 1, type=int))
    endpoint = "notices.of_society" if code else "notices.index"
    where: dict[str, Any] = {"code": code} if code else {}
    feed_endpoint = "notices.feed_of_society" if code else "notices.feed"
    return render_template(
        "notices/index.html",
        found=found,
        heading=_heading(found),
        lines=[_line(notice) for notice in found.notices],
        societies=notices.announcing_societies() if code is None else [],
        name_of=_society_name,
        feed=url_for(feed_endpoint, **where),
        previous=url_for(endpoint, page=found.page - 1, **where) if found.page > 1 else "",
        following=url_for(endpoint, page=found.page + 1, **where)
        if found.page < found.pages
        else "",
    )


def _heading(found: Notices) -> str:
    if found.society is None:
        return _("证书状态公告")
    return _("%(society)s：证书状态公告", society=_society_name(found.society))


def _society_name(society: Any) -> str:
    return str(society.name_en if short_locale() == "en" else society.name)


def _line(notice: Notice) -> dict[str, Any]:
    icon, tone = LOOKS[notice.kind]
    founded = [reason_word(notice.reason_code), notice.legal_basis, notice.document_no]
    return {
        "notice": notice,
        "kind": kind_word(notice.kind),
        "icon": icon,
        "tone": "" if notice.annulled else tone,
        "society": _society_name(notice.society),
        "founded": " · ".join(text for text in founded if text),
        "corrects": _corrects(notice),
    }


def _corrects(notice: Notice) -> str:
    if notice.corrects is None:
        return ""
    kind, effective_on = notice.corrects
    return _("%(day)s的%(kind)s作废", day=day(effective_on), kind=kind_word(kind))


def _feed(code: str | None) -> ResponseReturnValue:
    """Atom 1.0; an entry is never taken out, a correction is an entry of its own."""
    found = notices.notices_of(code)
    where: dict[str, Any] = {"code": code} if code else {}
    page = url_for("notices.of_society" if code else "notices.index", _external=True, **where)
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    _add(root, "title", _heading(found))
    _add(root, "id", page)
    ET.SubElement(root, f"{{{ATOM}}}link", href=page)
    own = url_for("notices.feed_of_society" if code else "notices.feed", _external=True, **where)
    ET.SubElement(root, f"{{{ATOM}}}link", rel="self", href=own)
    newest = found.notices[0].published_at.isoformat() if found.notices else "1970-01-01T00:00:00Z"
    _add(root, "updated", newest)
    author = ET.SubElement(root, f"{{{ATOM}}}author")
    _add(author, "name", _society_name(found.society) if found.society else _("继续教育学时"))
    for notice in found.notices:
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        line = _line(notice)
        _add(entry, "id", f"{page}#notice-{notice.id}")
        _add(entry, "title", f"{line['kind']} {notice.number} {notice.name}")
        _add(entry, "updated", notice.published_at.isoformat())
        ET.SubElement(entry, f"{{{ATOM}}}link", href=f"{page}#notice-{notice.id}")
        said = [line["corrects"], line["founded"], _("%(day)s起", day=day(notice.effective_on))]
        _add(entry, "summary", " · ".join(text for text in said if text))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text
