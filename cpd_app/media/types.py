"""What members may attach, told by its content and never by its name; and how large it may be."""

from enum import StrEnum

import filetype

from cpd_app.domain.errors import Rejected

MEGABYTE = 1024 * 1024
#: one file (issue: up to 20 MB each)
MOST_BYTES = 20 * MEGABYTE
#: a PDF longer than this is no evidence but an archive
MOST_PAGES = 300
#: JPEG is decoded at a half or a quarter of its size at once, so the 108 megapixels of a phone fit
MOST_JPEG_PIXELS = 120_000_000
#: PNG and HEIC are decoded whole
MOST_PIXELS = 60_000_000
#: a photo up to this size is made ready while the member waits: about half a second
QUICK_PIXELS = 16_000_000
#: longest side of what is kept, and of what lists and slots show
LONGEST_SIDE = 2560
LONGEST_PREVIEW = 480


class MediaType(StrEnum):
    """The four types, by the names that HTTP has for them."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    PDF = "application/pdf"

    @property
    def is_photo(self) -> bool:
        """Whether it is re-encoded; a PDF is kept as it came."""
        return self is not MediaType.PDF


#: what Pillow calls them: nothing else is ever opened
PILLOW_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.HEIC: "HEIF"}


def type_of(data: bytes) -> MediaType:
    """The type of a file that arrived.

    Raises Rejected `empty_file`, `file_too_large`, `wrong_file_type`.
    """
    if not data:
        raise Rejected("empty_file", "file")
    if len(data) > MOST_BYTES:
        raise Rejected("file_too_large", "file", most=MOST_BYTES // MEGABYTE)
    guess = filetype.guess(data)
    try:
        return MediaType(guess.mime if guess else "")
    except ValueError:
        raise Rejected("wrong_file_type", "file") from None
