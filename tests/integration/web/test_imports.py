"""Pages of imports: send a file, see what is wrong beside each row, confirm, take back."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from cpd_app.models import Activity, Import, Job
from tests.support.files import ACTIVITIES, MEMBERS, a_csv, a_member_row, an_xlsx
from tests.support.imports import a_training
from tests.support.jobs import work_off


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


def a_file(data: bytes, name: str = "记录.csv"):
    """A file as a browser posts it."""
    return {"file": (io.BytesIO(data), name)}


def test_a_society_imports_members_from_file_to_register(app, as_, registrar):
    desk = as_(registrar)
    data = an_xlsx(MEMBERS, a_member_row(), a_member_row(level="expert"))
    page = desk.post("imports.send", a_file(data, "会员.xlsx"), kind="members")

    waiting = desk.follow(page)
    assert waiting.find("h1").get_text(strip=True) == "正在读取文件"
    assert waiting.has("[data-module=poll] progress")
    assert waiting.has("noscript meta[http-equiv=refresh]")

    work_off(app)
    preview = desk.follow(page)
    assert preview.find("h1").get_text(strip=True) == "可以导入 1 行，1 行要改"
    first = preview.all("tbody tr")[0]
    assert first["data-state"] == "bad"
    assert "级别“expert”不认识" in first.get_text()

    confirmed = desk.submit(preview, "form[action$=confirm]")
    work_off(app)
    done = desk.follow(confirmed)
    assert done.find("h1").get_text(strip=True) == "已导入 1 行"
    assert "会员.xlsx" in desk.get("imports.index").soup.get_text()

    undone = desk.submit(done, "form[action$=undo]")
    work_off(app)
    assert desk.follow(undone).find("h1").get_text(strip=True) == "已撤销 1 行"


def test_a_member_imports_an_own_file(app, as_, member, store):
    mine = as_(member)
    page = mine.post("own_imports.send", a_file(a_csv(ACTIVITIES[1:], a_training(member)[1:])))
    work_off(app)
    preview = mine.follow(page)
    assert "10.0" in preview.find("main").get_text()

    confirmed = mine.submit(preview, "form[action$=confirm]")
    work_off(app)

    assert mine.follow(confirmed).find("h1").get_text(strip=True) == "已导入 1 行"
    assert store.one(select(Activity)).source == "import"
    mine.get("own_imports.index")


def test_a_preview_is_let_go(app, as_, member, store):
    mine = as_(member)
    page = mine.post("own_imports.send", a_file(a_csv(ACTIVITIES[1:], a_training(member)[1:])))
    work_off(app)

    mine.submit(mine.follow(page), "form[action$=discard]")

    assert store.one(select(Import)).state == "discarded"
    assert store.count(Activity) == 0


def test_a_file_that_cannot_be_read_says_what_to_do(app, as_, registrar):
    desk = as_(registrar)
    page = desk.post("imports.send", a_file(b"\x89PNG\x00"), kind="activities")
    work_off(app)

    assert "请传 CSV 或 XLSX 文件" in desk.follow(page).find("main").get_text()


def test_no_file_is_a_fault_beside_the_field(as_, registrar, member):
    refused = as_(registrar).post("imports.send", kind="members", status=422)
    assert refused.find("#file-members-error")
    assert as_(member).post("own_imports.send", status=422).find("#file-own-error")


def test_rows_are_filtered_and_paged(app, as_, registrar, member):
    desk = as_(registrar)
    rows = [a_training(member, f"2024-05-{day:02}") for day in range(1, 31)] * 2
    data = a_csv(ACTIVITIES, *rows, a_training(member, "soon"))
    page = desk.post("imports.send", a_file(data), kind="activities")
    work_off(app)
    preview = desk.follow(page)
    address = page.response.headers["Location"]

    assert len(preview.all("tbody tr")) == 50
    assert preview.has("a[rel=next]")
    assert len(desk.get(f"{address}?page=2").all("tbody tr")) == 11
    assert len(desk.get(f"{address}?show=bad").all("tbody tr")) == 1
    assert desk.get(f"{address}?show=nonsense&page=-3").all("tbody tr")


def test_progress_is_shown_to_whoever_ordered_it(app, as_, registrar, member, stranger, store):
    desk = as_(registrar)
    desk.post("imports.send", a_file(a_csv(ACTIVITIES, a_training(member))), kind="activities")
    job = store.one(select(Job))

    waiting = desk.fetch("jobs.progress", job_id=job.id)
    assert "X-Done" not in waiting.headers
    assert "<progress" in waiting.get_data(as_text=True)
    work_off(app)
    assert desk.fetch("jobs.progress", job_id=job.id).headers["X-Done"] == "1"
    said = desk.client.get(f"/jobs/{job.id}/progress", headers={"Accept": "application/json"})
    assert said.json == {
        "id": job.id, "kind": "read_import", "state": "done", "done": 1, "total": 1,
        "problem": None,
    }  # fmt: skip
    for nobody in (member, stranger):
        as_(nobody).fetch("jobs.progress", job_id=job.id, status=404)


def test_a_job_that_gave_up_can_be_begun_again(app, as_, registrar, member, store):
    desk = as_(registrar)
    page = desk.post(
        "imports.send", a_file(a_csv(ACTIVITIES, a_training(member))), kind="activities"
    )
    work_off(app)
    confirmed = desk.submit(desk.follow(page), "form[action$=confirm]")
    with store.session() as session:
        for job in session.scalars(select(Job).where(Job.kind == "save_import")):
            job.state = "failed"

    stopped = desk.follow(confirmed)
    assert "没有完成" in stopped.find("main").get_text()
    desk.submit(stopped, "form[action$=confirm]")
    work_off(app)

    assert store.count(Activity) == 1


def test_templates_have_the_headings_that_the_import_reads(as_, registrar, member):
    desk = as_(registrar)
    for kind in ("members", "activities"):
        data = desk.fetch("imports.template", kind=kind).data
        sheet = load_workbook(io.BytesIO(data)).worksheets[0]
        heading = [cell.value for cell in sheet[1]]
        assert {"login", "society" if kind == "members" else "minutes"} <= set(heading)
    own = load_workbook(io.BytesIO(as_(member).fetch("own_imports.template").data))
    assert next(cell.value for cell in own.worksheets[0][1]) == "kind"


def test_an_auditor_reads_that_registrars_import(as_, auditor):
    page = as_(auditor).get("imports.index")

    assert "只有本学会的注册管理员可以导入" in page.find("main").get_text()
    assert not page.has("input[type=file]")


def test_an_import_of_the_other_kind_of_page_is_not_there(as_, registrar, member):
    desk = as_(registrar)
    page = desk.post(
        "imports.send", a_file(a_csv(ACTIVITIES, a_training(member))), kind="activities"
    )
    import_id = int(page.response.headers["Location"].rsplit("/", 1)[1])

    desk.get("own_imports.show", import_id=import_id, status=404)


def test_the_pages_speak_english(app, as_, registrar, member, store):
    with store.session() as session:
        session.merge(registrar.person).locale = "en"
    desk = as_(registrar)
    page = desk.post(
        "imports.send", a_file(a_csv(ACTIVITIES, a_training(member, "soon"))), kind="activities"
    )
    work_off(app)

    words = desk.follow(page).find("main").get_text() + desk.get("imports.index").soup.get_text()
    assert "Finished on" in words
    assert "不能" not in words
