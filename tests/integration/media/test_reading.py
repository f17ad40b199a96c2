"""Files from outside: told by content, made anew without what phones write into them."""

import io

import pytest
from PIL import Image

from cpd_app.domain.errors import Rejected
from cpd_app.media import papers, pictures, types
from cpd_app.media.child import work
from cpd_app.media.reading import page_picture, read_arrived, read_through
from cpd_app.media.types import LONGEST_PREVIEW, LONGEST_SIDE, MediaType, type_of
from tests.support import photos


def refusal(data: bytes) -> str:
    with pytest.raises(Rejected) as refused:
        read_arrived(data)
    return refused.value.code


def metadata_of(data: bytes) -> dict[str, object]:
    image = Image.open(io.BytesIO(data))
    return {"exif": dict(image.getexif()), "comment": image.info.get("comment")}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (photos.a_jpeg(), MediaType.JPEG),
        (photos.a_png(), MediaType.PNG),
        (photos.a_heic(), MediaType.HEIC),
        (photos.a_pdf(), MediaType.PDF),
    ],
)
def test_the_type_comes_from_the_content(data: bytes, expected: MediaType):
    assert type_of(data) is expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"<html><script>alert(1)</script></html>", "wrong_file_type"),
        (b"GIF89a" + bytes(100), "wrong_file_type"),
        (b"PK\x03\x04" + bytes(100), "wrong_file_type"),
        (b"\xff\xd8\xff" + bytes(types.MOST_BYTES), "file_too_large"),
    ],
)
def test_anything_else_is_refused_with_its_reason(data: bytes, code: str):
    with pytest.raises(Rejected) as refused:
        type_of(data)

    assert refused.value.code == code


def test_the_sample_photos_do_carry_a_place():
    for data in (photos.a_jpeg(), photos.a_heic()):
        image = Image.open(io.BytesIO(data))
        assert dict(image.getexif().get_ifd(photos.GPS_TAG)) == photos.PLACE


def test_nothing_but_pixels_is_kept_of_a_jpeg():
    head, full, preview = work("arrive", MediaType.JPEG, photos.a_jpeg())

    assert head == {"width": 200, "height": 320}
    for made in (full, preview):
        assert metadata_of(made) == {"exif": {}, "comment": None}
        assert b"TestMaker" not in made
        assert b"secret-comment" not in made


def test_a_turned_photo_stands_upright():
    # Orientation 6: the red corner of the stored picture belongs at the upper right.
    _head, full, _preview = work("arrive", MediaType.JPEG, photos.a_jpeg(orientation=6))
    image = photos.pixels(full)

    assert image.size == (200, 320)
    red, _green, _blue = image.getpixel((190, 10))  # type: ignore[misc]
    assert red > 150
    assert image.getpixel((10, 10))[2] > 200  # type: ignore[index]


def test_a_heic_photo_waits_for_the_worker_and_loses_its_place_there():
    arrived = work("arrive", MediaType.HEIC, photos.a_heic())
    head, full, preview = work("finish", MediaType.HEIC, photos.a_heic())

    assert arrived == ({}, b"", b"")
    assert head == {"width": 320, "height": 200}
    assert metadata_of(full) == metadata_of(preview) == {"exif": {}, "comment": None}
    assert b"TestMaker" not in full


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1"])
def test_every_kind_of_png_becomes_a_plain_photo(mode: str):
    _head, full, _preview = work("arrive", MediaType.PNG, photos.a_png(mode=mode))

    assert photos.pixels(full).mode == "RGB"


def test_clear_parts_of_a_png_become_white():
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")

    _head, full, _preview = work("arrive", MediaType.PNG, out.getvalue())

    assert photos.pixels(full).getpixel((25, 25)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_shades():
    out = io.BytesIO()
    Image.new("I;16", (40, 40), 0x8000).save(out, "PNG")

    _head, full, _preview = work("arrive", MediaType.PNG, out.getvalue())

    assert photos.pixels(full).getpixel((5, 5)) == (128, 128, 128)


def test_large_photos_are_made_smaller():
    head, full, preview = work("arrive", MediaType.JPEG, photos.a_jpeg(3200, 1600, orientation=1))

    assert head == {"width": LONGEST_SIDE, "height": LONGEST_SIDE // 2}
    assert max(photos.pixels(full).size) == LONGEST_SIDE
    assert max(photos.pixels(preview).size) == LONGEST_PREVIEW


def test_small_photos_are_not_made_larger():
    _head, full, _preview = work("arrive", MediaType.JPEG, photos.a_jpeg(64, 48, orientation=1))

    assert photos.pixels(full).size == (64, 48)


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(pictures, "MOST_JPEG_PIXELS", 100)

    with pytest.raises(pictures.Unreadable, match="too_many_pixels"):
        work("arrive", MediaType.JPEG, photos.a_jpeg())


def test_a_photo_cut_short_is_refused():
    assert refusal(photos.a_jpeg(800, 600)[:3000]) == "broken_photo"
    assert refusal(photos.a_png(800, 600)[:200]) == "broken_photo"


def test_a_head_without_a_photo_is_refused():
    assert refusal(b"\xff\xd8\xff\xe0" + b"no photo at all" * 20) == "broken_photo"


def test_a_heic_cut_short_is_refused_by_the_worker():
    with pytest.raises(Rejected) as refused:
        read_through(photos.a_heic()[:700], MediaType.HEIC)

    assert refused.value.code == "broken_photo"


def test_a_pdf_is_counted_and_kept_as_it_came():
    reading = read_arrived(photos.a_pdf(3))

    assert (reading.pages, reading.full, reading.is_ready) == (3, None, True)


def test_broken_and_locked_pdfs_are_refused_at_once():
    assert refusal(b"%PDF-1.7\n" + b"nothing" * 50) == "broken_pdf"
    assert refusal(photos.a_pdf(password="only-for-me")) == "locked_pdf"


def test_a_pdf_without_pages_or_with_too_many_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(papers, "MOST_PAGES", 2)

    with pytest.raises(pictures.Unreadable, match="too_many_pages"):
        papers.pages_of(photos.a_pdf(3))
    with pytest.raises(pictures.Unreadable, match="broken_pdf"):
        papers.pages_of(photos.a_pdf(0))


def test_a_scanned_pdf_shows_its_first_page():
    head, full, preview = work("finish", MediaType.PDF, photos.a_pdf(2, scanned=True))

    assert (head, full) == ({"pages": 2}, b"")
    assert max(photos.pixels(preview).size) == LONGEST_PREVIEW


def test_a_drawn_pdf_has_no_preview():
    assert work("finish", MediaType.PDF, photos.a_pdf(1)) == ({"pages": 1}, b"", b"")


def test_any_page_of_a_pdf_is_drawn_as_a_picture():
    pages = [page_picture(photos.a_pdf(2, scanned=True), number) for number in (1, 2)]

    for page in pages:
        assert photos.pixels(page).format == "JPEG"
        assert photos.pixels(page).size == (1323, 1764)
    assert photos.pixels(page_picture(photos.a_pdf(1), 1)).getpixel((600, 600)) == (255, 255, 255)


@pytest.mark.parametrize(("data", "page"), [(photos.a_pdf(1), 2), (photos.a_pdf(1), 0),
                                            (b"%PDF-1.7 nothing", 1)])  # fmt: skip
def test_a_page_that_is_not_there_is_refused(data: bytes, page: int):
    with pytest.raises(Rejected) as refused:
        page_picture(data, page)
    assert refused.value.code == "broken_pdf"


def test_the_program_of_its_own_answers_like_the_function():
    reading = read_arrived(photos.a_jpeg())

    assert reading.is_ready
    assert reading.full is not None
    assert photos.pixels(reading.full).size == (200, 320)
    assert reading.preview is not None


def test_a_program_that_dies_means_a_broken_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cpd_app.media.reading.sys.executable", "/bin/false")

    assert refusal(photos.a_jpeg()) == "broken_photo"
    assert refusal(photos.a_pdf()) == "broken_pdf"
