"""Closing package, certificate and sign-in sheet: what they collect, and for whom."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.documents.attendance import Stay
from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import Correction, Event, EventSession, JournalEntry, RosterEntry, Society
from cpd_app.policy import Actor
from cpd_app.usecases import attendance
from cpd_app.usecases.attendance_certificates import certificate_of_entry, own_certificate
from cpd_app.usecases.closing_package import collect_package, note_package
from cpd_app.usecases.sign_in_sheets import sign_in_sheet_of
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
HOUR = timedelta(hours=1)
#: nine o'clock in Beijing, and the next morning
NINE = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
NOW = NINE + 24 * HOUR


@dataclass(frozen=True)
class Held:
    """An event of one session that is over, with a break of a quarter of an hour."""

    event: Event
    session: EventSession
    entry: RosterEntry


@pytest.fixture
def held(store: Store, organiser: Someone, society: Society, member: Someone) -> Held:
    """The member was there for three hours; scans are in, nothing is computed."""
    event = builders.an_event(
        store, organiser.person, society, around=NINE + 2 * HOUR, title="研讨会", state="closed"
    )
    session = event.sessions[0]
    builders.a_part(
        store,
        session,
        title="茶歇",
        starts_at=NINE + HOUR,
        ends_at=NINE + 1.25 * HOUR,
        credited=False,
    )
    registration = member.registration
    assert registration
    entry = builders.an_entry(
        store, event, member.person, number=registration.number, unit="某设计院"
    )
    builders.a_scan(store, entry, session, "in", at=NINE)
    builders.a_scan(store, entry, session, "out", at=NINE + 3 * HOUR)
    return Held(event, session, entry)


@pytest.fixture
def compute(do: Do, store: Store) -> Callable[[Event], None]:
    """Lets the worker's use case make attendance of an event's scans."""

    def work(event: Event) -> None:
        entries = store.all(select(RosterEntry.id).where(RosterEntry.event_id == event.id))
        do(attendance.compute, Actor.system("test"), entries, now=NOW, today=NOW.date())

    return work


@pytest.fixture
def settle(store: Store, compute: Callable[[Event], None]) -> Callable[[Event], None]:
    """The same, and the event is settled."""

    def work(event: Event) -> None:
        compute(event)
        change(store, event, state="settled", settled_at=NOW)

    return work


def change(store: Store, event: Event, **values: Any) -> None:
    """Arrange an event otherwise."""
    store.run(update(Event).where(Event.id == event.id).values(**values))


class TestClosingPackage:
    """结项包."""

    def test_it_has_who_was_there_and_who_was_not(
        self, do: Do, store: Store, held: Held, compute: Any, organiser: Someone,
        other_member: Someone,
    ):  # fmt: skip
        builders.an_entry(store, held.event, other_member.person, excused=True)
        guest = builders.an_entry(store, held.event, name="来宾甲")
        builders.a_scan(store, guest, held.session, at=NINE + HOUR)
        compute(held.event)

        package = do(collect_package, organiser.actor, held.event.id, language="zh", now=NOW)

        rows = {row.name: row for row in package.rows}
        assert set(rows) == {"张会员", "来宾甲"}
        member = rows["张会员"]
        assert member.stays == (Stay("场次1", NINE, NINE + 3 * HOUR),)
        assert (member.minutes, member.hours, member.assurance) == (165, 350, "B")
        assert (member.unit, member.society, member.notes) == ("某设计院", "本地学会", ())
        visitor = rows["来宾甲"]
        assert visitor.stays == (Stay("场次1", NINE + HOUR, NINE + HOUR, assumed=True),)
        assert (visitor.society, visitor.minutes) == (None, 0)
        assert visitor.notes == ("missing", "pending")
        assert [(p.name, p.excused) for p in package.absent] == [("李会员", True)]
        (session,) = package.sessions
        assert session.credited_minutes == 225
        assert package.settled_at is None
        assert (package.event.kind, package.event.owner) == ("学术会议（参会）", "本地学会")

    def test_rehearsals_cancelled_and_joined_entries_are_not_in_it(
        self, do: Do, store: Store, held: Held, compute: Any, organiser: Someone, society: Society
    ):
        rehearsal = builders.a_session(store, held.event, title="彩排", rehearsal=True)
        builders.a_scan(store, held.entry, rehearsal, at=NINE - 24 * HOUR)
        gone = builders.an_entry(store, held.event, builders.a_person(store), state="cancelled")
        builders.an_entry(
            store, held.event, state="listed", joined_id=held.entry.id, society_id=society.id
        )
        compute(held.event)

        package = do(collect_package, organiser.actor, held.event.id, language="zh", now=NOW)

        assert [row.name for row in package.rows] == ["张会员"]
        assert package.absent == ()
        assert [s.title for s in package.sessions] == ["场次1"]
        assert gone.name not in str(package)

    def test_a_correction_is_noted(
        self, do: Do, store: Store, held: Held, compute: Any, organiser: Someone
    ):
        store.add(
            Correction(
                event_id=held.event.id,
                session_id=held.session.id,
                entry_id=held.entry.id,
                verb="presence",
                before=[],
                after=[[NINE.isoformat(), (NINE + 4 * HOUR).isoformat()]],
                reason="签到表",
                by_role="organiser",
                by_id=organiser.id,
                at=NOW,
            )
        )
        compute(held.event)

        (row,) = do(collect_package, organiser.actor, held.event.id, language="zh", now=NOW).rows

        assert (row.minutes, row.assurance, row.notes) == (225, "C", ("corrected",))

    def test_it_is_journalled_without_names(
        self, do: Do, store: Store, held: Held, compute: Any, organiser: Someone
    ):
        compute(held.event)

        package = do(collect_package, organiser.actor, held.event.id, language="en", now=NOW)
        do(note_package, organiser.actor, held.event.id, package, now=NOW)

        entry = store.one(select(JournalEntry).where(JournalEntry.verb == "event.package_taken"))
        assert (entry.object_id, entry.actor_id) == (held.event.id, organiser.id)
        assert entry.data == {"people": 1, "absent": 0}

    def test_organisers_and_staff_of_the_society_get_it_and_nobody_else(
        self, do: Do, held: Held, organiser: Someone, registrar: Someone, auditor: Someone,
        member: Someone, stranger: Someone, federation: Someone,
    ):  # fmt: skip
        take = {"language": "zh", "now": NOW}

        for allowed in (organiser, registrar, auditor):
            do(collect_package, allowed.actor, held.event.id, **take)
        for refused in (member, stranger, federation):
            with pytest.raises((NotFound, NotAllowed)):
                do(collect_package, refused.actor, held.event.id, **take)


class TestCertificate:
    """出席证明."""

    def test_a_member_gets_their_own(self, do: Do, held: Held, settle: Any, member: Someone):
        settle(held.event)

        paper = do(own_certificate, member.actor, held.event.id, language="zh", now=NOW)

        assert member.registration
        assert paper.number == f"CPD-2026-{held.event.id}-{held.entry.id}"
        assert (paper.name, paper.registration_number) == ("张会员", member.registration.number)
        assert (paper.minutes, paper.hours) == (165, 350)
        assert paper.arithmetic == ("165 分钟 ÷ 45 = 3.67 → 3.5 学时",)

    def test_it_is_in_english_too(self, do: Do, held: Held, settle: Any, member: Someone):
        settle(held.event)

        paper = do(own_certificate, member.actor, held.event.id, language="en", now=NOW)

        assert (paper.event.owner, paper.event.kind) == ("Home Society", "Conference attended")

    @pytest.mark.parametrize(
        ("event_is", "entry_is", "code"),
        [
            ({"gives_certificate": False}, {}, "no_certificate"),
            ({"state": "closed"}, {}, "certificate_too_early"),
            ({}, {"state": "pending"}, "certificate_pending"),
            ({}, {"state": "declined"}, "no_presence"),
        ],
    )
    def test_there_is_none(
        self, do: Do, store: Store, held: Held, settle: Any, member: Someone,
        event_is: dict[str, Any], entry_is: dict[str, Any], code: str,
    ):  # fmt: skip
        settle(held.event)
        if event_is:
            change(store, held.event, **event_is)
        if entry_is:
            store.run(update(RosterEntry).values(**entry_is))

        with pytest.raises(Rejected) as refusal:
            do(own_certificate, member.actor, held.event.id, language="zh", now=NOW)

        assert refusal.value.code == code

    def test_who_was_not_there_has_none(
        self, do: Do, store: Store, held: Held, settle: Any, other_member: Someone
    ):
        builders.an_entry(store, held.event, other_member.person)
        settle(held.event)

        with pytest.raises(Rejected, match="no_presence"):
            do(own_certificate, other_member.actor, held.event.id, language="zh", now=NOW)

    def test_who_was_never_on_the_roster_finds_nothing(self, do: Do, held: Held, stranger: Someone):
        for event_id in (held.event.id, 999):
            with pytest.raises(NotFound):
                do(own_certificate, stranger.actor, event_id, language="zh", now=NOW)

    def test_organisers_hand_it_out(
        self, do: Do, held: Held, settle: Any, organiser: Someone, other_member: Someone
    ):
        settle(held.event)
        ask = {"language": "zh", "now": NOW}

        paper = do(certificate_of_entry, organiser.actor, held.event.id, held.entry.id, **ask)

        assert paper.name == "张会员"
        with pytest.raises(NotFound):
            do(certificate_of_entry, organiser.actor, held.event.id, 999, **ask)
        with pytest.raises((NotFound, NotAllowed)):
            do(certificate_of_entry, other_member.actor, held.event.id, held.entry.id, **ask)


class TestSignInSheet:
    """签到表."""

    def test_it_has_everybody_who_may_be_at_the_door(
        self, do: Do, store: Store, held: Held, organiser: Someone
    ):
        for state in ("pending", "waiting", "declined", "cancelled"):
            builders.an_entry(store, held.event, name=f"某{state}", state=state)

        sheet = do(
            sign_in_sheet_of,
            organiser.actor,
            held.event.id,
            held.session.id,
            language="zh",
            now=NOW,
        )

        assert {row.name for row in sheet.rows} == {"张会员", "某pending"}
        assert (sheet.session, sheet.event.title) == ("场次1", "研讨会")

    def test_only_who_runs_the_event_prints_it(
        self, do: Do, held: Held, member: Someone, stranger: Someone, registrar: Someone
    ):
        ids = (held.event.id, held.session.id)

        do(sign_in_sheet_of, registrar.actor, *ids, language="zh", now=NOW)
        for refused in (member, stranger):
            with pytest.raises((NotFound, NotAllowed)):
                do(sign_in_sheet_of, refused.actor, *ids, language="zh", now=NOW)
