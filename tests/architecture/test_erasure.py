"""Every text and JSON column says what becomes of it when a member asks for erasure."""

from collections import Counter

from sqlalchemy import JSON, LargeBinary, String

from cpd_app.models import Base
from cpd_app.usecases.erasure_fields import GOING, STAYING

#: where words can lie
WORDY = (String, JSON, LargeBinary)


def classified() -> Counter[str]:
    """How often each column stands in the table."""
    places = [*GOING.values(), *STAYING.values()]
    return Counter(
        f"{table}.{column}"
        for tables in places
        for table, columns in tables.items()
        for column in columns.split()
    )


def columns() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, WORDY)
    }


def test_every_column_that_can_hold_words_has_one_place():
    found = classified()

    assert sorted(columns() - set(found)) == []
    assert sorted(name for name, times in found.items() if times > 1) == []


def test_no_place_is_of_a_column_that_is_gone():
    assert sorted(set(classified()) - columns()) == []
