"""Forms of acts on a filing: return, verification, decision, bulk pass."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from cpd_app.domain.decisions import Outcome, Shortfall
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.fields import day_of, is_storable
from cpd_app.schemas.rules import hours_of
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.returns import NewReturn, Point
from cpd_app.usecases.verifications import Answer, NewVerification

Form = MultiDict[str, str]
#: free points that a form has room for
FREE_POINTS = 3


def return_of(form: Form) -> NewReturn:
    """The list of a return: ticked records with their words, and free points."""
    points = [
        Point(words_of(form, f"asks_{record_id}"), record_id)
        for record_id in form.getlist("record", type=int)
    ]
    points += [Point(words) for n in range(FREE_POINTS) if (words := words_of(form, f"free_{n}"))]
    return NewReturn(words_of(form, "words"), tuple(points))


def verification_of(form: Form) -> NewVerification:
    """Whom to ask about which records."""
    return NewVerification(
        words_of(form, "unit"),
        tuple(form.getlist("record", type=int)),
        words_of(form, "words"),
    )


def answer_of(form: Form) -> tuple[Answer, str, date]:
    """What a unit answered, in which words, when; Rejected `missing`, `bad_day`."""
    said = form.get("outcome", "")
    if said not in set(Answer):
        raise Rejected("missing", "outcome")
    day = day_of(form.get("answered_on", ""))
    if day is None:
        raise Rejected("bad_day", "answered_on")
    return Answer(said), words_of(form, "answer"), day


def decision_of(form: Form, years: Iterable[int]) -> NewDecision:
    """What is proposed; hours to make up are read for a conditional one only."""
    said = form.get("outcome", "")
    if said not in set(Outcome):
        raise Rejected("missing", "outcome")
    outcome = Outcome(said)
    if outcome is not Outcome.CONDITIONAL:
        return NewDecision(outcome, words_of(form, "reasons"))
    until = day_of(form.get("until_on", ""))
    if until is None:
        raise Rejected("bad_day", "until_on")
    asked = []
    for year in years:
        typed = form.get(f"make_up_{year}", "").strip()
        if not typed:
            continue
        hours = hours_of(typed)
        if hours is None:
            raise Rejected("bad_hours", f"make_up_{year}")
        if hours:
            asked.append(Shortfall(year, hours))
    return NewDecision(outcome, words_of(form, "reasons"), tuple(asked), until)


def words_of(form: Form, name: str) -> str:
    """Words of a field; Rejected `bad_value` for what no database keeps."""
    text = form.get(name, "").strip()
    if not is_storable(text):
        raise Rejected("bad_value", name)
    return text


def seen_of(form: Form) -> int | None:
    """The version that was on the page."""
    return form.get("seen", type=int)


def values_of(form: Form) -> dict[str, Any]:
    """What was typed, to show it again."""
    return {**form.to_dict(), "record": form.getlist("record", type=int)}
