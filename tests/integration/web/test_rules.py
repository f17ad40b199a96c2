"""Rules at the desk: versions in words, drafts with everything typed kept, trial, publishing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from cpd_app import rulesets
from cpd_app.models import Credit, Job, RuleAdoption, RuleVersion, SignIn
from tests.support.page import Browser, Page, checked, text_of
from tests.support.people import Someone
from tests.support.recorded import a_draft, logged, published, run_jobs
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
ONLINE_20 = {"kinds": {"online": {"year_cap": 20}}}


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def draft(do: Do, registrar: Someone, now: datetime) -> RuleVersion:
    return a_draft(do, registrar, ONLINE_20, now=now, from_on=date(2027, 7, 1))


@pytest.fixture
def year_met(do: Do, member: Someone, now: datetime) -> None:
    """50 hours in the running year: 40 of online courses, 10 of an examination."""
    for day in (2, 3, 4, 5):
        logged(do, member, "online", date(2026, 4, day), now=now, minutes=450)
    logged(do, member, "exam", date(2026, 5, 6), now=now)


def body_of(store: Store, draft: RuleVersion) -> dict[str, Any]:
    return store.get(RuleVersion, draft.id).body


def rows(page: Page, selector: str = "tbody tr") -> list[str]:
    return [text_of(row) for row in page.all(selector)]


def password_counts_until(store: Store, moment: datetime) -> None:
    """Until when the password that was given lets sensitive acts through."""
    store.run(update(SignIn).values(confirmed_until=moment))


def test_the_answer_says_which_table_is_in_force(as_: As, registrar: Someone):
    page = as_(registrar).get("rules.index")

    assert page.heading == "现用联合体第 1 版，学会还没有采用"
    assert "还没有自己的版本" in page.text
    assert page.has("a[href='/staff/rules/new']")


def test_an_auditor_reads_and_drafts_nothing(as_: As, auditor: Someone, draft: RuleVersion):
    browser = as_(auditor)

    assert not browser.get("rules.index").has("a[href='/staff/rules/new']")
    browser.get("rules.show", version_id=1)
    browser.get("rules.drafts.new", status=403)
    browser.get("rules.show", version_id=draft.id, status=403)


def test_a_version_is_read_in_words(as_: As, registrar: Someone):
    page = as_(registrar).get("rules.show", version_id=1)

    assert text_of(page.find("#kind-training")).startswith("面授培训 每 45 分钟 1.0 或 每天 6.0")
    standard = text_of(page.find("#kind-standard"))
    assert "行业 30.0 20.0 10.0" in standard
    assert "修订 × 0.6，翻译 × 0.4" in standard
    assert "不启用" in text_of(page.find("#kind-award"))
    assert "非境外 16.0，境外 30.0" in text_of(page.find("#kind-visit"))


def test_the_same_in_english(as_: As, registrar: Someone):
    browser = as_(registrar)
    page = checked(
        browser.client.get("/staff/rules/1", headers={"Accept-Language": "en"}), status=200
    )

    assert page.heading.startswith("Federation version 1")
    assert "Industry 30.0 20.0 10.0" in text_of(page.find("#kind-standard"))


def test_a_draft_is_begun_and_its_figures_are_changed(as_: As, store: Store, registrar: Someone):
    browser = as_(registrar)
    page = browser.get("rules.drafts.new")
    begun = browser.submit(page, title="办法（2027）", in_force_on="2027-07-01")
    values = browser.follow(begun)
    changes: dict[str, Any] = {
        "self_study.year_cap": "8",
        "online.year_cap": "２０",
        "talk.item_cap": "",
        "award.enabled": "on",
    }
    saved = browser.submit(values, "#values", **changes)

    shown = browser.follow(saved)
    assert shown.heading == "第 1 版草案：4 处改动"
    assert rows(shown, ".table--tall tbody tr") == [
        "网络课程 年度上限 无 20.0 收紧 0",
        "会议报告 单项上限 8.0 无 放宽 0",
        "科技奖励 整类 停用 启用 放宽 0",
        "自学 年度上限 5.0 8.0 放宽 0",
    ]
    version = store.one(select(RuleVersion).where(RuleVersion.state == "draft"))
    assert version.body["kinds"]["online"] == {"year_cap": 20}


def test_what_was_typed_stays_when_a_figure_is_wrong(
    as_: As, store: Store, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    page = browser.get("rules.drafts.values", version_id=draft.id)
    refused = browser.submit(
        page, "#values", status=422, **{"exam.year_cap": "zehn", "paper.year_cap": "22"}
    )

    assert refused.find("[name='exam.year_cap']")["value"] == "zehn"
    assert refused.find("[name='paper.year_cap']")["value"] == "22"
    assert "请填 0 或以上的数" in refused.text
    assert body_of(store, draft) == ONLINE_20


def test_one_kind_has_its_table_and_its_evidence(
    as_: As, store: Store, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    page = browser.get("rules.drafts.kind", version_id=draft.id, kind="standard")
    assert page.find("[name='standard.amount.1.table.hours.national.2-5']")["value"] == "27"
    changes: dict[str, Any] = {
        "standard.amount.1.table.hours.industry.1": "32",
        "standard.evidence": ["cover", "drafters"],
    }
    browser.submit(page, "#kind", **changes)

    standard = body_of(store, draft)["kinds"]["standard"]
    assert standard["amount"][0]["table"]["hours"]["industry"]["1"] == 32
    assert standard["evidence"] == ["cover", "drafters"]
    browser.get("rules.drafts.kind", version_id=draft.id, kind="nothing", status=404)


def test_yaml_is_kept_as_typed_with_its_faults_beside_it(
    as_: As, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    page = browser.get("rules.drafts.text", version_id=draft.id)
    typed = "# 第六条\nkinds:\n  online:\n    year_cap: zwanzig\n  talk: {cap: 3}\n"
    shown = browser.follow(browser.submit(page, "#yaml", text=typed))

    assert shown.find("textarea").get_text().strip() == typed.strip()
    assert shown.heading == "第 1 版草案：2 处不对"
    first, second = rows(shown, ".problems > li")
    assert first.startswith("第 4 行 kinds.online.year_cap year_cap: zwanzig")
    assert "写的是：“zwanzig” 应该是：0 或以上的数" in first
    assert second.startswith("第 5 行 kinds.talk.cap")
    assert browser.get("rules.show", version_id=draft.id).heading == "第 1 版草案：2 处不对"
    download = browser.fetch("rules.download", version_id=draft.id)
    assert download.get_data(as_text=True) == typed


def test_text_that_is_no_yaml_is_not_saved_and_not_lost(
    as_: As, store: Store, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    page = browser.get("rules.drafts.text", version_id=draft.id)
    refused = browser.submit(page, "#yaml", status=422, text="kinds: {a: [}\n")

    assert "kinds: {a: [}" in refused.find("textarea").get_text()
    assert "没有保存" in refused.text
    assert "第 1 行" in text_of(refused.find(".problems"))
    assert body_of(store, draft) == ONLINE_20


def test_a_change_from_elsewhere_is_told_and_can_be_saved_after_that(
    as_: As, store: Store, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    old = browser.get("rules.drafts.text", version_id=draft.id)
    browser.submit(old, "#yaml", text="kinds: {exam: {year_cap: 30}}")
    refused = browser.submit(old, "#yaml", status=422, text="kinds: {exam: {year_cap: 40}}")

    assert "刚在别处改过" in refused.text
    browser.submit(refused, "#yaml")
    assert body_of(store, draft) == {"kinds": {"exam": {"year_cap": 40}}}


@pytest.mark.usefixtures("year_met")
def test_a_trial_shows_who_would_fall_short_and_one_member_in_both_versions(
    app: Flask, as_: As, registrar: Someone, draft: RuleVersion
):
    browser = as_(registrar)
    page = browser.get("rules.show", version_id=draft.id)
    browser.submit(page, "aside form")
    waiting = browser.get("rules.show", version_id=draft.id)
    assert waiting.has("[data-module=poll]")
    answer = browser.fetch("rules.publishing.trial", version_id=draft.id)
    assert "X-Done" not in answer.headers
    run_jobs(app)
    answer = browser.fetch("rules.publishing.trial", version_id=draft.id)
    assert answer.headers["X-Done"] == "1"

    shown = browser.get("rules.show", version_id=draft.id)
    assert shown.heading == "第 1 版草案：1 处改动，1 人会从达标变为不足"
    assert rows(shown, "aside tbody tr:has(a)") == ["张会员 第 4 年 50.0 30.0 网络课程"]
    example = text_of(shown.find("#example"))
    assert "网络课程，年度上限：无 → 20.0" in example
    assert "网络课程 4 条，折算 40.0，计入 20.0" in example
    assert "全年 30.0 / 50.0 不足 20.0" in example


def test_publishing_asks_for_the_password_and_says_what_it_means(
    as_: As, store: Store, registrar: Someone, draft: RuleVersion, now: datetime
):
    browser = as_(registrar)
    password_counts_until(store, now - timedelta(days=1))
    asked = browser.client.get(f"/staff/rules/{draft.id}/publish")
    assert (asked.status_code, asked.headers["Location"].split("?")[0]) == (303, "/confirm")
    password_counts_until(store, now + timedelta(minutes=5))

    page = browser.get("rules.publishing.publish", version_id=draft.id)
    assert "已算好的记录不变" in page.text
    shown = browser.follow(browser.submit(page))
    assert store.get(RuleVersion, draft.id).state == "published"
    assert "尚未起用" in text_of(shown.find("main"))
    for endpoint in ("rules.drafts.values", "rules.drafts.text", "rules.publishing.publish"):
        again = browser.get(endpoint, version_id=draft.id, status=409)
        assert "已经发布" in again.text


def test_a_draft_with_faults_has_no_button_to_publish(
    as_: As, do: Do, registrar: Someone, now: datetime
):
    version = a_draft(do, registrar, {"kinds": {"online": {"year_cap": -1}}}, now=now)
    page = as_(registrar).get("rules.publishing.publish", version_id=version.id)

    assert "草案里还有 1 处不对" in page.text
    assert not page.has("main form")


def test_the_society_adopts_with_number_and_date(as_: As, store: Store, registrar: Someone):
    browser = as_(registrar)
    page = browser.get("rules.publishing.adopt", version_id=1)
    refused = browser.submit(page, status=422, document_no="", adopted_on="2026-11-01")
    assert refused.find("[name=adopted_on]")["value"] == "2026-11-01"
    browser.submit(refused, document_no="示电学〔2026〕3 号")

    assert store.one(select(RuleAdoption.document_no)) == "示电学〔2026〕3 号"
    assert browser.get("rules.index").heading == "现用联合体第 1 版，学会已采用"


@pytest.mark.usefixtures("year_met")
def test_a_version_of_the_federation_is_tried_before_it_is_in_force(
    app: Flask, as_: As, do: Do, registrar: Someone, federation: Someone, now: datetime
):
    whole = {**rulesets.default_rule_set().body}
    whole["kinds"] = {**whole["kinds"], "online": {**whole["kinds"]["online"], "year_cap": 20}}
    version = published(do, federation, whole, now=now, from_on=date(2028, 1, 1))
    browser = as_(registrar)
    browser.submit(browser.get("rules.show", version_id=version.id), "aside form")
    run_jobs(app)

    page = browser.get("rules.show", version_id=version.id)
    assert rows(page, "aside tbody tr:has(a)") == ["张会员 第 4 年 50.0 30.0 网络课程"]


def test_two_versions_side_by_side(as_: As, registrar: Someone, draft: RuleVersion):
    page = as_(registrar).get("rules.compare", **{"from": 1, "to": draft.id})

    assert page.heading == "联合体第 1 版 → 第 1 版草案：1 处不同"
    assert rows(page) == ["网络课程 年度上限 无 20.0 收紧 0"]


def test_discarding_asks_first(as_: As, store: Store, registrar: Someone, draft: RuleVersion):
    browser = as_(registrar)
    page = browser.get("rules.drafts.discard", version_id=draft.id)
    browser.submit(page)

    assert store.count(RuleVersion, RuleVersion.id == draft.id) == 0


def test_the_federation_edits_the_whole_baseline(as_: As, store: Store, federation: Someone):
    browser = as_(federation)
    assert browser.get("rules.index").heading == "现用第 1 版"
    begun = browser.submit(
        browser.get("rules.drafts.new"), title="默认折算表", in_force_on="2028-01-01"
    )
    values = browser.follow(begun)
    change: dict[str, Any] = {"self_study.year_cap": "6"}
    shown = browser.follow(browser.submit(values, "#values", **change))

    assert shown.heading == "第 2 版草案：1 处改动"
    assert not shown.has("aside"), "the federation sees no member"
    version = store.one(select(RuleVersion).where(RuleVersion.state == "draft"))
    assert version.body["kinds"]["self_study"]["year_cap"] == 6
    assert version.body["kinds"]["exam"]["year_cap"] == 20


def test_a_recalculation_is_counted_tried_confirmed_and_done(
    app: Flask, as_: As, do: Do, store: Store, registrar: Someone, member: Someone, now: datetime
):
    logged(do, member, "exam", date(2026, 5, 6), now=now)
    body = {"kinds": {"exam": {"amount": [{"fixed": 6}]}}}
    published(do, registrar, body, now=now, from_on=date(2026, 4, 1))
    browser = as_(registrar)
    page = browser.get("rules.recalculation.index", from_on="2026-04-01")
    assert page.heading == "重算：1 条记录不是按现用的版本算的"
    browser.submit(page, "aside form")
    run_jobs(app)
    tried = browser.get("rules.recalculation.index", from_on="2026-04-01")
    assert "1 人会变" in text_of(tried.find(".stats"))
    confirm = browser.get("rules.recalculation.confirm", from_on="2026-04-01")
    browser.submit(confirm)
    run_jobs(app)

    done = browser.get("rules.recalculation.index")
    assert "已重算 1 条记录，涉及 1 人" in done.text
    assert store.one(select(Credit.recognised)) == 600


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01"])
def test_a_recalculation_without_a_day_is_not_ordered(
    as_: As, store: Store, registrar: Someone, day: str
):
    page = as_(registrar).post("rules.recalculation.order_trial", {"from_on": day}, status=422)

    assert page.find("[name=from_on]")["aria-invalid"] == "true"
    assert store.count(Job) == 0
