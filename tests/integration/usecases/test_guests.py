"""Guests on a roster become members: at activation, when registered, when their phone is known."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotFound
from cpd_app.models import Event, JournalEntry, RosterEntry, Society
from cpd_app.policy import Actor
from cpd_app.usecases import activation, contacts, guests, import_saving, imports
from cpd_app.usecases.import_checks import Scope, check_file
from cpd_app.usecases.member_entry import enter_member
from cpd_app.usecases.passwords import choose
from cpd_app.usecases.roster_entries import Named
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PHONE = "+8613900001111"


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An event of the society that is going on."""
    return builders.an_event(store, organiser.person, society, around=NOW)


def a_guest(store: Store, event: Event, **over: Any) -> RosterEntry:
    return builders.an_entry(store, event, **{"name": "吴来宾", "phone": PHONE, **over})


def columns(society: Society, **over: str) -> dict[str, str]:
    row = {
        "login": "GA-001",
        "name": "吴来宾",
        "society": society.code,
        "registration_no": "GA-001",
    }
    row |= {"level": "professional", "field": "电气工程类", "starts_on": "2025-03-01"}
    return {**row, **over}


def test_at_activation_the_guest_with_the_same_phone_and_name_is_found(
    do: Do, store: Store, event: Event, society: Society, registrar: Someone
):
    guest = a_guest(store, event)
    person = builders.a_person(
        store, name="吴来宾", phone=PHONE, password_hash=None, activated_at=None
    )
    registration = builders.a_registration(store, person, society)
    builders.an_employment(store, person.id, "示范设计院")
    code = do(activation.issue_code, registrar.actor, person.id, now=NOW)

    do(activation.use_code, code.code, choose("correct horse battery"), device="Test", now=NOW)

    entry = store.get(RosterEntry, guest.id)
    assert (entry.person_id, entry.number) == (person.id, registration.number)
    assert (entry.society_id, entry.unit, entry.phone) == (society.id, "测试单位", None)
    assert (entry.state, entry.stale_at) == ("pending", NOW), "the organiser still decides"
    attached = store.one(select(JournalEntry).where(JournalEntry.verb == "entry.attached"))
    assert attached.data == {"event": event.id, "person": person.id, "joined": None}


def test_whoever_typed_somebody_elses_number_stays_a_guest(
    do: Do, store: Store, event: Event, member: Someone
):
    assert member.registration
    guest = a_guest(store, event, number_key=member.registration.number_key, phone=None)

    assert do(guests.attach_guests, member.id, now=NOW) == 0

    assert store.get(RosterEntry, guest.id).person_id is None


def test_a_registration_that_is_entered_finds_its_guests(
    do: Do, store: Store, event: Event, society: Society, registrar: Someone
):
    guest = a_guest(store, event, phone=None, number="ga-001", number_key="GA-001")

    do(enter_member, registrar.actor, columns(society), now=NOW, today=NOW.date())

    assert store.get(RosterEntry, guest.id).person_id is not None


def test_a_file_of_members_finds_their_guests(do: Do, store: Store, event: Event, society: Society):
    guest = a_guest(store, event)
    actor = Actor.system("cli")
    row = columns(society, phone="13900001111")
    data = (",".join(row) + "\n" + ",".join(row.values()) + "\n").encode()
    checked = do(check_file, actor, Scope("members"), data, now=NOW, today=NOW.date())
    taken = do(imports.take_checked, actor, Scope("members"), "表.csv", "0", checked, now=NOW)
    (part,) = do(import_saving.parts_to_save, actor, taken.id)

    do(import_saving.save_part, actor, taken.id, part, now=NOW, today=NOW.date())

    assert store.get(RosterEntry, guest.id).person_id is not None


def test_a_phone_that_was_confirmed_finds_guests(
    do: Do, store: Store, event: Event, member: Someone, registrar: Someone
):
    guest = a_guest(store, event, name="张会员")
    code = do(contacts.issue_contact_code, registrar.actor, member.id, PHONE, now=NOW)

    do(contacts.confirm_contact, member.actor, code.code, address="::1", now=NOW)

    assert store.get(RosterEntry, guest.id).person_id == member.id


def test_a_member_who_was_on_the_roster_already_has_one_entry_that_stands(
    do: Do, store: Store, event: Event, member: Someone
):
    mine = builders.an_entry(store, event, member.person, state="waiting")
    guest = a_guest(store, event, name="张会员", phone=member.person.phone, state="listed")
    builders.a_scan(store, guest, event.sessions[0])

    do(guests.attach_guests, member.id, now=NOW)

    kept, joined = store.get(RosterEntry, mine.id), store.get(RosterEntry, guest.id)
    assert (joined.joined_id, joined.person_id) == (mine.id, None)
    assert (kept.state, kept.stale_at) == ("listed", NOW)


def test_finding_twice_changes_nothing(do: Do, store: Store, event: Event, member: Someone):
    a_guest(store, event, name="张会员", phone=member.person.phone)

    assert do(guests.attach_guests, member.id, now=NOW) == 1
    assert do(guests.attach_guests, member.id, now=NOW) == 0


def test_correcting_a_guest_finds_the_member(
    do: Do, store: Store, event: Event, member: Someone, organiser: Someone
):
    assert member.registration
    guest = a_guest(store, event, name="张汇员")
    right = Named("张会员", member.registration.number)

    entry = do(guests.correct_guest, organiser.actor, event.id, guest.id, right, now=NOW)

    assert entry.person_id == member.id
    before = store.one(select(JournalEntry).where(JournalEntry.verb == "entry.corrected"))
    assert before.values_hash is not None


def test_a_member_is_called_as_the_register_calls_them(
    do: Do, store: Store, event: Event, member: Someone, organiser: Someone, stranger: Someone
):
    entry = builders.an_entry(store, event, member.person)
    guest = a_guest(store, event)

    for actor, entry_id in ((organiser.actor, entry.id), (stranger.actor, guest.id)):
        with pytest.raises(NotFound):
            do(guests.correct_guest, actor, event.id, entry_id, Named("别名"), now=NOW)


def test_names_in_the_passport_are_names_too(do: Do, store: Store, event: Event, society: Society):
    person = builders.a_person(store, name="史密斯", name_en="John Smith", phone=PHONE)
    builders.a_registration(store, person, society, term={"starts_on": date(2025, 1, 1)})
    guest = a_guest(store, event, name="JOHN  SMITH")

    do(guests.attach_guests, person.id, now=NOW)

    assert store.get(RosterEntry, guest.id).name == "史密斯"
