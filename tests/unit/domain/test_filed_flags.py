"""Questions about filed records: when they are asked, and what they weigh."""

from datetime import date, time, timedelta

from cpd_app.domain.filed_flags import (
    FlagKind,
    Worked,
    full_days,
    lumps,
    overlaps,
    risk_of,
)

DAY = date(2025, 3, 20)


def worked(ref: int, **over: object) -> Worked:
    values = {"started_on": DAY, "ended_on": DAY, **over}
    return Worked(ref=ref, **values)  # type: ignore[arg-type]


def test_a_day_of_several_records_holds_450_minutes():
    assert full_days([worked(1, minutes=240), worked(2, minutes=210)]) == []
    (full,) = full_days([worked(1, minutes=240), worked(2, minutes=211)])
    assert (full.day, full.minutes, full.refs) == (DAY, 451, (1, 2))


def test_a_record_over_days_lies_evenly_on_them():
    long = worked(1, minutes=900, ended_on=DAY + timedelta(days=1))
    (full,) = full_days([long, worked(2, minutes=30)])
    assert (full.day, full.minutes) == (DAY, 480)


def test_times_of_day_overlap_and_touching_does_not():
    nine, ten, noon = time(9), time(10), time(12)
    first = worked(1, starts_at=nine, ends_at=ten)
    assert overlaps([first, worked(2, starts_at=ten, ends_at=noon)]) == []
    assert overlaps([first, worked(2, starts_at=time(9, 59), ends_at=noon), worked(3)]) == [(1, 2)]


def test_a_lump_is_five_late_entries_together_shortly_before_the_filing():
    filed_on = date(2027, 10, 11)

    def entries(count: int, apart: int, **over: object) -> list[Worked]:
        begin = filed_on - timedelta(days=60)
        return [worked(n, entered_on=begin + timedelta(days=n * apart), **over)
                for n in range(count)]  # fmt: skip

    (lump,) = lumps(entries(5, 1), filed_on)
    assert (lump.from_on, len(lump.refs)) == (filed_on - timedelta(days=60), 5)
    assert lumps(entries(4, 1), filed_on) == []
    assert lumps(entries(5, 15), filed_on) == []
    assert lumps(entries(5, 1, by_member=False), filed_on) == []
    assert lumps(entries(5, 1), filed_on + timedelta(days=181)) == []
    soon = [worked(n, entered_on=DAY + timedelta(days=90)) for n in range(5)]
    assert lumps(soon, DAY + timedelta(days=100)) == []


def test_risk_grows_less_and_less_and_ends_at_a_hundred():
    assert risk_of({}) == 0
    assert risk_of({FlagKind.SAME_FILE: 1}) == 25
    assert risk_of({FlagKind.SAME_FILE: 2}) == 33
    assert risk_of({FlagKind.LATE_ENTRY: 9}) == 0
    assert risk_of(dict.fromkeys(FlagKind, 50)) == 100
