"""The attendance pages: the table, one person, corrections, answers, and one's own attendance."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select, update

from cpd_app.domain.room_codes import Direction, bucket_at, short_code_of
from cpd_app.models import Activity, Correction, Event, File, JournalEntry, RosterEntry, Statement
from cpd_app.usecases import attendance
from tests.support.attendance import Day
from tests.support.builders import an_entry
from tests.support.jobs import work_off
from tests.support.making import file_of
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def half(day: Day, member: Someone, at: Any) -> RosterEntry:
    """Who never went out; it is eight in the evening."""
    entry = day.scanned(member, "in 8:58", "in 13:34", source="door")
    day.settle("18:00")
    at("2026-03-12 20:00")
    return entry


def table(day: Day) -> str:
    return f"/events/{day.event.id}/attendance"


@pytest.mark.usefixtures("half")
def test_the_head_is_the_answer_and_a_line_says_it_all(day: Day, as_: As, organiser: Someone):
    page = as_(organiser).get(table(day))

    assert page.heading == "到 1 人，1 处要看"
    row = text_of(page.find("tbody tr"))
    for words in ("张会员", "08:58", "—", "214", "4.5", "缺签退"):
        assert words in row
    assert page.find("tbody svg")["aria-label"] == "在场 08:58–13:34，计入 214 分钟"


def test_who_is_in_the_room_while_it_runs_is_drawn_as_inside_and_misses_nothing(
    day: Day, as_: As, organiser: Someone, member: Someone, other_member: Someone, at: Any
):
    day.scanned(member, "in 9:00")
    day.scanned(other_member, "in 9:00", "out 10:00")
    day.settle("10:01")
    at("2026-03-12 11:00")

    rows = as_(organiser).get(table(day)).all("tbody tr")

    inside, gone = sorted(rows, key=lambda row: "在场 09:00 起" not in str(row))
    assert inside.select("svg")[0]["aria-label"] == "在场 09:00 起，还在场，计入 0 分钟"
    assert (len(inside.select(".presence__now")), len(inside.select(".presence__gap"))) == (1, 0)
    assert "缺签退" not in text_of(inside)
    assert "签退后计入" in as_(member).get(f"/events/{day.event.id}/my-attendance").text
    assert (len(gone.select(".presence__now")), len(gone.select(".presence__gap"))) == (0, 0)
    # two hours of the seven and a half that are drawn
    [bar] = inside.select(".presence__bar")
    assert 55 <= int(str(bar["width"])) <= 60

    at("2026-03-12 18:30")
    [left] = [r for r in as_(organiser).get(table(day)).all("tbody tr") if "缺签退" in text_of(r)]
    assert (len(left.select(".presence__now")), len(left.select(".presence__gap"))) == (0, 1)


def test_one_person_stands_beside_it_with_the_arithmetic_and_what_happened(
    day: Day, as_: As, organiser: Someone, half: RosterEntry
):
    page = as_(organiser).get(f"{table(day)}?e={half.id}")

    side = text_of(page.find("aside"))
    for words in (
        "4.5",
        "在场 08:58–13:34",
        "214 分钟 ÷ 45 = 4.76 → 4.5",
        "算到最后一次扫码",
        "门岗登记",
    ):
        assert words in side


@pytest.mark.usefixtures("half")
def test_filters_stand_in_the_address_with_their_counts(
    day: Day, as_: As, organiser: Someone, other_member: Someone
):
    day.scanned(other_member, "in 9:00", "out 12:00")
    day.settle("18:01")
    browser = as_(organiser)

    everybody = browser.get(table(day))
    looked = browser.get(f"{table(day)}?show=look")
    searched = browser.get(f"{table(day)}?q=李会")

    assert [text_of(a).split() for a in everybody.all(".filters a")][-3:] == [
        ["全部", "2"],
        ["要看", "1"],
        ["缺签退", "1"],
    ]
    assert [text_of(r).split()[0] for r in looked.all("tbody th")] == ["张会员"]
    assert [text_of(r).split()[0] for r in searched.all("tbody th")] == ["李会员"]


def test_a_correction_is_previewed_saved_and_seen(
    day: Day, as_: As, store: Store, organiser: Someone, half: RosterEntry
):
    browser = as_(organiser)
    form: dict[str, Any] = {
        "session": day.hall.id,
        "verb": "presence",
        "left": "1700",
        "reason": "签到表有签字",
    }

    seen = browser.client.get(f"{table(day)}/{half.id}/effect", query_string=form)
    assert "420 分钟，9.0 学时" in seen.text
    assert store.count(Correction) == 0
    page = browser.follow(
        browser.submit(browser.get(f"{table(day)}?e={half.id}"), "form.correction", **form)
    )

    assert "已更正：420 分钟，原 214 分钟" in page.text
    assert "签到表有签字" in text_of(page.find("aside"))
    assert store.one(select(Activity)).fields["minutes"] == 420


def test_what_is_wrong_with_a_correction_is_said_beside_it(
    day: Day, as_: As, organiser: Someone, half: RosterEntry
):
    browser = as_(organiser)
    page = browser.get(f"{table(day)}?e={half.id}")

    refused = browser.submit(page, "form.correction", status=422, left="25:99", reason="？")

    assert "时刻" in text_of(refused.find(".error-summary"))
    assert refused.find("form.correction input[name=reason]")["value"] == "？"


def test_many_are_corrected_after_a_look_at_each(
    day: Day, as_: As, store: Store, organiser: Someone, other_member: Someone, half: RosterEntry
):
    never = an_entry(store, day.event, other_member.person)
    browser = as_(organiser)
    typed = {
        "entry": [half.id, never.id], "session": day.hall.id, "left": "17:00", "reason": "签到表",
    }  # fmt: skip

    looked = browser.post(f"{table(day)}/bulk", typed, status=200)
    assert store.count(Correction) == 0
    assert "不改" in looked.text
    assert looked.find("input[name=confirm], button[name=confirm]")
    browser.post(f"{table(day)}/bulk", {**typed, "confirm": "yes"})

    assert [c.entry_id for c in store.all(select(Correction))] == [half.id]


def test_the_signed_sheet_goes_with_the_correction_and_opens_for_staff(
    day: Day,
    as_: As,
    store: Store,
    organiser: Someone,
    auditor: Someone,
    member: Someone,
    half: RosterEntry,
):
    browser = as_(organiser)
    typed = {"entry": [half.id], "session": day.hall.id, "left": "17:00", "reason": "签到表"}
    photo = (io.BytesIO(a_jpeg()), "签到表.jpg")
    looked = browser.post(
        f"{table(day)}/bulk", {**typed, "file": photo, "secrecy": "none"}, status=200
    )
    assert "附上的签到表：签到表.jpg" in looked.text

    browser.submit(looked, confirm="yes")

    row = store.one(select(Correction))
    assert row.file_id == store.one(select(File)).id
    sheet = f"/events/{day.event.id}/corrections/{row.id}/file"
    assert sheet in as_(auditor).get(f"{table(day)}?e={half.id}").links()
    assert as_(auditor).fetch(sheet).mimetype == "image/jpeg"
    as_(member).fetch(sheet, status=404)


def test_a_wrong_scan_is_made_void_with_a_reason(
    day: Day, as_: As, organiser: Someone, half: RosterEntry
):
    browser = as_(organiser)
    page = browser.get(f"{table(day)}?e={half.id}")
    assert len(page.all(".story__void")) == 2

    browser.submit(page, ".story__item:nth-child(2) form", reason="扫错人了")

    assert day.attendance_of(half).minutes == 0
    assert "已作废" in browser.get(f"{table(day)}?e={half.id}").text


def test_strangers_and_members_find_nothing(
    day: Day, as_: As, member: Someone, stranger: Someone, half: RosterEntry
):
    for someone in (member, stranger):
        for path in ("", f"?e={half.id}", ".csv", "/leaving", f"/{half.id}/effect"):
            assert as_(someone).client.get(f"{table(day)}{path}").status_code == 404


def test_an_auditor_reads_and_does_not_correct(
    day: Day, as_: As, auditor: Someone, half: RosterEntry
):
    page = as_(auditor).get(f"{table(day)}?e={half.id}")

    assert not page.all("form.correction")
    assert not page.all("input[type=checkbox]")


@pytest.mark.usefixtures("half")
def test_the_export_names_its_rows_and_has_every_moment(
    app: Flask, day: Day, as_: As, store: Store, organiser: Someone
):
    browser = as_(organiser)
    shown = browser.get(table(day))

    assert "导出所示 1 行" in shown.text
    page = browser.follow(browser.post(f"{table(day)}/export/csv", {"show": "all"}))
    assert (page.heading, shown.has("form[action$='/export/xlsx']")) == ("正在做", True)
    work_off(app)
    made = browser.fetch(file_of(browser.get(page.response.request.path)))
    lines = made.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("姓名,注册编号")
    assert "03-12 08:58" in lines[1]
    noted = store.one(select(JournalEntry).where(JournalEntry.verb == "attendance.exported"))
    assert (noted.object_id, noted.actor_id) == (day.event.id, organiser.id)
    assert noted.data == {"count": 1, "show": "all"}


def test_a_member_states_and_is_answered_on_both_pages(
    day: Day, as_: As, store: Store, member: Someone, organiser: Someone, half: RosterEntry
):
    mine = as_(member)
    page = mine.get(f"/events/{day.event.id}/statement?kind=dispute")
    after = mine.submit(page, left="17:00", words="17 点散会才走")
    assert "等答复" in mine.follow(after).text

    desk = as_(organiser)
    page = desk.get(f"{table(day)}?e={half.id}")
    assert "我在场" in text_of(page.find("tbody tr"))
    desk.submit(page, ".statement-box form", accept="yes", answer="同桌证明")

    said = store.one(select(Statement))
    assert (said.state, said.answer) == ("accepted", "同桌证明")
    own = mine.get(f"/events/{day.event.id}/my-attendance")
    assert own.heading == "9.0 学时"
    assert "同桌证明" in own.text


@pytest.mark.usefixtures("half")
def test_ones_own_page_shows_the_same_arithmetic(day: Day, as_: As, member: Someone):
    page = as_(member).get(f"/events/{day.event.id}/my-attendance")

    assert page.heading == "4.5 学时"
    sums = text_of(page.find(".sums"))
    assert "在场 08:58–13:34" in sums
    assert "减去休息和不计时段 1 小时" in sums
    assert "214 分钟 ÷ 45 = 4.76 → 4.5" in sums


@pytest.mark.usefixtures("half")
def test_nobody_sees_anothers_attendance_as_their_own(day: Day, as_: As, other_member: Someone):
    path = f"/events/{day.event.id}/my-attendance"
    assert as_(other_member).client.get(path).status_code == 404


def test_the_form_of_a_lost_code_begins_with_what_is_known(
    day: Day, as_: As, member: Someone, at: Any
):
    at("2026-03-12 09:30")
    an_entry(day.store, day.event, member.person)
    page = as_(member).get(
        f"/events/{day.event.id}/statement?code=A7K2QF&code_at=2026-03-12T09:02:00%2B08:00"
    )

    assert page.find("input[name=code]")["value"] == "A7K2QF"
    assert page.find("input[name=code_time]")["value"] == "09:02"


def test_whoever_saw_a_code_may_say_so_though_the_event_was_not_for_them(
    day: Day, as_: As, store: Store, stranger: Someone, at: Any
):
    now = at("2026-03-12 09:30")
    shown_at = day.moment("09:02")
    path = f"/events/{day.event.id}/statement"
    code = short_code_of(day.hall.code_key, Direction.IN, bucket_at(shown_at))
    browser = as_(stranger)
    browser.get(path, status=404)
    browser.get(f"{path}?code=A7K2QF&code_at={quote(shown_at.isoformat())}", status=404)

    page = browser.get(f"{path}?code={code}&code_at={quote(shown_at.isoformat())}")
    browser.submit(page, ".statement-form", came="09:02", words="临时来的")

    said = store.one(select(Statement))
    assert (said.person_id, said.code_fits, said.created_at) == (stranger.id, True, now)


def test_those_who_were_asked_answer_and_are_confirmed_together(
    day: Day, as_: As, do: Any, store: Store, member: Someone, organiser: Someone, at: Any
):
    entry = day.scanned(member, "in 9:00")
    now = at("2026-03-12 17:31")
    do(attendance.ask_leaving, now=now, today=now.date())
    at("2026-03-12 20:00")

    home = as_(member).get("progress.home")
    assert "您几点离开" in home.text
    browser = as_(member)
    browser.submit(browser.get(f"/events/{day.event.id}/statement?kind=leaving"), left="16:45")
    browser = as_(organiser)
    assert "1 人说了几点离开" in browser.get(table(day)).text
    browser.submit(browser.get(f"{table(day)}/leaving"))

    assert day.attendance_of(entry).minutes == 405
    assert store.one(select(Statement)).state == "accepted"


@pytest.mark.usefixtures("half")
def test_settling_shows_what_is_open_and_makes_it_final(
    day: Day, as_: As, store: Store, organiser: Someone
):
    store.run(update(Event).values(state="closed", closed_at=day.moment("18:00")))
    browser = as_(organiser)

    page = browser.get(f"/events/{day.event.id}/settlement")
    assert page.heading == "可以结项"
    browser.submit(page)

    assert store.get(Event, day.event.id).state == "settled"
    assert "已结项" in browser.get(f"/events/{day.event.id}/settlement").heading


def test_the_record_says_where_to_dispute_and_has_no_edit(
    day: Day, as_: As, member: Someone, half: RosterEntry
):
    record = day.record_of(half)
    page = as_(member).get(f"/activities/{record.id}")

    assert f"/events/{day.event.id}/my-attendance" in page.links()
    assert not any("/edit" in href or "/withdraw" in href for href in page.links())
    assert "主办方扫码" in page.text
