"""Taking an import of members back leaves what relief rests on, and says why."""

import pytest
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import ImportRow, Registration, Term
from cpd_app.usecases import imports
from tests.support.files import MEMBERS, a_csv, a_member_row
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.reliefs import granted


@pytest.fixture(autouse=True)
def present(at):
    """The clock stands still."""
    return at("2026-11-20 14:00")


def test_what_relief_was_granted_on_stays(
    app, bring_file, confirm_file, do, store, registrar, auditor
):
    def bring(level="professional"):
        import_id = bring_file(registrar, "members", a_csv(MEMBERS, a_member_row(level=level)))
        confirm_file(registrar, import_id)
        return import_id

    def undo(import_id):
        do(imports.order_undo, registrar.actor, import_id, now=clock.now())
        work_off(app)
        return store.one(select(ImportRow).where(ImportRow.import_id == import_id))

    first = bring()
    with store.session() as session:
        registration = session.scalars(select(Registration)).one()
        someone = Someone(registration.person, registration.society, registration)
        assert registration.terms
    granted(do, store, someone, auditor, "illness", now=clock.now())
    corrected = bring(level="senior")

    for row in (undo(corrected), undo(first)):
        assert (row.state, row.warnings[-1]) == ("kept", {"code": "kept_relief"})
    assert store.one(select(Term.level)) == "senior"
