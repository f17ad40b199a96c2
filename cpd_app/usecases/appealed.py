"""What an appeal needs to know of whatever it is against."""

from dataclasses import dataclass

from cpd_app.usecases.deadlines import DeadlineKind


@dataclass(frozen=True)
class Appealed:
    """Whom it concerns, who decided before, and which deadline says until when."""

    society_id: int
    registration_id: int
    person_id: int
    #: people who decided before: none of them decides the appeal
    decided_by: frozenset[int]
    deadline_kind: DeadlineKind
    #: id in the address of the page that shows it: of the request, the filing, the registration
    page_id: int
