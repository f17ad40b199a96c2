"""What letters that came back say, in the shapes of several mail servers, and what never does."""

import random
import time

import pytest

from cpd_app.domain.bounces import (
    CAME_BACK,
    MOST_BYTES,
    NO_SUCH_ADDRESS,
    Kind,
    read_letter,
    reason_of,
)
from tests.support.came_back import ADDRESS, ENVELOPE, NAMES, came_back

#: letter -> what it is, the reason, and a part of what the server said
SAY = {
    "postfix-user-unknown": (NO_SUCH_ADDRESS, "Recipient address rejected: User unknown"),
    "exim-user-unknown": (NO_SUCH_ADDRESS, "550 User not found"),
    "exim-plain": (NO_SUCH_ADDRESS, "Unrouteable address"),
    "exchange-not-found": (NO_SUCH_ADDRESS, "RESOLVER.ADR.RecipientNotFound"),
    "qq-not-found": (NO_SUCH_ADDRESS, "550 Mailbox not found"),
    "163-not-found": (NO_SUCH_ADDRESS, "550 User not found"),
    "qmail": (NO_SUCH_ADDRESS, "#5.1.1"),
    "only-envelope-id": (NO_SUCH_ADDRESS, "5.1.1"),
    "forwarded-to-nobody": (NO_SUCH_ADDRESS, "user unknown"),
    "postfix-expired": (CAME_BACK, "Connection timed out"),
    "gmail-mailbox-full": (CAME_BACK, "over quota"),
    "outlook-blocked": (CAME_BACK, "banned sending IP"),
    "sendmail-policy": (CAME_BACK, "SPF policy"),
    "163-spam": (CAME_BACK, "554 DT:SPM"),
}
ARE = {
    "postfix-delayed": Kind.DELAYED,
    "out-of-office": Kind.AUTOMATIC,
    "read-receipt": Kind.AUTOMATIC,
    "abuse-report": Kind.AUTOMATIC,
    "delivered": Kind.AUTOMATIC,
    "a-member-answers": Kind.OTHER,
}


def test_every_letter_of_the_corpus_has_its_meaning_here() -> None:
    assert sorted(SAY | ARE) == NAMES


@pytest.mark.parametrize("name", SAY)
def test_a_bounce_names_our_letter_and_the_reason(name: str) -> None:
    reading = read_letter(came_back(name))
    assert reading.kind is Kind.BOUNCE
    [bounce] = reading.bounces
    code, said = SAY[name]
    assert (bounce.envelope, bounce.code) == (ENVELOPE, code)
    assert said in bounce.said
    if name != "only-envelope-id":
        assert bounce.written_to == {ADDRESS.lower()}
    if name != "forwarded-to-nobody":
        assert bounce.recipients == {ADDRESS.lower()}


@pytest.mark.parametrize("name", ARE)
def test_what_is_no_bounce_claims_nothing(name: str) -> None:
    reading = read_letter(came_back(name))
    assert (reading.kind, reading.bounces) == (ARE[name], ())


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        ("5.1.1", "", NO_SUCH_ADDRESS),
        ("5.1.2", "550 5.1.2 host unknown", NO_SUCH_ADDRESS),
        ("5.1.10", "550 5.1.10 null MX", NO_SUCH_ADDRESS),
        ("5.1.0", "550 5.1.0 address rejected", CAME_BACK),
        ("5.1.8", "550 5.1.8 <cpd@x>: Sender address rejected: Domain not found", CAME_BACK),
        ("5.1.7", "bad sender", CAME_BACK),
        ("5.2.1", "mailbox disabled", CAME_BACK),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", CAME_BACK),
        ("5.7.1", "550 5.7.1 user unknown to our black list", CAME_BACK),
        ("5.0.0", "550 5.1.1 who?", NO_SUCH_ADDRESS),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", CAME_BACK),
        ("4.1.1", "user unknown", CAME_BACK),
        ("4.0.0", "user unknown", CAME_BACK),
        ("", "收件人邮件地址（a@b.example）不存在", NO_SUCH_ADDRESS),
        ("", "域名不存在", CAME_BACK),
        ("", "connect to 5.1.1.9: refused", CAME_BACK),
    ],
)
def test_only_what_speaks_of_the_address_says_that_it_does_not_exist(
    status: str, said: str, code: str
) -> None:
    assert reason_of(status, said) == code


def test_letters_of_ours_with_other_names_are_not_named() -> None:
    with_a_code = came_back("postfix-user-unknown", envelope="177384.4411.9912")
    assert read_letter(with_a_code).bounces == ()


def test_several_recipients_are_several_claims() -> None:
    data = came_back("postfix-user-unknown").replace(
        b"\r\n\r\nFinal-Recipient",
        b"\r\n\r\nFinal-Recipient: rfc822; other@member.example\r\nAction: failed\r\n"
        b"Status: 5.2.2\r\n\r\nFinal-Recipient",
    )
    found = {(min(b.recipients), b.code) for b in read_letter(data).bounces}
    assert found == {("other@member.example", CAME_BACK), (ADDRESS.lower(), NO_SUCH_ADDRESS)}


@pytest.mark.parametrize("name", NAMES)
def test_broken_bytes_never_raise(name: str) -> None:
    data, chance = came_back(name), random.Random(name)
    for _ in range(40):
        broken = bytearray(data)
        for _change in range(chance.randrange(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert read_letter(bytes(broken)).kind in Kind
    for length in range(0, len(data), 97):
        assert read_letter(data[:length]).kind in Kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe" * 500,
        b"Content-Type: multipart/report; boundary=" + b"x" * 5000 + b"\n\n",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 20_000,
        b"From: =?gbk?b?!!!!?=\nSubject: =?nothing?q?=ff?=\n\n",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
        ),
        b"From: postmaster@x\nContent-Type: text/plain; charset=no-such\n\n550 5.1.1 \xff",
    ],
)
def test_nonsense_is_a_letter_that_says_nothing(data: bytes) -> None:
    reading = read_letter(data)
    assert reading.bounces == ()
    assert reading.kind in {Kind.OTHER, Kind.UNREADABLE}


def test_only_the_beginning_of_a_huge_letter_is_read() -> None:
    data = came_back("postfix-user-unknown") + b"A" * 30_000_000
    assert read_letter(data).bounces


def test_a_letter_made_to_take_long_is_read_at_once():
    head = b"From: mailer-daemon@example.org\r\nContent-Type: text/plain\r\n\r\n"
    began = time.monotonic()
    for line in (b"-" * MOST_BYTES, b"<" * MOST_BYTES, "用户".encode() * (MOST_BYTES // 6)):
        assert read_letter(head + line).kind is Kind.OTHER
    assert time.monotonic() - began < 10
