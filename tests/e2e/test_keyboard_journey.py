"""Without a mouse: what is redrawn under somebody's hands leaves the focus where it was."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.models import Job, Society
from tests.e2e.conftest import LATER, LookAt, SignIn
from tests.support.people import Someone
from tests.support.store import Store


def under_way(store: Store, society: Society, registrar: Someone, key: str) -> Job:
    """A task that another worker holds; it ends when the test says so."""
    now = clock.now()
    job = Job(
        kind="register_sheet",
        society_id=society.id,
        payload={"subject": "members"},
        key=f"keyboard:{society.id}:{key}",
        state="running",
        due_at=now,
        lease_until=now + timedelta(hours=1),
        lease_by="elsewhere",
        attempts=1,
        done=40,
        total=160,
        created_at=now,
        created_by_id=registrar.id,
    )
    store.add(job)
    return job


def end(store: Store, job: Job) -> None:
    """What the other worker does in the end."""
    with store.session() as session:
        row = session.get_one(Job, job.id)
        row.state, row.finished_at = "cancelled", clock.now()


def test_a_task_that_ends_takes_the_focus_from_nobody(
    desk: Page,
    store: Store,
    society: Society,
    sign_in: SignIn,
    look_at: LookAt,
    registrar: Someone,
) -> None:
    first, second = (under_way(store, society, registrar, key) for key in "ab")
    sign_in(desk, registrar)
    desk.goto("/staff/work")
    expect(desk.get_by_role("heading", level=1)).to_have_text("2 项任务在进行")
    look_at(desk)

    row = desk.locator(f"#job-{first.id}")
    stop = row.get_by_role("button", name="停下")
    stop.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(stop).to_be_focused()

    end(store, second)
    expect(desk.get_by_role("heading", level=1)).to_have_text("1 项任务在进行", timeout=LATER)
    expect(stop).to_be_focused()

    end(store, first)
    expect(row).to_contain_text("已停下", timeout=LATER)
    expect(row.get_by_role("link")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"/jobs/{first.id}")


def test_who_filters_by_arrow_keys_goes_on(desk: Page, sign_in: SignIn, registrar: Someone) -> None:
    sign_in(desk, registrar)
    desk.goto("/staff/nudges?months=3")
    due = desk.get_by_label("到期", exact=True)
    due.focus()
    for months in (6, 12):
        desk.keyboard.press("ArrowDown")
        expect(desk).to_have_url(f"/staff/nudges?months={months}")
        expect(due).to_be_focused()
