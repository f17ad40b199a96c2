"""Rows of a records file: what one says, converted by the rules in force on its finishing day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, or_, select, update

from cpd_app.db import session
from cpd_app.domain.conversion import check_finished, convert
from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.domain.keys import normal_key
from cpd_app.domain.kinds import Field, FieldType, Kind
from cpd_app.domain.program import Conversion
from cpd_app.models import Activity, ActivityChange, Credit, Registration, RuleVersion, Society
from cpd_app.policy import Actor
from cpd_app.texts.imports import ACTIVITY_COLUMNS, EXPORT_COLUMNS, Column
from cpd_app.usecases import journal
from cpd_app.usecases.activities import Source
from cpd_app.usecases.activity_input import ActivityState, NewActivity, check_text
from cpd_app.usecases.allocation import allocate_many
from cpd_app.usecases.bulk import next_ids
from cpd_app.usecases.import_columns import (
    Findings,
    Row,
    boolean_of,
    day_of,
    folded,
    number_of,
    text_of,
)
from cpd_app.usecases.import_reading import parts_of
from cpd_app.usecases.places import Place, places_among, terms_of
from cpd_app.usecases.register_in_memory import AT_ONCE, Register
from cpd_app.usecases.rules_in_force import RuleInForce, Rules, compiled

#: an export carries it: a row of a record that is there says nothing new
RECORD_ID = next(c for c in EXPORT_COLUMNS if c.code == "record_id")
REQUIRED = frozenset({"login", "kind", "title", "ended_on"})
FRAME = REQUIRED | {"organiser", "started_on", "achievement_key", "record_id"}


#: where, by which rules, to what, and why it was refused there (another society's table)
Credited = tuple[Place, RuleInForce, Conversion, list[Any]]


@dataclass(frozen=True)
class ReadActivity:
    """A row that can be saved: whose, what, and what each registration makes of it."""

    person_id: int
    new: NewActivity
    credits: tuple[Credited, ...]

    @property
    def hours(self) -> int:
        """Hundredths that the first registration converts it to; outside every term nothing."""
        place, _rule, made, _reasons = self.credits[0]
        return made.hours if place.term_id is not None else 0


def activity_columns(society_id: int | None) -> tuple[Column, ...]:
    """The columns of a file: the fixed ones, and the fields that rule sets in use add to them."""
    columns = {c.code: c for c in (*ACTIVITY_COLUMNS, RECORD_ID)}
    versions = select(RuleVersion.id).where(
        RuleVersion.state == "published",
        or_(RuleVersion.society_id.is_(None), RuleVersion.society_id == society_id),
    )
    for version_id in session.scalars(versions.order_by(RuleVersion.id)):
        for kind in compiled(version_id).kinds.values():
            for field in kind.fields.values():
                names = field.names
                columns.setdefault(field.code, Column(field.code, names.zh, names.en))
    return tuple(columns.values())


class ActivityRows:
    """Reads rows against people, terms and rules that were looked up once for all of them."""

    def __init__(
        self, actor: Actor, *, society_id: int | None, owner_id: int | None, today: date
    ) -> None:
        """`owner_id`: a member's own import; `society_id`: only its members; neither: anybody."""
        self.actor = actor
        self.society_id = society_id
        self.owner_id = owner_id
        self.today = today
        self._people: dict[str, int | None] = {}
        self._records: dict[int, int] = {}
        self._terms: dict[int, list[Any]] = {}
        self._rules: dict[int, Rules] = {}

    def load(self, rows: Iterable[Row], *, now: datetime) -> None:
        """Look up everybody whom the rows name, their terms, and records that are there."""
        rows = list(rows)
        numbers = {int(n) for n in (row.cells.get("record_id", "") for row in rows) if _is_id(n)}
        for part in parts_of(sorted(numbers), AT_ONCE):
            found = session.execute(
                select(Activity.id, Activity.person_id).where(Activity.id.in_(part))
            )
            self._records.update(dict(found.all()))
        logins = {row.cells["login"] for row in rows if row.cells.get("login")}
        register = Register(now=now)
        register.load(logins=logins, emails=(), phones=(), numbers=())
        for login in logins:
            member = register.meant_by(login)
            self._people[login] = member.person.id if member else None
        ids = {i for i in self._people.values() if i is not None}
        if self.owner_id is not None:
            ids.add(self.owner_id)
        for part in parts_of(sorted(ids), AT_ONCE):
            self._terms.update(terms_of(part))

    def person_of(self, row: Row) -> int | None:
        """Whose record a row is; None when nobody (for this importer) is called so."""
        login = row.cells.get("login", "")
        person_id = self._people.get(login)
        if self.owner_id is not None:
            return self.owner_id if not login or person_id == self.owner_id else None
        if person_id is None or not self._is_ours(person_id):
            return None
        return person_id

    def is_there(self, row: Row) -> bool:
        """Whether the row came out of an export of this person's records."""
        said, person_id = row.cells.get("record_id", ""), self.person_of(row)
        return (
            _is_id(said) and person_id is not None and (self._records.get(int(said)) == person_id)
        )

    def read(self, row: Row, found: Findings) -> ReadActivity | None:
        """The row as it can be saved; None when `found` has problems."""
        person_id = self.person_of(row)
        if person_id is None:
            self._refuse_login(row, found)
        elif self.owner_id is None and person_id == self.actor.person_id:
            found.problem("not_yourself", "login")
        started_on = day_of(row, "started_on", found)
        ended_on = day_of(row, "ended_on", found)
        for code in ("kind", "title", "ended_on"):
            if not row.cells.get(code):
                found.problem("missing", code)
        if row.spills:
            found.problem("too_many_cells")
        places = self._places(person_id, ended_on, found)
        if not places or ended_on is None:
            return None
        rule = self._rule(places[0], ended_on, found)
        kind = _kind_of(row, rule, found) if rule else None
        if rule is None or kind is None or person_id is None:
            return None
        new = NewActivity(
            kind=kind.code,
            title=text_of(row, "title", found),
            started_on=started_on,
            ended_on=ended_on,
            organiser=text_of(row, "organiser", found) or None,
            achievement_key=text_of(row, "achievement_key", found) or None,
            fields=_own_fields(row, kind, found),
        )
        if found.problems:
            return None
        return self._converted(person_id, new, places, rule, found)

    def _converted(
        self,
        person_id: int,
        new: NewActivity,
        places: list[Place],
        rule: RuleInForce,
        found: Findings,
    ) -> ReadActivity | None:
        made: list[Credited] = []
        try:
            check_text(new, ActivityState.RECORDED)
            made.append((places[0], rule, convert(rule.rule_set, new.flat), []))
            check_finished(new.ended_on, self.today)
            made += [self._elsewhere(place, new) for place in places[1:]]
        except DomainError as refusal:
            found.refuse(refusal)
            return None
        if places[0].term_id is None:
            found.warn("outside_term", "ended_on")
        elif made[0][2].hours == 0 and not made[0][2].needs_ruling:
            found.warn("gives_nothing")
        return ReadActivity(person_id, new, tuple(made))

    def _elsewhere(self, place: Place, new: NewActivity) -> Credited:
        """Another society's table may not know the record: then it gives nothing there."""
        rule = self._of_society(place.society_id).on(new.ended_on)
        try:
            return place, rule, convert(rule.rule_set, new.flat), []
        except Rejected as refusal:
            nothing = Conversion(hours=0, claimed=0, needs_ruling=False, steps=())
            return place, rule, nothing, [{"code": "not_in_table", "refusal": refusal.code}]

    def _refuse_login(self, row: Row, found: Findings) -> None:
        login = row.cells.get("login", "")
        if not login:
            found.problem("missing", "login")
        elif self.owner_id is not None:
            found.problem("not_your_own", "login", login=login[:80])
        else:
            found.problem("unknown_login", "login", login=login[:80])

    def _is_ours(self, person_id: int) -> bool:
        if self.society_id is None:
            return True
        terms = self._terms.get(person_id, ())
        return any(t.society_id == self.society_id and t.left_on is None for t in terms)

    def _places(self, person_id: int | None, ended_on: date | None, found: Findings) -> list[Place]:
        if person_id is None or ended_on is None:
            return []
        places = places_among(self._terms.get(person_id, []), ended_on, self.today)
        if not places:
            found.problem("no_registration", "login")
        return places

    def _rule(self, place: Place, day: date, found: Findings) -> RuleInForce | None:
        try:
            return self._of_society(place.society_id).on(day)
        except Rejected as refusal:
            found.refuse(refusal)
            return None

    def _of_society(self, society_id: int) -> Rules:
        if society_id not in self._rules:
            self._rules[society_id] = Rules(society_id)
        return self._rules[society_id]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _kind_of(row: Row, rule: RuleInForce, found: Findings) -> Kind | None:
    """The kind by its code, or by its name in either language."""
    said = row.cells.get("kind", "")
    kinds = rule.rule_set.kinds
    kind = kinds.get(said)
    if kind is None and said:
        named = (k for k in kinds.values() if folded(said) in map(folded, (*k.names, k.code)))
        kind = next(named, None)
    if kind is None or not kind.enabled:
        if said:
            found.problem("unknown_kind", "kind", found=said[:60])
        return None
    return kind


def _own_fields(row: Row, kind: Kind, found: Findings) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column in row.cells:
        if column in FRAME:
            continue
        field = kind.fields.get(column)
        if field is None:
            found.warn("column_not_used", column)
            continue
        value = _value_of(row, field, found)
        if value is not None:
            fields[column] = value
    return fields


def _value_of(row: Row, field: Field, found: Findings) -> str | bool | float | None:
    match field.type:
        case FieldType.BOOLEAN:
            return boolean_of(row, field.code, found)
        case FieldType.CHOICE:
            return _choice_of(field.choices, text_of(row, field.code, found))
        case _:
            return number_of(row, field.code, found)


def _choice_of(choices: Mapping[str, Any], said: str) -> str:
    """The code that a code or a name stands for; what is neither, the rules refuse."""
    if said in choices:
        return said
    wanted = folded(said)
    for code, names in choices.items():
        if wanted in {folded(code), folded(names.zh), folded(names.en)}:
            return str(code)
    return said


def save_activities(
    actor: Actor,
    read: list[ReadActivity],
    *,
    source: Source,
    now: datetime,
    today: date,
) -> list[int]:
    """Keep records of whole people in the order of their rows; ids in the same order.

    The hours of every registration are given out once, at the end.
    """
    registrations = sorted({c[0].registration_id for r in read for c in r.credits})
    session.execute(
        update(Registration)
        .where(Registration.id.in_(registrations))
        .values(version=Registration.version + 1)
        .execution_options(synchronize_session=False)
    )
    names = dict(session.execute(select(Society.id, Society.name)).all())
    ids = next_ids(Activity.metadata.tables["activities"], len(read))
    rows = [
        {"id": i, **_activity_row(actor, r, source, names, now, today)}
        for i, r in zip(ids, read, strict=True)
    ]
    session.execute(insert(Activity), rows)
    session.execute(
        insert(Credit), [c for i, r in zip(ids, read, strict=True) for c in _credit_rows(i, r)]
    )
    session.execute(
        insert(ActivityChange),
        [{"activity_id": i, "at": now, "by_id": actor.person_id, "verb": "imported", "changed": {}}
         for i in ids],
    )  # fmt: skip
    allocate_many(actor, registrations, now=now, entered=frozenset(ids))
    journal.record_many(
        actor,
        "activity.imported",
        "activity",
        [
            (i, None, {"person": r.person_id, "import": source.import_id})
            for i, r in zip(ids, read, strict=True)
        ],
        now=now,
    )
    return ids


def _activity_row(
    actor: Actor,
    read: ReadActivity,
    source: Source,
    societies: Mapping[int, str],
    now: datetime,
    today: date,
) -> dict[str, Any]:
    new = read.new
    shown_as = source.shown_as
    if shown_as is None and source.name == "society":
        shown_as = f"{societies[read.credits[0][0].society_id]} 导入 {today.isoformat()}"
    return {
        "person_id": read.person_id,
        "state": ActivityState.RECORDED.value,
        "kind": new.kind,
        "title": new.title.strip(),
        "organiser": new.organiser,
        "started_on": new.started_on or new.ended_on,
        "ended_on": new.ended_on,
        "fields": dict(new.fields),
        "achievement_key": new.achievement_key,
        "achievement_norm": normal_key(new.achievement_key),
        "competences": [],
        "source": source.name,
        "source_name": shown_as,
        "import_id": source.import_id,
        "different_from": {},
        "created_at": now,
        "created_by_id": actor.person_id,
        "updated_at": now,
        "entered_on": today,
        "version": 1,
    }


def _credit_rows(activity_id: int, read: ReadActivity) -> Iterable[dict[str, Any]]:
    for place, rule, made, reasons in read.credits:
        yield {
            "activity_id": activity_id,
            "registration_id": place.registration_id,
            "term_id": place.term_id,
            "year_index": place.year_index,
            "rule_version_id": rule.version_id,
            "left_out": False,
            "conversion": made.hours,
            "claimed": made.claimed,
            # Most hours are not cut: allocation then has nothing to write.
            "recognised": made.hours if place.term_id is not None else 0,
            "trace": made.trace,
            "reasons": reasons,
            "needs_ruling": made.needs_ruling,
        }
