"""Acts and reports of the register with ids, for the tests that ask for everything by id."""

from datetime import UTC, datetime
from typing import Any

from cpd_app.models import CertificateAct, FederationReport, File
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

NOW = datetime(2025, 6, 2, 2, 0, tzinfo=UTC)


def register_things(store: Store, member: Someone, file: File) -> dict[str, Any]:
    """A suspension of another registration of the member, in force, and a report of it."""
    assert member.society
    registration = builders.a_registration(
        store, member.person, member.society, term={"state": "suspended"}
    )
    report = FederationReport(
        society_id=member.society.id,
        number=1,
        made_at=NOW,
        acts=0,
        content='{"acts":[]}',
        digest="0" * 64,
    )
    store.add(report)
    act = CertificateAct(
        society_id=member.society.id,
        registration_id=registration.id,
        term_id=registration.terms[0].id,
        kind="suspended",
        document_file_id=file.id,
        reason_code="under_inquiry",
        effective_on=NOW.date(),
        state="in_force",
        former_state="active",
        proposed_at=NOW,
        published_at=NOW,
        report_id=report.id,
    )
    store.add(act)
    own = builders.a_registration(store, member.person, member.society)
    wish = CertificateAct(
        society_id=member.society.id,
        registration_id=own.id,
        term_id=own.terms[0].id,
        kind="suspended",
        reason_code="own_wish",
        effective_on=NOW.date(),
        state="asked",
        former_state="active",
        proposed_at=NOW,
        proposed_by_id=member.id,
    )
    store.add(wish)
    return {"wish_id": wish.id, "act_id": act.id, "report_id": report.id}
