"""What a private calendar says, and when its SEQUENCE grows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cpd_app.domain.own_calendar import (
    Item,
    ItemKind,
    Said,
    Told,
    return_day,
    said_now,
    term_days,
    year_ends,
)
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.years import Verdict

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
ITEM = Item("return-7", ItemKind.RETURN, {"number": "A"}, date(2027, 3, 24))


def say(
    item: Item, before: dict[str, Told], *, at: datetime = NOW, locale: str = "zh"
) -> list[Said]:
    return said_now([item], before, locale=locale, now=at)


def after(said: list[Said]) -> dict[str, Told]:
    return {one.item.key: one.told for one in said}


def test_the_first_time_is_news_with_sequence_0() -> None:
    (one,) = say(ITEM, {})

    assert (one.told.sequence, one.told.changed_at, one.is_news) == (0, NOW, True)


def test_the_same_again_is_no_news() -> None:
    first = say(ITEM, {})
    (again,) = say(ITEM, after(first), at=NOW + timedelta(days=1))

    assert again.told == first[0].told
    assert not again.is_news


@pytest.mark.parametrize(
    "other",
    [
        replace(ITEM, on=date(2027, 3, 25)),
        replace(ITEM, values={"number": "B"}),
        replace(ITEM, tentative=True),
        replace(ITEM, cancelled=True),
    ],
)
def test_whatever_it_says_otherwise_raises_the_sequence(other: Item) -> None:
    later = NOW + timedelta(days=1)
    (one,) = say(other, after(say(ITEM, {})), at=later)

    assert (one.told.sequence, one.told.changed_at, one.is_news) == (1, later, True)


def test_another_language_says_it_otherwise() -> None:
    (one,) = say(ITEM, after(say(ITEM, {})), locale="en")

    assert one.told.sequence == 1


def test_a_reminder_that_is_over_is_not_another_entry() -> None:
    (one,) = say(replace(ITEM, alarms=(1,)), after(say(replace(ITEM, alarms=(3, 1)), {})))

    assert not one.is_news


def test_an_events_own_sequence_is_never_fallen_behind() -> None:
    event = Item("event-1", ItemKind.EVENT, {"event": 4}, sequence=4)
    first = say(event, {})
    assert first[0].told.sequence == 4
    moved = replace(event, values={"event": 9}, sequence=9)
    assert say(moved, after(first))[0].told.sequence == 9
    unsure = replace(event, tentative=True)
    assert say(unsure, after(first))[0].told.sequence == 5


def test_what_was_cancelled_before_anybody_knew_of_it_is_not_told() -> None:
    assert say(replace(ITEM, cancelled=True), {}) == []


def test_a_cancelled_entry_is_told_for_thirty_days() -> None:
    gone = replace(ITEM, cancelled=True)
    told = after(say(gone, after(say(ITEM, {}))))

    assert told["return-7"].gone_at == NOW
    assert len(say(gone, told, at=NOW + timedelta(days=30))) == 1
    assert say(gone, told, at=NOW + timedelta(days=31)) == []


def test_what_comes_back_is_news_again() -> None:
    told = after(say(replace(ITEM, cancelled=True), after(say(ITEM, {}))))
    (back,) = say(ITEM, told)

    assert (back.told.sequence, back.told.gone_at) == (2, None)


def a_year(verdict: Verdict, **over: object) -> YearProgress:
    values: dict[str, object] = {
        "index": 4, "starts_on": date(2026, 3, 15), "ends_on": date(2027, 3, 15), "required": 5000,
        "recognised": 3250, "claimed": 3250, "audit_proof": 2700, "verdict": verdict, "pace": 3030,
        "days_left": 143, "running": True,
    }  # fmt: skip
    return YearProgress(**{**values, **over})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "how", "hours", "alarms"),
    [
        (Verdict.ON_TRACK, "missing", 1750, (30, 7)),
        (Verdict.BEHIND, "missing", 1750, (30, 7)),
        (Verdict.SHORT, "missing", 1750, (30, 7)),
        (Verdict.MET, "met", 0, ()),
        (Verdict.WAIVED, "waived", 0, ()),
        (Verdict.AHEAD, "ahead", 5000, ()),
    ],
)
def test_a_year_says_what_is_missing_and_reminds_only_then(
    verdict: Verdict, how: str, hours: int, alarms: tuple[int, ...]
) -> None:
    (item,) = year_ends(3, [a_year(verdict)], number="N", cancelled=False, today=date(2027, 3, 1))

    assert item.on == date(2027, 3, 14), "the last day, not the first day without"
    assert item.key == "year-end-3-4"
    assert (item.values["how"], item.values["hours"], item.alarms) == (how, hours, alarms)


def test_keeping_pace_or_not_is_no_news_of_its_own() -> None:
    track, behind = (
        year_ends(3, [a_year(v)], number="N", cancelled=False, today=date(2027, 3, 1))[0]
        for v in (Verdict.ON_TRACK, Verdict.BEHIND)
    )

    assert track.digest("zh") == behind.digest("zh")


def test_years_that_ended_long_ago_are_left_out() -> None:
    assert (
        year_ends(3, [a_year(Verdict.MET)], number="N", cancelled=False, today=date(2028, 3, 20))
        == []
    )


def test_who_has_filed_is_not_reminded_of_the_expiry() -> None:
    opens, last = date(2027, 9, 15), date(2028, 3, 14)
    for filed, count in ((False, 3), (True, 0)):
        items = term_days(3, opens_on=opens, last_on=last, number="N", filed=filed, cancelled=False)
        assert [i.on for i in items] == [opens, last]
        assert sum(len(i.alarms) for i in items) == count


def test_a_return_that_is_closed_is_cancelled() -> None:
    item = return_day(7, date(2027, 3, 24), number="A", provisional=False, closed=True)

    assert item.cancelled
