"""A receiver for the bridge (docs/bridge.md): verifies each call, keeps it, answers, sends the SMS.

Python 3.11 or later and nothing else. Change `sms` to what your provider offers, then run it behind
a web server that speaks HTTPS:

    CPD_BRIDGE_SECRETS=cpdb_… BRIDGE_PORT=8750 python bridge_receiver.py

Several secrets may be given with commas between, so that one can be changed without a gap.

A call is written to BRIDGE_STORE (a SQLite file, ./bridge.sqlite when not given) before it is
answered, and its SMS are sent from there: a receiver that is killed in between goes on when it is
started again. Killed while the provider is asked, it asks once more; give the provider the key of
the SMS, if it takes one.
"""

import hashlib
import hmac
import json
import logging
import os
import re
import sqlite3
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOG = logging.getLogger("bridge")
#: a call whose moment is further away than this is not ours, or an old one sent again
MOST_SECONDS = 300
MOST_BYTES = 256 * 1024
#: envelopes are remembered longer than anybody repeats them
REMEMBERED_SECONDS = 30 * 24 * 3600
#: seconds until an SMS that the provider did not take is tried again: first, and at most
FIRST_PAUSE, LONGEST_PAUSE = 5, 900
#: then it is given up: a day and a half
MOST_TRIES = 150
#: of numbers that the provider takes: a country and 6 to 14 digits
PHONE = re.compile(r"\+[1-9]\d{6,14}")
TABLES = """
CREATE TABLE IF NOT EXISTS taken (envelope TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS outgoing (
    key TEXT PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL,
    due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0);
"""


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


def can_be_sent(phone: str) -> bool:
    """Whether there can be such a number. Put in here what your provider knows without sending."""
    return bool(PHONE.fullmatch(phone)) and not phone.endswith("00000000")


class Store:
    """Envelopes that were taken, and the SMS that are still to be sent."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(self._open()) as file:
            file.executescript(TABLES)

    def take(self, envelope: str, phone: str, texts: list[str], now: float) -> bool:
        """Keep a call and its SMS, all or nothing; False when the envelope is known."""
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM taken WHERE at < ?", (now - REMEMBERED_SECONDS,))
            added = file.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (envelope, now))
            if added.rowcount == 0:
                return False
            rows = [(f"{envelope}-{n}", phone, text, now) for n, text in enumerate(texts, start=1)]
            file.executemany(
                "INSERT INTO outgoing (key, phone, text, due) VALUES (?, ?, ?, ?)", rows
            )
            return True

    def next(self, now: float) -> tuple[str, str, str, int] | None:
        """The SMS that is due longest: its key, phone, text, and how often it was tried."""
        asked = "SELECT key, phone, text, tries FROM outgoing WHERE due <= ? ORDER BY due, key"
        with closing(self._open()) as file:
            return file.execute(asked, (now,)).fetchone()

    def done(self, key: str) -> None:
        """It was sent, or cannot be; its phone and text are not kept."""
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM outgoing WHERE key = ?", (key,))

    def later(self, key: str, tries: int, now: float) -> None:
        """The provider did not take it: again after a while."""
        pause = min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE)
        with closing(self._open()) as file, file:
            file.execute(
                "UPDATE outgoing SET tries = ?, due = ? WHERE key = ?",
                (tries + 1, now + pause, key),
            )

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=10)
        file.execute("PRAGMA synchronous = FULL")
        return file


def sms(key: str, phone: str, text: str) -> None:
    """Send an SMS, or raise when the provider does not take it now. Put your provider in here.

    `key` is the same when an SMS is sent again.
    """
    print(f"SMS to {phone}: {text} ({key})", flush=True)


def send_due(store: Store, now: float) -> bool:
    """Send the SMS that is due; False when none is."""
    found = store.next(now)
    if found is None:
        return False
    key, phone, text, tries = found
    try:
        sms(key, phone, text)
    except Exception:
        LOG.exception("%s was not sent at trial %s", key, tries + 1)
        if tries + 1 < MOST_TRIES:
            store.later(key, tries, now)
            return True
    store.done(key)
    return True


def send_all(store: Store, taken: threading.Event) -> None:
    """Send what is due, for ever; a call that was taken is looked at without waiting."""
    while True:
        try:
            while send_due(store, time.time()):
                pass
        except sqlite3.Error:  # a full disk, a file that is locked: again after a second
            LOG.exception("the store does not work")
        taken.wait(1)
        taken.clear()


class Receiver(BaseHTTPRequestHandler):
    """Answers the calls of the bridge."""

    secrets: tuple[str, ...]
    store: Store
    #: set when there is something to send
    taken: threading.Event

    def do_POST(self) -> None:
        """Verify, keep, answer; the SMS leave from the store."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            return self.answer(413, "too large")
        body = self.rfile.read(length)
        if not is_genuine(self.headers.get("X-CPD-Signature", ""), body, self.secrets, time.time()):
            return self.answer(401, "the signature is wrong or too old")
        call = json.loads(body)
        if call["version"] != 1:
            return self.answer(501, "this receiver knows version 1")
        phone, society = call["to"]["phone"], call["society"]["name"]
        if not can_be_sent(phone):
            return self.answer(422, "no such number")
        texts = [f"【{society}】{m['title']} {m['link']}" for m in call["messages"]]
        try:
            fresh = self.store.take(call["envelope"], phone, texts, time.time())
        except sqlite3.Error:
            self.answer(503, "the call could not be kept")
            raise
        self.taken.set()
        return self.answer(202, "taken") if fresh else self.answer(200, "taken before")

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
    Receiver.taken = threading.Event()
    sender = threading.Thread(target=send_all, args=(Receiver.store, Receiver.taken), daemon=True)
    sender.start()
    server = ThreadingHTTPServer(
        ("127.0.0.1", int(os.environ.get("BRIDGE_PORT", "8750"))), Receiver
    )
    print(f"receiving on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
