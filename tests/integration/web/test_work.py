"""后台工作 at the desk, and the dossiers of many filings as one ZIP."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import ClockTask, Filing, Job, JobFile, JobRun, JournalEntry, Society
from cpd_app.usecases import jobs
from scheduler.jobs import judge_standings
from tests.support import builders
from tests.support.filings import a_filing
from tests.support.jobs import work_off
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    at("2026-11-20 10:00")


def a_clock(store: Store, ended_at: datetime, problem: str | None = None) -> None:
    store.add(
        ClockTask(name="seal-journal", when="every 10 s", late_after=180, place=0, since=NOW),
        ClockTask(name="by-another", when="daily at 03:20", late_after=90_000, place=1, since=NOW),
        JobRun(
            name="seal-journal", started_at=ended_at, finished_at=ended_at,
            counts={"sealed": 12}, problem=problem,
        ),
    )  # fmt: skip


def test_a_late_job_stands_in_the_heading(as_: As, store: Store, auditor: Someone):
    a_clock(store, NOW - timedelta(minutes=4))
    page = as_(auditor).get("work.index")

    assert page.heading == "1 项定时工作没有按时"
    clock = text_of(page.find(".work__clock"))
    assert "封存操作日志" in clock
    assert "每 10 秒，上次 2026年11月20日 09:56，做了 12 件" in clock
    assert "每天 03:20" in clock
    assert page.find(".work__clock .state--warning")


def test_the_federation_sees_the_clock_and_no_tasks_of_societies(
    as_: As, do: Do, store: Store, society: Society, registrar: Someone, federation: Someone
):
    a_clock(store, NOW, problem="OperationalError")
    payload = {"society_id": society.id}
    do(jobs.order_job, registrar.actor, "nudge", None, key="a", now=NOW, payload=payload)
    page = as_(federation).get("work.index")

    assert "OperationalError" in text_of(page.find(".split__side"))
    assert "没有任务" in text_of(page.find("main"))


def test_a_task_shows_its_bar_and_is_stopped_by_a_registrar(
    as_: As, do: Do, store: Store, society: Society, registrar: Someone, auditor: Someone
):
    payload = {"society_id": society.id}
    job = do(
        jobs.order_job, registrar.actor, "recalculation", 1, key="a", now=NOW, payload=payload,
        total=500,
    )  # fmt: skip
    page = as_(auditor).get("work.index")
    assert page.heading == "1 项任务在进行"
    assert "已处理 0 / 500 人" in text_of(page.find("tbody"))
    assert not page.has("form[action$='/cancel']")

    browser = as_(registrar)
    browser.submit(browser.get("work.index"), "form[action$='/cancel']")
    stopped = browser.get("/staff/work?state=cancelled")
    assert "已停下" in text_of(stopped.find("tbody"))
    assert store.get(Job, job.id).state == "cancelled"
    browser.get("/staff/work?state=nonsense&page=99")


def test_what_failed_says_why(as_: As, store: Store, society: Society, registrar: Someone):
    store.add(
        Job(
            kind="dossiers", payload={}, society_id=society.id, key="a", state="failed",
            due_at=NOW, created_at=NOW, created_by_id=registrar.id, finished_at=NOW,
            problem={"code": "no_filings"},
        )
    )  # fmt: skip
    assert "这段时间没有收到申请" in text_of(as_(registrar).get("work.index").find("tbody"))


def test_the_dossiers_of_a_span_in_one_zip(
    app: Flask, as_: As, store: Store, society: Society, member: Someone, registrar: Someone,
    auditor: Someone,
):  # fmt: skip
    assert member.registration
    filing = a_filing(store, member.registration, filed_at=NOW - timedelta(days=3))
    other = builders.a_registration(store, builders.a_person(store), society)
    a_filing(store, other, filed_at=NOW - timedelta(days=400))
    browser = as_(registrar)
    page = browser.get("/staff/dossiers?first_on=2026-11-01&last_on=2026-11-20")
    assert page.heading == "这段时间收到 1 份申请"
    ordered = browser.follow(browser.submit(page, "form[method=post]"))
    assert "已做好 0 / 1 份" in text_of(ordered.find("main"))
    listed = browser.get("work.index").find("tbody")
    assert "已做好 0 / 1 份" in text_of(listed)
    assert listed.select_one(f"a[href='{ordered.response.request.path}']")
    work_off(app)

    job = store.one(select(Job).where(Job.kind == "dossiers"))
    assert (job.state, job.done) == ("done", 1)
    done = browser.get("work.index")
    href = str(done.find("form[action$='/file']")["action"])
    with browser.client.get(href) as answer:
        assert answer.headers["Cache-Control"].startswith("no-store")
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    number = store.one(select(Filing.number).where(Filing.id == filing.id))
    assert archive.namelist() == [f"{number}.pdf"]
    assert archive.read(f"{number}.pdf").startswith(b"%PDF")
    verbs = store.all(select(JournalEntry.verb).order_by(JournalEntry.id))
    assert verbs == ["dossiers.ordered", "filing.dossier_taken", "job.file_taken"]
    assert as_(auditor).client.get(href).status_code == 403
    assert not as_(auditor).get("work.index").has("form[action$='/file']")
    assert store.one(select(JobFile.size)) > 1000


def test_days_that_cannot_be(as_: As, auditor: Someone):
    browser = as_(auditor)
    page = browser.get("/staff/dossiers")
    assert page.heading == "这段时间收到 0 份申请"
    for days, said in (
        ({"first_on": "", "last_on": "2026-11-20"}, "日期"),
        ({"first_on": "2026-11-20", "last_on": "2026-11-01"}, "不能早于"),
        ({"first_on": "2026-11-01", "last_on": "2026-11-20"}, "没有收到申请"),
    ):
        token = {"csrf_token": browser.csrf()}
        answer = browser.client.post("/staff/dossiers", data={**days, **token})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)


def test_how_far_the_standings_are_stands_beside_the_tasks(
    app: Flask, as_: As, registrar: Someone, member: Someone
):
    assert member.registration
    browser = as_(registrar)
    page = browser.get("work.index")
    assert "已处理 0 / 1 人" in text_of(page.find(".work__standings"))
    assert "X-Done" not in browser.client.get("/staff/work/standings").headers

    with app.app_context():
        judge_standings(clock.now)
    work_off(app)

    page = browser.get("work.index")
    assert "1 个注册都是最新的" in text_of(page.find(".work__standings"))
    assert "没有任务" in text_of(page.find("main")), "ranges are not listed as tasks"
    assert browser.client.get("/staff/work/standings").headers["X-Done"] == "1"


def test_what_must_be_finished_has_no_button(
    as_: As, do: Do, store: Store, society: Society, registrar: Someone
):
    payload = {"society_id": society.id}
    job = do(
        jobs.order_job, registrar.actor, "calendar_moves", 2027, key="a", now=NOW,
        payload=payload, total=3,
    )  # fmt: skip
    browser = as_(registrar)
    assert not browser.get("work.index").has("form[action$='/cancel']")

    browser.post("jobs.cancel", {}, job_id=job.id)

    assert store.get(Job, job.id).state == "due"
