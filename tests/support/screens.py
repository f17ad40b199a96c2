"""What stands on a room's screen, as another decoder and another eye read it."""

from playwright.sync_api import Page

from cpd_app import clock
from cpd_app.domain.room_codes import (
    Direction,
    bucket_at,
    is_genuine,
    read_code,
    read_short_code,
)
from cpd_app.models import Event
from tests.support.zbar import codes_in


def read(page: Page) -> str:
    """What another decoder reads from the screen."""
    [text] = codes_in(page.screenshot())
    return text


def shown(page: Page) -> str:
    """The six characters on the screen."""
    return read_short_code(
        "".join(page.locator(".projector__short > [data-part]").all_inner_texts())
    )


def assert_genuine(text: str, event: Event, direction: Direction = Direction.IN) -> None:
    """The link is of the event's session, of this direction and of this moment."""
    now = clock.now()
    code = read_code(text, near=now)
    assert is_genuine(code, event.sessions[0].code_key)
    assert (code.session_id, code.direction) == (event.sessions[0].id, direction)
    assert code.bucket is not None
    assert abs(bucket_at(now) - code.bucket) <= 1
