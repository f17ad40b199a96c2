"""cpd bounces reads a pipe, a file, an mbox and a Maildir; tells the mail server when to wait."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cpd_app.cli import cpd
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Delivery
from cpd_app.usecases import deliveries, messages
from cpd_app.usecases.messages import Draft
from tests.support.builders import a_person
from tests.support.came_back import came_back
from tests.support.store import Store

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    for name, value in (("ENV", "test"), ("VAR_DIR", tmp_path), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"CPD_{name}", str(value))


@pytest.fixture
def bounce(store: Store, do: Do) -> Callable[[str], bytes]:
    """A letter to a new person, come back in this shape."""

    def make(name: str) -> bytes:
        address = f"{name}@member.example"
        person = a_person(store, email=address)
        do(messages.tell, Draft(person.id, MessageKind.TRIAL, name), now=NOW - timedelta(hours=1))
        of_person = select(Delivery.id).where(Delivery.person_id == person.id)
        [parcel] = do(deliveries.claim, store.all(of_person), worker="w", now=NOW)
        do(deliveries.mark_sent, parcel.envelope, worker="w", now=NOW)
        return came_back(name, parcel.envelope, address)

    return make


def states(store: Store) -> list[str]:
    return list(store.all(select(Delivery.state).order_by(Delivery.id)))


def test_a_letter_comes_through_the_pipe_with_or_without_the_line_of_an_mbox(bounce, store) -> None:
    first, second = bounce("postfix-user-unknown"), bounce("qmail")
    told = CliRunner().invoke(cpd, ["bounces"], input=first)
    assert (told.exit_code, told.output) == (0, "1 bounced\n")
    told = CliRunner().invoke(cpd, ["bounces"], input=b"From MAILER-DAEMON Wed Mar 10\n" + second)
    assert (told.exit_code, told.output) == (0, "1 bounced\n")
    assert states(store) == ["failed", "failed"]


def test_a_file_is_a_letter_or_an_mbox(bounce, store, tmp_path) -> None:
    one, several = tmp_path / "one.eml", tmp_path / "several.mbox"
    one.write_bytes(bounce("exchange-not-found"))
    line = b"From MAILER-DAEMON Wed Mar 10 12:00:00 2027\n"
    several.write_bytes(
        b"\n".join(
            line + bounce(name).replace(b"\r\n", b"\n")
            for name in ("163-not-found", "gmail-mailbox-full", "out-of-office")
        )
    )
    assert CliRunner().invoke(cpd, ["bounces", str(one)]).output == "1 bounced\n"
    told = CliRunner().invoke(cpd, ["bounces", str(several)])
    assert told.output == "1 bounced, 1 came_back, 1 automatic\n"
    assert states(store) == ["failed", "failed", "failed", "sent"]


def test_new_letters_of_a_maildir_are_read_once(bounce, store, tmp_path) -> None:
    box = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new/1773115200.M1.host").write_bytes(bounce("qq-not-found"))
    (box / "new/1773115201.M2.host").write_bytes(b"\xff\x00")

    assert CliRunner().invoke(cpd, ["bounces", str(box)]).output == "1 bounced, 1 other\n"

    assert not list((box / "new").iterdir())
    assert sorted(p.name for p in (box / "cur").iterdir()) == [
        "1773115200.M1.host:2,S",
        "1773115201.M2.host:2,S",
    ]
    assert CliRunner().invoke(cpd, ["bounces", str(box)]).output == "no letter\n"
    assert states(store) == ["failed"]


def test_a_folder_that_is_no_maildir_is_said(tmp_path) -> None:
    told = CliRunner().invoke(cpd, ["bounces", str(tmp_path)])
    assert told.exit_code == 2
    assert "no Maildir" in told.output


def test_the_mail_server_keeps_the_letter_while_the_database_is_away(
    monkeypatch, tmp_path, bounce
) -> None:
    letter = bounce("postfix-user-unknown")
    monkeypatch.setenv("CPD_DATABASE_URL", f"sqlite:///{tmp_path}/not/there.sqlite")
    told = CliRunner().invoke(cpd, ["bounces"], input=letter)
    assert told.exit_code == 75
    assert "the database does not answer" in told.output
