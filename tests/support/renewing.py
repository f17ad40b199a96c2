"""A member in the last year of a term with everything in order for filing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cpd_app.models import Filing, Registration, Society
from cpd_app.texts.filing import DECLARATION_VERSION
from cpd_app.usecases import filings, summaries
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
#: in the window of builders' term, which ends on 2028-03-01
TODAY = date(2027, 12, 1)
NOW = datetime(2027, 12, 1, 2, 0, tzinfo=UTC)
#: a society for which every record is audit-proof, so that no test needs files
TRUSTING = {"audit_proof": {"letters": list("ABCDEF")}}
SUMMARY = "# 工程知识与专业能力\n" + "五年来我参与了多项工程的设计与验收。" * 60


@dataclass
class Renewing:
    """The member, and what they do."""

    someone: Someone
    do: Do
    #: ids of the records, year by year
    records: list[int] = field(default_factory=list)

    @property
    def registration(self) -> Registration:
        """The registration that is renewed."""
        assert self.someone.registration
        return self.someone.registration

    def log(self, ended_on: date, hours: int, *, today: date = TODAY, **over: Any) -> int:
        """A training over as many days as its hours need, ten a day; its id."""
        days = -(-hours // 10)
        new = NewActivity(
            "training",
            over.pop("title", f"{ended_on.year} 年培训"),
            ended_on - timedelta(days=days - 1),
            ended_on,
            {"minutes": hours * 45},
            **over,
        )
        now = datetime(today.year, today.month, today.day, 2, tzinfo=UTC)
        made = self.do(log_activity, self.someone.actor, new, now=now, today=today)
        return int(made.activity.id)

    def write(self, text: str = SUMMARY, *, version: int = 0) -> summaries.SummaryText:
        """The summary."""
        written: summaries.SummaryText = self.do(
            summaries.save_summary, self.someone.actor, self.registration.id, text,
            version=version, now=NOW, today=TODAY,
        )  # fmt: skip
        return written

    def file(self, *, today: date = TODAY, now: datetime = NOW, **over: Any) -> filings.Filed:
        """File for re-registration."""
        values = {
            "registration_id": self.registration.id,
            "declaration_version": DECLARATION_VERSION,
            "key": str(uuid.uuid4()),
            **over,
        }
        filed: filings.Filed = self.do(
            filings.file_renewal, self.someone.actor, filings.NewFiling(**values),
            now=now, today=today,
        )  # fmt: skip
        return filed

    def filed(self, **over: Any) -> Filing:
        """The filing itself."""
        return self.file(**over).filing


@pytest.fixture
def trusting(store: Store, society: Society) -> Society:
    """The society of all, for which every record is audit-proof."""
    store.change(society, settings=TRUSTING)
    return society


@pytest.fixture
def renewing(do: Do, trusting: Society, member: Someone) -> Renewing:  # noqa: ARG001
    """50 hours in each of four years, 40 in the running fifth, a summary."""
    one = Renewing(member, do)
    for year in range(2023, 2027):
        one.records.append(one.log(date(year, 5, 20), 50, competences=("knowledge",)))
    one.records.append(one.log(date(2027, 5, 20), 40, competences=("knowledge", "teamwork")))
    one.write()
    return one


@pytest.fixture
def employed(store: Store, renewing: Renewing) -> Renewing:
    """The same with an employer."""
    builders.an_employment(store, renewing.someone.id, "示范设计院")
    return renewing
