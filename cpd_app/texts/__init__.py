"""Codes of the domain and their sentences in the members' language: zh here, en in the catalogue.

One module per feature holds a dictionary `SENTENCES`; the edges translate. A sentence says what
happened and what to do. Places for values are written `%(name)s`.
"""

from cpd_app.texts import (
    activities,
    attendance,
    audits,
    bridges,
    certificate_papers,
    certificates,
    checkin,
    complaints,
    deadlines,
    decisions,
    documents,
    door,
    events,
    evidence,
    filing,
    imports,
    members,
    messages,
    nudges,
    register,
    relief,
    renewal,
    roster,
    rules,
    shared,
    signin,
    work,
)

SENTENCES: dict[str, str] = {
    **shared.SENTENCES,
    **activities.SENTENCES,
    **attendance.SENTENCES,
    **audits.SENTENCES,
    **bridges.SENTENCES,
    **certificates.SENTENCES,
    **certificate_papers.SENTENCES,
    **complaints.SENTENCES,
    **deadlines.SENTENCES,
    **decisions.SENTENCES,
    **door.SENTENCES,
    **checkin.SENTENCES,
    **documents.SENTENCES,
    **events.SENTENCES,
    **signin.SENTENCES,
    **register.SENTENCES,
    **members.SENTENCES,
    **messages.SENTENCES,
    **nudges.SENTENCES,
    **renewal.SENTENCES,
    **relief.SENTENCES,
    **evidence.SENTENCES,
    **filing.SENTENCES,
    **imports.SENTENCES,
    **roster.SENTENCES,
    **rules.SENTENCES,
    **work.SENTENCES,
}

#: code -> name of the value by which its English has a singular and a plural
COUNTED: dict[str, str] = {**messages.COUNTED, **nudges.COUNTED}
