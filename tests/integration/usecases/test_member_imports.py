"""Rows of a members file enter people and certificates, correct them, and can be taken back."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app import clock, storage
from cpd_app.db import transaction
from cpd_app.models import (
    Activity,
    Credit,
    Employment,
    Import,
    ImportRow,
    JournalEntry,
    Person,
    PersonName,
    Registration,
    SocietyMembership,
    Term,
)
from cpd_app.policy import Actor
from cpd_app.usecases import activities, imports
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.import_checks import Scope
from cpd_app.usecases.signin import person_named
from tests.support import builders
from tests.support.files import MEMBERS, a_csv, a_member_row, an_xlsx
from tests.support.jobs import work_off


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


@pytest.fixture
def preview(app, society, registrar, store):
    """Send a members file and have it read; its id and rows."""

    def send(*rows: list[str], heading=MEMBERS, data=None):
        with app.app_context(), transaction():
            started = imports.start_import(
                registrar.actor,
                Scope("members", society_id=society.id),
                "members.csv",
                data or a_csv(heading, *rows),
                files=storage.local_files(),
                now=clock.now(),
            )
        work_off(app)
        found = store.all(
            select(ImportRow).where(ImportRow.import_id == started.id).order_by(ImportRow.row)
        )
        return SimpleNamespace(id=started.id, rows=found)

    return send


@pytest.fixture
def bring(app, do, preview, registrar, store):
    """Send, confirm and save; the rows as they are afterwards."""

    def send(*rows: list[str], **how: Any):
        sent = preview(*rows, **how)
        do(imports.confirm_import, registrar.actor, sent.id, now=clock.now())
        work_off(app)
        sent.rows = store.all(
            select(ImportRow).where(ImportRow.import_id == sent.id).order_by(ImportRow.row)
        )
        return sent

    return send


@pytest.fixture
def undo(app, do, registrar, store):
    """Take an import back; the rows as they are afterwards."""

    def call(import_id):
        do(imports.order_undo, registrar.actor, import_id, now=clock.now())
        work_off(app)
        return store.all(
            select(ImportRow.state).where(ImportRow.import_id == import_id).order_by(ImportRow.row)
        )

    return call


@pytest.fixture
def held(store):
    """A registration with what hangs on it."""

    def load(number="HOME-0001"):
        with store.session() as session:
            found = session.scalars(select(Registration).where(Registration.number == number)).one()
            return SimpleNamespace(
                registration=found,
                person=found.person,
                names=[n.name for n in found.person.names],
                field=found.field,
                terms=[(t.level, t.starts_on, t.ends_on, t.state) for t in found.terms],
                employers=session.scalars(
                    select(Employment.employer)
                    .where(Employment.person_id == found.person_id)
                    .order_by(Employment.from_on, Employment.id)
                ).all(),
            )

    return load


def codes(row):
    return [(p["code"], p["field"]) for p in row.problems]


@pytest.mark.parametrize("encode", [a_csv, an_xlsx])
def test_a_member_is_entered_with_everything_the_file_says(bring, held, store, society, encode):
    more = {
        "phone": "138 0013 8000",
        "employer": "示范电力公司",
        "name_en": "LIN Shifan",
        "society_member_no": "S-7",
        "membership_until": "2027-01-01",
    }
    bring(data=encode([*MEMBERS, *more], [*a_member_row(), *more.values()]))

    found = held()
    assert (found.person.email, found.person.phone) == ("lin@example.org", "+8613800138000")
    assert (found.person.name, found.person.name_en) == ("林示范", "LIN Shifan")
    assert (found.person.login, found.person.activated_at) == (None, None)
    assert found.field.code == "electrical"
    assert found.terms == [("professional", date(2023, 3, 1), date(2028, 3, 1), "active")]
    assert found.employers == ["示范电力公司"]
    membership = store.one(select(SocietyMembership))
    assert (membership.society_id, membership.number, membership.until_on) == (
        society.id,
        "S-7",
        date(2027, 1, 1),
    )
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "registration.created"))
    assert (entry.object_id, entry.society_id) == (found.registration.id, society.id)


@pytest.mark.parametrize(
    ("login", "email"),
    [("lin@example.org", ""), ("13800138000", ""), ("HOME-0001", ""), ("shifan.lin", "")],
)
def test_the_login_names_the_person_from_then_on(app, bring, login, email):
    bring(a_member_row(login=login, email=email))

    with app.app_context():
        for name in (login, "HOME-0001"):
            person = person_named(name)
            assert person is not None
            assert person.name == "林示范"


def test_an_unknown_field_is_kept_as_text_to_be_mapped(bring, held):
    sent = bring(a_member_row(field="量子工程"))

    assert (held().registration.field_id, held().registration.field_text) == (None, "量子工程")
    assert [w["code"] for w in sent.rows[0].warnings] == ["field_to_map"]


def test_a_field_is_known_by_code_and_other_spellings(bring, held):
    bring(
        a_member_row(field="electrical"),
        a_member_row(login="b@example.org", email="b@example.org", registration_no="HOME-0002",
                     field="电气工程"),
    )  # fmt: skip

    assert held("HOME-0001").field.code == held("HOME-0002").field.code == "electrical"


def test_importing_a_members_file_twice_adds_nothing(bring, preview, store):
    rows = [a_member_row(), a_member_row(level="senior")]
    bring(*rows)
    before = [store.count(t) for t in (Person, PersonName, Registration, Term, Employment)]

    again = preview(*rows)

    assert [row.state for row in again.rows] == ["same", "same"]
    assert [store.count(t) for t in (Person, PersonName, Registration, Term, Employment)] == before


def test_a_row_in_other_words_that_says_nothing_new_is_the_same(bring, preview):
    bring(a_member_row())

    again = preview(a_member_row(starts_on="2023/3/1", field="电气工程"))

    assert [row.state for row in again.rows] == ["same"]


def test_a_later_row_with_the_same_number_corrects_the_dated_parts(bring, held, store):
    heading = [*MEMBERS, "employer"]
    bring([*a_member_row(), "旧单位"], heading=heading)
    bring([*a_member_row(name="林新名", starts_on="2023-04-01"), "新单位"], heading=heading)

    found = held()
    assert found.terms == [("professional", date(2023, 4, 1), date(2028, 4, 1), "active")]
    assert found.names == ["林示范", "林新名"]
    assert found.employers == ["旧单位", "新单位"]
    assert store.count(Registration) == 1


def test_a_correction_in_the_same_file_is_taken_in_order(bring, held, store):
    bring(a_member_row(), a_member_row(starts_on="2023-05-01"))

    assert held().terms == [("professional", date(2023, 5, 1), date(2028, 5, 1), "active")]
    assert store.count(Person) == 2, "the registrar and the member"


def test_the_next_term_is_added(bring, held):
    bring(a_member_row(starts_on="2020-03-01"))
    bring(a_member_row(starts_on="2025-03-01"))

    assert [t[1:3] for t in held().terms] == [
        (date(2020, 3, 1), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2030, 3, 1)),
    ]


def test_an_upgrade_cuts_the_old_term(bring, held):
    bring(a_member_row())
    sent = bring(a_member_row(level="senior", starts_on="2026-03-01"))

    assert held().terms == [
        ("professional", date(2023, 3, 1), date(2026, 3, 1), "active"),
        ("senior", date(2026, 3, 1), date(2031, 3, 1), "active"),
    ]
    assert [w["code"] for w in sent.rows[0].warnings] == ["term_cut"]


def test_records_are_placed_anew_when_a_term_moves(bring, held, store, do):
    bring(a_member_row())
    new = NewActivity("training", "培训", None, date(2024, 3, 10), {"minutes": 90})
    do(
        activities.log_activity,
        Actor(held().person.id, "web"),
        new,
        now=clock.now(),
        today=clock.today(),
    )
    assert store.one(select(Credit)).year_index == 2

    bring(a_member_row(starts_on="2023-04-01"))

    assert store.one(select(Credit)).year_index == 1


def test_a_person_may_be_registered_with_a_second_number(bring, store):
    bring(a_member_row(), a_member_row(registration_no="HOME-0002", field="机械工程类"))

    assert store.count(Registration) == 2
    assert len(set(store.all(select(Registration.person_id)))) == 1


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"level": "expert"}, ("unknown_level", "level")),
        ({"society": "other"}, ("other_society", "society")),
        ({"society": "nowhere"}, ("unknown_society", "society")),
        ({"starts_on": "1 March"}, ("bad_date", "starts_on")),
        ({"starts_on": ""}, ("missing", "starts_on")),
        ({"name": ""}, ("missing", "name")),
        ({"registration_no": ""}, ("missing", "registration_no")),
        ({"field": ""}, ("missing", "field")),
        ({"email": "no address"}, ("bad_email", "email")),
        ({"login": "", "email": ""}, ("missing", "login")),
        ({"name": "x" * 81}, ("too_long", "name")),
    ],
)
@pytest.mark.usefixtures("other_society")
def test_a_bad_row_says_what_is_wrong_and_where(preview, over, expected):
    (row,) = preview(a_member_row(**over)).rows

    assert (row.state, codes(row)) == ("bad", [expected])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2023-02-01", "ends_before_start"), ("2028-03-02", "term_too_long")],
)
def test_a_term_of_a_wrong_length_is_refused(preview, value, expected):
    (row,) = preview([*a_member_row(), value], heading=[*MEMBERS, "ends_on"]).rows

    assert codes(row) == [(expected, "ends_on")]


def test_a_number_of_another_society_is_taken(preview, stranger):
    (row,) = preview(a_member_row(registration_no=stranger.registration.number)).rows

    assert codes(row) == [("number_taken", "registration_no")]


def test_a_slip_never_gives_a_certificate_to_somebody_else(preview, member):
    (row,) = preview(a_member_row(login=member.person.email, email="")).rows

    assert codes(row) == [("name_differs", "name")]


def test_a_login_and_an_address_of_two_people_do_not_go_together(preview, member, other_member):
    (row,) = preview(a_member_row(login=member.person.email, email=other_member.person.email)).rows

    assert codes(row) == [("login_differs", "login")]


def test_a_number_of_one_person_is_not_given_to_another(preview, bring, member):
    bring(a_member_row())

    (row,) = preview(a_member_row(login=member.person.email, email="")).rows

    assert codes(row) == [("login_differs", "login")]


def test_contacts_of_an_activated_account_are_its_owners(bring, store, member):
    row = a_member_row(
        login=member.registration.number,
        name="张会员",
        registration_no=member.registration.number,
        email="thief@example.org",
    )
    sent = bring(row)

    assert "contact_kept" in [w["code"] for w in sent.rows[0].warnings]
    assert store.get(Person, member.id).email == member.person.email


def test_nobody_registers_themselves(preview, registrar):
    (row,) = preview(a_member_row(login=registrar.person.email, email="", name="钱管理")).rows

    assert codes(row) == [("not_yourself", "login")]


def test_a_bad_row_changes_nothing_for_the_rows_after_it(bring, held):
    sent = bring(a_member_row(level="expert", name="错误"), a_member_row())

    assert [row.state for row in sent.rows] == ["bad", "saved"]
    assert held().names == ["林示范"]


def test_undo_takes_back_people_whom_nobody_touched(bring, undo, store):
    before = store.count(Person)
    sent = bring(a_member_row())

    assert list(undo(sent.id)) == ["undone"]

    assert store.count(Person) == before
    for table in (Registration, Term):
        assert store.count(table) == 0


def test_undo_restores_what_a_correction_changed(bring, undo, held):
    heading = [*MEMBERS, "employer"]
    bring([*a_member_row(), "旧单位"], heading=heading)
    sent = bring([*a_member_row(name="林新名", level="senior"), "新单位"], heading=heading)
    assert held().terms[0][0] == "senior"

    assert list(undo(sent.id)) == ["undone"]

    found = held()
    assert found.terms == [("professional", date(2023, 3, 1), date(2028, 3, 1), "active")]
    assert (found.names, found.employers) == (["林示范"], ["旧单位"])


def test_undo_takes_back_a_row_and_its_correction_of_one_file(bring, undo, store):
    sent = bring(a_member_row(), a_member_row(level="senior"))

    assert list(undo(sent.id)) == ["undone", "undone"]
    assert store.count(Registration) == 0


def test_undo_keeps_members_who_are_in_use(bring, undo, store, held):
    first = bring(a_member_row())
    builders.an_activity(store, held().person)
    second = bring(
        a_member_row(login="b@example.org", email="b@example.org", registration_no="HOME-0002")
    )
    with store.session() as session:
        session.get(Person, held("HOME-0002").person.id).activated_at = clock.now()

    assert list(undo(first.id)) == list(undo(second.id)) == ["kept"]
    assert store.get(Import, first.id).counts["kept"] == 1
    assert store.count(Registration) == 2
    assert store.count(Activity) == 1


def test_what_was_undone_can_be_imported_again(bring, undo, held):
    undo(bring(a_member_row()).id)

    bring(a_member_row())

    assert held().names == ["林示范"]
