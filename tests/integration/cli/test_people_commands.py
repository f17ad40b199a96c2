"""cpd token and cpd admin: what begins a real installation."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from cpd_app.cli import cpd
from cpd_app.models import ApiToken, OneTimeCode, Person, Role, SigningKey, Society
from cpd_app.usecases import activation, signin, tokens
from tests.support.people import Someone
from tests.support.store import Store


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> Callable[..., Result]:
    """Run a command on this test's database."""
    monkeypatch.setenv("CPD_ENV", "test")
    monkeypatch.setenv("CPD_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("CPD_DATABASE_URL", database_url)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(cpd, words)

    return invoke


def test_an_installation_begins(
    run: Callable[..., Result], do: Callable[..., Any], store: Store, at: Callable[[str], datetime]
) -> None:
    now = at("2026-10-22 09:00")
    said = [
        run("admin", "add-society", "csee", "电机学会", "CSEE", "--began-on", "2026-01-01"),
        run("admin", "add-person", "王明", "--email", "wang@example.org"),
        run("admin", "grant", "wang@example.org", "registrar", "--society", "csee"),
        run("admin", "code", "wang@example.org"),
    ]

    assert [r.exit_code for r in said] == [0, 0, 0, 0], [r.output for r in said]
    assert store.one(select(Society)).began_on == date(2026, 1, 1)
    role = store.one(select(Role))
    assert (role.role, role.starts_on, role.ends_on) == ("registrar", date(2026, 10, 22), None)
    code = said[3].stdout.strip()
    assert store.one(select(OneTimeCode)).code_hash == signin.hash_of(code.replace("-", ""))
    assert said[3].stderr.strip().endswith(f"/activate?code={code}")
    opened = do(activation.open_code, code, address="192.0.2.1", now=now)
    assert opened.name == "王*"


def test_a_role_is_taken_away(
    run: Callable[..., Result], auditor: Someone, store: Store, at: Callable[[str], datetime]
) -> None:
    at("2026-10-22 09:00")
    email = str(auditor.person.email)

    taken = run("admin", "revoke-role", email, "auditor", "--society", "home")
    again = run("admin", "revoke-role", email, "auditor", "--society", "home")

    assert taken.exit_code == 0
    assert store.one(select(Role)).ends_on == date(2026, 10, 22)
    assert again.exit_code == 1
    assert again.stderr == "Error: This person does not hold the role now.\n"


def test_the_federation_has_no_society(
    run: Callable[..., Result], member: Someone, store: Store
) -> None:
    email = str(member.person.email)

    refused = run("admin", "grant", email, "federation", "--society", "home")
    granted = run("admin", "grant", email, "federation", "--until", "2099-01-01")

    assert (refused.exit_code, granted.exit_code) == (1, 0)
    assert store.one(select(Role)).ends_on == date(2099, 1, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("code", "nobody@example.org"), 'There is no account "nobody@example.org".'),
        (("add-society", "学会", "学会", "Society"), "The code of a society has small letters"),
        (("add-person", "王"), "Give an e-mail address or a phone."),
        (("grant", "x", "auditor", "--society", "none"), 'There is no account "x".'),
    ],
)
def test_a_refusal_is_one_sentence(
    run: Callable[..., Result], words: tuple[str, ...], sentence: str
) -> None:
    result = run("admin", *words)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {sentence}")
    assert "Traceback" not in result.output


def test_a_token_is_printed_and_nothing_else(
    run: Callable[..., Result], member: Someone, store: Store
) -> None:
    assert member.registration
    result = run("token", "--login", member.registration.number)

    token = result.stdout.removesuffix("\n")
    kept = store.one(select(ApiToken))
    assert result.exit_code == 0
    assert token.startswith(tokens.PREFIX)
    assert "\n" not in token
    assert kept.token_hash == signin.hash_of(token)
    assert (kept.person_id, kept.scopes) == (member.id, [])


def test_a_token_is_limited_to_scopes(
    run: Callable[..., Result], member: Someone, store: Store
) -> None:
    email = str(member.person.email)
    made = run("token", "--login", email, "--scope", "activities:read", "--scope", "readiness:read")
    unknown = run("token", "--login", email, "--scope", "everything")

    assert made.exit_code == 0
    assert store.one(select(ApiToken)).scopes == ["activities:read", "readiness:read"]
    assert unknown.exit_code == 2


def test_a_token_needs_somebody(run: Callable[..., Result], store: Store) -> None:
    result = run("token", "--login", "nobody")

    assert (result.exit_code, result.stdout) == (1, "")
    assert store.count(Person) == 0


def test_help_tells_how_to_begin(run: Callable[..., Result]) -> None:
    said = run("admin", "--help").output

    for word in ("add-society", "add-person", "grant", "revoke-role", "code"):
        assert f"\n  {word}" in said or f"cpd admin {word}" in said


def test_a_societys_key_is_changed(
    run: Callable[..., Result], store: Store, society: Society, at: Callable[[str], datetime]
) -> None:
    at("2026-10-22 09:00")

    said = [run("admin", "rotate-key", "home"), run("admin", "rotate-key", "home", "--stolen")]

    assert [r.exit_code for r in said] == [0, 0], [r.output for r in said]
    keys = store.all(select(SigningKey).order_by(SigningKey.id))
    assert [(k.society_id, k.ended_why) for k in keys] == [
        (society.id, "stolen"),
        (society.id, None),
    ]
    assert keys[1].key_id in said[1].output
    assert run("admin", "rotate-key", "nobody").exit_code == 1


def test_public_names_are_chosen(
    run: Callable[..., Result], store: Store, society: Society, at: Callable[[str], datetime]
) -> None:
    at("2026-10-22 09:00")

    assert run("admin", "public-names", "home", "full").exit_code == 0
    assert store.get(Society, society.id).settings == {"public_name": "full"}
    assert run("admin", "public-names", "home", "some").exit_code == 2
