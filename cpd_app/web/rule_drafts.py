"""Drafts of rules: begin one, change its figures kind by kind or as YAML, throw it away."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock, rulesets
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.reading import Problem, RuleSetInvalid
from cpd_app.policy import Permission, require
from cpd_app.schemas.rules import HeadSchema, read_kinds
from cpd_app.texts.rule_problems import problem_in_words
from cpd_app.usecases import rules
from cpd_app.web import desk, rule_editor
from cpd_app.web.forms import Read, read
from cpd_app.web.rule_pages import label_of, society_here
from cpd_app.wording import language, sentence

if TYPE_CHECKING:
    from cpd_app.models import RuleVersion

bp = Blueprint("drafts", __name__)


def text_of(version: "RuleVersion", *, whole: bool = False) -> str:
    """The YAML of a version: as it was typed, else written anew from what it holds."""
    if whole:
        return rulesets.write(rules.whole_body(version))
    return version.text if version.text is not None else rulesets.write(version.body)


def located_problems(version: "RuleVersion") -> list[Problem]:
    """What is wrong with a draft, with the lines of its text."""
    found = rules.problems_in(version)
    return rulesets.located(found, rulesets.parse(text_of(version) or "{}")[1]) if found else []


def draft_here(version_id: int) -> "RuleVersion":
    """A draft that the visitor may change at this desk; whoever may not is told before typing."""
    version = rules.version_of(current_actor(), version_id)
    if version.society_id not in {None, society_here()}:
        raise NotFound
    require(current_actor(), Permission.DRAFT_RULES, rules.target_of(version.society_id))
    if version.state != "draft":
        raise Conflict("published_already")
    return version


@bp.route("/new", methods=["GET", "POST"])
@staff_area
def new() -> ResponseReturnValue:
    """Begin a draft from the newest version."""
    actor, society_id = current_actor(), society_here()
    require(actor, Permission.DRAFT_RULES, rules.target_of(society_id))
    given, values = Read(), request.form.to_dict()
    if request.method == "POST":
        given = read(HeadSchema())
        if given.ok:
            head = given.value
            try:
                with transaction():
                    version = rules.draft_version(
                        actor,
                        society_id,
                        title=head["title"],
                        in_force_on=head["in_force_on"],
                        now=clock.now(),
                    )
                    version_id = version.id
            except (Rejected, Conflict) as error:
                given.refuse(error, known=values)
            else:
                return redirect(url_for("rules.drafts.values", version_id=version_id), 303)
    page = render_template(
        "rules/head.html",
        version=None,
        label="",
        values=values,
        errors=given.errors,
        society=desk.open_desk(),
    )
    return page, 200 if given.ok else 422


@bp.route("/<int:version_id>/head", methods=["GET", "POST"])
@staff_area
def head(version_id: int) -> ResponseReturnValue:
    """What a draft is called and when it begins."""
    version = draft_here(version_id)
    given = Read()
    values = {
        "title": version.title,
        "in_force_on": version.in_force_on.isoformat() if version.in_force_on else "",
        "seen": rules.state_of(version),
    }
    if request.method == "POST":
        values, given = request.form.to_dict(), read(HeadSchema())
        if given.ok:
            try:
                with transaction():
                    rules.change_head(current_actor(), version_id, now=clock.now(), **given.value)
            except (Rejected, Conflict) as error:
                given.refuse(error, known=values)
                values["seen"] = rules.state_of(version)
            else:
                flash(_("已保存。"), "success")
                return redirect(url_for("rules.show", version_id=version_id), 303)
    page = render_template(
        "rules/head.html",
        version=version,
        label=label_of(version),
        values=values,
        errors=given.errors,
        society=desk.open_desk(),
    )
    return page, 200 if given.ok else 422


@bp.route("/<int:version_id>/values", methods=["GET", "POST"])
@staff_area
def values(version_id: int) -> ResponseReturnValue:
    """All kinds: on or off, and their caps."""
    version = draft_here(version_id)
    kinds = _kinds(version)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _save_kinds(version_id, kinds, whole=False)
        if not errors:
            flash(_("已保存。"), "success")
            return redirect(url_for("rules.show", version_id=version_id), 303)
    page = render_template(
        "rules/values.html",
        version=version,
        label=label_of(version),
        groups=rule_editor.groups_of(version, request.form or None, errors),
        errors=errors,
        labels=rule_editor.labels_of(version),
        seen=_seen(version, told="" in errors),
    )
    return page, 422 if errors else 200


@bp.route("/<int:version_id>/values/<string:kind>", methods=["GET", "POST"])
@staff_area
def kind(version_id: int, kind: str) -> ResponseReturnValue:
    """One kind: every figure of it, and its evidence."""
    version = draft_here(version_id)
    kinds = _kinds(version)
    if kind not in kinds:
        raise NotFound
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _save_kinds(version_id, kinds, whole=True)
        if not errors:
            flash(_("已保存。"), "success")
            return redirect(url_for("rules.drafts.values", version_id=version_id), 303)
    page = render_template(
        "rules/kind.html",
        version=version,
        label=label_of(version),
        form=rule_editor.kind_form(version, kind, request.form or None, errors),
        errors=errors,
        labels=rule_editor.labels_of(version, kind),
        seen=_seen(version, told="" in errors),
    )
    return page, 422 if errors else 200


@bp.route("/<int:version_id>/text", methods=["GET", "POST"])
@staff_area
def text(version_id: int) -> ResponseReturnValue:
    """The draft as YAML, with everything that is wrong beside it; what was typed stays."""
    version = draft_here(version_id)
    typed = text_of(version)
    problems: Sequence[Problem] = located_problems(version)
    refused, told = "", False
    if request.method == "POST":
        typed = request.form.get("text", "").replace("\r\n", "\n")
        try:
            body, _lines = rulesets.parse(typed if typed.strip() else "{}")
            with transaction():
                rules.change_body(
                    current_actor(),
                    version_id,
                    body=body,
                    text=typed,
                    seen=request.form.get("seen"),
                    now=clock.now(),
                )
        except RuleSetInvalid as invalid:
            problems = invalid.problems
            refused = _("没有保存：下面的文字还读不成 YAML。")
        except (Rejected, Conflict) as error:
            refused = sentence(error.code, error.values)
            told = True
        else:
            flash(_("已保存。"), "success")
            return redirect(url_for("rules.drafts.text", version_id=version_id), 303)
    page = render_template(
        "rules/text.html",
        version=version,
        label=label_of(version),
        typed=typed,
        problems=[_shown(p, typed) for p in problems],
        refused=refused,
        is_overlay=version.society_id is not None,
        seen=_seen(version, told=told),
    )
    return page, 422 if refused else 200


@bp.route("/<int:version_id>/discard", methods=["GET", "POST"])
@staff_area
def discard(version_id: int) -> ResponseReturnValue:
    """Throw a draft away, after asking."""
    version = draft_here(version_id)
    label = label_of(version)
    if request.method == "POST":
        with transaction():
            rules.discard_draft(current_actor(), version_id, now=clock.now())
        flash(_("%(label)s已放弃。", label=label), "success")
        return redirect(url_for("rules.index"), 303)
    return render_template("rules/discard.html", version=version, label=label)


def _kinds(version: "RuleVersion") -> dict[str, Mapping[str, Any]]:
    """The kinds of a draft that are mappings at all, also while something in it is wrong."""
    kinds = rules.whole_body(version).get("kinds")
    if not isinstance(kinds, Mapping):
        return {}
    return {str(code): kind for code, kind in kinds.items() if isinstance(kind, Mapping)}


def _save_kinds(
    version_id: int, kinds: Mapping[str, Mapping[str, Any]], *, whole: bool
) -> dict[str, str]:
    """Keep the figures of the form; the sentences of what is wrong, by field."""
    form = read_kinds(request.form, kinds, whole=whole)
    errors = {name: sentence(code) for name, code in form.errors.items()}
    if not errors:
        try:
            with transaction():
                rules.change_kinds(
                    current_actor(),
                    version_id,
                    form.changes,
                    seen=request.form.get("seen"),
                    now=clock.now(),
                )
        except (Rejected, Conflict) as error:
            errors[""] = sentence(error.code, error.values)
    return errors


def _seen(version: "RuleVersion", *, told: bool = False) -> str:
    """The state that the person saw: a refused form keeps the one it came with.

    Whoever was `told` that it was changed elsewhere may save after all.
    """
    typed = request.form.get("seen")
    return typed if typed and not told else rules.state_of(version)


def _shown(problem: Problem, typed: str) -> dict[str, Any]:
    place, found, expected = problem_in_words(problem, language())
    lines = typed.splitlines()
    line = problem.line
    return {
        "line": line,
        "text": lines[line - 1].strip() if line and line <= len(lines) else "",
        "place": place,
        "found": found,
        "expected": expected,
    }
