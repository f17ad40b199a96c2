"""Demo acts of the register with their papers: suspended, resumed, cancelled, revoked, annulled."""

from collections.abc import Sequence
from datetime import timedelta

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.demo import pictures
from cpd_app.policy import Actor
from cpd_app.storage import local_files
from cpd_app.usecases import accounts, acts, federation_reports
from cpd_app.usecases.act_history import last_act_id
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.files import Upload
from cpd_app.usecases.registrations_shown import readable_number

#: number of people whose certificates the demo changes
NEEDED = 5
BASIS = "示范学会章程第 9 条"


def make_acts(numbers: Sequence[str]) -> None:
    """Change a few certificates of the first society; `numbers` are of members, active ones."""
    registrar, second = _staff("registrar@demo.test"), _staff("auditor2@demo.test")
    suspended, resumed, cancelled, revoked, corrected = numbers[:NEEDED]
    _do(registrar, suspended, "suspended", "own_wish", days=20, words="示范：出国工作两年")
    _do(registrar, resumed, "suspended", "membership_lapsed", days=60)
    _do(registrar, resumed, "resumed", "cause_ended", days=30)
    _do(registrar, cancelled, "cancelled", "not_reregistered", days=10)
    _two(
        registrar, second, revoked, "revoked", "false_material", words="示范：佐证材料不实，已核实"
    )
    _two(registrar, second, corrected, "revoked", "misconduct", words="示范：被投诉，后查明不成立")
    with transaction():
        registration = readable_number(registrar, corrected)
        aside = last_act_id(registration.id)
    _two(
        registrar, second, corrected, "annulled", "appeal_upheld",
        words="示范：申诉成立", annuls_id=aside,
    )  # fmt: skip
    while True:
        with transaction():
            if not federation_reports.make_reports(now=clock.now()):
                break


def _two(
    first: Actor, second: Actor, number: str, kind: str, why: str, *, words: str,
    annuls_id: int | None = None,
) -> None:  # fmt: skip
    """An act that two people do."""
    proposal = _do(first, number, kind, why, words=words, annuls_id=annuls_id)
    with transaction():
        acts.confirm_act(
            second, proposal[0], version=proposal[1], now=clock.now(), today=clock.today()
        )


def _do(
    actor: Actor, number: str, kind: str, why: str, *, days: int = 0, words: str = "",
    annuls_id: int | None = None,
) -> tuple[int, int]:  # fmt: skip
    today = clock.today()
    with transaction():
        registration = readable_number(actor, number)
        row = acts.act(
            actor,
            registration.id,
            NewAct(
                kind, why, today - timedelta(days=days), BASIS,
                f"示电学〔{today.year}〕{registration.id} 号", words, annuls_id,
                seen=last_act_id(registration.id),
            ),
            Upload(pictures.paper(7000 + registration.id), "示范决定.jpg", "none"),
            store=local_files(),
            now=clock.now(),
            today=today,
        )  # fmt: skip
        return row.id, row.version


def _staff(login: str) -> Actor:
    person = accounts.person_with_login(login)
    assert person is not None  # noqa: S101 - the demo has just made them
    return actor_for(person.id, origin="cli", today=clock.today())
