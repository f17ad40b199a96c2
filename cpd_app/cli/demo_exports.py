"""The demo's files in the background: ordered here, made by the first worker that runs."""

from datetime import timedelta

from cpd_app import clock
from cpd_app.cli.people import person_id_of
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.policy import Actor
from cpd_app.storage import local_files
from cpd_app.usecases import bulk_dossiers, export_orders, register_sheets, societies
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.bulk_dossiers import Span
from cpd_app.usecases.members import MemberFilter
from cpd_app.usecases.register_sheets import SheetOrder

#: an order of every kind stands under this key, so that a repeat orders nothing
KEY = "demo"


def make_exports(member: Actor) -> None:
    """By the registrar the register and the year's dossiers with evidence; by the member all."""
    now, today = clock.now(), clock.today()
    registrar = actor_for(person_id_of("registrar@demo.test"), origin="cli", today=today)
    society_id = societies.society_of_code("demo-elec").id
    order = SheetOrder(society_id, "members", "xlsx", MemberFilter(), today, "zh")
    with transaction():
        register_sheets.order_sheet(registrar, order, key=KEY, now=now)
        export_orders.order_own(member, language="zh", key=KEY, now=now)
    try:
        with transaction():
            bulk_dossiers.order_dossiers(
                registrar,
                Span(society_id, today - timedelta(days=365), today),
                with_evidence=True,
                room=local_files().room(),
                language="zh",
                key=KEY,
                now=now,
            )
    except Rejected:
        return  # a disk that is nearly full, or nobody filed: the rest of the demo stands
