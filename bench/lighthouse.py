"""The check-in page as Lighthouse sees it on a slow phone: `make lighthouse`.

It measures the first visit as it happens at a door, from the link in the code on, by somebody who
is not signed in; then the same page for somebody who is. Lighthouse and what it brings lie in a
package of their own, `tools/lighthouse`.
"""

import http.cookiejar
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.installation import Installation, installation
from bench.timing import say
from cpd_app import access, clock
from cpd_app.db import db, session
from cpd_app.domain.room_codes import Direction, bucket_at, code_of
from cpd_app.models import EventSession, Person, Society
from tests.support import builders, machine
from tests.support.service import Service
from tests.support.store import Store

FOLDER = Path(__file__).resolve().parents[1] / "tools" / "lighthouse"
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
PERFORMANCE, ACCESSIBILITY = 95, 100
#: gzipped bytes of a first visit (ui.md), without the camera's program
FIRST_VISIT = 40 * 1024


@dataclass(frozen=True)
class Sight:
    """What Lighthouse says of one page."""

    performance: int
    accessibility: int
    transferred: int
    #: milliseconds until the largest thing was painted
    painted: int
    blocked: int
    #: audits of accessibility that failed
    failed: list[str]

    @property
    def is_good(self) -> bool:
        """Whether both goals are met."""
        return self.performance >= PERFORMANCE and self.accessibility >= ACCESSIBILITY


def main() -> int:
    """Measure both visits; 1 when a goal is missed."""
    with installation("sqlite") as made, tempfile.TemporaryDirectory() as folder:
        clock.set_source(None)  # the codes of now
        room = _room(made)
        settings = {name: os.environ[name] for name in ("CPD_VAR_DIR", "CPD_DATABASE_URL")}
        service = Service(Path(folder), **settings)
        service.start()
        try:
            service.wait_until_ready()
            first = _looked_at(_link(service, room), Path(folder))
            _say("first visit by the link, not signed in", first)
            cookies = _cookies(_link(service, room), _signed_in(made))
            later = _looked_at(f"{service.address}/check-in", Path(folder), cookies)
            _say("the page of somebody signed in", later)
        finally:
            service.stop()
    light = first.transferred <= FIRST_VISIT
    say("  bytes of the first visit", f"{first.transferred:,}", f"{FIRST_VISIT:,}", met=light)
    return 0 if first.is_good and later.is_good and light else 1


def _room(made: Installation) -> EventSession:
    """A session that is open now."""
    with made.app.app_context():
        member = session.get_one(Person, made.member_id)
        society = session.get_one(Society, made.society_id)
        event = builders.an_event(Store(db.engine), member, society, title="高压直流输电研讨会")
        return event.sessions[0]


def _link(service: Service, room: EventSession) -> str:
    """The address in the code that the room's screen shows now."""
    code = code_of(room.id, room.code_key, Direction.IN, bucket_at(clock.now()))
    return f"{service.address}/C/{code}"


def _signed_in(made: Installation) -> str:
    """The cookie of the member's browser."""
    name = made.app.config["SESSION_COOKIE_NAME"]
    client = made.app.test_client()
    with client.session_transaction() as kept:
        kept.permanent = True
        kept[access.TOKEN_KEY] = made.secret
    cookie = client.get_cookie(name)
    if cookie is None:
        raise RuntimeError("the member is not signed in")
    return f"{name}={cookie.value}"


def _cookies(link: str, signed_in: str) -> str:
    """What a signed-in browser holds after it opened the link."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.addheaders = [("Cookie", signed_in)]
    browser.open(link).close()
    held = {cookie.name: cookie.value for cookie in jar}
    name, _, value = signed_in.partition("=")
    return "; ".join(f"{n}={v}" for n, v in {name: value, **held}.items())


def _looked_at(address: str, folder: Path, cookies: str = "") -> Sight:
    report = folder / "report.json"
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookies} if cookies else {}))
    subprocess.run(
        [PROGRAM, address, "--quiet", "--output=json", f"--output-path={report}",
         "--only-categories=performance,accessibility", f"--extra-headers={headers}",
         "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
        env={**os.environ, "CHROME_PATH": machine.browser() or ""},
        check=True,
    )  # fmt: skip
    return _sight(json.loads(report.read_text("utf-8")))


def _sight(report: dict[str, Any]) -> Sight:
    audits, categories = report["audits"], report["categories"]
    asked_for = audits["network-requests"]["details"]["items"]
    answers = {one["url"]: one["statusCode"] for one in asked_for}
    if not report["finalDisplayedUrl"].endswith("/check-in") or max(answers.values()) >= 400:
        raise RuntimeError(f"not the page that was meant: {answers}")
    asked = [ref["id"] for ref in categories["accessibility"]["auditRefs"]]
    return Sight(
        performance=round(categories["performance"]["score"] * 100),
        accessibility=round(categories["accessibility"]["score"] * 100),
        transferred=int(audits["total-byte-weight"]["numericValue"]),
        painted=round(audits["largest-contentful-paint"]["numericValue"]),
        blocked=round(audits["total-blocking-time"]["numericValue"]),
        failed=[name for name in asked if audits[name]["score"] == 0],
    )


def _say(name: str, sight: Sight) -> None:
    print(name)
    fast = sight.performance >= PERFORMANCE
    say("  performance on a slow phone", str(sight.performance), f"{PERFORMANCE}", met=fast)
    for_all = sight.accessibility >= ACCESSIBILITY
    say("  accessibility", str(sight.accessibility), f"{ACCESSIBILITY}", met=for_all)
    say("  largest paint / blocked", f"{sight.painted} ms / {sight.blocked} ms")
    say("  transferred", f"{sight.transferred:,} bytes")
    for failed in sight.failed:
        print(f"    accessibility: {failed}")


if __name__ == "__main__":
    sys.exit(main())
