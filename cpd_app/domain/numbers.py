"""Registration numbers, phones, e-mail addresses and one-time codes as they are compared."""

import re
import unicodedata

#: without 0 O 1 I L U, which are misread or make words
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
CODE_GROUP = 4

#: a Chinese mobile number without its country code
MOBILE = re.compile(r"1[3-9]\d{9}")
#: E.164: a country code and at most 15 digits
INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")
#: what people write between digits
BETWEEN = re.compile(r"[\s\-‐‑–—.()]+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def number_key(text: str) -> str:
    """A registration number as compared: NFKC, upper case, without white space.

    Two numbers with the same key are the same number ("ｓｆ-e 001" is "SF-E001").
    """
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def login_key(text: str) -> str:
    """The name that a society's files give an account, as compared: NFKC, lower, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def normal_phone(text: str) -> str | None:
    """A phone with its country code, +86 when none is written; None when it is no such number."""
    bare = BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if MOBILE.fullmatch(bare):
        return "+86" + bare
    if bare.startswith("86") and MOBILE.fullmatch(bare[2:]):
        return "+" + bare
    if bare.startswith("+86"):
        return bare if MOBILE.fullmatch(bare[3:]) else None
    return bare if INTERNATIONAL.fullmatch(bare) else None


def spaced_phone(phone: str) -> str:
    """A kept phone as people read it: +86 138 0000 1234; other countries' as they are."""
    if phone.startswith("+86") and MOBILE.fullmatch(phone[3:]):
        return f"+86 {phone[3:6]} {phone[6:10]} {phone[10:]}"
    return phone


def normal_email(text: str) -> str | None:
    """An address in lower case; None when it has not the shape of one."""
    bare = unicodedata.normalize("NFKC", text).strip().lower()
    return bare if len(bare) <= 254 and EMAIL.fullmatch(bare) else None


def normal_code(text: str) -> str:
    """A one-time code as compared: NFKC, upper case, without what groups it."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def grouped_code(code: str) -> str:
    """A code as written and read out: K7M4-QX2P-D9RT."""
    return "-".join(code[i : i + CODE_GROUP] for i in range(0, len(code), CODE_GROUP))


def masked_name(name: str) -> str:
    """A name that its owner recognises and a stranger does not learn: 林*范, 王*, J*** S****.

    Not `masking.masked`, on purpose: whoever holds an activation letter must see that the account
    is theirs and not a namesake's, so the last character stays; a public page shows the surname
    only. The two rules change for different reasons.
    """
    words = name.split()
    if len(words) > 1:
        return " ".join(word[0] + "*" * (len(word) - 1) for word in words)
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_contact(contact: str) -> str:
    """A phone or address, enough of it to recognise: +86138****5678, l***@demo.test."""
    name, at, host = contact.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return f"{contact[:-8]}****{contact[-4:]}" if len(contact) > 8 else "****"
