"""Activation codes: one at the counter, or many for a filter, as a file or as slips to cut out."""

import csv
import io
from dataclasses import dataclass

import qrcode
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from qrcode.image.svg import SvgPathFillImage

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import as_text
from cpd_app.usecases import members
from cpd_app.usecases.activation import IssuedCode, issue_code, issue_codes, not_activated
from cpd_app.usecases.registrations import counter_person
from cpd_app.web import desk
from cpd_app.web.filters import day
from cpd_app.web.member_list import filter_of, query_of

bp = Blueprint("activation_codes", __name__)

#: slips printed at once; a longer list goes to the SMS gateway as a file
MOST_SLIPS = 300


@dataclass(frozen=True)
class Slip:
    """One code on paper."""

    issued: IssuedCode
    qr: Markup
    until: str


@bp.post("/<int:registration_id>/code")
@staff_area
@asks_again
def single(registration_id: int) -> ResponseReturnValue:
    """One code for whoever stands at the counter; it is shown once and kept nowhere."""
    actor = current_actor()
    with transaction():
        issued = issue_code(actor, counter_person(actor, registration_id), now=clock.now())
    return slips_page([issued], back=url_for("members.show", registration_id=registration_id))


@bp.get("/codes")
@staff_area
def choose() -> ResponseReturnValue:
    """How many of a filter's people have no account open yet, and the two ways to reach them."""
    actor, society_id = current_actor(), desk.society_id()
    wanted = filter_of(request.args)
    return render_template(
        "members/codes.html",
        count=len(_people(society_id)),
        everybody=len(not_activated(actor, society_id)),
        kept=query_of(wanted),
        most=MOST_SLIPS,
    )


@bp.post("/codes")
@staff_area
@asks_again
def many() -> ResponseReturnValue:
    """Codes for all of them, as a file for an SMS gateway or as slips; older codes end."""
    actor, society_id = current_actor(), desk.society_id()
    people = _people(society_id)
    as_slips = request.form.get("form") == "slips"
    with transaction():
        codes = issue_codes(
            actor, society_id, people[:MOST_SLIPS] if as_slips else people, now=clock.now()
        )
    if as_slips:
        return slips_page(codes, back=url_for("members.index"))
    name = f"codes-{clock.today().isoformat()}.csv"
    return Response(
        _csv(codes),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def slips_page(codes: list[IssuedCode], *, back: str) -> ResponseReturnValue:
    """The codes on paper; they are shown this once."""
    return render_template("members/slips.html", slips=[_slip(c) for c in codes], back=back)


def _people(society_id: int) -> list[int]:
    """Those whom the filter finds and who have no account open yet."""
    actor = current_actor()
    closed = set(not_activated(actor, society_id))
    wanted = filter_of(request.values)
    if not query_of(wanted).keys() - {"sort"}:
        return sorted(closed)
    found = members.people_found(actor, society_id, wanted, on=clock.today())
    return sorted(closed.intersection(found))


def _slip(issued: IssuedCode) -> Slip:
    return Slip(issued, _qr(issued.code), day(issued.expires_at.astimezone(clock.BEIJING).date()))


def _qr(code: str) -> Markup:
    """The address that fills the code in, as black paths on white."""
    address = current_app.config["CPD"].base_url + url_for("activation.enter", code=code)
    image = qrcode.make(
        address,
        image_factory=SvgPathFillImage,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=4,
    )
    svg = image.to_string(encoding="unicode")
    plain = svg.replace(' id="qr-path"', "").replace("<svg ", '<svg aria-hidden="true" ', 1)
    return Markup(plain)  # noqa: S704 - drawn here


def _csv(codes: list[IssuedCode]) -> str:
    """Columns that an SMS gateway reads; with a byte order mark, for spreadsheets."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(["name", "phone", "email", "registration_no", "code", "url", "expires_on"])
    base_url = current_app.config["CPD"].base_url
    for issued in codes:
        writer.writerow(
            [
                as_text(issued.name),
                issued.phone or "",  # as the gateway dials it: +86…
                as_text(issued.email or ""),
                as_text(issued.number or ""),
                issued.code,
                base_url + url_for("activation.enter", code=issued.code),
                issued.expires_at.astimezone(clock.BEIJING).date().isoformat(),
            ]
        )
    return out.getvalue()
