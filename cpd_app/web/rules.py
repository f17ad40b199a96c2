"""Conversion rules at the desk: versions, a version's table in words, two versions compared."""

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.domain.errors import NotFound
from cpd_app.domain.reading import RuleSetInvalid
from cpd_app.policy import Permission, Target, may
from cpd_app.usecases import rules, rules_trial
from cpd_app.usecases.rules_compared import compare_versions
from cpd_app.usecases.rules_trial import Trial, Worked
from cpd_app.web import recalculations, rule_drafts, rule_pages, rule_publishing
from cpd_app.web.rule_pages import VersionRow, label_of, society_here

if TYPE_CHECKING:
    from cpd_app.models import RuleVersion

bp = Blueprint("rules", __name__, url_prefix="/staff/rules")
for part in (rule_drafts, rule_publishing, recalculations):
    bp.register_blueprint(part.bp)


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """All versions: the society's own, then the federation's."""
    actor, society_id = current_actor(), society_here()
    rows = rule_pages.rows_of(rules.versions_of(actor, society_id))
    now = next((r for r in rows if r.standing == "now"), None)
    target = rules.target_of(society_id)
    return render_template(
        "rules/index.html",
        own=[r for r in rows if not r.is_baseline],
        baseline=[r for r in rows if r.is_baseline],
        now=now,
        heading=_index_heading(now),
        society=society_id is not None,
        draft=next((r for r in rows if r.standing == "draft" and _of(r, society_id)), None),
        may_draft=may(actor, Permission.DRAFT_RULES, target),
        may_recalculate=society_id is not None and may(actor, Permission.PUBLISH_RULES, target),
    )


@bp.get("/<int:version_id>")
@staff_area
def show(version_id: int) -> ResponseReturnValue:
    """A version: its table in words, or (draft) what it changes and whom."""
    version = _version(version_id)
    if version.state == "draft":
        return _draft_page(version)
    row = rule_pages.rows_of([version])[0]
    older = rules.predecessor_of(version)
    society_id = society_here()
    adopts = society_id is not None and may(
        current_actor(), Permission.ADOPT_RULES, Target(societies=frozenset({society_id}))
    )
    rule_set = rules.rule_set_of(version)
    return render_template(
        "rules/show.html",
        row=row,
        heading=_version_heading(row),
        rule_set=rule_set,
        groups=rule_pages.groups_in_words(rule_set),
        kinds=len(rule_set.usable_kinds),
        older=older,
        older_label=label_of(older) if older else "",
        may_adopt=adopts and row.adoption is None,
        **_effect_of(version, row.standing),
    )


@bp.get("/compare")
@staff_area
def compare() -> ResponseReturnValue:
    """Two versions, whichever the visitor picks."""
    actor = current_actor()
    versions = rules.versions_of(actor, society_here())
    ids = [v.id for v in versions]
    old_id = request.args.get("from", ids[min(1, len(ids) - 1)], type=int)
    new_id = request.args.get("to", ids[0], type=int)
    for version_id in (old_id, new_id):
        _version(version_id)
    compared = None
    try:
        compared = compare_versions(actor, old_id, new_id)
    except RuleSetInvalid:
        rows = []
    else:
        rows = rule_pages.diff_rows(compared)
    return render_template(
        "rules/compare.html",
        choices=[(v.id, label_of(v)) for v in versions],
        old_id=old_id,
        new_id=new_id,
        compared=compared,
        rows=rows,
        counts=rule_pages.counts_of(rows),
        old_label=label_of(_version(old_id)),
        new_label=label_of(_version(new_id)),
    )


@bp.get("/<int:version_id>/yaml")
@staff_area
def yaml(version_id: int) -> ResponseReturnValue:
    """The version as YAML, to read and to print; an overlay beside the whole of it."""
    version = _version(version_id)
    whole = version.society_id is not None and request.args.get("view") == "whole"
    return render_template(
        "rules/yaml.html",
        version=version,
        label=label_of(version),
        whole=whole,
        text=rule_drafts.text_of(version, whole=whole),
    )


@bp.get("/<int:version_id>/download")
@staff_area
def download(version_id: int) -> ResponseReturnValue:
    """The same as a file."""
    version = _version(version_id)
    whole = request.args.get("view") == "whole"
    where = "baseline" if version.society_id is None else "whole" if whole else "overlay"
    name = f"rules-{where}-{version.number}.yaml"
    return Response(
        rule_drafts.text_of(version, whole=whole),
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _version(version_id: int) -> "RuleVersion":
    """A version that this desk has to do with: its society's, or the baseline's."""
    version = rules.version_of(current_actor(), version_id)
    if version.society_id not in {None, society_here()}:
        raise NotFound
    return version


def _of(row: VersionRow, society_id: int | None) -> bool:
    return row.version.society_id == society_id


def _index_heading(now: VersionRow | None) -> str:
    if now is None:
        abort(404)
    if now.adoption is not None:
        return _("现用%(label)s，学会已采用", label=now.label)
    return (
        _("现用%(label)s，学会还没有采用", label=now.label)
        if society_here()
        else _("现用%(label)s", label=now.label)
    )


def _effect_of(version: "RuleVersion", standing: str) -> dict[str, Any]:
    """What a version that is published but not yet in force would change here, for registrars."""
    society_id = society_here()
    may_try = (
        standing == "later"
        and society_id is not None
        and may(current_actor(), Permission.DRAFT_RULES, rules.target_of(society_id))
    )
    trial = rule_pages.trial_of(version) if may_try else None
    return {
        "may_try": may_try,
        "trial": trial,
        "bars": rule_pages.bars_of(trial) if trial and trial.result else [],
        "names": rule_pages.kind_names(rules.rule_set_of(version)),
    }


def _version_heading(row: VersionRow) -> str:
    return _("%(label)s：%(title)s", label=row.label, title=row.title)


def _draft_page(version: "RuleVersion") -> ResponseReturnValue:
    label = label_of(version)
    problems = rule_drafts.located_problems(version)
    page: dict[str, Any] = {
        "version": version,
        "label": label,
        "problems": problems,
        "older": rules.predecessor_of(version),
        "has_society": society_here() is not None,
        "may_draft": rule_pages.may_draft(version),
    }
    if problems:
        heading = ngettext("%(label)s：%(num)s 处不对", "%(label)s：%(num)s 处不对", len(problems),
                           label=label)  # fmt: skip
        return render_template("rules/draft_invalid.html", heading=heading, **page)
    compared = rule_pages.compared_with_predecessor(version)
    trial = rule_pages.trial_of(version) if version.society_id is not None else None
    chosen, example = _example(version, trial)
    rows = (
        rule_pages.diff_rows(compared, chosen=chosen, link="rules.show" if trial else "")
        if compared
        else []
    )
    rule_set = rules.rule_set_of(version)
    names = rule_pages.kind_names(*([compared.old_rules] if compared else []), rule_set)
    return render_template(
        "rules/draft.html",
        heading=_draft_heading(label, len(rows), trial),
        compared=compared,
        older_label=label_of(page["older"]) if page["older"] else "",
        rows=rows,
        groups=rule_pages.groups_in_words(rule_set) if request.args.get("view") == "all" else None,
        kinds=len(rule_set.kinds),
        trial=trial,
        bars=rule_pages.bars_of(trial) if trial and trial.result else [],
        names=names,
        example=example,
        chosen=chosen,
        chosen_row=next((r for r in rows if r.selected), None),
        today=clock.today(),
        **page,
    )


def _draft_heading(label: str, changes: int, trial: Trial | None) -> str:
    if not changes:
        return _("%(label)s：还没有改动", label=label)
    text = ngettext("%(label)s：%(num)s 处改动", "%(label)s：%(num)s 处改动", changes, label=label)
    losing = trial.result["losing"] if trial and trial.result and not trial.outdated else 0
    if losing:
        text += ngettext("，%(num)s 人会从达标变为不足", "，%(num)s 人会从达标变为不足", losing)
    return text


def _example(version: "RuleVersion", trial: Trial | None) -> tuple[str, Worked | None]:
    """The kind that is looked at, and one member worked in both versions."""
    society_id = society_here()
    if trial is None or trial.result is None or trial.outdated or society_id is None:
        return "", None
    examples = trial.result.get("examples", {})
    losers = [(x.because, x.registration_id, x.year) for x in trial.losers if x.because]
    chosen = request.args.get("kind", "")
    if chosen not in examples:
        chosen = losers[0][0] if losers and losers[0][0] else next(iter(examples), "")
    if not chosen:
        return "", None
    found = next(((r, y) for kind, r, y in losers if kind == chosen), None)
    registration_id, year = found or tuple(examples[chosen][:2])
    try:
        return chosen, rules_trial.worked_member(
            current_actor(), society_id, version.id, registration_id, year, today=clock.today()
        )
    except NotFound:
        return chosen, None  # the member's term ended, or they left, since it was tried
