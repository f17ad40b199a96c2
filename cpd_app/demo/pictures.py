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
    kept = io.BytesIO()
    page.save(kept, "JPEG", quality=80)
    photo = photo_of(kept.getvalue(), MediaType.JPEG)
    return Reading(kept.getvalue(), MediaType.JPEG, full=photo.full, preview=photo.preview)
