"""Rows of a records file: whose, what, converted by the rules, refused with reasons."""

from datetime import date

import pytest
from sqlalchemy import event, select

from cpd_app import clock
from cpd_app.models import (
    Activity,
    ActivityChange,
    CertificateAct,
    Credit,
    JournalEntry,
)
from cpd_app.usecases import activities, imports
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.files import ACTIVITIES, a_csv
from tests.support.imports import a_registered, a_training
from tests.support.jobs import work_off


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


def test_confirmed_records_are_recorded_at_once_with_their_source_named(
    bring_file, confirm_file, registrar, member, store
):
    confirm_file(
        registrar, bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))
    )

    record = store.one(select(Activity))
    credit = store.one(select(Credit))
    assert (record.state, record.source) == ("recorded", "society")
    assert record.source_name == "本地学会 导入 2026-11-20"
    assert (record.person_id, record.fields, record.entered_on) == (
        member.id,
        {"minutes": 450},
        date(2026, 11, 20),
    )
    assert (credit.registration_id, credit.year_index, credit.recognised, credit.claimed) == (
        member.registration.id,
        2,
        1000,
        1000,
    )
    assert [s["rule"] for s in credit.trace], "the arithmetic is kept"
    assert store.one(select(ActivityChange)).verb == "imported"


def test_what_an_import_makes_is_what_logging_makes(
    bring_file, confirm_file, registrar, member, do, store
):
    columns = ["login", "kind", "title", "ended_on", "level", "rank", "work"]
    row = [member.person.email, "standard", "GB/T 1", "2024-05-06", "national", "3", "revision"]
    confirm_file(registrar, bring_file(registrar, "activities", a_csv(columns, row)))
    do(
        activities.log_activity,
        member.actor,
        NewActivity(
            "standard",
            "GB/T 2",
            None,
            date(2024, 5, 6),
            {"level": "national", "rank": 3, "work": "revision"},
        ),
        now=clock.now(),
        today=clock.today(),
    )

    first, second = store.all(select(Credit).order_by(Credit.id))
    for name in ("conversion", "claimed", "recognised", "trace", "rule_version_id", "term_id"):
        assert getattr(first, name) == getattr(second, name)


def test_year_caps_and_keys_are_given_out_over_the_whole_file(
    bring_file, confirm_file, registrar, member, store
):
    columns = ["login", "kind", "title", "ended_on", "minutes", "achievement_key", "tier", "rank"]
    rows = [
        [member.person.email, "inhouse", f"内训 {n}", f"2024-05-0{n}", "360", "", "", ""]
        for n in (1, 2, 3)
    ] + [
        [member.person.email, "paper", title, "2024-06-01", "", "10.1/x", "core", rank]
        for title, rank in (("一稿", "2"), ("二稿", "1"))
    ]
    confirm_file(registrar, bring_file(registrar, "activities", a_csv(columns, *rows)))

    given = store.all(
        select(Credit.recognised).join(Activity, Activity.id == Credit.activity_id)
        .order_by(Activity.id)
    )  # fmt: skip
    assert list(given) == [800, 800, 400, 0, 1600]
    assert store.count(JournalEntry, JournalEntry.verb == "credit.reallocated") == 0


def test_a_members_own_import_is_theirs(bring_file, confirm_file, member, store):
    data = a_csv(ACTIVITIES[1:], a_training(member)[1:])
    confirm_file(member, bring_file(member, "activities", data, own=True))

    record = store.one(select(Activity))
    assert (record.source, record.person_id, record.created_by_id) == (
        "import",
        member.id,
        member.id,
    )


def test_a_member_cannot_import_for_somebody_else(bring_file, member, other_member, rows_of):
    data = a_csv(ACTIVITIES, a_training(other_member), a_training(member))
    good, bad = "good", "bad"

    rows = rows_of(bring_file(member, "activities", data, own=True))

    assert [row.state for row in rows] == [bad, good]
    assert rows[0].problems[0]["code"] == "not_your_own"


def test_people_of_another_society_are_unknown(bring_file, registrar, stranger, rows_of):
    (row,) = rows_of(bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(stranger))))

    assert [(p["code"], p["field"]) for p in row.problems] == [("unknown_login", "login")]
    assert row.person_id is None


@pytest.mark.parametrize("by", ["email", "phone", "number"])
def test_a_person_is_known_by_each_of_their_names(bring_file, registrar, member, rows_of, by):
    name = {
        "email": member.person.email.upper(),
        "phone": member.person.phone.removeprefix("+86"),
        "number": member.registration.number.lower(),
    }[by]

    (row,) = rows_of(
        bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member, login=name)))
    )

    assert (row.state, row.person_id) == ("good", member.id)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"kind": "juggling"}, ("unknown_kind", "kind")),
        ({"kind": "award"}, ("unknown_kind", "kind")),
        ({"minutes": ""}, ("choose_one", "minutes")),
        ({"minutes": "1.5"}, ("bad_value", "minutes")),
        ({"minutes": "an hour"}, ("bad_number", "minutes")),
        ({"minutes": "451"}, ("too_many_minutes", "minutes")),
        ({"day": "2026-12-01"}, ("not_finished_yet", "ended_on")),
        ({"day": "soon"}, ("bad_date", "ended_on")),
        ({"day": ""}, ("missing", "ended_on")),
        ({"title": ""}, ("missing", "title")),
        ({"title": "x" * 201}, ("too_long", "title")),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_where(
    bring_file, registrar, member, rows_of, over, expected
):
    (row,) = rows_of(
        bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member, **over)))
    )

    assert row.state == "bad"
    assert [(p["code"], p["field"]) for p in row.problems] == [expected]


def test_several_bad_cells_of_a_row_are_all_named(bring_file, registrar, member, rows_of):
    row = a_training(member, "soon", "many", title="")
    (kept,) = rows_of(bring_file(registrar, "activities", a_csv(ACTIVITIES, row)))

    assert {p["code"] for p in kept.problems} == {"bad_date", "missing"}


def test_a_filled_column_that_the_kind_does_not_have_is_a_warning(
    bring_file, confirm_file, registrar, member, store, rows_of
):
    data = a_csv([*ACTIVITIES, "rank"], [*a_training(member), "2"])
    import_id = bring_file(registrar, "activities", data)
    (row,) = rows_of(import_id)
    confirm_file(registrar, import_id)

    assert row.state == "good"
    assert [(w["code"], w["field"]) for w in row.warnings] == [("column_not_used", "rank")]
    assert store.one(select(Activity)).fields == {"minutes": 450}


def test_a_day_outside_every_term_is_kept_and_gives_nothing(
    bring_file, confirm_file, registrar, member, store, rows_of
):
    import_id = bring_file(
        registrar, "activities", a_csv(ACTIVITIES, a_training(member, "2019-05-06"))
    )
    (row,) = rows_of(import_id)
    confirm_file(registrar, import_id)

    assert [w["code"] for w in row.warnings] == ["outside_term"]
    credit = store.one(select(Credit))
    assert (credit.term_id, credit.recognised, credit.conversion) == (None, 0, 1000)


def test_kinds_and_choices_are_understood_by_their_names(bring_file, registrar, member, rows_of):
    columns = ["login", "kind", "title", "ended_on", "level", "rank", "work"]
    row = [member.person.email, "标准制修订", "GB/T 1", "2024-05-06", "国家级", "1", "new"]

    (kept,) = rows_of(bring_file(registrar, "activities", a_csv(columns, row)))

    assert (kept.state, kept.made) == ("good", {"hours": 3600})


def test_nobody_imports_their_own_records_as_staff(bring_file, store, society, registrar, rows_of):
    builders.a_registration(store, registrar.person, society)
    (row,) = rows_of(bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(registrar))))

    assert [p["code"] for p in row.problems] == ["not_yourself"]


def test_a_large_import_asks_no_question_per_row(
    app, bring_file, do, store, society, registrar, engine
):
    people = [a_registered(store, society, f"会员{n}") for n in range(20)]
    rows = [
        a_training(person, f"2024-{month:02}-{day:02}", str(60 + day))
        for person in people
        for month in range(3, 8)
        for day in range(1, 21)
    ]
    counted = []

    def count(_connection, _cursor, statement, *_rest: object):
        # Inserts are no questions; SQLite gives ordered ids back one by one.
        if not statement.startswith("INSERT"):
            counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, *rows))
    reading, counted[:] = len(counted), []
    do(imports.confirm_import, registrar.actor, import_id, now=clock.now())
    work_off(app)
    event.remove(engine, "before_cursor_execute", count)

    assert store.count(Activity) == 2000
    assert reading < 60
    assert len(counted) < 120, "500 rows a transaction"


def test_a_society_that_a_member_left_by_transfer_brings_nothing_in_for_them(
    bring_file, registrar, member, store, rows_of
):
    store.add(
        CertificateAct(
            society_id=member.society.id,
            registration_id=member.registration.id,
            term_id=member.registration.terms[0].id,
            kind="cancelled",
            reason_code="transfer",
            effective_on=date(2026, 5, 4),
            state="in_force",
            former_state="active",
            proposed_at=clock.now(),
        )
    )

    brought = bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))

    assert [row.problems[0]["code"] for row in rows_of(brought)] == ["unknown_login"]
