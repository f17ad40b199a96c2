"""The scanner on photos as phones take them; `python -m bench decoder` has the figures."""

import base64

import pytest
from playwright.sync_api import Page

from tests.support.code_photos import KINDS, a_photo, text_of

EACH = 4
READ = """
async ({ module, photos }) => {
  const { readPhoto } = await import(module);
  const read = [];
  for (const photo of photos) {
    const bytes = Uint8Array.from(atob(photo), (c) => c.charCodeAt(0));
    read.push(await readPhoto(new File([bytes], "photo.jpg", { type: "image/jpeg" })));
  }
  return read;
}
"""


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"dark"}))
def test_codes_in_photos_are_read(desk: Page, kind: str) -> None:
    desk.goto("/sign-in")
    script = desk.locator("script[type=module]").first.get_attribute("src")
    assert script
    photos = [base64.b64encode(a_photo(kind, number)).decode() for number in range(EACH)]
    module = script.replace("app.js", "lib/decoder.js")
    read = desk.evaluate(READ, {"module": module, "photos": photos})
    assert read == [{"ok": True, "texts": [text_of(number)]} for number in range(EACH)]


def test_what_is_no_picture_is_said(desk: Page) -> None:
    desk.goto("/sign-in")
    script = desk.locator("script[type=module]").first.get_attribute("src")
    assert script
    nothing = base64.b64encode(b"no picture").decode()
    module = script.replace("app.js", "lib/decoder.js")
    read = desk.evaluate(READ, {"module": module, "photos": [nothing]})
    assert read == [{"ok": False, "reason": "unreadable"}]
