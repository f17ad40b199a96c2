"""Acts of staff on a filing as a whole: completeness, return, 核实, decision."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.policy import Permission
from cpd_app.schemas.filing_acts import (
    FREE_POINTS,
    answer_of,
    decision_of,
    return_of,
    seen_of,
    values_of,
    verification_of,
    words_of,
)
from cpd_app.usecases import completeness as checks
from cpd_app.usecases import decisions, returns, verifications
from cpd_app.usecases.decision_sums import decision_in_force, sums_of
from cpd_app.usecases.filing_case import case_of
from cpd_app.usecases.made_up import make_up_records
from cpd_app.web import audit_bulk
from cpd_app.web.filing_page import decision_page, head_of, records_shown
from cpd_app.web.forms import Read
from cpd_app.web.process_words import (
    answer_words,
    bulk_words,
    check_name,
    count_words,
    outcome_options,
    outcome_words,
    record_title,
    return_words,
    verdict_words,
)

bp = Blueprint("audit_process", __name__, url_prefix="/staff/audits")
for words in (
    verdict_words,
    count_words,
    outcome_words,
    outcome_options,
    answer_words,
    return_words,
    bulk_words,
):
    bp.add_app_template_global(words, words.__name__)
bp.add_app_template_global(record_title, "record_title")
bp.add_app_template_global(check_name, "check_name")
audit_bulk.add_to(bp)


@bp.route("/<int:filing_id>/completeness", methods=["GET", "POST"])
@staff_area
def completeness(filing_id: int) -> ResponseReturnValue:
    """What was filed, at a glance; complete, or back to the member."""
    given = Read()
    if request.method == "POST" and _done(
        given,
        lambda: checks.complete_filing(
            current_actor(), filing_id, seen=seen_of(request.form), now=clock.now(),
            today=clock.today(),
        ),
    ):  # fmt: skip
        flash(_("已记下：材料齐全，可以开始审阅。"), "success")
        return redirect(url_for("audit_process.decide", filing_id=filing_id), 303)
    return _page("completeness", filing_id, given)


@bp.route("/<int:filing_id>/return", methods=["GET", "POST"])
@staff_area
def return_(filing_id: int) -> ResponseReturnValue:
    """Send a filing back to its member with a list (退回补正)."""
    given = Read()
    if request.method == "POST" and _done(
        given,
        lambda: returns.return_filing(
            current_actor(), filing_id, return_of(request.form), seen=seen_of(request.form),
            now=clock.now(), today=clock.today(),
        ),
    ):  # fmt: skip
        flash(_("已退回，会员现在能看到清单和期限。"), "success")
        return redirect(url_for("audit_process.return_", filing_id=filing_id), 303)
    return _page(
        "return",
        filing_id,
        given,
        proposed=returns.proposed_points(current_actor(), filing_id),
        free=FREE_POINTS,
    )


@bp.post("/returns/<int:return_id>/extend")
@staff_area
def extend(return_id: int) -> ResponseReturnValue:
    """Give ten more working days, once."""
    made = _tried(
        lambda: returns.extend_return(
            current_actor(), return_id, words_of(request.form, "reason"),
            now=clock.now(), today=clock.today(),
        ),
        _("已延长 10 个工作日，会员能看到新的期限。"),
    )  # fmt: skip
    filing_id = made.filing_id if made else returns.filing_of_return(return_id)
    return redirect(url_for("audit_process.return_", filing_id=filing_id), 303)


@bp.route("/<int:filing_id>/verification", methods=["GET", "POST"])
@staff_area
def verify(filing_id: int) -> ResponseReturnValue:
    """Ask a unit about named records (核实), and write down what it answered."""
    given = Read()
    if request.method == "POST" and _done(
        given,
        lambda: verifications.ask_unit(
            current_actor(), filing_id, verification_of(request.form),
            seen=seen_of(request.form), now=clock.now(), today=clock.today(),
        ),
    ):  # fmt: skip
        flash(_("核实函已生成，期限暂停。请下载后寄出。"), "success")
        return redirect(url_for("audit_process.verify", filing_id=filing_id), 303)
    return _page("verification", filing_id, given)


@bp.post("/verifications/<int:verification_id>/answer")
@staff_area
def record_answer(verification_id: int) -> ResponseReturnValue:
    """What a unit answered; when none is waited for any more, the clocks run on."""

    def act() -> Any:
        outcome, words, day = answer_of(request.form)
        return verifications.record_answer(
            current_actor(), verification_id, outcome, words, answered_on=day,
            seen=seen_of(request.form), now=clock.now(), today=clock.today(),
        )  # fmt: skip

    _case, made = verifications.verification_of(current_actor(), verification_id)
    filing_id = made.filing_id
    _tried(act, _("答复已登记，会员能看到。"))
    return redirect(url_for("audit_process.verify", filing_id=filing_id), 303)


@bp.route("/<int:filing_id>/decision", methods=["GET", "POST"])
@staff_area
def decide(filing_id: int) -> ResponseReturnValue:
    """The years after reading, and the proposal of a decision, or its confirmation."""
    case = case_of(current_actor(), filing_id, Permission.PROCESS_FILING)
    sums, given = sums_of(case), Read()
    if request.method == "POST":
        years = [year.index for year in sums.years]
        if _done(
            given,
            lambda: decisions.propose_decision(
                current_actor(), filing_id, decision_of(request.form, years),
                seen=seen_of(request.form), now=clock.now(), today=clock.today(),
            ),
        ):  # fmt: skip
            flash(_("已记下。"), "success")
            return redirect(url_for("audit_process.decide", filing_id=filing_id), 303)
        case = case_of(current_actor(), filing_id, Permission.PROCESS_FILING)
        sums = sums_of(case)
    conditional = decision_in_force(filing_id)
    made_up = (
        [(activity, credit.recognised) for activity, credit in make_up_records(conditional)]
        if conditional is not None
        else []
    )
    return _page(
        "decision", filing_id, given, page=decision_page(sums, clock.today()), made_up=made_up
    )


@bp.post("/decisions/<int:decision_id>/confirm")
@staff_area
def confirm(decision_id: int) -> ResponseReturnValue:
    """Confirm a colleague's proposal."""
    filing_id = decisions.decision_for(current_actor(), decision_id)[1].filing_id
    _tried(
        lambda: decisions.confirm_decision(
            current_actor(), decision_id, seen=seen_of(request.form), now=clock.now(),
            today=clock.today(),
        ),
        _("决定已生效，会员能看到决定书。"),
    )  # fmt: skip
    return redirect(url_for("audit_process.decide", filing_id=filing_id), 303)


@bp.post("/decisions/<int:decision_id>/send-back")
@staff_area
def send_back(decision_id: int) -> ResponseReturnValue:
    """Send a proposal back with words."""
    filing_id = decisions.decision_for(current_actor(), decision_id)[1].filing_id
    _tried(
        lambda: decisions.send_back(
            current_actor(), decision_id, words_of(request.form, "words"),
            seen=seen_of(request.form), now=clock.now(), today=clock.today(),
        ),
        _("已退给提出人。"),
    )  # fmt: skip
    return redirect(url_for("audit_process.decide", filing_id=filing_id), 303)


def _page(name: str, filing_id: int, given: Read, **more: Any) -> ResponseReturnValue:
    """One of the pages; all have the head of the file and what happened beside it."""
    head = head_of(current_actor(), filing_id, today=clock.today())
    page = render_template(
        f"audit_process/{name}.html",
        head=head,
        records=records_shown(current_actor(), filing_id),
        values=values_of(request.form),
        errors=given.errors,
        **more,
    )
    return page, 200 if given.ok else 422


def _done(given: Read, act: Callable[[], Any]) -> bool:
    """Do it; what a rule says stands in the form."""
    try:
        with transaction():
            act()
    except (Rejected, Conflict) as refusal:
        given.refuse(refusal)
        return False
    return True


def _tried(act: Callable[[], Any], words: str) -> Any:
    """Do it and say so on the next page, or why not."""
    given = Read()
    made: list[Any] = []
    if _done(given, lambda: made.append(act())):
        flash(words, "success")
    for said in given.errors.values():
        flash(said, "error")
    return made[0] if made else None
