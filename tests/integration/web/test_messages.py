"""The inbox on the phone, and the settings of notifications."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message, MessageChoice, MessageHabit, Person, Reach, Society
from tests.support.messages import a_bridge, a_message
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
NOON = "2027-03-10 12:00"


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at(NOON)


def test_a_message_stands_there_with_its_words_and_leads_where_it_can_be_done(
    as_: As, store: Store, member: Someone, now: datetime
) -> None:
    message = a_message(store, member.person, MessageKind.RETURNED, at=now)
    browser = as_(member)
    page = browser.get("messages.index")

    row = page.find(".message--unread").get_text(" ")
    for words in ("未读", "再注册申请需要补正", "12:00", "2027年3月24日"):
        assert words in row
    assert store.get(Message, message.id).read_at is None, "looking at the list reads nothing"

    answer = browser.submit(page, ".message form")

    assert answer.response.headers["Location"] == "/renewal/answer"
    assert store.get(Message, message.id).read_at == now
    assert not browser.get("messages.index").has(".message--unread")


def test_unread_only_and_all_read(as_: As, store: Store, member: Someone, now: datetime) -> None:
    a_message(store, member.person, read_at=now)
    a_message(store, member.person, MessageKind.EXPIRY)
    browser = as_(member)

    assert len(browser.get("messages.index").all(".message")) == 2
    unread = browser.get("messages.index", show="unread")
    assert len(unread.all(".message")) == 1

    a_message(store, member.person)  # comes while the list is looked at
    browser.submit(unread, "form[action='/me/messages/read-all']")
    assert browser.get("messages.index", show="unread").find(".chip[aria-current]").get_text() == (
        "未读 1"
    )
    browser.post("messages.read_all", {"up_to": "99999"})
    assert "都读过了" in browser.get("messages.index", show="unread").text
    browser.post("messages.read_all", {"up_to": "x"})


def test_marks_of_a_device_are_taken_twice_and_only_ones_own(
    as_: As, store: Store, member: Someone, other_member: Someone, now: datetime
) -> None:
    mine = a_message(store, member.person)
    foreign = a_message(store, other_member.person)
    browser = as_(member)

    for _ in range(2):
        ids = [str(mine.id), str(foreign.id), "x"]
        browser.post("messages.read_some", {"id": ids}, status=200)

    assert store.get(Message, mine.id).read_at == now
    assert store.get(Message, foreign.id).read_at is None


def test_what_asks_for_an_act_says_so_until_it_is_read(
    as_: As, store: Store, member: Someone, now: datetime
) -> None:
    a_message(store, member.person, MessageKind.RETURNED)
    a_message(store, member.person, MessageKind.RETURN_DUE, read_at=now)
    a_message(store, member.person, MessageKind.FILED)

    page = as_(member).get("messages.index")

    assert [act.get_text() for act in page.all(".message__act")] == ["去答复"]


def test_pages(as_: As, store: Store, member: Someone) -> None:
    for _ in range(31):
        a_message(store, member.person)
    browser = as_(member)

    first = browser.get("messages.index", show="unread")
    second = browser.get(str(first.find("a[rel=next]")["href"]))

    assert len(second.all(".message")) == 1
    assert second.find("a[rel=prev]")["href"] == "/me/messages?page=1&show=unread"
    assert len(browser.get("messages.index", page="x").all(".message")) == 30


def test_an_empty_inbox_says_what_belongs_there(as_: As, member: Someone) -> None:
    assert "还没有消息" in as_(member).get("messages.index").text


def test_when_is_said_as_short_as_it_can_be(as_: As, store: Store, member: Someone) -> None:
    for moment in ("2027-03-09T01:02:00", "2027-01-05T01:02:00", "2026-12-31T01:02:00"):
        a_message(store, member.person, at=datetime.fromisoformat(f"{moment}+00:00"))

    said = [t.get_text() for t in as_(member).get("messages.index").all(".message__when")]

    assert said == ["昨天", "1月5日", "2026年12月31日"]


def test_the_frame_of_every_page_says_how_many_are_unread(
    as_: As, store: Store, member: Someone, registrar: Someone
) -> None:
    browser = as_(member)
    assert not browser.get("progress.home").has(".tabbar__count")
    for someone in (member, registrar):
        a_message(store, someone.person)

    home = browser.get("progress.home")
    assert home.find(".tabbar__count").get_text() == "1 条未读消息"
    assert home.find(".topbar__icon title, .topbar__icon .sr-only, .topbar__icon svg")
    assert "1 条未读" in browser.get("me.index").find("a[href='/me/messages']").get_text()
    desk = as_(registrar).get("staff.overview")
    assert desk.find("a[href='/me'] .desk__count").get_text() == "1"


def test_pages_that_are_stored_ahead_do_not_say_how_many(
    as_: As, store: Store, member: Someone
) -> None:
    a_message(store, member.person)

    stored = as_(member).fetch("pwa.pages").get_json()["pages"]

    assert not [path for path, html in stored.items() if "tabbar__count" in html]


def test_the_settings_show_health_and_what_to_do(
    as_: As, store: Store, member: Someone, society: Society, now: datetime
) -> None:
    a_bridge(store, society)
    store.add(
        Reach(
            person_id=member.id,
            channel="email",
            state="bounced",
            since=now,
            problem={"code": "no_such_address", "said": "550 5.1.1 User unknown"},
        ),
        Reach(person_id=member.id, channel="webhook", state="ok", since=now, last_ok_at=now),
    )
    browser = as_(member)
    page = browser.get("messages.settings")

    mail, relay = (way.get_text(" ") for way in page.all(".way"))
    assert "退信" in mail
    assert "从 2027年3月10日 12:00 起" in mail
    assert "原因：地址不存在" in mail
    assert "550 5.1.1 User unknown" in mail
    assert "/me/email" in page.links()
    assert "短信" in relay
    assert "原因" not in relay
    assert "最近送达 2027年3月10日 12:00" in relay
    assert [th.get_text() for th in page.all(".channels thead th")][1:] == ["邮件", "短信"]
    assert "邮件退信" in browser.get("me.index").find("a[href='/me/messages/settings']").get_text()


def test_without_an_address_there_is_nothing_to_choose(
    as_: As, store: Store, member: Someone
) -> None:
    store.change(member.person, email=None)
    browser = as_(member)
    page = browser.get("messages.settings")

    assert not page.has(".channels")
    assert not page.has("form[action='/me/messages/settings/trial']")
    assert "填写邮箱" in page.text
    browser.submit(page, "#choices", zone="Asia/Tokyo")
    assert store.one(select(MessageHabit.zone)) == "Asia/Tokyo"


def test_choices_are_kept(as_: As, store: Store, member: Someone) -> None:
    browser = as_(member)
    page = browser.get("messages.settings")
    _form, data = page.form("#choices")
    wanted = [pair for pair in data["wanted"] if pair != "events_email"]

    browser.submit(page, "#choices", wanted=wanted, quiet_from="21:30", daily_at="09:00")

    assert store.one(select(MessageChoice.topic)) == "events"
    habit = store.one(select(MessageHabit))
    assert (habit.quiet_from, habit.quiet_to, habit.daily_at) == (21 * 60 + 30, 8 * 60, 9 * 60)
    again = browser.get("messages.settings")
    assert not again.find("#events_email").has_attr("checked")
    assert again.find("select[name=daily_at] option[selected]")["value"] == "09:00"


def test_no_quiet_hours_and_each_as_it_comes(as_: As, store: Store, member: Someone) -> None:
    browser = as_(member)
    page = browser.get("messages.settings")
    browser.submit(page, "#choices", quiet=[], daily_at="each")

    habit = store.one(select(MessageHabit))
    assert (habit.quiet_from, habit.quiet_to, habit.daily_at) == (0, 0, None)
    assert not browser.get("messages.settings").find("input[name=quiet]").has_attr("checked")


def test_a_refused_choice_stays_in_the_form(as_: As, store: Store, member: Someone) -> None:
    browser = as_(member)
    page = browser.get("messages.settings")

    refused = browser.submit(
        page, "#choices", wanted=["rules_email"], quiet_from="20:00", zone="Asia/Tokyo", status=422
    )

    assert "至少要留一个渠道" in refused.find(".error-summary").get_text()
    assert refused.find(".error-summary a")["href"] == "#field-wanted"
    chosen = [str(box["value"]) for box in refused.all("input[name=wanted][checked]")]
    assert chosen == ["rules_email"]
    assert refused.find("input[name=quiet_from]")["value"] == "20:00"
    assert refused.find("option[value='Asia/Tokyo']").has_attr("selected")
    assert store.count(MessageChoice) == store.count(MessageHabit) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quiet_from": "25:00"}, "24 小时制"),
        ({"zone": "Moon/Base"}, "没有这个时区"),
        ({"daily_at": "23:00"}, "免打扰时段"),
    ],
)
def test_nonsense_is_refused_beside_its_field(
    as_: As, member: Someone, changes: dict[str, str], said: str
) -> None:
    browser = as_(member)
    page = browser.get("messages.settings")
    assert page.find("#choices")

    refused = browser.submit(page, "#choices", status=422, **changes)

    assert said in refused.find("#choices .field__error").get_text()


def test_a_test_message_and_its_limit(
    as_: As, store: Store, member: Someone, at: Callable[[str], datetime]
) -> None:
    browser = as_(member)
    page = browser.get("messages.settings")
    form = "form[action='/me/messages/settings/trial']"

    sent = browser.follow(browser.submit(page, form))
    assert "测试消息已发出" in sent.text
    assert "这是一条测试消息" in browser.get("messages.index").text
    browser.submit(page, form)
    browser.submit(page, form)
    refused = browser.submit(page, form, status=429)
    assert "一小时最多发三次" in refused.text
    at("2027-03-10 23:00")
    assert "2027年3月11日 08:00" in browser.follow(browser.submit(page, form)).text
    assert store.count(Message) == 4


def test_a_test_message_without_any_way_is_in_the_list_only(
    as_: As, store: Store, member: Someone
) -> None:
    store.change(member.person, email=None)
    browser = as_(member)

    said = browser.follow(browser.post("messages.send_trial"))

    assert "只在消息列表里" in said.text


def test_who_is_not_written_to_any_more_is_told(
    as_: As, store: Store, member: Someone, now: datetime
) -> None:
    store.change(member.person, messages_stopped_at=now)

    assert "已停止向您发送通知" in as_(member).get("messages.settings").text


@pytest.mark.parametrize("where", ["messages.index", "messages.settings"])
def test_both_pages_speak_english(
    as_: As, store: Store, member: Someone, society: Society, now: datetime, where: str
) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).locale = "en"
    a_message(store, member.person, MessageKind.EXPIRY, at=now)
    a_bridge(store, society, name="SMS")
    for channel, state in (("email", "bounced"), ("webhook", "failing")):
        store.add(Reach(person_id=member.id, channel=channel, state=state, since=now))

    shown = as_(member).get(where).text.replace("张会员", "")

    assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", shown), shown


def test_a_message_of_an_older_release_has_gaps_and_hides_no_other(
    as_: As, store: Store, member: Someone
) -> None:
    a_message(store, member.person, MessageKind.RULE_CHANGED, data={"year": 4})
    a_message(store, member.person, MessageKind.CHECKED_IN, data={})
    assert "规则更新影响您的第 4 年" in as_(member).get("messages.index").text


def test_a_message_of_a_newer_release_waits_for_it_and_hides_no_other(
    as_: As, store: Store, member: Someone
) -> None:
    """After going back to an older release: a kind, and a variant, that it does not know."""
    a_message(store, member.person, MessageKind.TRIAL)
    row = a_message(store, member.person, MessageKind.TRIAL)
    store.change(row, kind="of_a_newer_release")
    a_message(store, member.person, MessageKind.DECIDED, data={"variant": "newer", "filing_id": 1})

    page = as_(member).get("messages.index")
    assert "这是一条测试消息" in page.text
    assert "一条新的通知" in page.text
    assert as_(member).api("GET", "/api/v1/messages", status=200).get_json()["unread"] == 2
