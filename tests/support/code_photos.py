"""Photos of a room's code as phones take them: turned, blurred, dark, far away, with a glare."""

import io
import random
from collections.abc import Callable

import segno
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from cpd_app.domain.room_codes import Direction, code_of, link_of

#: of a phone's camera, smaller
SIZE = (1280, 960)
QUALITY = 70


def text_of(number: int) -> str:
    """What a room's screen might show."""
    code = code_of(4_000 + number, "7c" * 32, Direction.IN, 178_000_000 + number)
    return link_of("https://cpd.example.org", code)


def a_photo(kind: str, number: int) -> bytes:
    """A JPEG of one of KINDS; the same number gives the same photo."""
    chance = random.Random(f"{kind}{number}")
    picture = KINDS[kind](_on_a_wall(text_of(number), chance, SCALES.get(kind, 12)), chance)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _on_a_wall(text: str, chance: random.Random, scale: int) -> Image.Image:
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="png", scale=scale, border=4)
    code = Image.open(made).convert("RGB")
    shade = chance.randint(90, 170)
    wall = Image.new("RGB", SIZE, (shade, shade - 5, shade - 15))
    left, top = (round((SIZE[n] - code.size[n]) * chance.uniform(0.3, 0.7)) for n in (0, 1))
    wall.paste(code, (left, top))
    return wall


def _turned(photo: Image.Image, chance: random.Random) -> Image.Image:
    return photo.rotate(chance.uniform(0, 360), Image.Resampling.BICUBIC, fillcolor="#777")


def _aslant(photo: Image.Image, chance: random.Random) -> Image.Image:
    """From the side of the room: one edge is a third shorter than the other."""
    wide, high = photo.size
    cut = high * chance.uniform(0.1, 0.2)
    corners = (0, -cut, 0, high + cut, wide, high, wide, 0)
    return photo.transform(photo.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def _blurred(photo: Image.Image, chance: random.Random) -> Image.Image:
    return photo.filter(ImageFilter.GaussianBlur(chance.uniform(2.5, 4.0)))


def _dark(photo: Image.Image, chance: random.Random) -> Image.Image:
    dim = ImageEnhance.Brightness(photo).enhance(chance.uniform(0.15, 0.3))
    noise = Image.effect_noise(photo.size, 28).convert("RGB")
    return ImageChops.add(dim, noise, scale=1, offset=-100)


def _far(photo: Image.Image, chance: random.Random) -> Image.Image:
    return photo.rotate(chance.uniform(-8, 8), Image.Resampling.BICUBIC, fillcolor="#777")


def _glare(photo: Image.Image, chance: random.Random) -> Image.Image:
    """A lamp in the screen: a soft white spot over a part of the code."""
    spot = Image.new("L", photo.size, 0)
    x, y = (round(side * chance.uniform(0.42, 0.58)) for side in photo.size)
    ImageDraw.Draw(spot).ellipse((x - 130, y - 70, x + 130, y + 70), fill=170)
    white = Image.new("RGB", photo.size, "white")
    return Image.composite(white, photo, spot.filter(ImageFilter.GaussianBlur(40)))


#: pixels of a module where it is not twelve
SCALES = {"far": 3}
KINDS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "turned": _turned,
    "aslant": _aslant,
    "blurred": _blurred,
    "dark": _dark,
    "far": _far,
    "glare": _glare,
}
