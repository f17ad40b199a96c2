"""Letters that come back: which of our letters one speaks of, and what it says (RFC 3464, 3463).

A letter from outside is a claim of somebody unknown. What is believed is one thing only: the random
word of a Message-ID, which nobody knows but the mail servers and the reader of that letter. Whoever
reads here gets claims; usecases/bounces.py holds them against what was really sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum

#: bytes that are read of a letter; what matters stands before the original's body
MOST_BYTES = 256 * 1024
#: parts that are looked at; a usual bounce has five
MOST_PARTS = 50
MOST_RECIPIENTS = 20
MOST_SAID = 200

NO_SUCH_ADDRESS = "no_such_address"
"""The address does not exist."""
CAME_BACK = "came_back"
"""Any other reason: policy, a full mailbox, a server that was away for days."""

#: RFC 3463 X.1: bad mailbox, bad system, bad syntax, moved without address, null MX. Not .0 (said
#: of everything), .4 (ambiguous), .7 and .8, which speak of the sender
OF_THE_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
#: said by servers that give no status of their own, in the words of those that members use
NO_SUCH_WORDS = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient|address|person)"
    r"|(user|mailbox|recipient|account)( account)? not found|unrouteable address"
    r"|(user|mailbox|account|address|recipient)( account)? (does ?n[o']t|does not) exist"
    r"|(用户|邮箱|收件人|帐号|账号|帐户|账户|地址)[^。\n]{0,60}不存在|不存在[^。\n]{0,10}(用户|邮箱|收件人|地址)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REFUSAL = re.compile(r"(?<![\d.])(5\d\d)[ \-]|(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?![\d.])")
_WORD = re.compile(r"<?([A-Za-z0-9_-]{16,40})@[^<>\s@]+>?")
_ENVELOPE = re.compile(r"[A-Za-z0-9_-]{16,40}")
_TAG = re.compile(r"<[^>]{0,500}>")
_COPY = re.compile(
    r"copy of (the|your) (message|mail)|original message|原邮件|原始邮件", re.IGNORECASE
)
#: who writes bounces that are not RFC 3464
DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})


class Kind(StrEnum):
    """What a letter is."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    """A server still tries; nothing follows from it."""
    AUTOMATIC = "automatic"
    """Out of office, a read receipt, a complaint report: answers of programs."""
    OTHER = "other"
    """A person wrote, or nothing that we can tell."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Bounce:
    """What a letter claims of one of ours."""

    #: the word of its Message-ID
    envelope: str
    #: whom the server speaks of, in small letters
    recipients: frozenset[str]
    #: to whom the returned letter was written, in small letters
    written_to: frozenset[str]
    #: NO_SUCH_ADDRESS or CAME_BACK
    code: str
    #: the other side's words, shortened; they may hold the address
    said: str


@dataclass(frozen=True)
class Reading:
    """A letter that was read."""

    kind: Kind
    bounces: tuple[Bounce, ...] = ()


def read_letter(data: bytes) -> Reading:
    """Say what a letter is; whatever its bytes are, it never raises."""
    try:
        return _read(message_from_bytes(data[:MOST_BYTES]))
    except Exception:  # noqa: BLE001 - strangers write it, and the parser has faults of its own
        return Reading(Kind.UNREADABLE)


def reason_of(status: str, said: str) -> str:
    """Whether a lasting refusal speaks of the address, from its status and the server's words.

    When both have a status both must say so: some servers write 5.1.1 over every refusal.
    """
    found = [status, *_STATUS.findall(said)]
    telling = {s for s in found if s and not s.endswith(".0.0")}
    if telling:
        return NO_SUCH_ADDRESS if telling <= OF_THE_ADDRESS else CAME_BACK
    lasting = not status or status.startswith("5")
    return NO_SUCH_ADDRESS if lasting and NO_SUCH_WORDS.search(said) else CAME_BACK


def _read(letter: Message) -> Reading:
    parts = list(_parts(letter))
    kinds = {part.get_content_type() for part in parts}
    if kinds & {"message/disposition-notification", "message/feedback-report"}:
        return Reading(Kind.AUTOMATIC)
    reports = [p for p in parts if p.get_content_type() in _DELIVERY_STATUS]
    if reports:
        return _of_report(reports[0], _original(parts))
    if _is_of_a_daemon(letter):
        return _of_words(letter, parts)
    return Reading(Kind.AUTOMATIC if _is_automatic(letter) else Kind.OTHER)


_DELIVERY_STATUS = {"message/delivery-status", "message/global-delivery-status"}


def _parts(letter: Message) -> Iterator[Message]:
    """The parts, without looking into a letter that is returned."""
    waiting, seen = [letter], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [*_inner(part), *waiting]


def _inner(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [p for p in inner if isinstance(p, Message)] if isinstance(inner, list) else []


# --- delivery status notifications -----------------------------------------------------------


def _of_report(report: Message, original: Message | None) -> Reading:
    """RFC 3464: the first block is of the letter, each further one of a recipient."""
    blocks = _inner(report)
    if not blocks:
        return Reading(Kind.OTHER)
    envelope = _word_of(original) or _envelope_id(blocks[0])
    written_to = _addresses(original, "To")
    failed: list[Message] = []
    others: list[Message] = []
    for block in blocks[: MOST_RECIPIENTS + 1]:
        action = _plain(block, "Action").lower().split(" ")[0]
        (failed if action == "failed" else others).append(block)
    if not failed:
        waits = any(_plain(block, "Action").lower().startswith("delayed") for block in others)
        return Reading(Kind.DELAYED if waits else Kind.AUTOMATIC)
    if not envelope:
        return Reading(Kind.BOUNCE)
    return Reading(Kind.BOUNCE, tuple(_bounce(envelope, block, written_to) for block in failed))


def _bounce(envelope: str, block: Message, written_to: frozenset[str]) -> Bounce:
    said = _after_type(_plain(block, "Diagnostic-Code"))
    status = (_STATUS.findall(_plain(block, "Status")) or [""])[0]
    names = (_after_type(_plain(block, n)) for n in ("Original-Recipient", "Final-Recipient"))
    recipients = frozenset(name.strip("<> ").lower() for name in names if name)
    return Bounce(envelope, recipients, written_to, reason_of(status, said), _short(said or status))


def _envelope_id(block: Message) -> str:
    """The name that we gave the letter when the server knows RFC 3461."""
    word = _plain(block, "Original-Envelope-Id")
    return word if _ENVELOPE.fullmatch(word) else ""


def _after_type(value: str) -> str:
    """`rfc822; lin@example.org` without its type."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and len(kind) < 20 else value.strip()


# --- bounces in free words -------------------------------------------------------------------


def _of_words(letter: Message, parts: list[Message]) -> Reading:
    """A daemon's letter without a report: believed when it holds our letter and says 5xx."""
    text = _text_of(parts)
    words, copy = _parted(text)
    original = _original(parts) or (_headers(copy) if copy else None)
    refusal = _REFUSAL.search(words) or NO_SUCH_WORDS.search(words)
    envelope = _word_of(original)
    if not envelope or refusal is None:
        return Reading(Kind.OTHER)
    written_to = _addresses(original, "To")
    named = _addresses(letter, "X-Failed-Recipients")
    said = _short(words[words.rfind("\n", 0, refusal.start()) + 1 :])
    recipients = named or written_to
    return Reading(
        Kind.BOUNCE, (Bounce(envelope, recipients, written_to, reason_of("", words), said),)
    )


def _parted(text: str) -> tuple[str, str]:
    """What the server says, and the copy of our letter below a line that announces it.

    Line by line: one pattern for such a line takes hours for a long row of dashes.
    """
    ends = 0
    for line in text.splitlines(keepends=True):
        begins, ends = ends, ends + len(line)
        if line.startswith("--") and _COPY.search(line):
            return text[:begins], text[ends:]
    return text, ""


def _is_of_a_daemon(letter: Message) -> bool:
    """Bounces have no sender of their own (RFC 5321 4.5.5), or a daemon's."""
    names = {address.partition("@")[0] for address in _addresses(letter, "From")}
    no_sender = letter.get("Return-Path") is not None and _plain(letter, "Return-Path") == "<>"
    return bool(names & DAEMONS) or (no_sender and not _is_automatic(letter))


def _is_automatic(letter: Message) -> bool:
    """RFC 3834, and what was usual before it."""
    submitted = _plain(letter, "Auto-Submitted").lower()
    precedence = _plain(letter, "Precedence").lower()
    said = any(letter.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
    return said or submitted.startswith("auto-") or precedence in {"auto_reply", "bulk", "junk"}


def _text_of(parts: list[Message]) -> str:
    """All its words, plain ones first; HTML without its tags."""
    plain = [_decoded(p) for p in parts if p.get_content_type() == "text/plain"]
    pages = [
        _TAG.sub(" ", _decoded(p)).replace("&nbsp;", " ")
        for p in parts
        if p.get_content_type() == "text/html"
    ]
    return "\n".join([*plain, *pages])


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    named = (part.get_content_charset() or "").lower()
    # GB 18030 reads what GB 2312 and GBK wrote, and what they only call so
    charset = "gb18030" if named.startswith("gb") else named or "utf-8"
    try:
        return data.decode(charset, errors="replace")
    except LookupError:
        return data.decode("utf-8", errors="replace")


# --- the letter that came back ---------------------------------------------------------------


def _original(parts: list[Message]) -> Message | None:
    """The returned letter, or its headers."""
    for part in parts[1:]:
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/global"}:
            inner = _inner(part)
            if inner:
                return inner[0]
        if kind in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            return _headers(_decoded(part))
    return None


def _headers(text: str) -> Message:
    return message_from_string(text.lstrip("\r\n \t"))


def _word_of(original: Message | None) -> str:
    found = _WORD.fullmatch(_plain(original, "Message-ID")) if original is not None else None
    return found.group(1) if found else ""


def _addresses(letter: Message | None, name: str) -> frozenset[str]:
    if letter is None:
        return frozenset()
    values = [_words(value) for value in letter.get_all(name, [])][:MOST_RECIPIENTS]
    return frozenset(address.lower() for _name, address in getaddresses(values) if address)


def _plain(letter: Message, name: str) -> str:
    return " ".join(_words(letter.get(name, "")).split())


def _words(value: object) -> str:
    """A header's words; what cannot be decoded stays as it is."""
    text = str(value)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError):
        return text


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_SAID]
