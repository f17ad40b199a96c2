"""Import of members and of past records: take a file, preview it, confirm it, or let it go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, case, cast, delete, func, insert, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.retention import UNDO, can_be_undone
from cpd_app.models import Import, ImportRow, Job, Person, Society
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import jobs, journal
from cpd_app.usecases.import_checks import CheckedFile, Scope
from cpd_app.usecases.import_reading import parts_of
from cpd_app.usecases.jobs import Step

KINDS = {"members": Permission.IMPORT_MEMBERS, "activities": Permission.IMPORT_ACTIVITIES}
PAGE = 50
#: which rows a person looks at first
FIRST = {"bad": 0, "kept": 1, "good": 2, "same": 3, "saved": 4, "undone": 5}


@dataclass(frozen=True)
class ImportLine:
    """One import in the list."""

    id: int
    kind: str
    file_name: str
    state: str
    counts: dict[str, Any]
    created_at: datetime
    by_name: str


@dataclass(frozen=True)
class ImportPage:
    """One import with a page of its rows."""

    imported: Import
    society: Society | None
    rows: list[ImportRow]
    #: state -> how many rows
    states: dict[str, int]
    total: int
    job: Job | None
    #: names of the people whose records the rows are
    names: dict[int, str]


def start_import(
    actor: Actor,
    scope: Scope,
    file_name: str,
    data: bytes,
    *,
    files: LocalFiles,
    now: datetime,
) -> Import:
    """Take a file in and have it read in the background; nothing of it counts before `confirm`."""
    require(actor, KINDS[scope.kind], target_of(scope))
    if not data:
        raise Rejected("file_missing", "file")
    taken = Import(
        kind=scope.kind,
        society_id=scope.society_id,
        by_id=actor.person_id,
        file_name=file_name[:200],
        file_hash=files.put(str(actor.person_id or 0), data),
        state="reading",
        counts={},
        notes=[],
        created_at=now,
    )
    session.add(taken)
    session.flush()
    order(actor, taken, "read", now=now)
    journal.record(
        actor,
        "import.started",
        "import",
        taken.id,
        now=now,
        society_id=taken.society_id,
        data={"kind": taken.kind},
    )
    return taken


def import_of(actor: Actor, import_id: int) -> Import:
    """An import that the actor may see and decide on; NotFound for everybody else's."""
    found = session.get(Import, import_id)
    if found is None:
        raise NotFound
    is_mine = actor.is_system or found.by_id == actor.person_id
    if found.society_id is None and not is_mine:
        raise NotFound
    require(actor, KINDS[found.kind], target_of(scope_of(found)))
    return found


def scope_of(imported: Import) -> Scope:
    """For whom the file is read: a society, or the member who sent it."""
    owner_id = imported.by_id if imported.society_id is None else None
    return Scope(imported.kind, imported.society_id, owner_id)


def target_of(scope: Scope) -> Target:
    """What a permission is asked for."""
    if scope.society_id is not None:
        return Target(societies=frozenset({scope.society_id}))
    return Target(owner_id=scope.owner_id)


def imports_for(
    actor: Actor, *, society_id: int | None = None, limit: int = PAGE
) -> list[ImportLine]:
    """The newest imports of a society, for its registrars; without one the actor's own."""
    if society_id is None:
        shown = and_(Import.society_id.is_(None), Import.by_id == actor.person_id)
    else:
        shown = and_(Import.society_id == society_id)
        target = Target(societies=frozenset({society_id}))
        if not may(actor, Permission.IMPORT_MEMBERS, target):
            return []
    rows = session.execute(
        select(Import, Person)
        .join(Person, Person.id == Import.by_id)
        .where(shown, Import.state != "discarded")
        .order_by(Import.id.desc())
        .limit(limit)
    )
    return [
        ImportLine(
            i.id,
            i.kind,
            i.file_name,
            i.state,
            i.counts,
            i.created_at,
            p.name,
        )
        for i, p in rows
    ]


def page_of(
    actor: Actor,
    import_id: int,
    *,
    states: tuple[str, ...] = (),
    warned: bool = False,
    page: int = 1,
) -> ImportPage:
    """An import and a page of its rows: wrong ones first, then those with a warning."""
    imported = import_of(actor, import_id)
    of_import = ImportRow.import_id == imported.id
    per_state = states_of(imported)
    has_warning = cast(ImportRow.warnings, Text) != "[]"
    conditions = [of_import]
    if states:
        conditions.append(ImportRow.state.in_(states))
    if warned:
        conditions.append(has_warning)
    total = session.scalar(select(func.count()).select_from(ImportRow).where(*conditions)) or 0
    rows = session.scalars(
        select(ImportRow)
        .where(*conditions)
        .order_by(case(FIRST, value=ImportRow.state, else_=9), has_warning.desc(), ImportRow.row)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    society = session.get(Society, imported.society_id) if imported.society_id else None
    return ImportPage(
        imported=imported,
        society=society,
        rows=list(rows),
        states=per_state,
        total=total,
        job=job_of(imported),
        names=_names({r.person_id for r in rows} - {None}),
    )


def keep_reading(actor: Actor, import_id: int, checked: CheckedFile, first: int, size: int) -> Step:
    """Keep a part of a file's rows; the first part takes the place of an earlier reading."""
    imported = import_of(actor, import_id)
    if imported.state != "reading":
        raise Rejected("import_not_previewed")
    if first == 0:
        session.execute(delete(ImportRow).where(ImportRow.import_id == imported.id))
    part = checked.rows[first : first + size]
    if part:
        session.execute(insert(ImportRow), [{**row, "import_id": imported.id} for row in part])
    done = first + len(part)
    if done == len(checked.rows):
        imported.counts = checked.counts
        imported.notes = checked.notes
        imported.state = "previewed"
    return Step(done, len(checked.rows))


def fail_reading(actor: Actor, import_id: int, problem: dict[str, Any]) -> Step:
    """The file as a whole cannot be read; `problem` has the code and values of the sentence."""
    imported = import_of(actor, import_id)
    imported.state, imported.problem = "failed", problem["code"]
    imported.notes = [problem]
    return Step(0, 0)


def confirm_import(actor: Actor, import_id: int, *, now: datetime) -> Import:
    """Save the good rows, in the background; a second confirmation begins a failed job anew."""
    imported = import_of(actor, import_id)
    if imported.state == "previewed":
        if not imported.counts.get("good"):
            raise Rejected("import_nothing")
        imported.state, imported.confirmed_at = "saving", now
        journal.record(
            actor,
            "import.confirmed",
            "import",
            imported.id,
            now=now,
            society_id=imported.society_id,
            data={"rows": imported.counts["good"]},
        )
    elif imported.state != "saving":
        raise Rejected("import_not_previewed")
    order(actor, imported, "save", now=now)
    return imported


def discard_import(actor: Actor, import_id: int, *, now: datetime) -> None:
    """Let a preview go, with all its rows."""
    imported = import_of(actor, import_id)
    if imported.state not in {"reading", "previewed", "failed"}:
        raise Rejected("import_not_previewed")
    session.execute(delete(ImportRow).where(ImportRow.import_id == imported.id))
    imported.state = "discarded"
    journal.record(
        actor,
        "import.discarded",
        "import",
        imported.id,
        now=now,
        society_id=imported.society_id,
    )


def order_undo(actor: Actor, import_id: int, *, now: datetime) -> Import:
    """Take a whole import back, in the background: what was touched since stays and is listed.

    Raises Rejected `import_too_old` when 90 days are over: what the rows said is gone then.
    """
    imported = import_of(actor, import_id)
    if imported.state == "done":
        confirmed_at = imported.confirmed_at or imported.created_at
        if imported.emptied_at is not None or not can_be_undone(confirmed_at, now):
            raise Rejected("import_too_old", days=UNDO.days)
        imported.state = "undoing"
    elif imported.state != "undoing":
        raise Rejected("import_not_done")
    order(actor, imported, "undo", now=now)
    return imported


def order(actor: Actor, imported: Import, act: str, *, now: datetime) -> Job:
    """The job that reads, saves or undoes an import."""
    return jobs.order_job(
        actor,
        f"{act}_import",
        imported.id,
        key=f"import:{imported.id}:{act}",
        now=now,
        payload={"society_id": imported.society_id} if imported.society_id else {},
    )


def job_of(imported: Import) -> Job | None:
    """The job that is at work on an import, by the state it is in."""
    act = {"reading": "read", "saving": "save", "undoing": "undo"}.get(imported.state)
    return jobs.job_with_key(f"import:{imported.id}:{act}") if act else None


def states_of(imported: Import) -> dict[str, int]:
    """How many of its rows are in which state."""
    counted = session.execute(
        select(ImportRow.state, func.count())
        .where(ImportRow.import_id == imported.id)
        .group_by(ImportRow.state)
    )
    return dict(counted.all())


def _names(person_ids: set[Any]) -> dict[int, str]:
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {person.id: person.name for person in people}


def take_checked(
    actor: Actor, scope: Scope, file_name: str, digest: str, checked: CheckedFile, *, now: datetime
) -> Import:
    """Take in a file that was checked already and is to be saved at once (command line)."""
    require(actor, KINDS[scope.kind], target_of(scope))
    taken = Import(
        kind=scope.kind,
        society_id=scope.society_id,
        by_id=actor.person_id,
        file_name=file_name[:200],
        file_hash=digest,
        state="saving",
        counts=checked.counts,
        notes=checked.notes,
        created_at=now,
        confirmed_at=now,
    )
    session.add(taken)
    session.flush()
    for part in parts_of(checked.rows, 5000):
        session.execute(insert(ImportRow), [{**row, "import_id": taken.id} for row in part])
    return taken


def bad_rows(actor: Actor, import_id: int) -> list[ImportRow]:
    """The rows that could not be saved, in the order of the file."""
    imported = import_of(actor, import_id)
    return list(
        session.scalars(
            select(ImportRow)
            .where(ImportRow.import_id == imported.id, ImportRow.state == "bad")
            .order_by(ImportRow.row)
        )
    )
