"""Published acts of the register, made straight in the table."""

from datetime import date
from typing import Any

from cpd_app.models import CertificateAct, Registration
from tests.support.builders import LONG_AGO
from tests.support.store import Store


def an_act(
    store: Store, registration: Registration, kind: str, on: date, **over: Any
) -> CertificateAct:
    """An act in force on the registration's last term, published."""
    row = CertificateAct(
        **{
            "society_id": registration.society_id,
            "registration_id": registration.id,
            "term_id": registration.terms[-1].id,
            "kind": kind,
            "document_no": f"示〔{on.year}〕1号",
            "effective_on": on,
            "state": "in_force",
            "former_state": "active",
            "proposed_at": LONG_AGO,
            "published_at": LONG_AGO,
            **over,
        }
    )
    store.add(row)
    return row
