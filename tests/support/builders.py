"""The smallest valid rows, made straight in the tables; say only what the test is about.

They are for arranging. What a use case promises is tested by calling the use case.
"""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from cpd_app.models import (
    Activity,
    Employment,
    Evidence,
    Field,
    File,
    Person,
    PersonName,
    Registration,
    Role,
    Society,
    SocietyMembership,
    Term,
)
from tests.support.store import Store

#: when built rows came to be, unless a test says otherwise
LONG_AGO = datetime(2020, 1, 1, 1, 0, tzinfo=UTC)
#: the five years in which builders' registrations stand, unless a test says otherwise
TERM = (date(2023, 3, 1), date(2028, 3, 1))

_numbers = itertools.count(1)


def a_society(store: Store, **over: Any) -> Society:
    """A society with certificate years that began long ago."""
    number = next(_numbers)
    row = Society(
        **{
            "code": f"society-{number}",
            "name": f"测试学会{number}",
            "name_en": f"Test Society {number}",
            "year_kind": "certificate",
            "zone": "Asia/Shanghai",
            "began_on": date(2015, 1, 1),
            "settings": {},
            "is_demo": False,
            **over,
        }
    )
    store.add(row)
    return row


def a_person(store: Store, *, name: str = "", name_en: str | None = None, **over: Any) -> Person:
    """An activated person with one name; `password_hash` is no password at all."""
    number = next(_numbers)
    row = Person(
        **{
            "email": f"person-{number}@example.org",
            "phone": f"+86138{number:08d}",
            "password_hash": "-",
            "activated_at": LONG_AGO,
            "created_at": LONG_AGO,
            "theme": "auto",
            "text_size": "normal",
            **over,
        }
    )
    row.names = [PersonName(name=name or f"测试{number}", name_en=name_en, from_on=LONG_AGO.date())]
    store.add(row)
    return row


def a_role(store: Store, person: Person, role: str, society: Society | None, **over: Any) -> Role:
    """A role that has begun and has no end."""
    row = Role(
        **{
            "person_id": person.id,
            "society_id": society.id if society else None,
            "role": str(role),
            "starts_on": LONG_AGO.date(),
            "ends_on": None,
            **over,
        }
    )
    store.add(row)
    return row


def a_membership(store: Store, person: Person, society: Society, **over: Any) -> SocietyMembership:
    """Ordinary membership of a society without a known end."""
    row = SocietyMembership(
        **{
            "person_id": person.id,
            "society_id": society.id,
            "number": None,
            "until_on": None,
            **over,
        }
    )
    store.add(row)
    return row


def a_registration(
    store: Store,
    person: Person,
    society: Society,
    *,
    term: dict[str, Any] | None = None,
    **over: Any,
) -> Registration:
    """A registration with one active professional term over `TERM`; `term` changes the term."""
    number = next(_numbers)
    row = Registration(
        **{
            "person_id": person.id,
            "society_id": society.id,
            "number": f"T{number:06d}",
            "number_key": f"T{number:06d}",
            "field_id": None,
            "field_text": "电气工程",
            "specialty": None,
            "created_at": LONG_AGO,
            **over,
        }
    )
    row.terms = [
        Term(
            **{
                "level": "professional",
                "starts_on": TERM[0],
                "ends_on": TERM[1],
                "state": "active",
                **(term or {}),
            }
        )
    ]
    store.add(row)
    return row


def an_activity(store: Store, person: Person, **over: Any) -> Activity:
    """A recorded training of eight hours, without credits: those are the use cases' work."""
    number = next(_numbers)
    row = Activity(
        **{
            "person_id": person.id,
            "state": "recorded",
            "kind": "training",
            "title": f"测试培训{number}",
            "organiser": None,
            "place": None,
            "started_on": date(2024, 5, 6),
            "ended_on": date(2024, 5, 6),
            "fields": {"minutes": 480},
            "competences": [],
            "reflection": None,
            "source": "self",
            "different_from": {},
            "created_at": LONG_AGO,
            "created_by_id": person.id,
            "updated_at": LONG_AGO,
            "entered_on": date(2024, 5, 6),
            "version": 1,
            **over,
        }
    )
    store.add(row)
    return row


def a_file(store: Store, person: Person, **over: Any) -> File:
    """A photo that was looked at, without bytes in the store."""
    row = File(
        **{
            "person_id": person.id,
            "original_hash": "0" * 64,
            "name": "签到表.jpg",
            "media_type": "image/jpeg",
            "size": 1,
            "state": "ready",
            "secrecy": "none",
            "secrecy_text_version": 1,
            "secrecy_at": LONG_AGO,
            "created_at": LONG_AGO,
            **over,
        }
    )
    store.add(row)
    return row


def an_employment(store: Store, person_id: int, employer: str, **over: Any) -> Employment:
    """Where a person has worked for long."""
    values = {"person_id": person_id, "employer": employer, "from_on": LONG_AGO.date(), **over}
    row = Employment(**values)
    store.add(row)
    return row


def a_field(store: Store, *, name: str, **over: Any) -> Field:
    """A field of engineering of its own."""
    number = next(_numbers)
    row = Field(
        **{
            "code": f"field-{number}",
            "name": name,
            "name_en": f"Field {number}",
            "aliases": [],
            "source": "test",
            **over,
        }
    )
    store.add(row)
    return row


def an_evidence(store: Store, activity_id: int, file_id: int, **over: Any) -> Evidence:
    """A file on a record; it covers no listed proof unless `proofs` says so."""
    values = {"activity_id": activity_id, "file_id": file_id, "proofs": [], "created_at": LONG_AGO}
    row = Evidence(**{**values, **over})
    store.add(row)
    return row
