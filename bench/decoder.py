"""The scanner on synthetic photos of codes, in Chromium: how many are read, and how fast."""

import argparse
import base64
import statistics
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bench.timing import say
from cpd_app.assets import SOURCE
from tests.support.chromium import chromium
from tests.support.code_photos import KINDS, a_photo, text_of
from tests.support.zbar import codes_in

EACH = 34
GOAL = 0.98
READ = """
async (photos) => {
  const { prepare, readPhoto } = await import("/js/lib/decoder.js");
  await prepare();
  const read = [];
  for (const photo of photos) {
    const file = await (await fetch(photo)).blob();
    const began = performance.now();
    const { texts } = await readPhoto(new File([file], "photo.jpg", { type: "image/jpeg" }));
    read.push({ texts, took: performance.now() - began });
  }
  return read;
}
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the static files without a word."""

    def log_message(self, *_args: object) -> None:
        """Nothing."""


def run(_options: argparse.Namespace) -> None:
    """Read the photos of each kind; zbar reads the same ones, for comparison."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SOURCE)))
    Thread(target=server.serve_forever, daemon=True).start()
    shares: list[float] = []
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/vendor/vendor.json")
        for kind in KINDS:
            photos = [a_photo(kind, number) for number in range(EACH)]
            addresses = ["data:image/jpeg;base64," + base64.b64encode(p).decode() for p in photos]
            read = page.evaluate(READ, addresses)
            good = sum(r["texts"] == [text_of(n)] for n, r in enumerate(read))
            took = sorted(r["took"] for r in read)
            began = time.perf_counter()
            other = sum(codes_in(p) == [text_of(n)] for n, p in enumerate(photos))
            each = (time.perf_counter() - began) / EACH * 1000
            shares.append(good / EACH)
            say(
                f"{kind}: photos read (median, slowest); zbar for comparison",
                f"{good} of {EACH} ({statistics.median(took):.0f} ms, {took[-1]:.0f} ms); "
                f"{other} ({each:.0f} ms)",
            )
    server.shutdown()
    share = statistics.mean(shares)
    say("share of photos read", f"{share:.3f}", f"{GOAL}", met=share >= GOAL)
