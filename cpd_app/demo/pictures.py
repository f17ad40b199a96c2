"""Pictures of papers that prove nothing: grey bars for lines of text, different for everybody."""

import io
from random import Random

from PIL import Image, ImageDraw

from cpd_app.media.pictures import photo_of
from cpd_app.media.reading import Reading
from cpd_app.media.types import MediaType

PAPER, INK, PALE = (251, 249, 243), (60, 72, 80), (158, 168, 174)
SIZE = (720, 960)


def paper(number: int, *, lines: int = 14) -> Reading:
    """A page with a heading, lines and a round stamp; `number` makes it its own.

    Read in this process: what we drew ourselves needs no guarding against.
    """
    kept = io.BytesIO()
    _page(number, lines).save(kept, "JPEG", quality=80)
    photo = photo_of(kept.getvalue(), MediaType.JPEG)
    return Reading(kept.getvalue(), MediaType.JPEG, full=photo.full, preview=photo.preview)


def papers(number: int, *, pages: int = 3) -> Reading:
    """A PDF of such pages, the first one with the fewest lines."""
    kept = io.BytesIO()
    first, *others = (_page(number + page, 6 + 4 * page) for page in range(pages))
    first.save(kept, "PDF", save_all=True, append_images=others)
    return Reading(kept.getvalue(), MediaType.PDF, pages=pages)


def _page(number: int, lines: int) -> Image.Image:
    chance = Random(number)  # noqa: S311 - a drawing
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((160, 110, 560, 150), fill=INK)
    for line in range(lines):
        top = 230 + line * 40
        pen.rectangle((90, top, 90 + chance.randint(320, 540), top + 14), fill=PALE)
    pen.ellipse((470, 760, 630, 920), outline=(170, 60, 50), width=6)
    for bit in range(24):
        if number >> bit & 1:
            pen.rectangle((90 + bit * 12, 900, 98 + bit * 12, 920), fill=INK)
    return page
