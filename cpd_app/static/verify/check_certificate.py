#!/usr/bin/env python3
"""Check a signed certificate of the CPD service, offline.

    pip install cryptography
    python check_certificate.py certificate.json cpd-keys.json

`certificate.json` is the signed file of a member, or the answer of /api/v1/certificates/NUMBER.
`cpd-keys.json` is /.well-known/cpd-keys.json of the service, fetched once over https and kept.

It says whether the society signed exactly this, with a key that was in force then, and what stands
in it. The state is that of the moment named `as_of`; the present one is on the service's /verify
page. Exit code: 0 the signature is good, 1 it is not, 2 the files cannot be read.
"""

import base64
import binascii
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from io import TextIOWrapper
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GOOD, BAD, UNREADABLE = 0, 1, 2


class NotGood(Exception):
    """The certificate cannot be relied on; the message says why."""


def canonical(document: Any) -> bytes:
    """The bytes that were signed: UTF-8, keys in order, no white space."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def moment(text: str) -> datetime:
    """A moment as ISO 8601 with Z or an offset."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def read(name: str) -> Any:
    """A file of JSON."""
    with open(name, encoding="utf-8") as file:
        return json.load(file)


def check(signed: Any, keys: Any) -> tuple[Any, Any]:
    """The certificate and the key that signed it; raises NotGood."""
    certificate, signature = signed["certificate"], signed["signature"]
    key = next((k for k in keys["keys"] if k["key_id"] == signature["key_id"]), None)
    if key is None:
        raise NotGood("no such key: fetch cpd-keys.json again, or this is not from that service")
    if signature["algorithm"] != "Ed25519" or key["algorithm"] != "Ed25519":
        raise NotGood("another kind of signature than Ed25519")
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
        public.verify(base64.b64decode(signature["value"], validate=True), canonical(certificate))
    except (InvalidSignature, binascii.Error, ValueError):
        raise NotGood("the signature does not fit: something in it was changed") from None
    if certificate["society"]["code"] != key["society"]["code"]:
        raise NotGood("signed with the key of another society")
    if key["ended_why"] == "stolen":
        raise NotGood("signed with a key that was stolen: nothing that it signed stands")
    made = moment(certificate["as_of"])
    # the moment is written in whole seconds, the key's own is finer
    if made < moment(key["created_at"]).replace(microsecond=0):
        raise NotGood("dated before its key was made")
    if key["ended_at"] is not None and made > moment(key["ended_at"]):
        raise NotGood("dated after its key had ended")
    return certificate, key


def told(certificate: Any, key: Any) -> Iterator[str]:
    """What stands in it, a line for each."""
    term = certificate["term"]
    yield f"GOOD: signed by {certificate['society']['name']} (key {key['key_id']})"
    yield f"number   {certificate['number']}"
    yield f"name     {certificate['name']}"
    yield f"level    {certificate['level_name']['zh']} / {certificate['level_name']['en']}"
    yield f"field    {certificate['field']}"
    yield f"term     {term['starts_on']} to {term['last_day']}"
    yield f"state    {certificate['state']}, as of {certificate['as_of']}"
    for entry in certificate["history"]:
        corrected = " (annulled)" if entry["annulled"] else ""
        yield f"         {entry['on']} {entry['act']}{corrected} {entry['document_no'] or ''}".rstrip()


def main(arguments: list[str]) -> int:
    """Read both files, check, tell."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return UNREADABLE
    try:
        signed, keys = (read(name) for name in arguments)
        certificate, key = check(signed, keys)
        lines = list(told(certificate, key))
    except NotGood as problem:
        print(f"NOT GOOD: {problem}")
        return BAD
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"cannot be read: {problem!r}", file=sys.stderr)
        return UNREADABLE
    print("\n".join(lines))
    return GOOD


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console of another encoding has no Chinese
            stream.reconfigure(encoding="utf-8")
    sys.exit(main(sys.argv[1:]))
