"""The desk's first page: who is due, who is ready, what waits; for the federation, counts only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, select

from cpd_app.db import session
from cpd_app.domain.renewal import AFTER_EXPIRY_DAYS, WINDOW_DAYS
from cpd_app.domain.years import months_after
from cpd_app.models import (
    Activity,
    Credit,
    LastStanding,
    Person,
    Registration,
    Society,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.members import RENEWABLE, shown_term, state_on
from cpd_app.usecases.standings import CaughtUp, catch_up, waiting_in

#: months shown
MONTHS = 12
#: months for which the share of the ready is given
SOON = 6


@dataclass(frozen=True)
class Month:
    """Certificates that end in one month."""

    first: date
    ready: int
    not_ready: int
    #: whether the filing window of the month's certificates is open, wholly or in part
    window_open: bool

    @property
    def total(self) -> int:
        """Both together."""
        return self.ready + self.not_ready


@dataclass(frozen=True)
class Overview:
    """What a society's staff see first."""

    months: tuple[Month, ...]
    #: certificates that end within SOON months, and how many of those are ready
    due_soon: int
    ready_soon: int
    #: first reason of those that are not ready: code of the check, how many
    reasons: tuple[tuple[str, int], ...]
    #: ended within the time in which renewal is still possible
    expired: int
    #: activated members whose running year is behind, or who have a short past year
    behind: int
    short: int
    #: nobody has opened these accounts yet: those due soon, and the others
    not_activated_soon: int
    not_activated_later: int
    to_map: int
    open_rulings: int
    members: int
    #: registrations whose figures are of an older day, being brought up to date by the worker
    waiting: int


@dataclass(frozen=True)
class SocietyCounts:
    """What the federation sees of a society: counts by state and level, never a person."""

    code: str
    name: str
    name_en: str
    #: (state, level) -> registrations
    counts: dict[tuple[str, str], int]

    def of_state(self, state: str) -> int:
        """Registrations in a state, at any level."""
        return sum(n for (s, _level), n in self.counts.items() if s == state)

    def of_level(self, level: str) -> int:
        """Active and suspended registrations of a level."""
        return sum(
            n for (s, of), n in self.counts.items() if of == level and s in {"active", "suspended"}
        )

    @property
    def total(self) -> int:
        """All registrations."""
        return sum(self.counts.values())


def overview_of(actor: Actor, society_id: int, *, on: date, waiting: int | None = None) -> Overview:
    """Counts over a society: a fixed number of statements, whatever the number of its members.

    Readiness comes from the kept standings (see `standings`): bring them up to date first.
    `waiting`: how many of them are old, from whoever has counted them just now.
    """
    _may_see(actor, society_id)
    due = _due(society_id, on)
    soon = months_after(on, SOON)
    reasons = Counter[str]()
    ready_soon = not_ready_soon = 0
    for ends_on, ready, first_check, count in due:
        if ends_on > soon:
            continue
        if ready:
            ready_soon += count
        else:
            not_ready_soon += count
            reasons[first_check or ""] += count
    counts = _counts(society_id, on, soon)
    window_days = session.get_one(Society, society_id).settings.get("window_days", WINDOW_DAYS)
    return Overview(
        months=_months(due, on, window_days),
        due_soon=ready_soon + not_ready_soon,
        ready_soon=ready_soon,
        reasons=tuple(reasons.most_common()),
        open_rulings=_open_rulings(society_id),
        waiting=old_standings(actor, society_id, on=on) if waiting is None else waiting,
        **counts,
    )


def old_standings(actor: Actor, society_id: int, *, on: date) -> int:
    """How many kept standings of a society are of another day, or do not know what is known now."""
    _may_see(actor, society_id)
    return waiting_in(society_id, on=on)


def bring_up_to_date(actor: Actor, society_id: int, *, on: date) -> CaughtUp:
    """Judge what is old, within a page's limit; those due within the year first."""
    _may_see(actor, society_id)
    within_year = select(Term.registration_id).where(
        Term.ends_on >= on, Term.ends_on < months_after(on, MONTHS + 1)
    )
    first = catch_up(society_id, on=on, only=Registration.id.in_(within_year))
    return first if first.more else catch_up(society_id, on=on)


def counts_of_societies(actor: Actor, *, on: date) -> list[SocietyCounts]:
    """Every society's registrations by state and level, for the federation (domain.md §11)."""
    require(actor, Permission.READ_COUNTS, Target())
    state = state_on(on)
    rows = session.execute(
        select(Registration.society_id, state, Term.level, func.count())
        .join(Term, Term.registration_id == Registration.id)
        .where(shown_term(on))
        .group_by(Registration.society_id, state, Term.level)
    ).all()
    counts: dict[int, dict[tuple[str, str], int]] = {}
    for society_id, of_state, level, count in rows:
        counts.setdefault(society_id, {})[of_state, level] = count
    societies = session.scalars(select(Society).order_by(Society.name))
    return [SocietyCounts(s.code, s.name, s.name_en, counts.get(s.id, {})) for s in societies]


def societies_of_staff(actor: Actor) -> list[Society]:
    """The societies an actor is staff of, in order of their names."""
    return list(
        session.scalars(
            select(Society).where(Society.id.in_(actor.staff_of)).order_by(Society.name)
        )
    )


def _may_see(actor: Actor, society_id: int) -> None:
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))


def _due(society_id: int, on: date) -> Sequence[tuple[date, bool | None, str | None, int]]:
    """Certificates that end from today to the end of the twelfth month, by day and readiness."""
    last = months_after(on.replace(day=1), MONTHS)
    rows = session.execute(
        select(Term.ends_on, LastStanding.ready, LastStanding.first_check, func.count())
        .select_from(Registration)
        .join(Term, Term.registration_id == Registration.id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(
            Registration.society_id == society_id,
            Term.ends_on > on,
            Term.ends_on <= last,
            Term.state.in_(RENEWABLE),
            shown_term(on),
        )
        .group_by(Term.ends_on, LastStanding.ready, LastStanding.first_check)
    ).all()
    return [(r[0], r[1], r[2], r[3]) for r in rows]


def _months(
    due: Sequence[tuple[date, bool | None, str | None, int]], on: date, window_days: int
) -> tuple[Month, ...]:
    made = []
    for number in range(MONTHS):
        first = months_after(on.replace(day=1), number)
        # a certificate's last day is the day before it ends
        counts = Counter[bool]()
        for ends_on, ready, _check, count in due:
            last_on = ends_on - timedelta(days=1)
            if (last_on.year, last_on.month) == (first.year, first.month):
                counts[bool(ready)] += count
        made.append(
            Month(
                first=first,
                ready=counts[True],
                not_ready=counts[False],
                window_open=first - timedelta(days=window_days) <= on,
            )
        )
    return tuple(made)


def _counts(society_id: int, on: date, soon: date) -> dict[str, int]:
    """Every other figure of the overview in one statement, one pass over the register."""
    renewable = Term.state.in_(RENEWABLE)
    activated = Person.password_hash.is_not(None)
    ends_soon = and_(Term.ends_on > on, Term.ends_on <= soon)
    lately = Term.ends_on > on - timedelta(days=AFTER_EXPIRY_DAYS)
    figures = {
        "expired": and_(renewable, Term.ends_on <= on, lately),
        "behind": and_(renewable, activated, LastStanding.verdict == "behind"),
        "short": and_(renewable, activated, LastStanding.verdict == "short"),
        "not_activated_soon": and_(renewable, ~activated, ends_soon),
        "not_activated_later": and_(renewable, ~activated, ~ends_soon),
        "to_map": Registration.field_id.is_(None),
    }
    row = session.execute(
        select(
            func.count().label("members"),
            *(func.sum(case((fits, 1), else_=0)).label(name) for name, fits in figures.items()),
        )
        .select_from(Registration)
        .join(Term, Term.registration_id == Registration.id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(Registration.society_id == society_id, shown_term(on))
    ).one()
    return {name: int(row._mapping[name] or 0) for name in ("members", *figures)}  # noqa: SLF001 - SQLAlchemy's name


def _open_rulings(society_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Credit)
            .join(Registration, Registration.id == Credit.registration_id)
            .join(Activity, Activity.id == Credit.activity_id)
            .where(
                Registration.society_id == society_id,
                Credit.needs_ruling,
                Credit.ruled.is_(None),
                Activity.state == "recorded",
            )
        )
        or 0
    )
