"""Public look-up: what is told, what is not, and how often one may ask."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.errors import NotAllowed, Rejected, TooMany
from cpd_app.models import Filing, PersonName, Society
from cpd_app.policy import Actor
from cpd_app.usecases import verification
from cpd_app.usecases.attempts import LIMITS
from tests.support import builders
from tests.support.certificates import an_act
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
Ask = Callable[..., Any]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def ask(do: Do, now: datetime) -> Ask:
    """Look a number up from an address on a day (today)."""

    def look_up(number: str, *, address: str = "192.0.2.1", today: date | None = None) -> Any:
        return do(verification.look_up, number, address=address, now=now, today=today or now.date())

    return look_up


@pytest.fixture
def number(member: Someone) -> str:
    assert member.registration
    return member.registration.number


def test_a_certificate_is_told_with_a_masked_name(ask: Ask, number: str):
    found = ask(number)

    assert (found.name, found.state, found.society.code) == ("张＊＊", "active", "home")
    assert [e.kind for e in found.history] == ["issued"]


@pytest.mark.parametrize("form", ["{} ", "  {}", "{:.3} {:.9}", "{l}", "{w}"])
def test_odd_spacing_width_and_case_do_no_harm(ask: Ask, number: str, form: str):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    typed = {
        "{} ": f"{number} ",
        "  {}": f"\u3000{number}",
        "{:.3} {:.9}": f"{number[:3]} {number[3:]}",
        "{l}": number.lower(),
        "{w}": wide,
    }[form]

    assert ask(typed).registration.number == number


@pytest.mark.parametrize("typed", ["", " ", "T", "T0", "%", "T" * 61, "张会员", "' OR 1=1"])
def test_what_is_no_number_is_nothing(ask: Ask, number: str, typed: str):
    assert typed != number
    assert ask(typed) is None


def test_a_society_may_show_full_names(do: Do, ask: Ask, society: Society, number: str, now: Any):
    system = Actor.system("cli")
    do(verification.set_public_names, system, society.id, "full", now=now)
    assert ask(number).name == "张会员"

    do(verification.set_public_names, system, society.id, "masked", now=now)
    assert ask(number).name == "张＊＊"
    with pytest.raises(Rejected):
        do(verification.set_public_names, system, society.id, "some", now=now)


def test_staff_do_not_change_how_names_are_shown(do: Do, registrar: Someone, now: datetime):
    assert registrar.society
    with pytest.raises(NotAllowed):
        do(verification.set_public_names, registrar.actor, registrar.society.id, "full", now=now)


def test_only_published_acts_are_told(ask: Ask, store: Store, member: Someone, number: str):
    assert member.registration
    an_act(store, member.registration, "suspended", date(2024, 6, 1))
    an_act(store, member.registration, "resumed", date(2024, 9, 1))
    an_act(
        store, member.registration, "revoked", date(2026, 1, 1), state="proposed", published_at=None
    )
    an_act(store, member.registration, "cancelled", date(2026, 2, 1), state="dropped")

    assert [e.kind for e in ask(number).history] == ["resumed", "suspended", "issued"]


def test_an_annulled_revocation_stays_in_the_history(
    ask: Ask, store: Store, member: Someone, number: str
):
    assert member.registration
    revoked = an_act(store, member.registration, "revoked", date(2026, 1, 5), state="annulled")
    an_act(store, member.registration, "annulled", date(2026, 3, 1), annuls_id=revoked.id)

    told = ask(number)

    assert told.state == "active"
    assert [(e.kind, e.annulled) for e in told.history][:2] == [
        ("annulled", False),
        ("revoked", True),
    ]


@pytest.mark.parametrize(
    ("filed", "state", "told"),
    [
        ("2028-02-20", "filed", "in_review"),
        ("2028-02-20", "returned", "in_review"),
        ("2028-02-20", "refused", "expired"),
        ("2028-02-20", "withdrawn", "expired"),
        ("2028-03-05", "filed", "expired"),
    ],
)
def test_expired_but_filed_in_time(
    ask: Ask, store: Store, member: Someone, number: str, filed: str, state: str, told: str
):
    assert member.registration
    store.add(
        Filing(
            number="RF-1",
            society_id=member.registration.society_id,
            registration_id=member.registration.id,
            term_id=member.registration.terms[0].id,
            person_id=member.id,
            state=state,
            filed_at=datetime.fromisoformat(f"{filed}T10:00:00+08:00"),
            declaration_version=1,
            risk=0,
        )
    )

    assert ask(number, today=date(2028, 3, 10)).state == told


def test_a_registration_without_a_term_is_no_certificate(ask: Ask, store: Store, society: Society):
    bare = builders.a_registration(store, builders.a_person(store), society)
    with store.session() as session:
        session.delete(session.merge(bare).terms[0])

    assert ask(bare.number) is None


def test_a_name_is_the_same_or_not(do: Do, number: str, now: datetime):
    asked = {"address": "192.0.2.1", "now": now, "today": now.date()}

    assert do(verification.check_name, number, " 张 会员", **asked)[1] is True
    assert do(verification.check_name, number, "张会", **asked)[1] is False
    assert do(verification.check_name, "T-none", "张会员", **asked) == (None, False)


@pytest.mark.parametrize(
    ("renamed_on", "same"), [(date(2024, 1, 1), "yes"), (date(2022, 1, 1), "no")]
)
def test_an_earlier_name_counts_when_it_was_used_in_the_term(
    do: Do,
    store: Store,
    member: Someone,
    number: str,
    now: datetime,
    renamed_on: date,
    same: str,
):
    store.add(PersonName(person_id=member.id, name="章会员", from_on=renamed_on))

    found = do(verification.check_name, number, "张会员", address="1", now=now, today=now.date())

    assert found[1] is (same == "yes")
    assert found[0].name == "章＊＊"


def test_unknown_numbers_are_soon_throttled(ask: Ask, number: str):
    """Whoever walks through numbers is stopped long before who checks certificates."""
    for _ in range(LIMITS["verify_unknown"].most):
        assert ask("T-none") is None

    with pytest.raises(TooMany, match="too_many_lookups"):
        ask(number)
    assert ask(number, address="192.0.2.2").state == "active"


def test_names_are_throttled_by_number_from_all_addresses(do: Do, number: str, now: datetime):
    def guess(place: int, when: datetime) -> Any:
        return do(
            verification.check_name, number, f"张{place}", address=str(place), now=when,
            today=now.date(),
        )  # fmt: skip

    for place in range(LIMITS["verify_name_number"].most):
        guess(place, now)

    with pytest.raises(TooMany, match="too_many_names"):
        guess(1000, now)
    assert guess(1000, now + timedelta(hours=2))[1] is False


def test_names_are_throttled_by_address(do: Do, number: str, now: datetime):
    asked = {"address": "192.0.2.1", "now": now, "today": now.date()}
    for place in range(LIMITS["verify_name_address"].most):
        do(verification.check_name, f"T-{place}", "张会员", **asked)

    with pytest.raises(TooMany):
        do(verification.check_name, number, "张会员", **asked)
