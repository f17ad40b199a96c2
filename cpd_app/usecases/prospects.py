"""What a coming event would bring a member: hours by their own society's table, in which year."""

from dataclasses import dataclass
from datetime import date

from cpd_app.domain.agenda import record_of
from cpd_app.domain.allocation import allocate
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.years import year_of
from cpd_app.models import Event, Registration
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.allocation import credit_input
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.event_hours import plan_of
from cpd_app.usecases.places import Place
from cpd_app.usecases.preview import as_row, counted_rows
from cpd_app.usecases.rules_in_force import Rules, compiled

#: of a flat record, what is no field of its kind
FRAME = frozenset({"kind", "started_on", "ended_on"})


@dataclass(frozen=True)
class Prospect:
    """What an event would bring; hours in hundredths."""

    #: the whole event by itself
    hours: int
    #: what the year would recognise of it, after its caps
    gain: int
    #: the CPD year in which it finishes; None outside the term
    year_index: int | None
    last_on: date


class Prospects:
    """The prospects of one registration: its table and its records are read once."""

    def __init__(self, registration: Registration) -> None:
        """Two statements, when the first event is asked for."""
        self.registration = registration
        self._rules = Rules(registration.society_id)
        self._inputs = [
            credit_input(row, compiled(row.rule_version_id))
            for row in counted_rows(registration.id)
        ]
        self._before = allocate(self._inputs)

    def of(self, event: Event) -> Prospect | None:
        """What being there all the time would bring; None when the table gives nothing for it."""
        plan = plan_of(event)
        days = plan.days
        if days is None or plan.minutes < 1:
            return None
        try:
            rule = self._rules.on(days[1])
            record = record_of(plan, rule.rule_set, plan.minutes, days)
            conversion = convert(rule.rule_set, record)
        except Rejected:
            return None  # another society's kind, which this table does not know
        place = self._place(days[1])
        gain = 0
        if place.term_id is not None and place.year_index is not None:
            fields = {k: v for k, v in record.items() if k not in FRAME}
            new = NewActivity(plan.kind, event.title, days[0], days[1], fields)
            mine = credit_input(as_row(new, place, rule, conversion), rule.rule_set)
            slot = (place.term_id, place.year_index)
            after = allocate([*self._inputs, mine]).years[slot].recognised
            known = self._before.years.get(slot)
            gain = after - (known.recognised if known else 0)
        return Prospect(conversion.hours, max(gain, 0), place.year_index, days[1])

    def _place(self, day: date) -> Place:
        registration = self.registration
        for term in registration.terms:
            if term.starts_on <= day < term.ends_on:
                years = cpd_years(term.starts_on, term.ends_on, registration.society.year_kind)
                index = year_of(years, day)
                return Place(registration.id, registration.society_id, term.id, index)
        return Place(registration.id, registration.society_id, None, None)
