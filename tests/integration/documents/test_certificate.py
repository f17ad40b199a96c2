"""The certificate of attendance says what is true, in both languages, or is refused."""

import dataclasses
import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from cpd_app.documents.attendance import Stay
from cpd_app.documents.certificate import AttendanceCertificate, certificate_pdf
from cpd_app.documents.typesetting import TypesettingError, typeset
from cpd_app.domain.errors import Rejected
from tests.support.documents import DAY, HEAD, HOUR, MORNING, NINE, pages_of, said, text_of

CERTIFICATE = AttendanceCertificate(
    number="CPD-2026-12-345",
    event=HEAD,
    name="张䶮",
    registration_number="T000123",
    unit="某电力设计院",
    stays=(MORNING, Stay("分会场", NINE + 5 * HOUR, NINE + 8 * HOUR)),
    minutes=352,
    hours=750,
    arithmetic=("352 分钟 ÷ 45 = 7.82 → 7.5 学时",),
    as_of=NINE + 3 * DAY,
)


def test_it_says_who_attended_what_for_how_long():
    (page,) = pages_of(certificate_pdf(CERTIFICATE, "zh"))

    for line in (
        "出席证明",
        "张䶮",
        "注册编号 T000123 · 某电力设计院",
        "于2026年5月6日出席“直流输电技术研讨会”，",
        "在场352分钟，计7.5学时。",
        "352分钟÷45=7.82→7.5学时",
        "5月6日主会场09:00–12:00",
        "5月6日分会场14:00–17:00",
        "本地学会输电专委会",
        "编号CPD-2026-12-345",
        "2026年5月9日",
    ):
        assert "".join(line.split()) in page


def test_it_is_in_english_too():
    text = text_of(certificate_pdf(CERTIFICATE, "en"))

    assert said("This is to certify that 张䶮 Registration no. T000123") in text
    assert said("attended 直流输电技术研讨会 on 6 May 2026") in text
    assert said("and was present for 352 minutes: 7.5 CPD hours.") in text


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("Nguyễn Łukasz Őrsi", "NotoSerif-"),
        ("Ольга Ященко", "NotoSerif-"),
        ("Zoë Müller", "NotoSerifSC-"),
        ("张䶮", "NotoSerifSC-"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_name_in_whatever_latin_is_printed_in_one_face(name: str, face: str, language: str):
    made = certificate_pdf(dataclasses.replace(CERTIFICATE, name=name), language)

    (page,) = PdfReader(io.BytesIO(made)).pages
    faces: dict[str, str] = {}

    def note(text: str, _cm: object, _tm: object, font: dict[str, str] | None, _size: object):
        if font and text.strip():
            faces[text.strip()] = font["/BaseFont"].split("+")[-1]

    page.extract_text(visitor_text=note)
    used = {base for text, base in faces.items() if name in text}
    assert len(used) == 1
    assert used.pop().startswith(face)


@pytest.mark.parametrize(
    ("every", "lines"),
    [
        (3 * HOUR, ["5月6日在场5段09:00–22:00", "5月7日在场7段00:00–19:00"]),
        (DAY, ["5月6日在场1段09:00–10:00", "5月10日在场1段09:00–10:00…另有7天"]),
    ],
)
def test_however_much_there_is_to_say_it_is_one_page(every: timedelta, lines: list[str]):
    stays = tuple(
        Stay(f"第{n}分会场", NINE + n * every, NINE + n * every + HOUR) for n in range(12)
    )
    event = dataclasses.replace(HEAD, title="研讨会" * 66, organiser="学会" * 80, venue="厅" * 200)
    much = dataclasses.replace(
        CERTIFICATE, stays=stays, event=event, name="某" * 16, unit="院" * 80
    )

    (page,) = pages_of(certificate_pdf(much, "zh"))

    for line in lines:
        assert line in page


def test_data_is_never_the_text_of_the_form():
    hostile = dataclasses.replace(
        CERTIFICATE, name='#read("/etc/passwd") $x$ *b* \\', unit='"] #panic() [<a> // @b'
    )

    text = text_of(certificate_pdf(hostile, "zh"))
    assert said('#read("/etc/passwd") $x$ *b* \\') in text
    assert said('"] #panic() [<a> // @b') in text


def test_nobody_gets_one_with_a_hole_in_their_name():
    with pytest.raises(Rejected) as refusal:
        certificate_pdf(dataclasses.replace(CERTIFICATE, name="吴𠮷"), "zh")

    assert refusal.value.code == "missing_glyph"
    assert refusal.value.values == {"characters": "𠮷（U+20BB7）"}


def test_it_is_for_archives_and_for_readers_aloud():
    pdf = certificate_pdf(CERTIFICATE, "zh")

    reader = PdfReader(io.BytesIO(pdf))
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("2", "A")
    assert reader.metadata is not None
    assert reader.metadata.title == "出席证明 · 张䶮"
    assert "/StructTreeRoot" in reader.root_object


def test_the_same_facts_are_the_same_file():
    assert certificate_pdf(CERTIFICATE, "zh") == certificate_pdf(CERTIFICATE, "zh")


def test_a_form_that_is_not_there_is_our_fault():
    with pytest.raises(TypesettingError, match="no_such_form"):
        typeset("no_such_form", {}, NINE)
