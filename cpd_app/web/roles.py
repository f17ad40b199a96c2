"""Roles of the society's staff: who holds which until when, giving one, ending one."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError
from cpd_app.schemas.members import RoleSchema
from cpd_app.usecases.activation import issue_code
from cpd_app.usecases.role_holders import (
    GIVEN,
    appoint,
    end_held_role,
    holder_of,
    role_holders,
)
from cpd_app.web import desk
from cpd_app.web.activation_codes import slips_page
from cpd_app.web.forms import Read, read
from cpd_app.web.member_page import role_word

bp = Blueprint("roles", __name__, url_prefix="/roles")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Who holds which role, and the form that gives one."""
    return _page(Read(), {})


@bp.post("")
@staff_area
@asks_again
def give() -> ResponseReturnValue:
    """Give a role; whoever has no account yet gets one."""
    given = read(RoleSchema())
    if given.ok:
        last_on = given.value["last_on"]
        try:
            with transaction():
                _role, new = appoint(
                    current_actor(),
                    desk.society_id(),
                    given.value["who"],
                    given.value["role"],
                    ends_on=_day_after(last_on),
                    now=clock.now(),
                    today=clock.today(),
                )
        except DomainError as error:
            error.field = {"ends_on": "last_on", "login": "contact", "email": "contact"}.get(
                error.field or "", error.field
            )
            given.refuse(error, known=RoleSchema().fields)
        else:
            name = given.value["who"].name
            flash(
                _("%(name)s有了角色，账号还没激活，请发激活码。", name=name)
                if new
                else _("%(name)s有了角色。", name=name),
                "success",
            )
            return redirect(url_for("staff.roles.index"), 303)
    return _page(given, request.form.to_dict())


@bp.post("/<int:role_id>/end")
@staff_area
@asks_again
def end(role_id: int) -> ResponseReturnValue:
    """Take a role away from today on."""
    with transaction():
        end_held_role(
            current_actor(), desk.society_id(), role_id, now=clock.now(), today=clock.today()
        )
    flash(_("角色已结束。"), "success")
    return redirect(url_for("staff.roles.index"), 303)


@bp.post("/<int:role_id>/code")
@staff_area
@asks_again
def code(role_id: int) -> ResponseReturnValue:
    """An activation code for somebody who works here and has no account open yet."""
    actor = current_actor()
    with transaction():
        person_id = holder_of(actor, desk.society_id(), role_id)
        issued = issue_code(actor, person_id, now=clock.now())
    return slips_page([issued], back=url_for("staff.roles.index"))


def _day_after(last_on: date | None) -> date | None:
    """The first day without the role; 9999-12-31, as some write "for good", has none."""
    return None if last_on in {None, date.max} else last_on + timedelta(days=1)


def _page(given: Read, values: dict[str, Any]) -> ResponseReturnValue:
    holders = role_holders(current_actor(), desk.society_id(), today=clock.today())
    page = render_template(
        "staff/roles.html",
        holders=[
            (h, role_word(h.role), h.ends_on - timedelta(days=1) if h.ends_on else None)
            for h in holders
        ],
        options=[(str(r), role_word(str(r))) for r in GIVEN],
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422
