"""Pages (Jinja): one module, one blueprint; each works without JavaScript."""

from flask import Flask

from cpd_app.web import (
    activation,
    activities,
    annual_plan,
    backfill,
    calendars,
    capture,
    checkin,
    context,
    documents,
    door,
    events,
    evidence,
    exports,
    filters,
    health,
    imports,
    jobs,
    me,
    members,
    outbox,
    own_imports,
    passes,
    progress,
    pwa,
    room,
    rules,
    rulings,
    signin,
    staff,
    staff_events,
    stewards,
    switches,
)


def init(app: Flask) -> None:
    """Register the pages and what every template may use."""
    filters.init(app)
    context.init(app)
    for module in (
        exports,
        own_imports,
        jobs,
        imports,
        health,
        switches,
        signin,
        activation,
        me,
        progress,
        annual_plan,
        calendars,
        activities,
        evidence,
        capture,
        checkin,
        backfill,
        staff,
        members,
        rules,
        rulings,
        events,
        staff_events,
        outbox,
        pwa,
        documents,
        room,
        door,
        stewards,
        passes,
    ):
        app.register_blueprint(module.bp)
