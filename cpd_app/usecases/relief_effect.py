"""What a relief would do to every year, before it is asked for or granted: the same judgement."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, lazyload

from cpd_app.db import session
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.relief import Span
from cpd_app.domain.years import Verdict
from cpd_app.models import Person, Registration, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.progress import OfSociety, judge
from cpd_app.usecases.records import records_of, records_of_terms
from cpd_app.usecases.registrations_shown import term_on
from cpd_app.usecases.renewal_facts import RenewalFacts, facts_of
from cpd_app.usecases.term_sums import sums_of

#: members judged for the preview of a relief for all; more is said to be a sample
SAMPLE = 200


@dataclass(frozen=True)
class YearEffect:
    """One CPD year before and after."""

    before: YearProgress
    after: YearProgress

    @property
    def changes(self) -> bool:
        """Whether requirement, last day or verdict change."""
        before, after = self.before, self.after
        return (before.required, before.deferred_until, before.verdict) != (
            after.required,
            after.deferred_until,
            after.verdict,
        )


@dataclass(frozen=True)
class EffectOnAll:
    """What a relief for the whole society would change."""

    #: registrations with a certificate that runs in those days
    registrations: int
    #: how many of them were judged
    judged: int
    #: of those judged: whose requirement changes
    changed: int
    #: verdicts of years, before and after, with how many change so
    verdicts: tuple[tuple[Verdict, Verdict, int], ...]

    @property
    def is_sample(self) -> bool:
        """Whether not all were judged."""
        return self.judged < self.registrations


def effect_of(
    registration: Registration, term: Term, span: Span, *, on: date, granted: bool = False
) -> tuple[YearEffect, ...]:
    """Every year of a term with and without a relief; whoever calls has asked for permission.

    `granted`: the span is in force already, so that `before` is without it.
    """
    records = records_of(registration)
    of_society = OfSociety(registration.society_id)
    facts = facts_of([(registration, term)])[term.id]
    without = _without(facts, span) if granted else facts
    with_it = facts if granted else _with(facts, span)
    sums = sums_of(records, term.id)
    before = judge(registration, term, sums, of_society, without, on=on)
    after = judge(registration, term, sums, of_society, with_it, on=on)
    return tuple(YearEffect(*pair) for pair in zip(before.years, after.years, strict=True))


def effect_on_all(actor: Actor, society_id: int, span: Span, *, on: date) -> EffectOnAll:
    """What a relief for all would do, on up to 200 of them; a dozen statements however many."""
    require(actor, Permission.SET_RELIEF, Target(societies=frozenset({society_id})))
    touched = (
        exists()
        .where(
            Term.registration_id == Registration.id,
            Term.starts_on < span.to_on,
            Term.ends_on > span.from_on,
        )
        .correlate(Registration)
    )
    of_society = select(Registration).where(Registration.society_id == society_id, touched)
    number = session.scalar(select(func.count()).select_from(of_society.subquery())) or 0
    sample = session.scalars(
        of_society.order_by(Registration.id)
        .limit(SAMPLE)
        .options(
            joinedload(Registration.society),
            joinedload(Registration.person).options(lazyload(Person.names)),
        )
    ).all()
    pairs = [(r, t) for r in sample if (t := term_on(r, on)) is not None]
    effects = list(_effects(pairs, OfSociety(society_id), span, on))
    moved = Counter(
        (year.before.verdict, year.after.verdict)
        for years in effects
        for year in years
        if year.before.verdict != year.after.verdict
    )
    return EffectOnAll(
        registrations=number,
        judged=len(effects),
        changed=sum(any(year.changes for year in years) for years in effects),
        verdicts=tuple((*pair, n) for pair, n in moved.most_common()),
    )


def _effects(
    pairs: list[tuple[Registration, Term]], of_society: OfSociety, span: Span, on: date
) -> Iterable[list[YearEffect]]:
    records, facts = records_of_terms(pairs), facts_of(pairs)
    for registration, term in pairs:
        known = records[registration.id]
        sums = sums_of(known, term.id)
        before = judge(registration, term, sums, of_society, facts[term.id], on=on)
        more = _with(facts[term.id], span)
        after = judge(registration, term, sums, of_society, more, on=on)
        yield [YearEffect(*pair) for pair in zip(before.years, after.years, strict=True)]


def _with(facts: RenewalFacts, span: Span) -> RenewalFacts:
    return replace(
        facts,
        reductions=(*facts.reductions, *span.reductions),
        deferrals=(*facts.deferrals, *span.deferrals),
    )


def _without(facts: RenewalFacts, span: Span) -> RenewalFacts:
    reductions, deferrals = list(facts.reductions), list(facts.deferrals)
    for reduction in span.reductions:
        if reduction in reductions:
            reductions.remove(reduction)
    for deferral in span.deferrals:
        if deferral in deferrals:
            deferrals.remove(deferral)
    return replace(facts, reductions=tuple(reductions), deferrals=tuple(deferrals))
