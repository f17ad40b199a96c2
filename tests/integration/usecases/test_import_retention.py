"""Imports lose what their rows said when nobody can undo them any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cpd_app import clock
from cpd_app.domain.errors import Rejected
from cpd_app.models import Activity, Import
from cpd_app.usecases import cleaning, imports
from tests.support.files import ACTIVITIES, MEMBERS, a_csv, a_member_row
from tests.support.imports import a_training
from tests.support.jobs import work_off

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


@pytest.fixture
def records(member):
    return a_csv(ACTIVITIES, a_training(member), a_training(member, title="", minutes="x"))


def clean(do, now):
    removed = 0
    while part := do(cleaning.clean_up, now=now, at_once=1)[cleaning.IMPORTS]:
        removed += part
    return removed


def due(do, now):
    return do(cleaning.retention_report, now=now)[cleaning.IMPORTS]


def test_what_rows_said_goes_when_nobody_can_undo_them(
    bring_file, confirm_file, do, registrar, records, rows_of, store, present
):
    import_id = bring_file(registrar, "activities", records)
    confirm_file(registrar, import_id)
    [saved, bad] = rows_of(import_id)
    assert (saved.state, bad.state) == ("saved", "bad")

    early = present + 90 * DAY - timedelta(seconds=1)
    assert (due(do, early), clean(do, early)) == (0, 0)
    late = present + 90 * DAY
    assert (due(do, late), clean(do, late)) == (2, 2)

    [left] = rows_of(import_id)
    assert (left.data, left.problems, left.warnings, left.made) == ({}, [], [], {})
    assert (left.id, left.row, left.digest) == (saved.id, saved.row, saved.digest)
    assert (left.state, left.object_id) == ("saved", saved.object_id)
    kept = store.get(Import, import_id)
    assert (kept.state, kept.emptied_at, kept.counts["saved"]) == ("done", late, 1)
    assert store.count(Activity) == 1
    assert (due(do, late), clean(do, late)) == (0, 0)


def test_it_cannot_be_undone_from_that_moment_on(
    bring_file, confirm_file, do, registrar, records, present
):
    import_id = bring_file(registrar, "activities", records)
    confirm_file(registrar, import_id)
    with pytest.raises(Rejected) as refused:
        do(imports.order_undo, registrar.actor, import_id, now=present + 90 * DAY)
    assert (refused.value.code, refused.value.values) == ("import_too_old", {"days": 90})
    do(imports.order_undo, registrar.actor, import_id, now=present + 89 * DAY)
    # Who began to undo has what that needs, however long it takes.
    assert clean(do, present + 400 * DAY) == 0


def test_the_same_row_of_a_later_file_is_known_all_the_same(
    bring_file, confirm_file, do, registrar, records, rows_of, present, at
):
    import_id = bring_file(registrar, "activities", records)
    confirm_file(registrar, import_id)
    clean(do, present + 90 * DAY)
    at("2027-03-01 09:00")
    again = bring_file(registrar, "activities", records)
    assert [row.state for row in rows_of(again)] == ["same", "bad"]


def test_a_preview_that_nobody_confirmed_is_let_go(
    bring_file, do, registrar, rows_of, store, present
):
    import_id = bring_file(registrar, "members", a_csv(MEMBERS, a_member_row()))
    assert clean(do, present + 29 * DAY) == 0
    assert clean(do, present + 30 * DAY) == 1
    assert rows_of(import_id) == []
    assert store.get(Import, import_id).state == "discarded"
    with pytest.raises(Rejected, match="import_not_previewed"):
        do(imports.confirm_import, registrar.actor, import_id, now=present + 30 * DAY)


def test_the_page_says_that_nothing_is_left(
    as_, bring_file, confirm_file, do, registrar, records, present
):
    import_id = bring_file(registrar, "activities", records)
    confirm_file(registrar, import_id)
    page = as_(registrar).get("imports.show", import_id=import_id)
    assert page.has("form[action$='/undo']")

    clean(do, present + 90 * DAY)

    page = as_(registrar).get("imports.show", import_id=import_id)
    assert not page.has("form[action$='/undo']")
    assert "各行的内容已删除" in page.text
    assert "继电保护" not in page.text


def test_an_undone_import_is_kept_as_long_after_its_undoing(
    app, bring_file, confirm_file, do, registrar, records, rows_of, store, present, at
):
    import_id = bring_file(registrar, "activities", records)
    confirm_file(registrar, import_id)
    moment = at("2027-02-01 14:00")
    do(imports.order_undo, registrar.actor, import_id, now=clock.now())
    work_off(app)
    assert set(store.all(select(Import.state))) == {"undone"}
    assert clean(do, present + 90 * DAY) == 0
    assert clean(do, moment + 90 * DAY) == 2
    assert rows_of(import_id) == []
