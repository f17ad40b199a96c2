"""What the hours of a file come to once some of its records are judged down (domain.md §4, §8).

A record that is rejected takes part in nothing any more: what a year's cap, a key or an overlap
took from others for its sake comes back to them.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace

from cpd_app.domain.allocation import CreditInput, allocate


def hours_after_reading(
    records: Iterable[CreditInput], filed: Mapping[Hashable, int], most: Mapping[Hashable, int]
) -> dict[Hashable, int]:
    """Hours (hundredths) of each record, by `ref`.

    `filed` is what each was recognised for when it was filed; `most` what a reader left of those
    that were judged down (0 = rejected). What a record gains is the difference of two allocations
    of the same records, so that whatever else was allocated then (earlier terms) stands.
    """
    known = list(records)
    before = allocate(known).records
    after = allocate(replace(r, confirmed=most.get(r.ref, r.confirmed)) for r in known).records
    found = dict(filed)
    for record in known:
        moved = after[record.ref].recognised - before[record.ref].recognised
        hours = min(filed.get(record.ref, 0) + moved, record.conversion)
        found[record.ref] = max(0, min(hours, most.get(record.ref, hours)))
    return found
