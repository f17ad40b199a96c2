"""补录: many photos at once, a card for each, what was chosen last carried over."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Activity, ActivityChange, Credit, Evidence, File, JournalEntry
from cpd_app.usecases import backfill
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.photos import a_heic, a_jpeg, a_pdf
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], Any]
Picked = tuple[io.BytesIO, str]


def photos(count: int, first: int = 0) -> list[Picked]:
    """So many different photos."""
    return [(io.BytesIO(a_jpeg(200 + n, 150)), f"IMG_{n}.jpg") for n in range(first, first + count)]


@pytest.fixture
def desk(as_: As, member: Someone, at: At) -> Browser:
    at("2025-06-02 10:00")
    return as_(member)


def pick(desk: Browser, files: list[Picked]) -> Page:
    """Send the files of the first form; where the browser stands afterwards."""
    page = desk.get("backfill.index")
    return desk.submit(page, "form#upload", file=files, secrecy="none")


def drafts(store: Store) -> list[Activity]:
    return list(store.all(select(Activity).where(Activity.state == "draft").order_by(Activity.id)))


def save(desk: Browser, page: Page, *, status: int = 303, **changes: Any) -> Page:
    filled = {"kind": "training", "title": "结业证书", "ended_on": "2024-05-06", "minutes": "270"}
    return desk.submit(page, "form#log", status=status, **{**filled, **changes})


def test_each_photo_becomes_a_draft_that_does_not_count(
    desk: Browser, store: Store, member: Someone
):
    answer = pick(desk, [*photos(2), (io.BytesIO(a_pdf(3)), "证书.pdf")])
    page = desk.follow(answer)

    assert page.heading == "补录，第 1 张"
    assert "共 3 张，已存 0 张，0.0 学时" in page.text
    assert len(page.all(".film__frame")) == 3
    assert [d.kind for d in drafts(store)] == ["", "", ""]
    assert {d.person_id for d in drafts(store)} == {member.id}
    assert store.count(Credit) == 0


def test_a_card_becomes_a_record_and_the_next_one_begins_with_its_kind_and_organiser(
    desk: Browser, store: Store
):
    page = desk.follow(pick(desk, photos(3)))
    assert page.find("button[form=log]").get_text(strip=True) == "存下，看第 2 张"

    answer = save(desk, page, organiser="示范电力培训中心", proofs=["certificate_or_sign_in"])
    page = desk.follow(answer)

    assert page.heading == "补录，第 2 张"
    assert "共 3 张，已存 1 张，6.0 学时" in page.text
    assert page.find("input[name=organiser]")["value"] == "示范电力培训中心"
    assert page.find("input[name=title]")["value"] == ""
    assert page.find("input[name=ended_on]")["value"] == ""
    assert page.find("button[name=switch][aria-pressed=true]")["value"] == "training"
    assert page.has("input[value=certificate_or_sign_in][checked]")
    record = store.one(select(Activity).where(Activity.state == "recorded"))
    assert (record.title, record.source, record.entered_on.isoformat()) == (
        "结业证书", "backfill", "2025-06-02",
    )  # fmt: skip
    attached = store.one(select(Evidence).where(Evidence.activity_id == record.id))
    assert attached.proofs == ["certificate_or_sign_in"]


def test_the_last_card_leads_to_the_sum(desk: Browser):
    page = desk.follow(pick(desk, photos(1)))
    assert page.find("button[form=log]").get_text(strip=True) == "存下"

    page = desk.follow(save(desk, page))

    assert "1 张都补完了" in page.text
    assert "今天存下 1 张，共 6.0 学时。" in page.text
    assert page.has(".film__frame--done")


def test_a_card_can_be_skipped_and_comes_back(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(2)))
    skip = page.find(".dock a")
    assert skip.get_text(strip=True) == "跳过"

    page = desk.get(str(skip["href"]))
    assert page.heading == "补录，第 2 张"
    page = desk.follow(save(desk, page))
    assert page.heading == "补录，第 1 张"
    assert len(drafts(store)) == 1
    assert "还有 1 张没有补完" in desk.get("backfill.index").text


def test_changing_the_kind_keeps_what_was_typed(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(1)))

    page = desk.submit(
        page, "form#log", status=200, switch="conference", title="年会", organiser="示范学会",
        ended_on="2024-05-06",
    )  # fmt: skip

    assert page.find("button[name=switch][aria-pressed=true]")["value"] == "conference"
    assert page.find("input[name=title]")["value"] == "年会"
    assert page.find("input[name=ended_on]")["value"] == "2024-05-06"
    assert page.has("[name=level]")
    assert len(drafts(store)) == 1


def test_enter_in_a_field_saves_and_does_not_change_the_kind(desk: Browser):
    page = desk.follow(pick(desk, photos(1)))

    assert page.find("form#log button").get_text(strip=True) == "存下"


def test_a_refused_card_loses_nothing(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(1)))

    page = save(desk, page, status=422, minutes="5000", organiser="示范中心")

    assert "超过了每天 450 分钟的上限" in page.text
    assert page.find("input[name=minutes]")["value"] == "5000"
    assert page.find("input[name=organiser]")["value"] == "示范中心"
    assert len(drafts(store)) == 1


def test_two_devices_never_overwrite_each_other(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(1)))
    store.run(Activity.__table__.update().values(version=7))  # type: ignore[attr-defined]

    page = save(desk, page, status=422)

    assert "这条记录刚在别处改过" in page.text


def test_a_bad_file_stops_no_other(desk: Browser, store: Store):
    page = desk.follow(pick(desk, [*photos(1), (io.BytesIO(b"text"), "notes.txt")]))

    assert "notes.txt 没有上传：只收 JPEG、PNG、HEIC 照片和 PDF" in page.text
    assert len(drafts(store)) == 1


def test_the_same_photo_makes_no_second_card(desk: Browser, store: Store):
    pick(desk, photos(2))
    page = desk.follow(pick(desk, photos(3)))

    assert "2 个文件以前传过，没有重复。" in page.text
    assert len(drafts(store)) == 3
    assert store.count(File) == 3


def test_thirty_at_once_and_no_more(desk: Browser, store: Store, monkeypatch: pytest.MonkeyPatch):
    assert backfill.MOST_AT_ONCE == 30
    monkeypatch.setattr(backfill, "MOST_AT_ONCE", 2)

    page = desk.follow(pick(desk, photos(3)))

    assert "一次最多选 2 个文件" in page.text
    assert drafts(store) == []


def test_too_many_waiting_cards_are_refused_before_they_are_lost_sight_of(
    desk: Browser, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backfill, "MOST_WAITING", 3)
    pick(desk, photos(2))

    page = desk.follow(pick(desk, photos(2, first=2)))

    assert "还有 2 张没有补完" in page.text
    assert len(drafts(store)) == 2


def test_a_card_that_is_not_wanted_goes_with_its_photo(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(2)))

    page = desk.follow(desk.submit(page, "form[action$=discard]"))

    assert page.heading == "补录，第 1 张"
    assert len(drafts(store)) == 1
    assert sorted(f.state for f in store.all(select(File))) == ["purged", "ready"]
    assert store.count(ActivityChange) == 2  # of the card that stayed: drafted, photo added
    assert store.count(JournalEntry, JournalEntry.verb == "activity.discarded") == 1


def test_a_record_cannot_be_thrown_away_as_a_card(desk: Browser, store: Store):
    page = desk.follow(pick(desk, photos(2)))
    save(desk, page)
    record = store.one(select(Activity).where(Activity.state == "recorded"))

    desk.post("backfill.discard", activity_id=record.id, status=422)

    assert store.get(Activity, record.id).state == "recorded"
    done = desk.client.get(f"/backfill/{record.id}")
    assert done.headers["Location"] == f"/activities/{record.id}"


def test_a_heic_card_can_be_filled_while_the_photo_is_prepared(desk: Browser):
    page = desk.follow(pick(desk, [(io.BytesIO(a_heic()), "IMG.HEIC")]))

    assert "照片正在处理，马上就能看到" in page.text


def test_a_script_sends_the_photos_one_by_one(desk: Browser, store: Store):
    def send(files: list[Picked], secrecy: str) -> Any:
        data = {"file": files, "secrecy": secrecy, "csrf_token": desk.csrf()}
        return desk.client.post("/backfill", data=data, headers={"Accept": "application/json"})

    assert send(photos(1), "none").status_code == 201
    assert send(photos(1), "").json["code"] == "bad_secrecy"
    assert send([], "none").json["code"] == "no_file"
    assert len(drafts(store)) == 1


def test_nobody_reaches_another_member_s_cards(
    desk: Browser, as_: As, other_member: Someone, stranger: Someone, store: Store
):
    pick(desk, photos(1))
    (draft,) = drafts(store)

    for someone in (other_member, stranger):
        browser = as_(someone)
        browser.get("backfill.card", activity_id=draft.id, status=404)
        browser.post("backfill.card", {"title": "x"}, activity_id=draft.id, status=404)
        browser.post("backfill.discard", activity_id=draft.id, status=404)


def test_the_pages_speak_english(desk: Browser):
    desk.client.set_cookie("cpd_locale", "en")
    page = desk.follow(pick(desk, photos(2)))

    assert page.heading == "Catch up, photo 1"
    assert page.find("button[form=log]").get_text(strip=True) == "Save, go to photo 2"
