"""The dossier on paper: totals and names are those of the page, rare characters are there."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from cpd_app.documents.dossier import Dossier, dossier_pdf
from cpd_app.documents.dossier_archive import paths_of, safe_name
from cpd_app.documents.dossier_word import dossier_docx
from cpd_app.documents.press import FAULT, SET, Press
from cpd_app.usecases import dossiers, filings
from tests.support import builders
from tests.support.documents import said, text_of
from tests.support.renewing import NOW, TODAY, Renewing
from tests.support.store import Store

Do = Callable[..., Any]
DEBIAN = Path("/usr/share/fonts/opentype/noto")
RARE = "龘䶮𠮷"
TITLE = "配电 & 储能 <规程> “修订” {{ 7*7 }}"


@pytest.fixture
def named(store: Store, renewing: Renewing) -> Renewing:
    """A member with a rare name and a record whose title is no markup."""
    name = renewing.someone.person.names[0]
    store.change(name, name=RARE, name_en="Da Yan Ji")
    renewing.log(date(2027, 6, 1), 10, title=TITLE, reflection="会\x0b用 & 会讲")
    return renewing


def draft(do: Do, one: Renewing, language: str = "zh") -> Dossier:
    taken: dossiers.Taken = do(
        dossiers.take_draft, one.someone.actor, one.registration.id,
        language=language, now=NOW, today=TODAY,
    )  # fmt: skip
    return taken.dossier


def word_text(data: bytes) -> str:
    """All text of a Word file, tables included."""
    document = Document(io.BytesIO(data))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_pdf_says_names_and_totals_as_the_page_does(do: Do, named: Renewing):
    made = dossier_pdf(draft(do, named), DEBIAN)

    text = text_of(made.pdf)
    assert made.missing == frozenset()
    assert RARE in text
    assert said(TITLE) in text
    for total in ("第1年", "50.0", "合计", "250.0"):
        assert total in text
    assert said("草稿：按当前记录生成") in text


def test_poppler_reads_the_same(do: Do, named: Renewing, tmp_path: Path):
    """What other programs copy out of the file: names, sums, the year's line."""
    path = tmp_path / "dossier.pdf"
    path.write_bytes(dossier_pdf(draft(do, named), DEBIAN).pdf)

    text = subprocess.run(
        ["/usr/bin/pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True
    ).stdout

    assert RARE in text
    [total] = [line.split() for line in text.splitlines() if line.strip().startswith("合计")]
    assert total[1:5] == ["250.0", "250.0", "250.0", "250.0"]


def test_a_character_no_font_has_is_named(do: Do, store: Store, named: Renewing):
    store.change(named.someone.person.names[0], name="吴🙂")

    made = dossier_pdf(draft(do, named))

    assert made.missing == {"🙂"}
    assert "U+1F642" in text_of(made.pdf)


def test_the_same_filing_makes_the_same_bytes(do: Do, named: Renewing):
    filing = named.filed()

    def made() -> bytes:
        taken = do(dossiers.take_filed, named.someone.actor, filing.id, language="zh", now=NOW)
        return dossier_pdf(taken.dossier, DEBIAN).pdf

    first = made()
    do(filings.withdraw_filing, named.someone.actor, filing.id, now=NOW)
    named.log(date(2027, 7, 1), 10)

    assert made() == first
    assert filing.number in text_of(first)
    assert said("草稿") not in text_of(first)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_holds_names_sums_and_titles_unharmed(do: Do, named: Renewing, language: str):
    text = word_text(dossier_docx(draft(do, named, language)))

    assert RARE in text
    assert TITLE in text
    assert "会用 & 会讲" in text
    assert "250.0" in text
    assert "{%" not in text
    assert "{{ row" not in text


def test_years_without_records_and_an_empty_summary_are_set_too(do: Do, renewing: Renewing):
    renewing.write("", version=1)
    dossier = draft(do, renewing)
    bare = Dossier(
        number=None, content=dossier.content, years=dossier.years, records=(), rule_sets={},
        as_of=dossier.as_of,
    )  # fmt: skip

    assert "还没有写" in text_of(dossier_pdf(bare).pdf)
    assert "职业发展总结" in word_text(dossier_docx(bare))


def test_folders_are_named_by_number_and_title_and_lead_nowhere_else(
    do: Do, store: Store, named: Renewing
):
    file = builders.a_file(store, named.someone.person, name="../../etc/签到:表.HEIC")
    builders.an_evidence(store, named.records[0], file.id)

    [(_paper, path)] = paths_of(draft(do, named))

    assert path == "evidence/001 2023 年培训/1-1 _.._etc_签到_表.jpg"
    assert safe_name('a/b\\c:"d" ') == "a_b_c__d_"


def test_a_word_file_is_a_sound_archive(do: Do, named: Renewing):
    with zipfile.ZipFile(io.BytesIO(dossier_docx(draft(do, named)))) as archive:
        assert archive.testzip() is None


def test_the_kept_process_says_what_is_wrong_and_goes_on():
    press = Press({})
    folders = [str(Path(dossiers.__file__).parents[1] / "documents" / "fonts")]
    broken = {"form": "no-such-form", "folders": folders, "data": '{"made_at": 0}'}

    first, second = press.set(broken, 50), press.set(broken, 50)
    press.close()

    assert first is not None
    assert second is not None
    assert (first[0], second[0]) == (FAULT, FAULT)


def test_a_kept_process_that_has_ended_is_started_again():
    press = Press({})
    job = {"form": "no-such-form", "folders": [], "data": '{"made_at": 0}'}
    assert press.set(job, 50) is not None
    press.close()

    again = press.set(job, 50)
    press.close()

    assert again is not None
    assert again[0] != SET


def test_one_that_takes_too_long_is_ended():
    press = Press({})

    assert press.set({"form": "dossier", "folders": [], "data": "{}"}, 0) is None
    press.close()
