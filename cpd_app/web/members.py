"""Find a member, open one, change what a registrar may change, say that documents were checked."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError
from cpd_app.schemas.members import EmployerSchema, MembershipSchema, NameSchema
from cpd_app.sheets.words import level_word
from cpd_app.usecases import checks, member_changes, members, overview, standings
from cpd_app.usecases.member_file import MemberFile, member_file
from cpd_app.usecases.members import MemberFilter
from cpd_app.usecases.registrations import fields_of_engineering
from cpd_app.web import activation_codes, desk, erasure, merges, registrations, sheet_orders
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale
from cpd_app.web.member_list import filter_of, member_list, query_of
from cpd_app.web.member_page import address, heading, last_day, member_page, role_word

bp = Blueprint("members", __name__, url_prefix="/staff/members")
for part in (registrations, merges, erasure, activation_codes):
    bp.register_blueprint(part.bp)


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """The register: a search, filters in the address, a page of rows."""
    actor, society_id, today = current_actor(), desk.society_id(), clock.today()
    wanted = filter_of(request.args)
    waiting = _bring_up_to_date(society_id, wanted)
    found = members.find_members(
        actor, society_id, wanted, on=today, page=request.args.get("page", 1, type=int)
    )
    old = standings.old_among([r.registration_id for r in found.rows], on=today)
    if old:
        with transaction():
            standings.judge_again(old, on=today)
        found = members.find_members(actor, society_id, wanted, on=today, page=found.page)
    fields = _fields()
    return render_template(
        "members/index.html",
        page=member_list(found, wanted, fields),
        fields=fields,
        waiting=waiting,
        key=secrets.token_hex(8),
        codes_query={k: v for k, v in query_of(wanted).items() if k != "sort"},
        is_registrar=desk.is_registrar(),
    )


@bp.post("/export/<any(csv, xlsx):form>")
@staff_area
@asks_again
def export(form: str) -> ResponseReturnValue:
    """What the list shows, all pages of it, with how each member's year stands."""
    wanted = filter_of(request.form)
    _bring_up_to_date(desk.society_id(), wanted)
    return sheet_orders.ordered("members", form, wanted, back=url_for("members.index"))


@bp.get("/<int:registration_id>")
@staff_area
def show(registration_id: int) -> ResponseReturnValue:
    """One member: years, checks, records; figures are those of the member's own pages."""
    actor = current_actor()
    file = _file(registration_id)
    page = member_page(
        actor,
        file,
        year=request.args.get("year", ""),
        record_id=request.args.get("r", type=int),
    )
    return render_template(
        "members/show.html",
        page=page,
        file=file,
        heading=heading(file),
        address=address,
        last_day=last_day,
        role_word=role_word,
        level_word=level_word,
    )


@bp.post("/<int:registration_id>/records/<int:activity_id>/check")
@staff_area
def check(registration_id: int, activity_id: int) -> ResponseReturnValue:
    """The documents of a record were looked at, or that is taken back."""
    checked = request.form.get("checked") == "true"
    try:
        with transaction():
            checks.check_documents(
                current_actor(), registration_id, activity_id, checked=checked, now=clock.now()
            )
    except DomainError as error:
        if error.code != "nothing_to_check":
            raise
        told = Read()
        told.refuse(error)
        flash(told.errors[""], "error")
    else:
        flash(_("已标为核对过的佐证。") if checked else _("已改回未核对。"), "success")
        if checked and "go_on" in request.form:
            return redirect(url_for("members.next_check", registration_id=registration_id), 303)
    year = request.form.get("year", "")
    return redirect(
        url_for("members.show", registration_id=registration_id, year=year, r=activity_id), 303
    )


@bp.get("/<int:registration_id>/check")
@staff_area
def next_check(registration_id: int) -> ResponseReturnValue:
    """查佐证: the next record whose documents nobody looked at; the file when none is left."""
    left = checks.unchecked_documents(current_actor(), registration_id)
    if not left:
        flash(_("有佐证的记录都核对过了。"), "success")
        return redirect(url_for("members.show", registration_id=registration_id), 303)
    activity_id, year = left[0]
    return redirect(
        url_for("members.show", registration_id=registration_id, year=year, r=activity_id), 303
    )


@dataclass(frozen=True)
class ChangeForm:
    """A change that a registrar makes: its form, and the use case behind it."""

    schema: type[Schema]
    title: Callable[[], str]
    lead: Callable[[], str]
    done: Callable[[], str]
    values: Callable[[MemberFile], dict[str, Any]]
    save: Callable[[int, Any], None]


def _save_name(registration_id: int, change: Any) -> None:
    member_changes.change_name(
        current_actor(), registration_id, change, now=clock.now(), today=clock.today()
    )


def _save_employer(registration_id: int, change: Any) -> None:
    member_changes.change_employer(
        current_actor(), registration_id, change, now=clock.now(), today=clock.today()
    )


def _save_membership(registration_id: int, change: Any) -> None:
    member_changes.change_membership(current_actor(), registration_id, change, now=clock.now())


CHANGES = {
    "name": ChangeForm(
        NameSchema,
        lambda: _("登记新的姓名"),
        lambda: _("旧名仍保留，旧佐证上的名字还认得出来。"),
        lambda: _("姓名已登记。"),
        lambda file: {
            "name": file.person.name,
            "name_en": file.person.name_en,
            "from_on": clock.today().isoformat(),
        },
        _save_name,
    ),
    "employer": ChangeForm(
        EmployerSchema,
        lambda: _("登记新的单位"),
        lambda: _("单位决定审核时谁要回避。以前的单位仍保留。"),
        lambda: _("单位已登记。"),
        lambda _file: {"employer": "", "from_on": clock.today().isoformat()},
        _save_employer,
    ),
    "membership": ChangeForm(
        MembershipSchema,
        lambda: _("登记学会会籍"),
        lambda: _("会籍是注册的前提。到期日不清楚就留空，续期体检会提醒。"),
        lambda: _("学会会籍已登记。"),
        lambda file: {
            "number": file.membership.number if file.membership else "",
            "until_on": file.membership.until_on.isoformat()
            if file.membership and file.membership.until_on
            else "",
        },
        _save_membership,
    ),
}


@bp.route("/<int:registration_id>/<any(name, employer, membership):part>", methods=["GET", "POST"])
@staff_area
def change(registration_id: int, part: str) -> ResponseReturnValue:
    """The form of a change; what was before stays in the record."""
    form = CHANGES[part]
    file = _changeable(registration_id)
    given = Read()
    values: dict[str, Any] = form.values(file)
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(form.schema())
        if given.ok:
            try:
                with transaction():
                    form.save(registration_id, given.value)
            except DomainError as error:
                given.refuse(error, known=values)
        if given.ok:
            flash(form.done(), "success")
            return redirect(url_for("members.show", registration_id=registration_id), 303)
    page = render_template(
        "members/change.html",
        part=part,
        title=form.title(),
        lead=form.lead(),
        file=file,
        values=values,
        errors=given.errors,
        heading=heading(file),
    )
    return page, 200 if given.ok else 422


def _bring_up_to_date(society_id: int, wanted: MemberFilter) -> int:
    """Judge anew what a filter by standing asks about; how many are still of an older day."""
    actor, today = current_actor(), clock.today()
    if wanted.standing in {"", "not_activated"}:
        return 0
    waiting = overview.old_standings(actor, society_id, on=today)
    if waiting:
        with transaction():
            overview.bring_up_to_date(actor, society_id, on=today)
        waiting = overview.old_standings(actor, society_id, on=today)
    return waiting


def _file(registration_id: int) -> MemberFile:
    return member_file(
        current_actor(),
        registration_id,
        on=clock.today(),
        now=clock.now(),
        term_id=request.args.get("term", type=int),
    )


def _changeable(registration_id: int) -> MemberFile:
    """For a form: whoever may not change it is told so before they type."""
    member_changes.changeable(current_actor(), registration_id)
    return _file(registration_id)


def _fields() -> list[tuple[str, str]]:
    """Codes and names of the fields of engineering."""
    english = short_locale() == "en"
    return [(f.code, f.name_en if english else f.name) for f in fields_of_engineering()]
