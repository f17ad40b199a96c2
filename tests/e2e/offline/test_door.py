"""A door whose network goes away: it goes on by the same rules, and everything arrives once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from cpd_app import clock
from cpd_app.access import steward_cookie
from cpd_app.domain.pass_codes import digest_of
from cpd_app.models import Event, EventSession, RosterEntry, Scan, Steward
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.door_cases import CASES
from tests.support.doors import SECRET, a_steward, pass_for
from tests.support.gate import Gate
from tests.support.offline import until
from tests.support.people import Someone
from tests.support.store import Store

#: ms: after which a door must have gone over to working without network
AT_ONCE = 1000
#: ms: of one search among 5,000 people
SEARCH = 100
WATCH = """() => {
    const card = document.querySelector("[data-part=card]");
    window.answers = [];
    let pressed = 0;
    window.addEventListener("keydown", (event) => {
        if (event.key === "Enter") pressed = performance.now();
    }, true);
    new MutationObserver(() => window.answers.push(performance.now() - pressed))
        .observe(card, { childList: true });
}"""
LIB = "document.querySelector('script[type=module]').src.replace('app.js', 'lib/')"
KNOWN = f"""async (event) =>
    ((await (await import({LIB} + 'store.js')).get('doors', event)).value?.entries ?? []).length"""
WAITING = f"async () => (await import({LIB} + 'door-queue.js')).unsent()"


@pytest.fixture
def event(store: Store, organiser: Someone) -> Event:
    return builders.an_event(store, organiser.person, organiser.society, title="门岗测试会")


@pytest.fixture
def people(store: Store, event: Event) -> list[RosterEntry]:
    """Thirty-one on the roster."""
    return [
        builders.an_entry(
            store, event, name=f"参会人{n:02d}", state="listed", number=f"N{n}", number_key=f"N{n}"
        )
        for n in range(31)
    ]


@pytest.fixture
def door(open_page: Callable[..., Page], gate: Gate, store: Store, event: Event) -> Any:
    """Open the door page on a phone that is paired: `door()`, `door("西门")`."""

    def open_door(name: str = "东门") -> tuple[Page, Steward]:
        steward = a_steward(store, event, name=name)
        page = open_page()
        page.context.add_cookies(
            [
                {
                    "name": steward_cookie(event.id),
                    "value": f"{SECRET}{steward.id}",
                    "url": gate.address,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return at_work(page, event), steward

    return open_door


def at_work(page: Page, event: Event) -> Page:
    """The page with the roster on the phone."""
    page.goto(f"/door/{event.id}")
    until(page, f"({KNOWN})({event.id}).then((count) => count > 0)")
    return page


def wedge(page: Page, code: str) -> None:
    """A hardware scanner types it and presses Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def says(page: Page, state: str, name: str) -> None:
    """The card is in this state and about this person."""
    expect(page.locator("[data-part=name]")).to_have_text(name)
    expect(page.locator(f".door[data-state={state}]")).to_be_visible()


def test_a_door_without_network_keeps_thirty_passes_and_all_arrive_once(
    desk: Page, phone: Page, gate: Gate, sign_in: SignIn, organiser: Someone, event: Event,
    people: list[RosterEntry], store: Store, look_at: LookAt,
):  # fmt: skip
    sign_in(desk, organiser)
    desk.goto(f"/events/{event.id}/stewards")
    look_at(desk)
    desk.fill("[name=name]", "东门")
    desk.click("form[action$=stewards] button")
    code = desk.locator(".pass__pairing").inner_text()

    phone.goto(f"/door/pair#{code}")
    expect(phone.locator("[name=code]")).to_have_value(code)
    assert code not in phone.url
    look_at(phone)
    phone.click("main form button")
    at_work(phone, event)
    look_at(phone)
    wedge(phone, pass_for(event, people[0]))
    says(phone, "confirmed", people[0].name)
    expect(phone.locator("[data-part=inside]")).to_have_text("1")
    look_at(phone)

    until(phone, "navigator.serviceWorker.controller !== null")
    until(phone, "caches.open('cpd-doors').then((c) => c.keys()).then((k) => k.length > 0)")
    until(phone, "caches.open('cpd-decoder').then((c) => c.keys()).then((k) => k.length > 0)")
    phone.evaluate(WATCH)
    with gate.shut():
        for entry in people[1:]:
            wedge(phone, pass_for(event, entry))
            says(phone, "queued", entry.name)
        assert max(phone.evaluate("window.answers")) < AT_ONCE
        expect(phone.locator("[data-part=queue]")).to_have_text("30 条待发送")
        expect(phone.locator("[data-part=inside]")).to_have_text("31")
        wedge(phone, pass_for(event, people[1]))
        expect(phone.locator("[data-part=text]")).to_contain_text("已签到过")
        look_at(phone)
        phone.reload()  # the tab was closed, the battery was empty
        expect(phone.locator("[data-part=queue]")).to_have_text("31 条待发送")
        expect(phone.locator("[data-part=inside]")).to_have_text("31")
    expect(phone.locator("[data-part=queue]")).to_have_text("1 条重复", timeout=60_000)

    kept = store.all(select(Scan).where(Scan.event_id == event.id).order_by(Scan.id))
    assert len(kept) == 32
    accepted = [scan.entry_id for scan in kept if scan.outcome == "accepted"]
    assert sorted(accepted) == sorted(entry.id for entry in people)
    assert kept[-1].outcome == "already_checked_in"
    assert len({scan.once for scan in kept}) == 32
    inside = store.count(RosterEntry, RosterEntry.inside_session_id == event.sessions[0].id)
    assert inside == 31


def test_a_server_that_does_not_answer_is_no_reason_to_wait(
    door: Any, event: Event, people: list[RosterEntry]
):
    page, _steward = door()
    page.evaluate(WATCH)
    page.route("**/scans", lambda _route: None)  # it hangs
    wedge(page, pass_for(event, people[0]))
    says(page, "queued", people[0].name)

    assert max(page.evaluate("window.answers")) < AT_ONCE
    page.unroute("**/scans")


def test_two_doors_that_scanned_the_same_person_list_both_times(
    door: Any, gate: Gate, event: Event, people: list[RosterEntry]
):
    east, _ = door("东门")
    west, _ = door("西门")
    with gate.shut():
        for page in (east, west):
            wedge(page, pass_for(event, people[0]))
            says(page, "queued", people[0].name)
    for page in (east, west):
        until(page, f"({WAITING})().then((count) => count === 0)")
    lists = [page.locator("[data-part=queue]") for page in (east, west)]
    said = [one.inner_text() for one in lists if one.is_visible()]
    assert said == ["1 条重复"]  # whichever came second says so
    told = east if lists[0].is_visible() else west
    lists[0 if told is east else 1].click()
    expect(told.locator("[data-part=list]")).to_contain_text("东门" if told is west else "西门")
    told.locator("[data-part=list] .door__btn").click()
    expect(told.locator("[data-part=queue]")).to_be_hidden()


def test_a_scan_that_waits_can_be_taken_back_and_is_never_sent(
    door: Any, gate: Gate, event: Event, people: list[RosterEntry], store: Store
):
    page, _steward = door()
    with gate.shut():
        wedge(page, pass_for(event, people[0]))
        says(page, "queued", people[0].name)
        page.click("[data-act=undo]")
        expect(page.locator("[data-part=inside]")).to_have_text("0")
    until(page, "document.querySelector('main').dataset.network === 'online'")

    assert store.count(Scan, Scan.event_id == event.id) == 0
    wedge(page, pass_for(event, people[0]))
    says(page, "confirmed", people[0].name)
    page.click("[data-act=undo]")
    expect(page.locator("[data-part=head]")).to_have_text("已撤销")
    assert store.get(RosterEntry, people[0].id).inside_session_id is None


def test_a_revoked_phone_forgets_the_roster_and_scans_no_more(
    door: Any, event: Event, people: list[RosterEntry], store: Store, complaints: list[str]
):
    page, steward = door()
    ended = update(Steward).where(Steward.id == steward.id)
    store.run(ended.values(revoked_at=clock.now()))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=head]")).to_have_text("这台设备不能再扫码")

    assert page.evaluate(KNOWN, event.id) == 0
    wedge(page, pass_for(event, people[0]))
    page.goto(f"/events/{event.id}/roster")
    assert "/sign-in" in page.url
    page.goto(f"/door/{event.id}")
    assert page.url.endswith("/door/pair")
    assert store.count(Scan, Scan.event_id == event.id) == 0
    complaints.clear()


def test_the_settlement_and_signing_out_empty_the_device(
    open_page: Callable[..., Page], sign_in: SignIn, organiser: Someone, event: Event,
    people: list[RosterEntry], store: Store,
):  # fmt: skip
    page = open_page()
    sign_in(page, organiser)
    at_work(page, event)
    store.run(update(Event).where(Event.id == event.id).values(state="settled"))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=head]")).to_have_text("活动已经结束，不再扫码。")
    assert page.evaluate(KNOWN, event.id) == 0

    store.run(update(Event).where(Event.id == event.id).values(state="open"))
    at_work(page, event)
    page.goto("/sign-out")
    page.click("main form button")
    page.wait_for_url("**/sign-in")
    assert page.evaluate(KNOWN, event.id) == 0
    assert (
        page.evaluate("caches.open('cpd-doors').then((c) => c.keys()).then((k) => k.length)") == 0
    )
    assert len(people) == 31


def test_five_thousand_people_are_searched_at_once_and_never_listed(
    door: Any, gate: Gate, store: Store, event: Event
):
    store.add(
        *(
            RosterEntry(
                event_id=event.id, name=f"与会者{n:04d}", unit="某设计院", number=f"Z{n:04d}",
                number_key=f"Z{n:04d}", source="list", state="listed", excused=False,
                created_at=builders.LONG_AGO,
            )
            for n in range(5000)
        )
    )  # fmt: skip
    page, _steward = door()
    with gate.shut():
        page.click("[data-part=search]")
        page.keyboard.type("与")
        expect(page.locator("[data-part=found] li")).to_have_count(0)
        took = page.evaluate("""() => {
            const input = document.querySelector("#door-live-q");
            const times = ["与会", "与会者4", "z4999", "没有这个人"].map((text) => {
                input.value = text;
                const began = performance.now();
                input.dispatchEvent(new Event("input"));
                return performance.now() - began;
            });
            return Math.max(...times);
        }""")
        assert took < SEARCH
        page.fill("#door-live-q", "与会")
        expect(page.locator("[data-part=found] li")).to_have_count(8)
        page.fill("#door-live-q", "z4999")
        page.locator("[data-part=found] button").click()
        says(page, "queued", "与会者4999")


def test_the_page_decides_as_the_server_does(door: Any, event: Event, people: list[RosterEntry]):
    """The same table as tests/integration/usecases/test_door.py."""
    page, _steward = door()
    here, there = 1, 2
    rooms = {"here": here, "there": there, None: None}
    now = clock.now()
    opens, closes = now - timedelta(hours=1), now + timedelta(hours=1)
    ms = 1000
    told = page.evaluate(
        f"""async (cases) => {{
            const {{ judge }} = await import({LIB} + "door-rules.js");
            return cases.map(([...given]) => judge(...given)).map((r) => r.outcome ?? r.code);
        }}""",
        [
            [
                case.direction,
                case.moment(now=now, opens=opens, closes=closes).timestamp() * ms,
                {
                    "id": here,
                    "opens_at": opens.timestamp() * ms,
                    "closes_at": closes.timestamp() * ms,
                    "rehearsal": case.rehearsal,
                },
                {
                    "state": case.state,
                    "inside": rooms[case.inside],
                    "been": [rooms[room] for room in case.been],
                },
            ]
            for case in CASES
        ],
    )
    assert dict(zip((c.why for c in CASES), told, strict=True)) == {c.why: c.says for c in CASES}

    code = pass_for(event, people[0])
    digest, entry_id = page.evaluate(
        f"""async ([event, code]) => {{
            const {{ digestOf, readPass }} = await import({LIB} + "door-rules.js");
            return [await digestOf(event, code), readPass(code.toLowerCase()).entry];
        }}""",
        json.loads(json.dumps([event.id, code])),
    )
    assert (digest, entry_id) == (digest_of(event.id, code), people[0].id)


def test_a_pass_opens_without_network(
    ready: Page, gate: Gate, member: Someone, event: Event, store: Store, look_at: LookAt
):
    entry = builders.an_entry(store, event, member.person)
    ready.goto(f"/events/{event.id}/pass")
    look_at(ready)
    with gate.shut():
        ready.goto(f"/events/{event.id}/pass")
        expect(ready.get_by_text(pass_for(event, entry))).to_be_visible()
        expect(ready.get_by_text("离线，显示")).to_be_visible()


def test_what_is_refused_at_once_is_not_listed_and_what_is_refused_later_is(
    door: Any, gate: Gate, event: Event, people: list[RosterEntry], store: Store
):
    page, _steward = door()
    wedge(page, "NOSUCHNUMBER")
    says(page, "refused", "名单里没有这个号")
    expect(page.locator("[data-part=queue]")).to_be_hidden()
    expect(page.locator("footer [data-open=door-walk-in]")).to_be_visible()

    with gate.shut():
        wedge(page, pass_for(event, people[0]))
        says(page, "queued", people[0].name)
        early = update(EventSession).where(EventSession.id == event.sessions[0].id)
        store.run(early.values(closes_at=clock.now() - timedelta(minutes=5)))
    says(page, "refused", people[0].name)
    expect(page.locator("[data-part=queue]")).to_have_text("1 条没有被接受")
    page.click("[data-part=queue]")
    expect(page.locator("[data-part=list]")).to_contain_text("扫码已于")
    expect(page.locator("[data-part=inside]")).to_have_text("0")
