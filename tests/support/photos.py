"""Files as phones and scanners make them: with places, comments, layers, and broken ones."""

import io
from pathlib import Path

from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

from cpd_app.media.reading import read_arrived
from cpd_app.usecases.files import Upload

DATA = Path(__file__).parents[1] / "data"

GPS_TAG = 0x8825
ORIENTATION = 0x0112
MAKER = 0x010F
#: a place in Beijing as a phone writes it
PLACE = {1: "N", 2: (39.0, 54.0, 0.0), 3: "E", 4: (116.0, 23.0, 0.0)}


def a_picture(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A sheet with a red corner at the upper left, so that turning can be seen."""
    image = Image.new("RGB", (width, height), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 3, height // 3), fill=(190, 30, 30))
    draw.rectangle((width // 2, height - 30, width - 20, height - 20), fill=(30, 40, 60))
    return image.convert(mode)


def a_jpeg(width: int = 320, height: int = 200, *, orientation: int = 6) -> bytes:
    """A JPEG with place, maker, a comment, and turned as phones turn."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "TestMaker"
    exif.get_ifd(GPS_TAG).update(PLACE)
    out = io.BytesIO()
    a_picture(width, height).save(out, "JPEG", quality=90, exif=exif, comment=b"secret-comment")
    return out.getvalue()


def a_png(width: int = 320, height: int = 200, mode: str = "RGBA") -> bytes:
    """A PNG as screens make them."""
    out = io.BytesIO()
    a_picture(width, height, mode).save(out, "PNG")
    return out.getvalue()


def a_heic() -> bytes:
    """A HEIC photo with a place (made once, since no free encoder comes with the libraries)."""
    return (DATA / "photo-with-place.heic").read_bytes()


def a_pdf(pages: int = 2, *, password: str = "", scanned: bool = False) -> bytes:
    """A PDF of blank pages, or of scanned ones; with a password when one is given."""
    writer = PdfWriter()
    if scanned:
        out = io.BytesIO()
        sheets = [a_picture(900, 1200) for _ in range(pages)]
        sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
        writer.append(PdfReader(out))
    else:
        for _ in range(pages):
            writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def an_upload(
    data: bytes | None = None,
    *,
    name: str = "IMG_0001.jpg",
    secrecy: str = "none",
    proofs: tuple[str, ...] = (),
    key: str | None = None,
) -> Upload:
    """A file as an edge hands it to a use case."""
    return Upload(read_arrived(a_jpeg() if data is None else data), name, secrecy, proofs, key)


def pixels(data: bytes) -> Image.Image:
    """The decoded picture."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
