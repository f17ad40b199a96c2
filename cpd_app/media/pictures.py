"""Photos: turned upright, without EXIF and GPS, at most 2560 pixels long, with a small preview."""

import io
from contextlib import suppress
from typing import NamedTuple

import pi_heif
from PIL import Image, ImageCms, ImageOps

from cpd_app.media.types import (
    LONGEST_PREVIEW,
    LONGEST_SIDE,
    MOST_JPEG_PIXELS,
    MOST_PIXELS,
    PILLOW_FORMATS,
    MediaType,
)

QUALITY = 85
PREVIEW_QUALITY = 78
WHITE = (255, 255, 255)
#: Pillow's own alarm is replaced by ours, which knows the formats apart
Image.MAX_IMAGE_PIXELS = None

pi_heif.register_heif_opener(thumbnails=False)


class Unreadable(Exception):
    """The file cannot be used; `args[0]` is the code the member hears."""


class Photo(NamedTuple):
    """What is kept of a photo: JPEG bytes, and the size of the larger one."""

    full: bytes
    preview: bytes
    width: int
    height: int


def pixels_of(data: bytes, media_type: MediaType) -> int:
    """How many pixels a photo has, from its head alone; Unreadable when it has none or too many."""
    return _count(_opened(data, media_type), media_type)


def photo_of(data: bytes, media_type: MediaType) -> Photo:
    """Decode, turn upright, shrink and encode anew; nothing but pixels is carried over."""
    image = _opened(data, media_type)
    _count(image, media_type)
    try:
        if media_type is MediaType.JPEG:
            # A JPEG can be decoded at 1/2, 1/4, 1/8: never smaller than what is kept.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        upright = ImageOps.exif_transpose(image)
        return finished(_flat(upright))
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise Unreadable("broken_photo") from error


def finished(image: Image.Image) -> Photo:
    """A decoded RGB picture as it is kept."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((LONGEST_PREVIEW, LONGEST_PREVIEW), Image.Resampling.LANCZOS)
    return Photo(encoded(image), encoded(small, PREVIEW_QUALITY), image.width, image.height)


def on_white(image: Image.Image) -> Image.Image:
    """What was clear stands on white, as on paper."""
    layered = image.convert("RGBA")
    plain = Image.new("RGB", image.size, WHITE)
    plain.paste(layered, mask=layered.getchannel("A"))
    return plain


def encoded(image: Image.Image, quality: int = QUALITY) -> bytes:
    """A picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _opened(data: bytes, media_type: MediaType) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=[PILLOW_FORMATS[media_type]])
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("broken_photo") from error


def _count(image: Image.Image, media_type: MediaType) -> int:
    pixels = image.width * image.height
    most = MOST_JPEG_PIXELS if media_type is MediaType.JPEG else MOST_PIXELS
    if pixels > most:
        raise Unreadable("too_many_pixels")
    return pixels


def _flat(image: Image.Image) -> Image.Image:
    """Plain sRGB on white, in an image that never saw the metadata of the other."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        return on_white(image)
    coloured = _in_srgb(image)
    plain = Image.new("RGB", image.size)
    plain.paste(coloured)
    return plain


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours of a phone's wide gamut as screens without profile show them."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        # A profile that cannot be read loses its shade of colour, not the photo.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            made = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if made is not None:
                return made
    if image.mode == "I;16":
        # Pillow cuts 16 bits off at 255 instead of scaling them.
        image = image.point(lambda value: value / 256, "L")
    return image.convert("RGB")
