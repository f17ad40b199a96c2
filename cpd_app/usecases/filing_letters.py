"""What letters about a filing say: decision, return, 核实 (handbook Q19, Q20, Q40)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.documents.letters import Letter, LetterTable
from cpd_app.domain.decisions import letter_number
from cpd_app.domain.errors import NotFound
from cpd_app.domain.hours import format_hours
from cpd_app.models import Decision, FileReturn, Judgement, SnapshotRecord, Term
from cpd_app.policy import Actor, Permission
from cpd_app.texts.documents import day
from cpd_app.texts.letters import words
from cpd_app.usecases.deadlines import APPEAL_DAYS, DeadlineKind, deadline_of
from cpd_app.usecases.decisions import decision_for
from cpd_app.usecases.filing_case import Case, case_of
from cpd_app.usecases.verifications import verification_of


def decision_letter(actor: Actor, decision_id: int, language: str, *, now: datetime) -> Letter:
    """The letter of a decision that is or was in force; NotFound for a mere proposal."""
    case, decision = decision_for(actor, decision_id)
    if decision.number is None or decision.confirmed_at is None:
        raise NotFound
    word = words(language)
    paragraphs = [_decided(case, decision, language)]
    if decision.make_up:
        separator = "; " if language == "en" else "；"
        paragraphs.append(
            separator.join(
                word["make_up"].format(year=m["year"], hours=format_hours(int(m["hours"])))
                for m in decision.make_up
            )
            + ("." if language == "en" else "。")
        )
    table, unjudged = _results(decision, language)
    if unjudged:
        paragraphs.append(word["unjudged"].format(number=unjudged))
    sections = [(word["reasons"], decision.reasons)]
    deadline = deadline_of(DeadlineKind.APPEAL_DECISION, decision.id)
    if deadline is not None:
        sections.append(
            (
                word["appeal"],
                word["appeal_words"].format(
                    days=APPEAL_DAYS,
                    last=day(deadline.due_on, language),
                    provisional=word["provisional"] if deadline.provisional else "",
                ),
            )
        )
    sections.append((word["complaint"], word["complaint_words"]))
    return _letter(
        case, language, decision.outcome, decision.number, paragraphs, sections,
        at=decision.confirmed_at, now=now, tables=table,
    )  # fmt: skip


def return_letter(actor: Actor, return_id: int, language: str, *, now: datetime) -> Letter:
    """The letter of a return: what is needed, and until when."""
    made = session.get(FileReturn, return_id)
    if made is None:
        raise NotFound
    case = case_of(actor, made.filing_id, Permission.READ_PROCESS)
    word = words(language)
    deadline = deadline_of(DeadlineKind.RETURN, made.id)
    paragraphs = []
    if deadline is not None:
        paragraphs.append(
            word["return_words"].format(
                days=deadline.work_days,
                last=day(deadline.due_on, language),
                provisional=word["provisional"] if deadline.provisional else "",
            )
        )
    if made.words:
        paragraphs.append(made.words)
    titles = _titles(item.record_id for item in made.items)
    rows = tuple(
        (
            str(number),
            titles.get(item.record_id or 0, word["whole"]),
            item.asks,
        )
        for number, item in enumerate(made.items, start=1)
    )
    table = LetterTable(word["points"], ("", word["record"], word["asks"]), rows, (0, 2, 3))
    number = letter_number(case.society.code, "R", made.at.year, made.id)
    return _letter(
        case, language, "return", number, paragraphs, [], at=made.at, now=now, tables=(table,)
    )


def verification_letter(actor: Actor, verification_id: int, *, now: datetime) -> Letter:
    """The letter to a unit about named records; in Chinese, names nothing but what is asked."""
    case, made = verification_of(actor, verification_id)
    language = "zh"
    word = words(language)
    found = {
        r.id: r
        for r in session.scalars(select(SnapshotRecord).where(SnapshotRecord.id.in_(made.records)))
    }
    rows = tuple(
        (
            _title(found[i]),
            str((found[i].content or {}).get("organiser") or ""),
            day(found[i].ended_on, language),
        )
        for i in made.records
        if i in found
    )
    head = (word["record"], word["organiser"], word["day"])
    table = LetterTable(word["verification"], head, rows, (3, 2, 0))
    letter = _letter(
        case, language, "verification", made.number,
        [word["verify_words"].format(name=_name(case, language)), made.words],
        [(word["why"], word["verify_note"])], at=made.at, now=now, tables=(table,),
    )  # fmt: skip
    return replace(letter, to=word["dear"].format(name=made.unit), about="")


def _decided(case: Case, decision: Decision, language: str) -> str:
    term = session.get(Term, decision.term_id) if decision.term_id else None
    filed = _local(case.filing.filed_at, case)
    return words(language)[f"decided_{decision.outcome}"].format(
        filed=day(filed, language),
        starts=day(term.starts_on, language) if term else "",
        ends=day(term.ends_on - timedelta(days=1), language) if term else "",
        until=day(decision.make_up_until_on, language) if decision.make_up_until_on else "",
    )


def _results(decision: Decision, language: str) -> tuple[tuple[LetterTable, ...], int]:
    """What became of each record that was judged, and how many were not."""
    judged = {r["judgement"]: r for r in decision.results if r["judgement"] is not None}
    unjudged = len(decision.results) - len(judged)
    if not judged:
        return (), 0
    word = words(language)
    rows = session.execute(
        select(Judgement, SnapshotRecord)
        .join(SnapshotRecord, SnapshotRecord.id == Judgement.record_id)
        .where(Judgement.id.in_(judged))
        .order_by(SnapshotRecord.ended_on, SnapshotRecord.id)
    )
    lines = tuple(
        (
            _title(record),
            day(record.ended_on, language),
            format_hours(record.recognised),
            format_hours(int(judged[said.id]["hours"])),
            _remark(word[said.verdict], said.reason, language),
        )
        for said, record in rows
    )
    head = tuple(word[code] for code in ("record", "day", "filed", "left", "why"))
    return (LetterTable(word["results"], head, lines, (3, 0, 0, 0, 3)),), unjudged


def _remark(verdict: str, reason: str, language: str) -> str:
    if not reason:
        return verdict
    return f"{verdict}: {reason}" if language == "en" else f"{verdict}：{reason}"


def _letter(
    case: Case,
    language: str,
    kind: str,
    number: str,
    paragraphs: list[str],
    sections: list[tuple[str, str]],
    *,
    at: datetime,
    now: datetime,
    tables: tuple[LetterTable, ...] = (),
) -> Letter:
    word, society = words(language), case.society
    return Letter(
        language=language,
        society=society.name_en if language == "en" else society.name,
        sample=society.is_demo,
        title=word[kind],
        number=number,
        to=word["dear"].format(name=_name(case, language)),
        about=word["filing"].format(
            number=case.filing.number, registration=case.registration.number
        ),
        paragraphs=tuple(paragraphs),
        sections=tuple(sections),
        issued=day(_local(at, case), language),
        as_of=now,
        tables=tables,
    )


def _name(case: Case, language: str) -> str:
    person = case.registration.person
    return (person.name_en or person.name) if language == "en" else person.name


def _local(at: datetime, case: Case) -> date:
    return at.astimezone(ZoneInfo(case.society.zone)).date()


def _titles(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = [i for i in ids if i is not None]
    rows = session.scalars(select(SnapshotRecord).where(SnapshotRecord.id.in_(wanted)))
    return {r.id: _title(r) for r in rows}


def _title(record: SnapshotRecord) -> str:
    """What it was called when it was filed; its kind once that was erased."""
    return str((record.content or {}).get("title") or record.kind)
