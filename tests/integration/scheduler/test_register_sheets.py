"""The register as a spreadsheet: whole although a worker is killed, true on its day."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import Job, JournalEntry, Person, PersonName, Registration, Society, Term
from cpd_app.storage import LocalFiles
from cpd_app.usecases import job_files
from cpd_app.usecases.members import MemberFilter
from cpd_app.usecases.register_sheets import AT_ONCE, SheetOrder, order_sheet
from tests.support import builders
from tests.support.jobs import work_off
from tests.support.making import killed_after, made_by
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def disk(app: Flask) -> LocalFiles:
    return LocalFiles(Path(app.config["CPD"].files_dir))


@pytest.fixture
def present(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 14:00")


def a_register(store: Store, society: Society, count: int) -> None:
    """So many registrations, in few statements."""
    first = max(store.all(select(Person.id))) + 1000
    ids = range(first, first + count)
    with store.session() as session:
        session.execute(
            insert(Person),
            [{"id": i, "email": f"r{i}@example.org", "created_at": NOW} for i in ids],
        )
        session.execute(
            insert(PersonName),
            [{"person_id": i, "name": f"会员{i}", "from_on": date(2020, 1, 1)} for i in ids],
        )
        session.execute(
            insert(Registration),
            [{"id": i, "person_id": i, "society_id": society.id, "number": f"R{i}",
              "number_key": f"R{i}", "field_text": "电气", "created_at": NOW, "version": 1}
             for i in ids],
        )  # fmt: skip
        session.execute(
            insert(Term),
            [{"registration_id": i, "level": "senior", "starts_on": date(2023, 3, 1),
              "ends_on": date(2028, 3, 1), "state": "active"} for i in ids],
        )  # fmt: skip


def a_sheet(do: Do, by: Someone, society: Society, **over: Any) -> Job:
    """Order the register of that day."""
    order = SheetOrder(
        **{
            "society_id": society.id, "subject": "members", "form": "csv",
            "wanted": MemberFilter(), "on": date(2026, 11, 20), "language": "zh", **over,
        }
    )  # fmt: skip
    job: Job = do(order_sheet, by.actor, order, key="k", now=NOW)
    return job


def rows_of(source: io.BufferedIOBase | Any) -> list[dict[str, str]]:
    """A CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(source.read().decode("utf-8-sig"))))


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_goes_on_with_the_part_that_is_missing(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone,
    form: str,
):  # fmt: skip
    a_register(store, society, 2 * AT_ONCE + 10)
    job = a_sheet(do, registrar, society, subject="certificates", form=form)
    killed_after(app, store, 2)
    a_register(store, society, 1)
    work_off(app)

    source = made_by(disk.root, store, job.id)
    if form == "csv":
        numbers = [row["编号"] for row in rows_of(source)]
    else:
        sheet = load_workbook(source, read_only=True).worksheets[0]
        numbers = [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(set(numbers)) == len(numbers) == 2 * AT_ONCE + 10
    assert numbers == sorted(numbers)
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "members.exported"))
    assert entry.data == {"count": 2 * AT_ONCE + 10, "subject": "certificates", "form": form}


@pytest.mark.usefixtures("present")
def test_a_sheet_says_how_the_year_stands_and_calculates_nothing(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone,
    member: Someone,
):  # fmt: skip
    person = builders.a_person(store, name="=SUM(1)", password_hash=None)
    builders.a_registration(store, person, society, number="A1", number_key="A1")
    job = a_sheet(do, registrar, society, wanted=MemberFilter(q="A1"))
    work_off(app)

    [row] = rows_of(made_by(disk.root, store, job.id))
    assert (row["编号"], row["姓名"], row["账号"]) == ("A1", "'=SUM(1)", "未激活")
    assert (row["本年度"], row["本年度到"]) == ("4", "2027-02-28")
    hours = [row[f"本年度{what}学时"] for what in ("要求", "认可", "还差")]
    assert hours == ["50", "0", "50"]
    assert (row["各年合计还差学时"], row["续期体检"]) == ("200", "未就绪")
    assert member.registration


def test_a_sheet_of_nothing_or_of_another_society_is_refused(
    do: Do, society: Society, registrar: Someone, stranger: Someone, member: Someone
):
    with pytest.raises(Rejected, match="nothing_to_export"):
        a_sheet(do, registrar, society, wanted=MemberFilter(q="没有这样的人"))
    with pytest.raises(NotFound):
        a_sheet(do, stranger, society)
    with pytest.raises(NotFound):
        a_sheet(do, member, society)


@pytest.mark.usefixtures("present")
def test_a_colleague_watches_and_does_not_download(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, auditor: Someone
):
    builders.a_registration(store, builders.a_person(store), society)
    job = a_sheet(do, auditor, society)
    work_off(app)

    seen = do(job_files.shown_job, registrar.actor, job.id, now=NOW)
    assert (seen.is_own, seen.file) == (False, None)
    with pytest.raises(NotAllowed):
        do(job_files.take_file, registrar.actor, job.id, now=NOW)
