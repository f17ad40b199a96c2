"""Demo of relief: one request that waits, one that was granted, one refused and under appeal."""

from datetime import date, timedelta

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.years import CpdYear
from cpd_app.policy import Actor
from cpd_app.usecases import appeals, relief, relief_decisions
from cpd_app.usecases.registrations_shown import registrations_of, term_on
from cpd_app.usecases.relief import NewRelief
from cpd_app.usecases.relief_decisions import Decided
from cpd_app.usecases.relief_grounds import offered_grounds


def make_reliefs(members: list[Actor], auditor: Actor) -> None:
    """Three members with a past year that is short ask; the auditor answers two of them."""
    today = clock.today()
    asked = [
        _ask(members[0], "illness", "示范：住院治疗七个月，附医院证明。", today),
        _ask(members[1], "duty", "示范：参加灾区电网抢修一百五十天。", today),
        _ask(members[2], "duty", "示范：参加保电任务。", today),
    ]
    _decide(
        auditor, asked[1], Decided(True, "示范：抢修命令和证明齐全。", document_no="示范〔1〕号")
    )
    _decide(auditor, asked[2], Decided(False, "示范：证明只有二十天，不足 120 天。"))
    with transaction():
        words = "示范：先后两段任务，合计一百三十天，第二段的证明后补。"
        appeals.file_appeal(members[2], "relief", asked[2], words, now=clock.now(), today=today)


def _ask(actor: Actor, code: str, words: str, today: date) -> int:
    with transaction():
        registration = registrations_of(actor.person_id or 0)[0]
        term = term_on(registration, today)
        if term is None:
            raise ValueError(f"demo registration {registration.id} has no term")
        ground = next(g for g in offered_grounds(registration.society_id) if g.code == code)
        year = relief.years_of_term(registration, term)[0]
        made = relief.ask_relief(
            actor,
            _new(registration.id, ground.id, year, words, code),
            now=clock.now(),
            today=today,
        )
        return made.id


def _new(registration_id: int, ground_id: int, year: CpdYear, words: str, code: str) -> NewRelief:
    if code == "duty":
        return NewRelief(registration_id, ground_id, year=year.index, words=words)
    return NewRelief(
        registration_id,
        ground_id,
        from_on=year.starts_on,
        to_on=year.starts_on + timedelta(days=215),
        words=words,
    )


def _decide(auditor: Actor, relief_id: int, said: Decided) -> None:
    with transaction():
        relief_decisions.decide_relief(
            auditor, relief_id, said, seen=1, now=clock.now(), today=clock.today()
        )
