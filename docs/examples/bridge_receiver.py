"""A receiver for the bridge (docs/bridge.md): verifies each call and hands it to an SMS function.

Python 3.11 or later and nothing else. Change `sms` to what your provider offers, then run it behind
a web server that speaks HTTPS:

    CPD_BRIDGE_SECRETS=cpdb_… BRIDGE_PORT=8750 python bridge_receiver.py

Several secrets may be given with commas between, so that one can be changed without a gap. What was
taken is kept in BRIDGE_STORE (a SQLite file, ./bridge.sqlite when not given).
"""

import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: a call whose moment is further away than this is not ours, or an old one sent again
MOST_SECONDS = 300
MOST_BYTES = 256 * 1024
#: envelopes are remembered longer than anybody repeats them
REMEMBERED_SECONDS = 30 * 24 * 3600


def is_genuine(header: str, body: bytes, secrets: tuple[str, ...], now: float) -> bool:
    """Whether X-CPD-Signature was made with one of the secrets, a short while ago."""
    found = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header)
    if not found or abs(now - int(found[1])) > MOST_SECONDS:
        return False
    signed = found[1].encode() + b"." + body
    return any(
        hmac.compare_digest(hmac.new(s.encode(), signed, hashlib.sha256).hexdigest(), found[2])
        for s in secrets
    )


class Store:
    """What was taken, by envelope: a repeated call is answered and not sent again."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(self._open()) as file, file:
            file.execute("CREATE TABLE IF NOT EXISTS taken (envelope PRIMARY KEY, at REAL)")

    def take(self, envelope: str, now: float) -> bool:
        """Remember an envelope; False when it is known."""
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM taken WHERE at < ?", (now - REMEMBERED_SECONDS,))
            added = file.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (envelope, now))
            return added.rowcount == 1

    def forget(self, envelope: str) -> None:
        """It could not be sent after all; let it come again."""
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM taken WHERE envelope = ?", (envelope,))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=10)


def sms(phone: str, text: str) -> bool:
    """Send an SMS; False when there is no such number. Put your provider in here."""
    print(f"SMS to {phone}: {text}", flush=True)
    return not phone.endswith("00000000")


def send_all(call: dict) -> bool:
    """One SMS for each message of a call: what it is about, and where to go on."""
    phone, society = call["to"]["phone"], call["society"]["name"]
    texts = [f"【{society}】{m['title']} {m['link']}" for m in call["messages"]]
    reached = [sms(phone, text) for text in texts]
    return all(reached)


class Receiver(BaseHTTPRequestHandler):
    """Answers the calls of the bridge."""

    secrets: tuple[str, ...]
    store: Store

    def do_POST(self) -> None:
        """Verify, look whether it is known, send."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            return self.answer(413, "too large")
        body = self.rfile.read(length)
        if not is_genuine(self.headers.get("X-CPD-Signature", ""), body, self.secrets, time.time()):
            return self.answer(401, "the signature is wrong or too old")
        call = json.loads(body)
        if call["version"] != 1:
            return self.answer(501, "this receiver knows version 1")
        if not self.store.take(call["envelope"], time.time()):
            return self.answer(200, "taken before")
        try:
            reached = send_all(call)
        except Exception:
            self.store.forget(call["envelope"])
            self.answer(503, "the provider does not answer")
            raise
        return self.answer(202, "taken") if reached else self.answer(422, "no such number")

    def answer(self, status: int, words: str) -> None:
        """A status and a few words, which staff see when they try the bridge."""
        data = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    """Serve on loopback; the web server in front of it speaks HTTPS."""
    given = os.environ.get("CPD_BRIDGE_SECRETS", "")
    Receiver.secrets = tuple(secret for secret in given.split(",") if secret)
    if not Receiver.secrets:
        sys.exit("CPD_BRIDGE_SECRETS is missing: the secret that the page of the bridge showed")
    Receiver.store = Store(os.environ.get("BRIDGE_STORE", "bridge.sqlite"))
    server = ThreadingHTTPServer(
        ("127.0.0.1", int(os.environ.get("BRIDGE_PORT", "8750"))), Receiver
    )
    print(f"receiving on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
