"""Codes of the domain and their sentences in the members' language: zh here, en in the catalogue.

One module per feature holds a dictionary `SENTENCES`; the edges translate. A sentence says what
happened and what to do. Places for values are written `%(name)s`.
"""

from cpd_app.texts import (
    activities,
    attendance,
    audits,
    certificate_papers,
    checkin,
    complaints,
    deadlines,
    documents,
    door,
    events,
    evidence,
    imports,
    members,
    register,
    renewal,
    roster,
    rules,
    shared,
    signin,
)

SENTENCES: dict[str, str] = {
    **shared.SENTENCES,
    **activities.SENTENCES,
    **attendance.SENTENCES,
    **audits.SENTENCES,
    **certificate_papers.SENTENCES,
    **complaints.SENTENCES,
    **deadlines.SENTENCES,
    **door.SENTENCES,
    **checkin.SENTENCES,
    **documents.SENTENCES,
    **events.SENTENCES,
    **signin.SENTENCES,
    **register.SENTENCES,
    **members.SENTENCES,
    **renewal.SENTENCES,
    **evidence.SENTENCES,
    **imports.SENTENCES,
    **roster.SENTENCES,
    **rules.SENTENCES,
}
