"""What the letter of an act of the register says: basis, day, appeal, complaint (Q31, Q40)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cpd_app.db import session
from cpd_app.documents.letters import Letter
from cpd_app.domain.certificates import ActKind
from cpd_app.domain.decisions import letter_number
from cpd_app.domain.errors import NotFound
from cpd_app.models import CertificateAct, Registration
from cpd_app.policy import Actor
from cpd_app.texts.documents import day
from cpd_app.texts.letters import words
from cpd_app.usecases.act_history import DONE
from cpd_app.usecases.deadlines import APPEAL_DAYS, DeadlineKind, deadline_of
from cpd_app.usecases.registrations_shown import readable_registration

#: acts that a letter tells of; a certificate itself tells of the others
WRITTEN = frozenset(
    {
        ActKind.SUSPENDED,
        ActKind.RESUMED,
        ActKind.CANCELLED,
        ActKind.REVOKED,
        ActKind.ANNULLED,
    }
)
#: nobody is left to write to
UNWRITTEN_REASON = "death"


def has_letter(act: CertificateAct) -> bool:
    """Whether an act is told of by letter: it took effect, and somebody can read it."""
    written = act.state in DONE and ActKind(act.kind) in WRITTEN
    return written and act.reason_code != UNWRITTEN_REASON


def reason_of(actor: Actor, act_id: int) -> str | None:
    """The code of an act's reason, which its letter says in words."""
    return _held(actor, act_id)[0].reason_code


def act_letter(actor: Actor, act_id: int, language: str, reason: str, *, now: datetime) -> Letter:
    """The letter of an act in force, for its member and the society's staff.

    `reason` is the code's sentence in the letter's language. Raises NotFound for acts without one.
    """
    act, registration = _held(actor, act_id)
    if act.published_at is None:
        raise NotFound
    word, society = words(language), registration.society
    english = language == "en"
    paragraphs = [
        word[f"{act.kind}_words"].format(
            number=registration.number, day=day(act.effective_on, language)
        )
    ]
    sections = [(word["reasons"], reason + (f"\n{act.reason}" if act.reason else ""))]
    if act.legal_basis:
        sections.append((word["basis"], act.legal_basis))
    if act.document_no:
        sections.append((word["document"], act.document_no))
    sections += _appeal(act, language)
    sections.append((word["complaint"], word["complaint_words"]))
    issued = act.published_at.astimezone(ZoneInfo(society.zone)).date()
    return Letter(
        language=language,
        society=society.name_en if english else society.name,
        sample=society.is_demo,
        title=word[act.kind],
        number=letter_number(society.code, "C", issued.year, act.id),
        to=word["dear"].format(name=_name(registration, english=english)),
        about=word["certificate"].format(number=registration.number),
        paragraphs=tuple(paragraphs),
        sections=tuple(sections),
        issued=day(issued, language),
        as_of=now,
    )


def _held(actor: Actor, act_id: int) -> tuple[CertificateAct, Registration]:
    act = session.get(CertificateAct, act_id)
    if act is None:
        raise NotFound
    registration = readable_registration(actor, act.registration_id)
    if not has_letter(act):
        raise NotFound
    return act, registration


def _appeal(act: CertificateAct, language: str) -> list[tuple[str, str]]:
    """Until when and where it can be appealed against; nothing where it cannot."""
    deadline = deadline_of(DeadlineKind.APPEAL_ACT, act.id)
    if deadline is None:
        return []
    word = words(language)
    said = word["appeal_act_words"].format(
        days=APPEAL_DAYS,
        last=day(deadline.due_on, language),
        provisional=word["provisional"] if deadline.provisional else "",
    )
    return [(word["appeal"], said)]


def _name(registration: Registration, *, english: bool) -> str:
    person = registration.person
    return (person.name_en or person.name) if english else person.name
