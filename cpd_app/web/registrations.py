"""Enter a certificate, add the next term, say which field of engineering a text means."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError
from cpd_app.schemas.members import FieldSchema, NextTermSchema
from cpd_app.schemas.registrations import NewRegistrationSchema
from cpd_app.sheets.words import level_word
from cpd_app.usecases.member_entry import enter_at_desk
from cpd_app.usecases.registrations import (
    Option,
    add_term,
    fields_of_engineering,
    fields_to_map,
    map_field,
    may_register,
    next_terms_of,
    own_registration,
)
from cpd_app.web import desk
from cpd_app.web.filters import day
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

bp = Blueprint("registrations", __name__)


@bp.route("/new", methods=["GET", "POST"])
@staff_area
def new() -> ResponseReturnValue:
    """The form with the columns of the members file, and what became of it."""
    actor, society_id = current_actor(), desk.society_id()
    may_register(actor, society_id)
    values: dict[str, Any] = {"level": "professional", "state": "active"}
    given = Read()
    if request.method == "POST":
        values = request.form.to_dict()
        schema = NewRegistrationSchema(exclude=("society",))
        given = read(schema)
        if given.ok:
            try:
                with transaction():
                    made = enter_at_desk(
                        actor,
                        society_id,
                        {name: text for name, text in given.value.items() if text},
                        now=clock.now(),
                        today=clock.today(),
                    )
            except DomainError as error:
                given.refuse(error, known=schema.fields)
            else:
                flash(_("%(name)s已登记。", name=given.value["name"]), "success")
                for warning in made.warnings:
                    said = {k: v for k, v in warning.items() if k not in {"code", "field"}}
                    flash(sentence(warning["code"], said), "warning")
                where = url_for("members.show", registration_id=made.registration.id)
                return redirect(where, 303)
    page = render_template(
        "registrations/new.html",
        values=values,
        errors=given.errors,
        fields=_spellings(),
        society=desk.open_desk(),
        has_imports="imports.index" in current_app.view_functions,
    )
    return page, 200 if given.ok else 422


@bp.route("/<int:registration_id>/term", methods=["GET", "POST"])
@staff_area
def term(registration_id: int) -> ResponseReturnValue:
    """再注册 or 晋级: the next term, by the document that decided it."""
    actor, today = current_actor(), clock.today()
    registration = own_registration(actor, registration_id)
    given = Read()
    values: dict[str, Any] = {}
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(NextTermSchema())
        if given.ok:
            try:
                with transaction():
                    made = add_term(
                        actor, registration_id, given.value, now=clock.now(), today=today
                    )
            except DomainError as error:
                given.refuse(error, known=NextTermSchema().fields)
            else:
                said = _("新的有效期从%(day)s起，%(level)s。",
                         day=day(made.starts_on), level=level_word(made.level))  # fmt: skip
                flash(said, "success")
                return redirect(url_for("members.show", registration_id=registration_id), 303)
    page = render_template(
        "registrations/term.html",
        registration=registration,
        shown=[_shown(option) for option in next_terms_of(registration, today)],
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


@bp.get("/to-map")
@staff_area
def to_map() -> ResponseReturnValue:
    """Fields of engineering that came with a file and are not in the taxonomy."""
    return render_template(
        "registrations/to_map.html",
        texts=fields_to_map(current_actor(), desk.society_id()),
        options=_options(),
        is_registrar=desk.is_registrar(),
    )


@bp.route("/<int:registration_id>/field", methods=["GET", "POST"])
@staff_area
def field(registration_id: int) -> ResponseReturnValue:
    """Say which field a registration's text means, for all that say the same if wanted."""
    actor = current_actor()
    registration = own_registration(actor, registration_id)
    given = Read()
    if request.method == "POST":
        given = read(FieldSchema())
        if given.ok:
            try:
                with transaction():
                    count = map_field(
                        actor,
                        registration_id,
                        given.value["field_id"],
                        all_alike=given.value["all_alike"],
                        now=clock.now(),
                    )
            except DomainError as error:
                given.refuse(error, known=FieldSchema().fields)
            else:
                flash(
                    ngettext("已对应 %(num)s 个注册。", "已对应 %(num)s 个注册。", count), "success"
                )
                if request.form.get("next") == "to-map":
                    return redirect(url_for("members.registrations.to_map"), 303)
                return redirect(url_for("members.show", registration_id=registration_id), 303)
    page = render_template(
        "registrations/field.html",
        registration=registration,
        options=_options(),
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _shown(option: Option) -> dict[str, Any]:
    """A next term in words, or why it cannot be given."""
    title = _("再注册") if option.act == "renewal" else _("晋级")
    if option.term is None:
        refusal = option.refusal
        text = sentence(refusal.code, refusal.values) if refusal else ""
    else:
        text = _(
            "%(level)s，%(first)s – %(last)s",
            level=level_word(option.term.level),
            first=day(option.term.starts_on),
            last=day(option.term.ends_on - timedelta(days=1)),
        )
    return {"act": option.act, "title": title, "text": text, "refusal": option.refusal is not None}


def _options() -> list[tuple[int, str]]:
    english = short_locale() == "en"
    return [(f.id, f.name_en if english else f.name) for f in fields_of_engineering()]


def _spellings() -> list[str]:
    """What the form's field suggests; anything else is kept as text, to be mapped."""
    return [f.name for f in fields_of_engineering()]
