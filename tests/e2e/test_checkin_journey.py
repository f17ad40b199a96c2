"""Two screens at once: a room's projector and a phone, from the first scan to the log."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.presence import Verb
from cpd_app.models import Activity, Event, Person, Registration, RosterEntry, Scan, Society
from cpd_app.usecases import passwords
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.corrections import correct_attendance
from cpd_app.usecases.member_entry import enter_member
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.chromium import PHONE
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.zbar import codes_in

SCREEN = {"width": 1920, "height": 1080}
PASSWORD = "变电站 2026 继电保护"
#: a code lives for ten seconds; a busy machine takes longer to say so
TURN = 25_000
#: the worker writes the record within a minute of the check-out
SETTLED = 60

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    """An event that goes on now, in the last two hours of which hours can be had."""
    return builders.an_event(
        store, organiser.person, organiser.society, title="高压直流输电研讨会（示范）"
    )


@pytest.fixture
def projector(
    open_page: Callable[..., Page], sign_in: SignIn, organiser: Someone, event: Event
) -> Page:
    """The room's screen, showing how to check in."""
    page = open_page(SCREEN)
    sign_in(page, organiser)
    show(page, event, "in")
    return page


@pytest.fixture
def account(app: Flask, member: Someone, store: Store) -> str:
    """What the member types to sign in; the password is PASSWORD."""
    with app.app_context():
        chosen = passwords.choose(PASSWORD)
    store.run(
        update(Person).where(Person.id == member.id).values(password_hash=chosen.password_hash)
    )
    assert member.registration
    return member.registration.number


def test_from_a_scan_before_sign_in_to_the_hours_in_the_log(
    projector: Page,
    phone: Page,
    event: Event,
    account: str,
    member: Someone,
    organiser: Someone,
    app: Flask,
    store: Store,
    look_at: LookAt,
) -> None:
    phone.goto(scanned(projector))
    expect(phone).to_have_url(re.compile(r"/check-in$"))  # no code in the address
    expect(phone.get_by_role("heading", level=1)).to_have_text("请问您是谁")
    look_at(phone)
    half = projector.locator(".projector__short [data-part=first]")
    expect(half).not_to_have_text(half.inner_text(), timeout=TURN)

    phone.get_by_label("邮箱、手机号或注册编号").fill(account)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录并签到").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("已签到")
    expect(phone.locator("main")).to_contain_text(event.title)
    look_at(phone)
    expect(projector.locator("[data-part=count]")).to_have_text("1", timeout=TURN)

    entry = entry_of(store, event, member.id)
    came = clock.now() - timedelta(minutes=100)
    correction = NewCorrection(
        Verb.PRESENCE,
        "门口登记表：开场前已到",
        event.sessions[0].id,
        in_at=came,
        out_at=clock.now(),
    )
    with app.app_context(), transaction():
        correct_attendance(
            organiser.actor, event.id, [entry.id], correction,
            now=clock.now(), today=clock.today(),
        )  # fmt: skip

    show(projector, event, "out")
    phone.goto(scanned(projector))
    expect(phone.get_by_role("heading", level=1)).to_have_text("已签退")
    look_at(phone)

    record = record_of(store, member, event)
    phone.goto(f"/activities/{record.id}")
    expect(phone.get_by_role("heading", level=1)).to_have_text(event.title)
    expect(phone.locator(".record-hours__figure b")).to_have_text("2.0")
    expect(phone.locator("main")).to_contain_text(re.compile(r"(99|100) 分钟 ÷ 45"))
    look_at(phone)
    phone.goto("/activities")
    expect(phone.locator("main")).to_contain_text(event.title)


def test_without_an_account_the_scan_waits_and_is_theirs_after_activation(
    projector: Page,
    phone: Page,
    event: Event,
    app: Flask,
    store: Store,
    organiser: Someone,
    registrar: Someone,
    sign_in: SignIn,
    look_at: LookAt,
) -> None:
    assert registrar.society
    number = f"{registrar.society.code}-7001"
    phone.goto(scanned(projector))
    phone.get_by_text("没有账号，或忘了密码").click()
    phone.get_by_label("姓名").fill("何来宾")
    phone.get_by_label("注册编号", exact=True).fill(number)
    phone.get_by_label("工作单位").fill("示范电力设计院")
    phone.get_by_role("button", name="记下我来过").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("已记下，待确认")
    look_at(phone)

    registration = registered(app, registrar, registrar.society, number, "何来宾")
    entry = entry_of(store, event, registration.person_id)
    assert (entry.state, entry.name) == ("pending", "何来宾")
    assert store.count(Scan, Scan.entry_id == entry.id) == 1

    sign_in(projector, organiser)
    projector.goto(f"/events/{event.id}/roster?show=pending")
    expect(projector.locator("main")).to_contain_text("何来宾")
    look_at(projector)
    projector.get_by_role("button", name="列入名单").click()
    expect(projector.locator("main")).to_contain_text("名单 1 人")
    assert entry_of(store, event, registration.person_id).state == "listed"


def test_the_address_of_the_claim_gives_a_stranger_nothing(
    projector: Page, phone: Page, open_page: Callable[..., Page], store: Store, event: Event
) -> None:
    phone.goto(scanned(projector))
    expect(phone.get_by_role("heading", level=1)).to_have_text("请问您是谁")

    other = open_page(PHONE)
    other.goto(phone.url)

    expect(other.get_by_role("heading", level=1)).to_have_text("扫码签到")
    assert store.count(Scan, Scan.event_id == event.id) == 0


def show(page: Page, event: Event, direction: str) -> None:
    """Put a direction's code on the screen."""
    session_id = event.sessions[0].id
    page.goto(f"/events/{event.id}/sessions/{session_id}/projector?direction={direction}")
    expect(page.locator("main[data-started]")).to_be_visible()


def scanned(projector: Page) -> str:
    """The path that a camera of another make reads from the screen."""
    [text] = codes_in(projector.screenshot())
    return urlsplit(text).path


def entry_of(store: Store, event: Event, person_id: int) -> RosterEntry:
    """Their place on the roster."""
    return store.one(
        select(RosterEntry).where(
            RosterEntry.event_id == event.id, RosterEntry.person_id == person_id
        )
    )


def record_of(store: Store, someone: Someone, event: Event) -> Activity:
    """The record that the worker writes, waited for."""
    mine = select(Activity).where(Activity.person_id == someone.id, Activity.event_id == event.id)
    deadline = time.monotonic() + SETTLED
    while not (found := store.all(mine)):
        assert time.monotonic() < deadline, "no record within a minute"
        time.sleep(0.5)
    return found[0]


def registered(
    app: Flask, registrar: Someone, society: Society, number: str, name: str
) -> Registration:
    """Somebody becomes a member of the register."""
    columns = {
        "name": name,
        "email": f"{number}@example.org",
        "society": society.code,
        "registration_no": number,
        "level": "professional",
        "field": "电气工程类",
        "starts_on": (clock.today() - timedelta(days=400)).isoformat(),
    }
    with app.app_context(), transaction():
        entered = enter_member(registrar.actor, columns, now=clock.now(), today=clock.today())
        return entered.registration
