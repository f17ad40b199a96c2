"""An import is previewed, saved once, and taken back; nothing counts before it is confirmed."""

import pytest
from sqlalchemy import func, select

from cpd_app import clock, storage
from cpd_app.db import transaction
from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import (
    Activity,
    Credit,
    Import,
    ImportRow,
    Job,
)
from cpd_app.usecases import activities, evidence, import_saving, imports, jobs, make_up
from cpd_app.usecases.activity_input import NewActivity
from scheduler import runner
from scheduler.tasks import TASKS
from tests.support.files import ACTIVITIES, a_csv, an_xlsx
from tests.support.imports import a_registered, a_training
from tests.support.jobs import work_off
from tests.support.photos import an_upload
from tests.support.reliefs import granted


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


def test_a_preview_saves_nothing(bring_file, registrar, member, store, rows_of):
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))

    imported = store.get(Import, import_id)
    assert (imported.state, imported.counts["good"]) == ("previewed", 1)
    assert store.count(Activity) == 0
    assert rows_of(import_id)[0].made == {"hours": 1000}


@pytest.mark.parametrize("encode", [a_csv, an_xlsx])
def test_importing_a_file_twice_adds_nothing(
    bring_file, confirm_file, registrar, member, store, rows_of, encode
):
    twice = a_training(member)
    data = encode(ACTIVITIES, twice, twice, a_training(member, "2024-05-07"))
    confirm_file(registrar, bring_file(registrar, "activities", data))

    again = bring_file(registrar, "activities", data)

    assert [row.state for row in rows_of(again)] == ["same"] * 3
    assert store.count(Activity) == 3, "two equal rows of one file are two records"
    with pytest.raises(Rejected, match="import_nothing"):
        confirm_file(registrar, again)


def test_a_third_equal_row_is_new(bring_file, confirm_file, registrar, member, rows_of):
    row = a_training(member)
    confirm_file(registrar, bring_file(registrar, "activities", a_csv(ACTIVITIES, row, row)))

    third = bring_file(registrar, "activities", a_csv(ACTIVITIES, row, row, row))

    assert [r.state for r in rows_of(third)] == ["same", "same", "good"]


def test_one_file_confirmed_in_two_previews_is_saved_once(
    bring_file, confirm_file, registrar, member, store, rows_of
):
    data = a_csv(ACTIVITIES, a_training(member))
    first, second = (bring_file(registrar, "activities", data) for _ in range(2))
    confirm_file(registrar, first)
    confirm_file(registrar, second)

    assert store.count(Activity) == 1
    assert [row.state for row in rows_of(second)] == ["same"]


def test_a_member_and_the_society_importing_the_same_row_make_one_record(
    bring_file, confirm_file, registrar, member, rows_of
):
    confirm_file(
        registrar, bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))
    )

    own = bring_file(member, "activities", a_csv(ACTIVITIES[1:], a_training(member)[1:]), own=True)

    assert [row.state for row in rows_of(own)] == ["same"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x00", "file_unknown"),
        (a_csv(("login", "kind")), "columns_missing"),
        (b"  ", "file_empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(bring_file, registrar, store, data, code):
    imported = store.get(Import, bring_file(registrar, "activities", data))

    assert (imported.state, imported.problem) == ("failed", code)


def test_the_bytes_are_removed_when_they_were_read(app, bring_file, registrar, member):
    bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))

    with app.app_context():
        assert list(storage.local_files().all()) == []


def test_an_import_belongs_to_its_society(
    bring_file, do, registrar, auditor, member, stranger, federation
):
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))

    assert do(imports.page_of, registrar.actor, import_id).total == 1
    for someone, error in (
        (auditor, NotAllowed),
        (member, NotFound),
        (stranger, NotFound),
        (federation, NotFound),
    ):
        with pytest.raises(error):
            do(imports.page_of, someone.actor, import_id)


def test_an_own_import_is_nobody_elses(bring_file, do, member, other_member, registrar):
    data = a_csv(ACTIVITIES[1:], a_training(member)[1:])
    import_id = bring_file(member, "activities", data, own=True)

    for someone in (other_member, registrar):
        with pytest.raises(NotFound):
            do(imports.confirm_import, someone.actor, import_id, now=clock.now())


def test_wrong_rows_come_first_then_those_with_a_warning(bring_file, do, registrar, member):
    good, warned, bad = (
        [*a_training(member), ""],
        [*a_training(member, "2024-05-07"), "2"],
        [*a_training(member, "x"), ""],
    )
    import_id = bring_file(registrar, "activities", a_csv([*ACTIVITIES, "rank"], good, warned, bad))

    page = do(imports.page_of, registrar.actor, import_id)
    assert [row.row for row in page.rows] == [4, 3, 2]
    assert page.states == {"good": 2, "bad": 1}
    only = do(imports.page_of, registrar.actor, import_id, warned=True)
    assert [row.row for row in only.rows] == [3]


def test_a_discarded_preview_is_gone(bring_file, do, registrar, member, store):
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))

    do(imports.discard_import, registrar.actor, import_id, now=clock.now())

    assert store.count(ImportRow) == 0
    with pytest.raises(Rejected, match="import_not_previewed"):
        do(imports.confirm_import, registrar.actor, import_id, now=clock.now())


def test_undo_withdraws_what_nobody_touched_and_lists_the_rest(
    app, bring_file, confirm_file, do, registrar, member, store, rows_of
):
    data = a_csv(ACTIVITIES, a_training(member), a_training(member, "2024-06-06"))
    import_id = bring_file(registrar, "activities", data)
    confirm_file(registrar, import_id)
    first, second = store.all(select(Activity).order_by(Activity.id))
    do(
        activities.correct_activity,
        member.actor,
        second.id,
        NewActivity("training", "改过的名称", None, second.ended_on, {"minutes": 90}),
        version=1,
        now=clock.now(),
        today=clock.today(),
    )

    do(imports.order_undo, registrar.actor, import_id, now=clock.now())
    work_off(app)

    assert [(row.state, row.warnings) for row in rows_of(import_id)] == [
        ("undone", []), ("kept", [{"code": "kept_changed"}]),
    ]  # fmt: skip
    assert store.get(Import, import_id).counts["kept"] == 1
    assert store.get(Activity, first.id).state == "withdrawn"
    assert store.get(Activity, second.id).state == "recorded"
    gone = store.one(select(Credit).where(Credit.activity_id == first.id))
    assert (gone.recognised, gone.reasons) == (0, [{"code": "withdrawn"}])


def test_undo_leaves_a_record_that_somebody_worked_on(
    app, bring_file, confirm_file, do, registrar, member, store, rows_of
):
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, a_training(member)))
    confirm_file(registrar, import_id)
    record = store.one(select(Activity))
    with app.app_context():
        files = storage.local_files()
    do(evidence.add_file, member.actor, record.id, an_upload(), store=files, now=clock.now())

    do(imports.order_undo, registrar.actor, import_id, now=clock.now())
    work_off(app)

    assert [row.state for row in rows_of(import_id)] == ["kept"]
    assert store.get(Activity, record.id).state == "recorded"


def test_undo_keeps_a_record_that_makes_up_for_an_earlier_year_and_says_so(
    app, bring_file, confirm_file, do, registrar, auditor, member, store, rows_of
):
    granted(do, store, member, auditor, "abroad", now=clock.now())
    data = a_csv(ACTIVITIES, a_training(member, "2026-05-06"))
    import_id = bring_file(registrar, "activities", data)
    confirm_file(registrar, import_id)
    record = store.one(select(Activity))
    do(make_up.bind_record, member.actor, record.id, member.registration.id, 3, now=clock.now())

    do(imports.order_undo, registrar.actor, import_id, now=clock.now())
    work_off(app)

    assert [(row.state, row.warnings) for row in rows_of(import_id)] == [
        ("kept", [{"code": "kept_bound"}])
    ]
    credit = store.one(select(Credit).where(Credit.activity_id == record.id))
    assert (credit.bound_year, credit.recognised) == (3, 1000)


def test_what_was_undone_can_be_imported_again(
    app, bring_file, confirm_file, do, registrar, member, store
):
    data = a_csv(ACTIVITIES, a_training(member))
    import_id = bring_file(registrar, "activities", data)
    confirm_file(registrar, import_id)
    do(imports.order_undo, registrar.actor, import_id, now=clock.now())
    work_off(app)

    confirm_file(registrar, bring_file(registrar, "activities", data))

    assert store.count(Activity, Activity.state == "recorded") == 1


def test_an_interrupted_import_goes_on_where_it_was(
    app, at, bring_file, do, store, society, registrar, monkeypatch
):
    monkeypatch.setattr(import_saving, "PART", 2)
    people = [a_registered(store, society, f"会员{n}") for n in range(3)]
    rows = [a_training(p, day) for p in people for day in ("2024-05-06", "2024-05-07")]
    import_id = bring_file(registrar, "activities", a_csv(ACTIVITIES, *rows))
    do(imports.confirm_import, registrar.actor, import_id, now=clock.now())
    with app.app_context(), transaction():
        (job_id,) = jobs.hand_out(clock.now(), 1)

    class Died(BaseException):
        pass

    def dying(work):
        parts = import_saving.parts_to_save(work.actor, work.subject_id)
        for number, part in enumerate(parts):

            def act(now, part=part, number=number):
                step = import_saving.save_part(
                    work.actor, work.subject_id, part, now=now, today=work.today
                )
                if number == 1:
                    raise Died
                return step

            work.keep(act)

    with pytest.raises(Died):
        runner.work(app, job_id, {**TASKS, "save_import": dying})
    assert store.count(Activity) == 2, "the part in which it died is undone whole"
    assert store.get(Job, job_id).done == 2

    at("2026-11-20 14:05")
    work_off(app)

    assert store.get(Import, import_id).state == "done"
    assert store.count(Activity) == 6
    per_title = store.all(select(func.count(Activity.id)).group_by(Activity.person_id))
    assert list(per_title) == [2, 2, 2]
