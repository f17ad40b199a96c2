"""A running service and a browser for the journeys; one of each per test process.

The database is shared by the tests of a process: each test makes people of its own, by the same
fixtures as everywhere (`member`, `registrar`, …), and looks only at what is theirs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect
from sqlalchemy import Engine

from cpd_app import access, clock, config
from cpd_app.app import create_app
from cpd_app.db import transaction
from cpd_app.models import Society
from cpd_app.usecases.signin import begin_sign_in
from tests.conftest import SECRET, Shared
from tests.support import builders
from tests.support.chromium import DESK, PHONE, chromium
from tests.support.databases import engine_for
from tests.support.gate import Gate
from tests.support.look import faults
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.store import Store

#: ms: a busy machine is slow, not wrong; a page may take longer than Playwright's five seconds
PATIENCE = 30_000
#: ms: what the worker does; the page asks about it at growing distances
LATER = 120_000
expect.set_options(timeout=PATIENCE)

#: said by Playwright
NO_WORKER = "Service Worker registration blocked by Playwright"

SignIn = Callable[[Page, Someone], None]
LookAt = Callable[[Page], None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def service(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Web and worker, ready; started again by `open_page` when a test has ended it."""
    databases = shared.databases_of("sqlite")
    url = databases.fresh()
    made = Service(tmp_path_factory.mktemp("service"), CPD_DATABASE_URL=url, CPD_SECRET_KEY=SECRET)
    with made:
        yield made
    databases.remove(url)


@pytest.fixture(scope="module")
def gate(service: Service) -> Iterator[Gate]:
    """A door before the service: `with gate.shut(): …` is without network."""
    made = Gate(service.port)
    yield made
    made.close()


@pytest.fixture(scope="session")
def engine(service: Service) -> Iterator[Engine]:
    """The engine of the service's database."""
    with engine_for(service.settings["CPD_DATABASE_URL"]) as made:
        yield made


@pytest.fixture(scope="session")
def app(service: Service) -> Flask:
    """The same application in this process, for use cases and cookies."""
    return create_app(config.load(service.settings))


@pytest.fixture
def store(engine: Engine) -> Store:
    """Reads and arranges rows beside the service."""
    return Store(engine)


@pytest.fixture
def society(store: Store) -> Society:
    """A society of this test's own."""
    return builders.a_society(store)


@pytest.fixture
def other_society(store: Store) -> Society:
    """Another one."""
    return builders.a_society(store)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What consoles and scripts complained about; must be nothing at the end.

    A test that was offline on purpose clears it.
    """
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def open_page(
    browser: Browser, service: Service, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own: `open_page()`, `open_page(DESK, locale="en-GB")`.

    Without a service worker, which stores pages ahead and shows a copy when the service is slow;
    `service_workers="allow"` is for those who are about that.
    """
    service.revive()
    contexts: list[BrowserContext] = []

    def listen(line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"} and line.text != NO_WORKER:
            complaints.append(line.text)

    def make(size: ViewportSize = PHONE, **options: Any) -> Page:
        options = {
            "base_url": service.address,
            "locale": "zh-CN",
            "reduced_motion": "reduce",
            "service_workers": "block",
            **options,
        }
        handheld = size["width"] < DESK["width"]
        context = browser.new_context(
            viewport=size,
            is_mobile=handheld,
            has_touch=handheld,
            **options,
        )
        context.set_default_timeout(PATIENCE * 2)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def look_at() -> Iterator[LookAt]:
    """Look at the pages on the way, in both themes; their faults are said at the end."""
    found: list[str] = []
    yield lambda page: found.extend(faults(page))
    assert found == []


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A phone-sized page in Chinese."""
    return open_page(PHONE)


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    """A desktop-sized page in Chinese."""
    return open_page(DESK)


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Sign somebody in on a page without going through the form."""

    def set_cookie(page: Page, someone: Someone) -> None:
        with app.app_context(), transaction():
            secret = begin_sign_in(someone.id, device="Test", now=clock.now())
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = serializer.dumps({"_permanent": True, access.TOKEN_KEY: secret})
        page.context.add_cookies(
            [
                {
                    "name": app.config["SESSION_COOKIE_NAME"],
                    "value": value,
                    "url": app.config["CPD"].base_url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )

    return set_cookie


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo of a certificate, as a phone takes it."""
    path = tmp_path / "证书.jpg"
    image = Image.new("RGB", (1200, 1600), "white")
    ImageDraw.Draw(image).rectangle((100, 100, 1100, 1500), outline="red", width=20)
    image.save(path, quality=85)
    return path
