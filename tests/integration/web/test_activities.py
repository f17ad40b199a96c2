"""The member's records in the browser: choose, log, see why, correct, answer, withdraw."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.domain.kinds import RuleSet
from cpd_app.models import Activity, Credit, Evidence, Person
from cpd_app.usecases import activities
from cpd_app.usecases.activity_input import ActivityState, NewActivity
from cpd_app.usecases.rules_in_force import compiled
from tests.support import builders
from tests.support.page import Browser, Page, text_of
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
At = Callable[[str], Any]
Log = Callable[..., Activity]

TRAINING = NewActivity("training", "继电保护培训", None, date(2026, 5, 6), {"minutes": 120})


@pytest.fixture(autouse=True)
def _today(at: At) -> None:
    at("2026-10-22 12:00")


@pytest.fixture
def log(do: Do, member: Someone) -> Log:
    """Keep a record of the member, or of somebody else."""

    def call(new: NewActivity = TRAINING, who: Someone = member, **options: Any) -> Activity:
        made: Activity = do(
            activities.log_activity,
            who.actor, new, now=clock.now(), today=clock.today(), **options,
        ).activity  # fmt: skip
        return made

    return call


@pytest.fixture
def rules(app: Flask, store: Store, log: Log) -> RuleSet:
    """The table in force."""
    version = store.one(select(Credit.rule_version_id).where(Credit.activity_id == log().id))
    with app.app_context():
        return compiled(version)


def filled(page: Page, **changes: Any) -> dict[str, Any]:
    """The log form as it came, with what somebody types."""
    _form, data = page.form("form#log")
    return {**data, **changes}


def dock(page: Page) -> str:
    return text_of(page.find("#dock-result"))


def test_every_kind_of_the_table_has_a_tile_and_a_form_of_its_own_fields(
    as_: As, member: Someone, rules: RuleSet
):
    browser = as_(member)
    chooser = browser.get("activities.choose")
    for kind in rules.usable_kinds:
        assert f"/activities/new/{kind.code}" in chooser.links()
        page = browser.get("activities.log", kind=kind.code)
        names = set(page.form("form#log")[1]) | {
            str(c["name"]) for c in page.all("form#log [name]")
        }
        assert set(kind.fields) <= names
        assert {f"proof-{e.code}" for e in kind.evidence} <= names
        others = {f for k in rules.usable_kinds for f in k.fields} - set(kind.fields)
        assert not others & names


def test_usual_kinds_come_first(as_: As, member: Someone, log: Log):
    log()
    page = as_(member).get("activities.choose")
    assert text_of(page.find(".section h2")) == "常用"
    assert text_of(page.find(".section .kind")) == "面授培训"


def test_a_training_is_logged_and_its_hours_are_said(as_: As, member: Someone, store: Store):
    browser = as_(member)
    form = browser.get("activities.log", kind="training")
    assert form.form("form#log")[1]["ended_on"] == "2026-10-22"
    assert text_of(form.find("#field-ended_on-hint")) == "计入第 4 年"

    data = filled(form, title="直流培训", minutes="１２０", competences=["knowledge"])
    page = browser.follow(browser.post("activities.log", data, kind="training"))

    assert page.heading == "直流培训"
    assert "已保存，计 2.5 学时" in text_of(page.find(".flash"))
    assert "120 分钟 ÷ 45 = 2.67 → 2.5 学时" in text_of(page.find(".sums"))
    kept = store.one(select(Activity))
    assert (kept.fields, kept.competences) == ({"minutes": 120}, ["knowledge"])


def test_sending_a_form_twice_keeps_one_record(as_: As, member: Someone, store: Store):
    browser = as_(member)
    data = filled(browser.get("activities.log", kind="training"), title="培训", minutes="90")
    first = browser.post("activities.log", data, kind="training")
    again = browser.post("activities.log", data, kind="training")
    assert first.response.headers["Location"] == again.response.headers["Location"]
    assert store.count(Activity) == 1


@pytest.mark.parametrize(
    ("kind", "typed", "field", "said"),
    [
        ("training", {"title": ""}, "title", "请填写"),
        ("training", {"minutes": ""}, "minutes", "只填一种"),
        ("training", {"minutes": "90", "days": "1"}, "minutes", "只填一种"),
        ("training", {"minutes": "两小时"}, "minutes", "有效的数值"),
        ("training", {"minutes": "500"}, "minutes", "最多 450 分钟"),
        ("training", {"minutes": "", "days": "3"}, "days", "1 天"),
        ("training", {"started_on": "2026-10-30"}, "ended_on", "结束早于开始"),
        ("training", {"ended_on": "2026-12-01"}, "ended_on", "还没有到"),
        ("training", {"ended_on": "2026"}, "ended_on", "请填一个日期"),
        ("training", {"starts_at_time": "09:00"}, "starts_at_time", "要么都填"),
        ("standard", {"level": "national", "work": "new"}, "rank", "请填写这一项"),
        ("standard", {"level": "galactic", "rank": "1", "work": "new"}, "level", "选一个"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    as_: As, member: Someone, store: Store, kind: str, typed: dict[str, str], field: str, said: str
):
    browser = as_(member)
    start = {"title": "很长的名称", "minutes": "90"} if kind == "training" else {"title": "标准"}
    data = filled(browser.get("activities.log", kind=kind), **{**start, **typed})
    page = browser.post("activities.log", data, status=422, kind=kind)

    assert said in text_of(page.find(f"#field-{field}-error"))
    assert page.has(f".error-summary a[href='#field-{field}']")
    kept = page.form("form#log")[1]
    for name, value in typed.items():
        shown = kept[name] if isinstance(kept[name], str) else kept[name][0]
        assert shown == (value if value != "galactic" else "")
    assert kept["key"] == data["key"]
    assert store.count(Activity) == 0


def test_all_that_is_missing_is_named_at_once(as_: As, member: Someone):
    browser = as_(member)
    data = filled(browser.get("activities.log", kind="standard"))
    page = browser.post("activities.log", data, status=422, kind="standard")
    marked = {str(c["name"]) for c in page.all(".error-summary ~ * [aria-invalid=true]")}
    assert {"title", "level", "rank"} <= marked
    assert len(page.all(".error-summary li")) == 4


def test_the_live_result_is_the_servers_arithmetic_and_the_year_after_saving(
    as_: As, member: Someone, log: Log, store: Store
):
    log(NewActivity("standard_committee", "工作组", None, date(2026, 4, 2), {"minutes": 180},
                    achievement_key="DL/T 1"))  # fmt: skip
    browser = as_(member)
    data = filled(
        browser.get("activities.log", kind="standard"),
        title="标准", achievement_key="dl/t1", level="industry", rank="3", work="revision",
    )  # fmt: skip
    page = browser.client.post("/activities/preview/standard", data=data)
    text = page.get_data(as_text=True)

    assert "行业第 2–5 名 20.0 × 修订 0.6 = 12.0 学时" in text
    assert "12.0 → 8.0 学时" in text
    assert "记入后 12.0 / 50.0，还差 38.0" in text
    assert "以学会认定为准" in text
    assert "计入第 4 年" in text
    assert store.count(Activity) == 1


def test_while_typing_what_is_missing_is_asked_for_quietly(as_: As, member: Someone):
    browser = as_(member)
    page = browser.get("activities.log", kind="conference")
    assert dock(page) == "填好净时长，就能看到学时"
    data = filled(browser.get("activities.log", kind="training"), minutes="900")
    answer = browser.client.post("/activities/preview/training", data=data)
    assert "最多 450 分钟" in answer.get_data(as_text=True)


def test_a_photo_is_sent_with_the_record_and_proves_what_its_slot_says(
    as_: As, member: Someone, store: Store
):
    browser = as_(member)
    data = filled(browser.get("activities.log", kind="training"), title="培训", minutes="90")
    photo = {"proof-notice": (io.BytesIO(a_jpeg()), "通知.jpg")}

    refused = browser.post("activities.log", {**data, **photo}, status=422, kind="training")
    assert "涉密" in text_of(refused.find("#field-secrecy-error"))

    photo = {"proof-notice": (io.BytesIO(a_jpeg()), "通知.jpg")}
    browser.post("activities.log", {**data, **photo, "secrecy": "none"}, kind="training")
    assert store.one(select(Evidence)).proofs == ["notice"]


def test_a_broken_photo_loses_nothing_that_was_typed(as_: As, member: Someone, store: Store):
    browser = as_(member)
    data = filled(browser.get("activities.log", kind="training"), title="培训", minutes="90")
    photo = {"proof-notice": (io.BytesIO(b"\xff\xd8\xff no photo"), "坏.jpg"), "secrecy": "none"}
    page = browser.follow(browser.post("activities.log", {**data, **photo}, kind="training"))
    assert "坏.jpg 没有上传" in text_of(page.find(".flash--error"))
    assert store.count(Activity) == 1
    assert store.count(Evidence) == 0


def test_again_copies_all_but_the_day(as_: As, member: Someone, log: Log):
    first = log()
    page = as_(member).get("activities.show", activity_id=first.id)
    assert f"/activities/new/{first.kind}" in page.links()
    copied = as_(member).get("activities.log", kind="training", copy=first.id)
    data = copied.form("form#log")[1]
    assert (data["title"], data["minutes"]) == (first.title, "120")
    assert data["ended_on"] == "2026-10-22"


def test_a_correction_is_kept_and_can_be_read_in_the_history(as_: As, member: Someone, log: Log):
    record, browser = log(), as_(member)
    form = browser.get("activities.edit", activity_id=record.id)
    data = filled(form, minutes="90", title="改过的名称")
    page = browser.follow(browser.post("activities.edit", data, activity_id=record.id))
    assert page.heading == "改过的名称"
    assert "净时长：120 分钟 → 90 分钟" in text_of(page.find("#history"))


def test_two_devices_never_overwrite_each_other(as_: As, member: Someone, log: Log, store: Store):
    record, browser = log(), as_(member)
    old = filled(browser.get("activities.edit", activity_id=record.id), title="这台填的")
    other = filled(browser.get("activities.edit", activity_id=record.id), title="那台填的")
    browser.post("activities.edit", other, activity_id=record.id)

    page = browser.post("activities.edit", old, status=409, activity_id=record.id)
    row = text_of(page.find(".versions tbody tr"))
    assert (row, page.form("form#log")[1]["title"]) == ("名称 那台填的 这台填的", "这台填的")
    assert store.get(Activity, record.id).title == "那台填的"

    browser.post("activities.edit", filled(page), activity_id=record.id)
    assert store.get(Activity, record.id).title == "这台填的"


def test_a_withdrawn_record_asks_once_counts_no_more_and_can_be_restored(
    as_: As, member: Someone, log: Log, store: Store
):
    record, browser = log(), as_(member)
    asked = browser.get("activities.withdraw", activity_id=record.id)
    page = browser.follow(browser.submit(asked))
    assert "已撤回" in text_of(page.find(".notice"))
    assert store.get(Activity, record.id).state == "withdrawn"
    browser.submit(page, ".notice form")
    assert store.get(Activity, record.id).state == "recorded"


def test_a_proposal_counts_once_it_is_accepted(as_: As, member: Someone, log: Log, store: Store):
    source = activities.Source("organiser", "示范学会")
    record = log(state=ActivityState.PROPOSED, source=source)
    browser = as_(member)
    page = browser.get("activities.show", activity_id=record.id)
    assert "示范学会" in text_of(page.find(".notice"))
    browser.submit(page, ".notice form")
    assert store.one(select(Credit)).recognised == 250


def overlapping(log: Log) -> tuple[Activity, Activity]:
    def one(title: str, start: int) -> Activity:
        new = replace(TRAINING, title=title, fields={"minutes": 90})
        return log(replace(new, starts_at_time=time(start), ends_at_time=time(start + 2)))

    return one("上午的培训", 9), one("同一场", 10)


def test_the_same_activity_is_merged_in_one_tap(as_: As, member: Someone, log: Log, store: Store):
    first, held = overlapping(log)
    browser = as_(member)
    page = browser.get("activities.show", activity_id=held.id)
    assert "上午的培训" in text_of(page.find(".notice"))
    after = browser.submit(page, ".same", answer="merge")
    assert after.response.headers["Location"].endswith(f"/activities/{first.id}")
    assert store.get(Activity, held.id).state == "withdrawn"
    assert store.get(Activity, first.id).state == "recorded"


def test_different_activities_need_a_word(as_: As, member: Someone, log: Log, store: Store):
    _first, held = overlapping(log)
    browser = as_(member)
    page = browser.get("activities.show", activity_id=held.id)
    refused = browser.follow(browser.submit(page, ".same", answer="different", word=" "))
    assert refused.has(".flash--error")
    browser.submit(refused, ".same", answer="different", word="两个会场")
    hours = store.all(select(Credit.recognised).order_by(Credit.activity_id))
    assert list(hours) == [200, 200]


def test_a_record_can_be_taken_out_of_one_registration(
    as_: As, member: Someone, log: Log, store: Store, other_society: Any
):
    second = builders.a_registration(store, member.person, other_society)
    record, browser = log(), as_(member)
    page = browser.get("activities.show", activity_id=record.id)
    forms = page.all("form[action$='/leave-out']")
    assert len(forms) == 2
    data = {"registration_id": second.id, "left_out": "true"}
    browser.post("activities.leave_out", data, activity_id=record.id)
    taken = store.one(select(Credit).where(Credit.registration_id == second.id))
    assert (taken.left_out, taken.recognised) == (True, 0)


def test_a_draft_opens_where_it_is_finished(as_: As, member: Someone, log: Log, store: Store):
    draft = log(NewActivity("", "", None, date(2026, 4, 1)), state=ActivityState.DRAFT)
    browser = as_(member)
    browser.get("activities.show", status=303, activity_id=draft.id)
    chooser = browser.get("activities.choose", draft=draft.id)
    assert f"/activities/{draft.id}/edit" in chooser.links()
    form = browser.get("activities.edit", activity_id=draft.id, kind="self_study")
    data = filled(form, title="读标准", minutes="90")
    path = f"/activities/{draft.id}/edit?kind=self_study"
    browser.post(path, data)
    assert store.get(Activity, draft.id).state == "recorded"


def test_staff_read_a_record_and_change_nothing(
    as_: As, auditor: Someone, stranger: Someone, log: Log
):
    record = log()
    page = as_(auditor).get("activities.show", activity_id=record.id)
    assert page.heading == record.title
    assert not page.has("main form")
    as_(auditor).get("activities.edit", status=403, activity_id=record.id)
    as_(stranger).get("activities.show", status=404, activity_id=record.id)


def test_without_a_registration_the_pages_say_so(as_: As, store: Store):
    nobody = Someone(builders.a_person(store))
    browser = as_(nobody)
    for endpoint in ("activities.index", "activities.choose"):
        assert "还没有注册" in text_of(browser.get(endpoint).find("main"))
    assert "还没有注册" in text_of(browser.get("activities.log", kind="training").find("main"))


def test_an_unknown_kind_is_not_found(as_: As, member: Someone):
    as_(member).get("activities.log", status=404, kind="holiday")
    as_(member).get("activities.log", status=404, kind="award")  # switched off in the default table


def test_the_pages_speak_english(as_: As, member: Someone, log: Log, store: Store):
    record = log()
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
    browser = as_(member)
    pages = [
        browser.get("activities.index"),
        browser.get("activities.choose"),
        browser.get("activities.log", kind="paper"),
        browser.get("activities.show", activity_id=record.id),
        browser.get("activities.withdraw", activity_id=record.id),
    ]
    for page in pages:
        text = text_of(page.find("main")).replace(record.title, "")
        assert not [c for c in text if "\u4e00" <= c <= "\u9fff"], text
