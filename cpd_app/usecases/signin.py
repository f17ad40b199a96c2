"""Browsers that are signed in: prove who one is, begin, look up, ask again, end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import lazyload

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.numbers import login_key, normal_email, normal_phone, number_key
from cpd_app.models import Person, Registration, SignIn
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal, passwords
from cpd_app.usecases.attempts import Subject
from cpd_app.usecases.passwords import ChosenPassword

#: how long a phone stays signed in without being used
STAYS = timedelta(days=180)
#: how long sensitive acts do not ask again
CONFIRMED = timedelta(minutes=15)
#: last_seen_at is written at most this often, so that reading pages does not write
SEEN_EVERY = timedelta(hours=6)


def hash_of(secret: str) -> str:
    """What is kept of a random secret; it is long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class CurrentSignIn:
    """The signed-in browser of a request and how its person wants the pages."""

    id: int
    person_id: int
    person: Person
    device: str
    confirmed_until: datetime
    seen_is_old: bool


def sign_in_of(token: str, *, now: datetime) -> CurrentSignIn | None:
    """The open sign-in that belongs to a browser's secret, if any."""
    row = session.execute(
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_hash == hash_of(token))
        .options(lazyload(Person.names))  # a page that greets by name asks for them
    ).first()
    if row is None:
        return None
    sign_in, person = row
    ended = sign_in.ended_at is not None or sign_in.expires_at <= now
    if ended or person.merged_into_id is not None:
        return None
    return CurrentSignIn(
        id=sign_in.id,
        person_id=person.id,
        person=person,
        device=sign_in.device,
        confirmed_until=sign_in.confirmed_until,
        seen_is_old=now - sign_in.last_seen_at > SEEN_EVERY,
    )


def person_named(name: str) -> Person | None:
    """Whom an e-mail address, a phone, a registration number or a file's login means.

    In this order, so that nobody's number hides another one's phone. No merged account.
    """
    ways: list[ColumnElement[bool]] = []
    if email := normal_email(name):
        ways.append(Person.email == email)
    if phone := normal_phone(name):
        ways.append(Person.phone == phone)
    numbered = select(Registration.person_id).where(Registration.number_key == number_key(name))
    ways += [Person.id.in_(numbered), Person.login == login_key(name)]
    for way in ways:
        found = session.scalar(select(Person).where(way, Person.merged_into_id.is_(None)))
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Proof:
    """What a name and a password came to. Made without a transaction, for hashing is slow."""

    #: None = nobody, or not their password
    person_id: int | None
    #: counted when it fails
    subjects: tuple[Subject, ...]
    #: whole minutes to wait; then nothing was compared
    wait: int = 0
    #: the hash with today's work, when the kept one is older
    new_hash: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Signed in (the browser's secret), or why not: a code of `texts` and minutes to wait.

    A refusal is no exception, for the attempt that failed must be kept.
    """

    secret: str = ""
    refusal: str = ""
    minutes: int = 0


def prove(name: str, password: str, *, address: str, now: datetime) -> Proof:
    """Compare a name and a password; the work is the same when nobody has the name."""
    key = normal_email(name) or normal_phone(name) or number_key(name)
    subjects = (
        attempts.subject("name_here", key, address),
        attempts.subject("name", key),
        attempts.subject("address", address),
    )
    return _compare(person_named(name), password, subjects, now=now)


def prove_again(actor: Actor, password: str, *, address: str, now: datetime) -> Proof:
    """Compare the password of whoever is signed in, for a sensitive act."""
    person = session.get_one(Person, actor.person_id)
    key = f"person {person.id}"
    subjects = (
        attempts.subject("name_here", key, address),
        attempts.subject("name", key),
        attempts.subject("address", address),
    )
    return _compare(person, password, subjects, now=now)


def _compare(
    person: Person | None, password: str, subjects: tuple[Subject, ...], *, now: datetime
) -> Proof:
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return Proof(None, subjects, wait=wait)
    kept = person.password_hash if person else None
    if not passwords.matches(password, kept) or person is None or kept is None:
        return Proof(None, subjects)
    return Proof(person.id, subjects, new_hash=passwords.renewed(password, kept))


def sign_in(proof: Proof, *, device: str, now: datetime) -> Outcome:
    """Begin a sign-in for whoever proved to be somebody, or count the failure."""
    refused = _refused(proof, now=now)
    if refused or proof.person_id is None:
        return refused or Outcome(refusal="sign_in_failed")
    person = session.get_one(Person, proof.person_id)
    if proof.new_hash:
        person.password_hash = proof.new_hash
    journal.record(
        Actor(person_id=person.id, origin="web"), "sign_in.begun", "person", person.id, now=now
    )
    return Outcome(secret=begin_sign_in(person.id, device=device, now=now))


def confirm(actor: Actor, sign_in_id: int, proof: Proof, *, now: datetime) -> Outcome:
    """Let this browser do sensitive acts for a quarter of an hour."""
    refused = _refused(proof, now=now)
    if refused or proof.person_id != actor.person_id:
        return refused or Outcome(refusal="password_wrong")
    _own_sign_in(actor, sign_in_id).confirmed_until = now + CONFIRMED
    return Outcome()


def _refused(proof: Proof, *, now: datetime) -> Outcome | None:
    # Asked again, since many attempts may have been compared at the same moment.
    wait = proof.wait or attempts.minutes_to_wait(proof.subjects, now=now)
    if wait:
        return Outcome(refusal="too_many_attempts", minutes=wait)
    if proof.person_id is None:
        attempts.note(proof.subjects, now=now)
        return None
    attempts.forget(tuple(s for s in proof.subjects if s.kind != "address"))
    return None


def begin_sign_in(person_id: int, *, device: str, now: datetime) -> str:
    """Open a sign-in for a person whose identity was just proved; returns the browser's secret."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hash_of(token),
            person_id=person_id,
            device=device[:80],
            created_at=now,
            last_seen_at=now,
            expires_at=now + STAYS,
            confirmed_until=now + CONFIRMED,
        )
    )
    return token


def note_seen(sign_in_id: int, *, now: datetime) -> None:
    """A signed-in browser was used; it stays signed in for another 180 days."""
    sign_in = session.get_one(SignIn, sign_in_id)
    sign_in.last_seen_at = now
    sign_in.expires_at = now + STAYS


def open_sign_ins(actor: Actor, *, now: datetime) -> list[SignIn]:
    """A person's browsers that are signed in, the last used one first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(
                SignIn.person_id == actor.person_id,
                SignIn.ended_at.is_(None),
                SignIn.expires_at > now,
            )
            .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        )
    )


def end_sign_in(actor: Actor, sign_in_id: int, *, now: datetime) -> None:
    """End one sign-in, this one or that of a lost phone; ending it twice changes nothing."""
    found = _own_sign_in(actor, sign_in_id)
    if found.ended_at is None:
        found.ended_at = now
        journal.record(actor, "sign_in.ended", "sign_in", found.id, now=now)


def end_other_sign_ins(actor: Actor, keep_id: int, *, now: datetime) -> int:
    """End all sign-ins but this one; how many there were."""
    kept = _own_sign_in(actor, keep_id)
    count = end_all_sign_ins(kept.person_id, except_id=kept.id, now=now)
    journal.record(
        actor, "sign_in.others_ended", "person", kept.person_id, now=now, data={"count": count}
    )
    return count


def end_all_sign_ins(person_id: int, *, now: datetime, except_id: int | None = None) -> int:
    """End a person's sign-ins; the caller writes the journal."""
    ended = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if except_id is not None:
        ended = ended.where(SignIn.id != except_id)
    return int(session.execute(ended.values(ended_at=now)).rowcount)  # type: ignore[attr-defined]


def change_password(
    actor: Actor, chosen: ChosenPassword, *, keep_id: int | None, now: datetime
) -> None:
    """Set a new password; it ends every other sign-in."""
    person = session.get_one(Person, actor.person_id)
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    person.password_hash = chosen.password_hash
    end_all_sign_ins(person.id, except_id=keep_id, now=now)
    journal.record(actor, "password.changed", "person", person.id, now=now)


def own_names(person: Person) -> tuple[str | None, ...]:
    """What a password must not be: the names by which the person signs in."""
    numbers = session.scalars(
        select(Registration.number_key).where(Registration.person_id == person.id)
    )
    return (person.login, person.email, person.phone, person.name_en, *numbers)


def _own_sign_in(actor: Actor, sign_in_id: int) -> SignIn:
    found = session.get(SignIn, sign_in_id)
    if found is None:
        raise NotFound
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=found.person_id))
    return found
