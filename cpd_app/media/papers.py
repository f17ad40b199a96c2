"""PDFs: read before they are taken, so that a broken or locked one is refused; drawn by page."""

import io
import tempfile
from pathlib import Path
from typing import Any

import typst
from PIL import Image
from pypdf import PdfReader

from cpd_app.media.pictures import Photo, Unreadable, encoded, finished, on_white
from cpd_app.media.types import MOST_PAGES

#: a picture smaller than this is a logo, not a scanned page
SCAN_SIDE = 400
#: pictures on the first page that are looked at
MOST_PICTURES = 4
#: a page is drawn as wide as A4, so that a poster and a slip of paper fill the same frame
PAGE_FORM = b"""#set page(width: auto, height: auto, margin: 0pt)
#image("paper.pdf", page: int(sys.inputs.number), width: 210mm)
"""
#: 1,323 pixels across: small print of a scan can be read at the full width of a desk
PAGE_DPI = 160


def pages_of(data: bytes) -> int:
    """How many pages a PDF has; Unreadable when it is broken, locked or too long."""
    reader = _reader(data)
    try:
        pages = len(reader.pages)
        if pages:
            reader.pages[0].mediabox  # noqa: B018 - the first page must be there, not only be counted
    except Exception as error:
        raise Unreadable("broken_pdf") from error
    if not pages:
        raise Unreadable("broken_pdf")
    if pages > MOST_PAGES:
        raise Unreadable("too_many_pages")
    return pages


def scan_of(data: bytes) -> Photo | None:
    """The picture of a scanned first page; None when the page is drawn and not a picture."""
    page = _reader(data).pages[0]
    best: Image.Image | None = None
    # What is in a stranger's PDF fails in more ways than can be named; a preview is a courtesy.
    try:
        for found in list(page.images)[:MOST_PICTURES]:
            image: Any = found.image
            if image is None or min(image.size) < SCAN_SIDE:
                continue
            if best is None or image.width * image.height > best.width * best.height:
                best = image
        if best is None:
            return None
        turned = best.convert("RGB").rotate(-(page.rotation or 0), expand=True)
        plain = Image.new("RGB", turned.size)
        plain.paste(turned)
        return finished(plain)
    except Exception:  # noqa: BLE001 - see above
        return None


def page_of(data: bytes, number: int) -> bytes:
    """A page of a PDF, the first is 1, drawn as a JPEG; Unreadable when it cannot be drawn.

    Fonts come from the PDF alone: one that leaves its fonts out shows gaps, and the reader opens
    the original beside it.
    """
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[])
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "paper.pdf").write_bytes(data)
        form = folder / "page.typ"
        form.write_bytes(PAGE_FORM)
        # What is in a stranger's PDF fails in more ways than can be named.
        try:
            drawn = typst.compile(
                form, root=folder, format="png", ppi=PAGE_DPI, font_paths=fonts,
                sys_inputs={"number": str(number)},
            )  # fmt: skip
            with Image.open(io.BytesIO(drawn), formats=["PNG"]) as image:
                return encoded(on_white(image))
        except Exception as error:
            raise Unreadable("broken_pdf") from error


def _reader(data: bytes) -> PdfReader:
    """Every failure of the parser means the same to the member."""
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
    except Exception as error:
        raise Unreadable("locked_pdf" if b"/Encrypt" in data else "broken_pdf") from error
    if locked:
        raise Unreadable("locked_pdf")
    return reader
