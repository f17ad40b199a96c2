"""Taking a whole import back: what nobody touched since is undone, the rest stays and is listed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.domain.relief import ReliefState
from cpd_app.models import (
    Activity,
    ActivityChange,
    Base,
    CertificateAct,
    Credit,
    Import,
    ImportRow,
    OneTimeCode,
    Person,
    Registration,
    Relief,
    Role,
)
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.allocation import allocate_many
from cpd_app.usecases.import_reading import parts_of
from cpd_app.usecases.imports import import_of, states_of
from cpd_app.usecases.jobs import Step
from cpd_app.usecases.registrations import replace_credits
from cpd_app.usecases.under_filing import not_filed

PART = 500
#: tables in the order in which their rows can be removed
REMOVED_FIRST = (
    "certificate_acts",
    "terms",
    "registrations",
    "society_memberships",
    "employments",
    "person_names",
    "people",
)


def parts_to_undo(actor: Actor, import_id: int) -> list[list[int]]:
    """Ids of the saved rows in parts, the last row of the file first."""
    imported = import_of(actor, import_id)
    ids = session.scalars(
        select(ImportRow.id)
        .where(ImportRow.import_id == imported.id, ImportRow.state == "saved")
        .order_by(ImportRow.row.desc())
    ).all()
    return [list(part) for part in parts_of(ids, PART)]


def undo_part(actor: Actor, import_id: int, row_ids: Sequence[int], *, now: datetime) -> Step:
    """Undo some rows: withdraw records, take back what was entered in the register."""
    imported = import_of(actor, import_id)
    if imported.state != "undoing":
        raise Rejected("import_not_done")
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.id.in_(row_ids), ImportRow.state == "saved")
        .order_by(ImportRow.row.desc())
    ).all()
    if imported.kind == "activities":
        _withdraw(actor, rows, now=now)
    else:
        for row in rows:
            _say(row, _take_back(actor, row, now=now))
    session.flush()
    return _step(imported)


def finish_undo(actor: Actor, import_id: int, *, now: datetime) -> Step:
    """Everything was taken back that could be; the counts say how much."""
    imported = import_of(actor, import_id)
    states = states_of(imported)
    imported.state, imported.undone_at = "undone", now
    imported.counts = {
        **imported.counts,
        "undone": states.get("undone", 0),
        "kept": states.get("kept", 0),
    }
    journal.record(
        actor,
        "import.undone",
        "import",
        imported.id,
        now=now,
        society_id=imported.society_id,
        data={"undone": states.get("undone", 0), "kept": states.get("kept", 0)},
    )
    return _step(imported)


def _withdraw(actor: Actor, rows: Sequence[ImportRow], *, now: datetime) -> None:
    """Withdraw the records that still are as they were saved."""
    saved = {row.object_id: row for row in rows}
    found = session.execute(
        select(Activity.id, Activity.version, Activity.state).where(Activity.id.in_(saved))
    )
    worked_on = set(
        session.scalars(
            select(ActivityChange.activity_id).where(
                ActivityChange.activity_id.in_(saved), ActivityChange.verb != "imported"
            )
        )
    )
    as_saved = {
        a.id
        for a in found
        if a.version == saved[a.id].object_version
        and a.state == "recorded"
        and a.id not in worked_on
    }
    ids = [i for i in saved if i is not None]
    free = set(not_filed(ids))
    bound = set(
        session.scalars(
            select(Credit.activity_id).where(
                Credit.activity_id.in_(ids), Credit.bound_year.is_not(None)
            )
        )
    )
    for row in rows:
        reasons = (
            (row.object_id not in free, "kept_filed"),
            (row.object_id in bound, "kept_bound"),
            (row.object_id not in as_saved, "kept_changed"),
        )
        _say(row, next((code for holds, code in reasons if holds), None))
    untouched = [i for i in ids if saved[i].state == "undone"]
    if not untouched:
        return
    session.execute(
        update(Activity)
        .where(Activity.id.in_(untouched))
        .values(state="withdrawn", version=Activity.version + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    changed = {"state": ["recorded", "withdrawn"]}
    session.execute(
        insert(ActivityChange),
        [{"activity_id": i, "at": now, "by_id": actor.person_id, "verb": "withdrawn",
          "changed": changed} for i in untouched],
    )  # fmt: skip
    registrations = session.scalars(
        select(Credit.registration_id).where(Credit.activity_id.in_(untouched)).distinct()
    ).all()
    session.execute(
        update(Registration)
        .where(Registration.id.in_(sorted(registrations)))
        .values(version=Registration.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Credit)
        .where(Credit.activity_id.in_(untouched))
        .values(recognised=0, reasons=[{"code": "withdrawn"}])
        .execution_options(synchronize_session=False)
    )
    allocate_many(actor, sorted(registrations), now=now, entered=frozenset(untouched))
    journal.record_many(
        actor,
        "activity.withdrawn",
        "activity",
        [(i, None, {"import": rows[0].import_id}) for i in untouched],
        now=now,
    )


def _say(row: ImportRow, kept: str | None) -> None:
    """Note what became of a row; one that stays says why, by a code."""
    row.state = "kept" if kept else "undone"
    if kept:
        row.warnings = [*row.warnings, {"code": kept}]


def _take_back(actor: Actor, row: ImportRow, *, now: datetime) -> str | None:
    """Undo what one row did to the register, all of it or nothing; the reason when it stays."""
    made = [(table, int(key)) for table, key in row.made.get("made", [])]
    changed = [tuple(change) for change in row.made.get("changed", [])]
    if not all(_is_as_left(*change) for change in changed):
        return "kept_changed"
    if reason := _kept_for(row, made, changed):
        return reason
    try:
        with session.begin_nested():
            for name in REMOVED_FIRST:
                for table, key in made:
                    if table == name:
                        _remove(table, key)
            for table, key, column, before, _after in changed:
                _set(table, key, column, before)
    except IntegrityError:
        # Something we do not know of refers to it: it was touched.
        return "kept_in_use"
    if row.person_id is not None and session.get(Person, row.person_id) is not None:
        replace_credits(actor, row.person_id, since=date.min, now=now)
    journal.record(
        actor,
        "registration.import_undone",
        "registration",
        row.object_id,
        now=now,
        data={"import": row.import_id, "person": row.person_id},
    )
    return None


def _kept_for(
    row: ImportRow, made: list[tuple[str, int]], changed: list[tuple[Any, ...]]
) -> str | None:
    """What the row's registration or years have come to mean: relief, make-up, anything else."""
    registrations = [key for table, key in made if table == "registrations"]
    terms = {key for table, key in made if table == "terms"}
    terms |= {int(key) for table, key, *_rest in changed if table == "terms"}
    relieved = exists().where(
        or_(Relief.registration_id.in_(registrations), Relief.term_id.in_(terms)),
        Relief.state.in_((ReliefState.SUBMITTED, ReliefState.GRANTED)),
    )
    bound = exists().where(Credit.bound_term_id.in_(terms))
    if (terms or registrations) and session.scalar(select(relieved)):
        return "kept_relief"
    if terms and session.scalar(select(bound)):
        return "kept_bound"
    return "kept_in_use" if _is_in_use(row, made) else None


def _is_in_use(row: ImportRow, made: list[tuple[str, int]]) -> bool:
    """Whether what the row made has come to mean something: hours, an account, a later row."""
    created = dict(made)
    registration_id, person_id = created.get("registrations"), created.get("people")
    questions = []
    if registration_id is not None:
        questions += [
            exists().where(Credit.registration_id == registration_id),
            exists().where(
                ImportRow.object_id == registration_id,
                ImportRow.state == "saved",
                ImportRow.id != row.id,
                ImportRow.made.is_not(None),
                ImportRow.import_id.in_(
                    select(Import.id).where(Import.kind == "members", Import.id != row.import_id)
                ),
            ),
        ]
    if "terms" in created:
        acts = [key for table, key in made if table == "certificate_acts"]
        questions.append(
            exists().where(
                CertificateAct.term_id == created["terms"],
                or_(CertificateAct.id.not_in(acts), CertificateAct.report_id.is_not(None)),
            )
        )
        questions.append(exists().where(Credit.term_id == created["terms"]))
    if person_id is not None:
        questions += [
            exists().where(Person.id == person_id, Person.activated_at.is_not(None)),
            exists().where(OneTimeCode.person_id == person_id),
            exists().where(Activity.person_id == person_id),
            exists().where(Role.person_id == person_id),
            exists().where(Registration.person_id == person_id, Registration.id != registration_id),
        ]
    return any(session.scalar(select(question)) for question in questions)


def _is_as_left(table: str, key: int, column: str, _before: Any, after: Any) -> bool:
    of = Base.metadata.tables[table]
    present = session.scalar(select(of.c[column]).where(of.c.id == key))
    return bool((present.isoformat() if isinstance(present, date) else present) == after)


def _remove(table: str, key: int) -> None:
    of = Base.metadata.tables[table]
    session.execute(delete(of).where(of.c.id == key))


def _set(table: str, key: int, column: str, value: Any) -> None:
    of = Base.metadata.tables[table]
    days = of.c[column].type.python_type is date and value is not None
    session.execute(
        update(of)
        .where(of.c.id == key)
        .values({column: date.fromisoformat(value) if days else value})
    )


def _step(imported: Import) -> Step:
    states = states_of(imported)
    done = states.get("undone", 0) + states.get("kept", 0)
    return Step(done, done + states.get("saved", 0))
