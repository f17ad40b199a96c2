"""One-time codes: in bulk and singly, used once, replaced, expired; contacts changed by them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, insert, select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import (
    JournalEntry,
    JournalValues,
    OneTimeCode,
    Person,
    Society,
    SocietyMembership,
)
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import activation, contacts, passwords, signin
from cpd_app.usecases.activation import IssuedCode
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
HERE = "192.0.2.1"
CODE = re.compile(r"([2-9A-HJKMNP-TV-Z]{4}-){2}[2-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def newcomer(store: Store, society: Society) -> Someone:
    """A member of the home society who has not been activated."""
    person = builders.a_person(store, name="何新人", password_hash=None, activated_at=None)
    builders.a_membership(store, person, society)
    return Someone(person, society, builders.a_registration(store, person, society))


@pytest.fixture
def use(do: Do, now: datetime) -> Callable[..., str]:
    """Choose a password with a code."""

    def with_code(code: str, at: datetime | None = None) -> str:
        chosen = passwords.choose("绝缘子 2026")
        secret: str = do(activation.use_code, code, chosen, device="Android", now=at or now)
        return secret

    return with_code


def refusal(do: Do, code: str, now: datetime, address: str = HERE) -> str:
    """What the page would say to a code."""
    found = do(activation.open_code, code, address=address, now=now)
    return str(found.refusal)


def test_a_code_from_the_counter_activates_once(
    app: Flask,
    do: Do,
    registrar: Someone,
    newcomer: Someone,
    use: Callable[..., str],
    now: datetime,
    store: Store,
) -> None:
    issued: IssuedCode = do(activation.issue_code, registrar.actor, newcomer.id, now=now)
    assert CODE.fullmatch(issued.code)
    assert newcomer.registration
    assert (issued.name, issued.number) == ("何新人", newcomer.registration.number)
    assert issued.expires_at == now + timedelta(days=30)

    opened = do(activation.open_code, issued.code.lower(), address=HERE, now=now)
    assert (opened.name, opened.first, opened.refusal) == ("何*人", True, "")
    secret = use(issued.code.replace("-", " "))

    with app.app_context():
        found = signin.sign_in_of(secret, now=now)
        assert found is not None
        assert found.person.id == newcomer.id
    assert store.get(Person, newcomer.id).activated_at == now
    with pytest.raises(Rejected, match="code_used"):
        use(issued.code)
    assert refusal(do, issued.code, now) == "code_used"
    kept = store.all(select(JournalEntry.verb).order_by(JournalEntry.id))
    assert kept == ["code.issued", "account.activated"]


def test_only_the_hash_of_a_code_is_kept(
    do: Do, registrar: Someone, newcomer: Someone, now: datetime, store: Store
) -> None:
    issued = do(activation.issue_code, registrar.actor, newcomer.id, now=now)

    row = store.get(OneTimeCode, 1)
    assert row.code_hash == signin.hash_of(issued.code.replace("-", ""))
    assert issued.code not in str(store.all(select(JournalEntry.data)))


def test_a_newer_code_replaces_the_older(
    do: Do, registrar: Someone, newcomer: Someone, use: Callable[..., str], now: datetime
) -> None:
    older = do(activation.issue_code, registrar.actor, newcomer.id, now=now)
    newer = do(activation.issue_code, registrar.actor, newcomer.id, now=now)

    assert refusal(do, older.code, now) == "code_replaced"
    with pytest.raises(Rejected, match="code_replaced"):
        use(older.code)
    assert use(newer.code)


def test_a_code_expires_after_thirty_days(
    do: Do, registrar: Someone, newcomer: Someone, use: Callable[..., str], now: datetime
) -> None:
    issued = do(activation.issue_code, registrar.actor, newcomer.id, now=now)

    assert refusal(do, issued.code, now + timedelta(days=29, hours=23)) == ""
    with pytest.raises(Rejected, match="code_too_old"):
        use(issued.code, at=now + timedelta(days=30))
    assert refusal(do, issued.code, now + timedelta(days=30)) == "code_too_old"


def test_a_reset_ends_every_sign_in_and_every_other_code(
    app: Flask,
    do: Do,
    registrar: Someone,
    member: Someone,
    use: Callable[..., str],
    now: datetime,
) -> None:
    before = do(signin.begin_sign_in, member.id, device="", now=now)
    issued = do(activation.issue_code, registrar.actor, member.id, now=now)
    mailed = do(
        lambda: activation.make_code(
            registrar.actor,
            activation.person_for_code(registrar.actor, member.id, now=now),
            activation.Purpose.ACTIVATE,
            lasts=activation.LASTS,
            now=now,
        )
    )

    use(issued.code)

    with app.app_context():
        assert signin.sign_in_of(before, now=now) is None
    assert refusal(do, mailed.code, now) == "code_replaced"


def test_wrong_codes_are_counted_by_address(
    do: Do, registrar: Someone, newcomer: Someone, now: datetime
) -> None:
    issued = do(activation.issue_code, registrar.actor, newcomer.id, now=now)
    for _ in range(20):
        assert refusal(do, "K7M4-QX2P-D9RT", now) == "code_unknown"

    held = do(activation.open_code, issued.code, address=HERE, now=now)
    assert (held.refusal, held.minutes) == ("too_many_codes", 15)
    assert refusal(do, issued.code, now, address="192.0.2.2") == ""
    assert refusal(do, issued.code, now + timedelta(minutes=16)) == ""


@pytest.mark.parametrize("who", ["auditor", "organiser", "member", "federation"])
def test_only_a_registrar_gives_codes(
    request: pytest.FixtureRequest, do: Do, newcomer: Someone, now: datetime, who: str
) -> None:
    someone: Someone = request.getfixturevalue(who)

    with pytest.raises((NotAllowed, NotFound)):
        do(activation.issue_code, someone.actor, newcomer.id, now=now)


def test_another_societys_registrar_finds_nobody(
    do: Do, stranger: Someone, newcomer: Someone, society: Society, now: datetime
) -> None:
    with pytest.raises(NotFound):
        do(activation.issue_code, stranger.actor, newcomer.id, now=now)
    with pytest.raises(NotFound):
        do(activation.issue_codes, stranger.actor, society.id, [newcomer.id], now=now)
    with pytest.raises(NotFound):
        do(activation.issue_code, stranger.actor, 999, now=now)


def test_one_society_cannot_reset_the_password_of_another_ones_member(
    do: Do,
    store: Store,
    registrar: Someone,
    stranger: Someone,
    member: Someone,
    newcomer: Someone,
    now: datetime,
) -> None:
    assert stranger.society is not None
    for someone in (member, newcomer):
        builders.a_registration(store, someone.person, stranger.society)

    with pytest.raises(NotAllowed, match="code_elsewhere_too"):
        do(activation.issue_code, registrar.actor, member.id, now=now)
    assert do(activation.issue_code, registrar.actor, newcomer.id, now=now).code


def test_a_society_opens_no_account_of_another_ones_staff(
    do: Do,
    registrar: Someone,
    member: Someone,
    other_society: Society,
    now: datetime,
    store: Store,
) -> None:
    """A code is as good as a password: it would lend the other society's powers."""
    role = builders.a_role(store, member.person, RoleName.AUDITOR, other_society)
    with pytest.raises(NotAllowed, match="code_for_staff"):
        do(activation.issue_code, registrar.actor, member.id, now=now)

    with store.session() as session:
        session.get_one(type(role), role.id).ends_on = now.date()
    assert do(activation.issue_code, registrar.actor, member.id, now=now).code


def test_codes_in_bulk_go_to_the_societys_people_who_wait_for_one(
    do: Do,
    registrar: Someone,
    newcomer: Someone,
    member: Someone,
    stranger: Someone,
    society: Society,
    now: datetime,
    store: Store,
) -> None:
    merged = builders.a_person(store, password_hash=None, merged_into_id=member.id)
    builders.a_membership(store, merged, society)
    older = do(activation.issue_code, registrar.actor, newcomer.id, now=now)
    wanted = [newcomer.id, member.id, stranger.id, merged.id, 999]

    issued = do(activation.issue_codes, registrar.actor, society.id, wanted, now=now)

    assert newcomer.registration
    assert [(c.person_id, c.name, c.number) for c in issued] == [
        (newcomer.id, "何新人", newcomer.registration.number)
    ]
    assert refusal(do, older.code, now) == "code_replaced"
    assert refusal(do, issued[0].code, now) == ""
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "codes.issued"))
    assert (entry.society_id, entry.data) == (society.id, {"count": 1, "purpose": "activate"})


def test_who_is_not_activated_is_known(
    app: Flask, registrar: Someone, newcomer: Someone, member: Someone, society: Society
) -> None:
    with app.app_context():
        waiting = activation.not_activated(registrar.actor, society.id)
        with pytest.raises(NotAllowed):
            activation.not_activated(
                Actor(1, "web", {society.id: frozenset({RoleName.AUDITOR})}), society.id
            )

    assert newcomer.id in waiting
    assert member.id not in waiting


def test_thousands_of_codes_take_a_few_statements(
    do: Do, registrar: Someone, society: Society, now: datetime, store: Store, engine: Engine
) -> None:
    count = 2000
    with store.session() as session:
        session.execute(
            insert(Person),
            [{"created_at": now, "email": f"m{n}@example.org"} for n in range(count)],
        )
        ids = list(session.scalars(select(Person.id).where(Person.password_hash.is_(None))))
        session.execute(
            insert(SocietyMembership),
            [{"person_id": i, "society_id": society.id} for i in ids],
        )
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *about: said.append(about[2]))

    issued = do(activation.issue_codes, registrar.actor, society.id, ids, now=now)

    assert len({c.code for c in issued}) == count
    assert len(said) <= 5 * count / activation.CHUNK + 5


def test_a_new_address_is_taken_over_by_its_code(
    do: Do, registrar: Someone, member: Someone, now: datetime, store: Store
) -> None:
    issued = do(contacts.issue_contact_code, registrar.actor, member.id, "New@Example.org", now=now)
    outcome = do(contacts.confirm_contact, member.actor, issued.code, address=HERE, now=now)

    assert (outcome.contact, outcome.refusal) == ("n***@example.org", "")
    assert store.get(Person, member.id).email == "new@example.org"
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "contact.changed"))
    assert "example" not in str(entry.data)
    assert store.get(JournalValues, entry.id).values["after"] == "new@example.org"


def test_a_new_phone_is_given_at_the_counter(
    do: Do, registrar: Someone, member: Someone, now: datetime, store: Store
) -> None:
    issued = do(contacts.issue_contact_code, registrar.actor, member.id, "139 0000 7777", now=now)
    do(contacts.confirm_contact, member.actor, issued.code, address=HERE, now=now)

    assert store.get(Person, member.id).phone == "+8613900007777"


def test_a_contact_code_is_for_its_person_only_and_opens_no_account(
    do: Do,
    registrar: Someone,
    member: Someone,
    other_member: Someone,
    use: Callable[..., str],
    now: datetime,
) -> None:
    issued = do(contacts.issue_contact_code, registrar.actor, member.id, "a@example.org", now=now)

    theirs = do(contacts.confirm_contact, other_member.actor, issued.code, address=HERE, now=now)
    assert theirs.refusal == "code_unknown"
    assert refusal(do, issued.code, now) == "code_contact"
    with pytest.raises(Rejected, match="code_contact"):
        use(issued.code)
    do(contacts.confirm_contact, member.actor, issued.code, address=HERE, now=now)
    again = do(contacts.confirm_contact, member.actor, issued.code, address=HERE, now=now)
    assert again.refusal == "code_used"


def test_an_address_of_another_account_is_not_taken(
    do: Do, registrar: Someone, member: Someone, other_member: Someone, now: datetime, store: Store
) -> None:
    issued = do(contacts.issue_contact_code, registrar.actor, member.id, "b@example.org", now=now)
    with store.session() as session:
        session.get_one(Person, other_member.id).email = "b@example.org"

    with pytest.raises(Conflict, match="contact_taken"):
        do(contacts.confirm_contact, member.actor, issued.code, address=HERE, now=now)
    with pytest.raises(Conflict, match="contact_taken"):
        do(contacts.issue_contact_code, registrar.actor, member.id, "b@example.org", now=now)
    with pytest.raises(Rejected, match="contact_bad"):
        do(contacts.issue_contact_code, registrar.actor, member.id, "12345", now=now)


def test_wrong_contact_codes_are_counted_too(do: Do, member: Someone, now: datetime) -> None:
    said = [
        do(contacts.confirm_contact, member.actor, "K7M4QX2PD9RT", address=HERE, now=now)
        for _ in range(21)
    ]

    assert {s.refusal for s in said[:20]} == {"code_unknown"}
    assert (said[20].refusal, said[20].minutes) == ("too_many_codes", 15)
