"""Writes documents/forms/dossier.docx, the Word form of the dossier, with its places for values.

Run it after a change here; the form is committed, and a society may give its own in its place.
The places are those of `documents/dossier.py` (dossier_data).
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FORM = Path(__file__).parents[1] / "cpd_app" / "documents" / "forms" / "dossier.docx"
FONT = "Noto Serif SC"
#: the same form has the same date, whenever it is written
MADE = datetime(2026, 11, 1)  # noqa: DTZ001 - Word's dates have no zone
MUTED, ACCENT = RGBColor(0x52, 0x62, 0x6C), RGBColor(0x08, 0x4C, 0x58)
#: label of the column, what stands in it, width in millimetres
COLUMNS = (
    ("row", "{{ row.number }}", 11),
    ("title", "{{ row.title }}{% if row.where %}\n{{ row.where }}{% endif %}", 50),
    ("kind", "{{ row.fields }}", 33),
    ("dates", "{{ row.dates }}", 28),
    ("minutes", "{{ row.minutes }}", 16),
    ("claimed", "{{ row.claimed }}", 16),
    ("recognised", "{{ row.recognised }}", 19),
    ("confirmed", "", 18),
    ("assurance", "{{ row.assurance }}", 12),
    ("competences", "{{ row.competences }}", 22),
    ("evidence", "{{ row.evidence }}", 42),
)
YEARS = ("year", "period", "required", "claimed", "recognised", "audit_proof", "verdict")
PAPERS = ("number", "file", "pages", "original", "kept")


def main() -> None:
    """Build the form from nothing, so that it holds no trace of anybody's editor."""
    document: Any = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(8.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
    for name in ("Title", "Heading 1", "Heading 2"):
        heading = document.styles[name]
        heading.font.name, heading.font.color.rgb = FONT, ACCENT
        heading.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(14))
    _form(document)
    second = document.add_section()
    second.orientation = WD_ORIENT.PORTRAIT
    second.page_width, second.page_height = Mm(210), Mm(297)
    second.left_margin = second.right_margin = Mm(22)
    _summary(document)
    document.add_page_break()
    _checksums(document)
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = MADE
    document.core_properties.title = ""
    document.save(str(FORM))


def _form(document: Any) -> None:
    document.add_heading("{{ label.form_title }}{% if draft %}{{ draft_mark }}{% endif %}", 0)
    _muted(document.add_paragraph(), "{{ heading }}")
    _table(document, None, "facts", "fact", ("{{ fact[0] }}", "{{ fact[1] }}"), (40, 120))
    document.add_paragraph()
    years = _table(
        document,
        [f"{{{{ label.{name} }}}}" for name in YEARS],
        "years",
        "year",
        [f"{{{{ year[{place}] }}}}" for place in range(len(YEARS))],
        (22, 80, 26, 26, 26, 28, 26),
    )
    total = years.add_row().cells
    for cell, text in zip(
        total,
        (
            "{{ label.total }}",
            "{{ total.records }}",
            "{{ total.required }}",
            "{{ total.claimed }}",
            "{{ total.recognised }}",
            "{{ total.audit_proof }}",
            "",
        ),
        strict=True,
    ):
        cell.text = text
    _muted(
        document.add_paragraph(),
        "{% if not official %}{{ label.computed }} {% endif %}{{ label.levels }} "
        "{{ label.competences }}{{ label.colon }}"
        "{% for n, name in competences %}{{ n }} {{ name }}  {% endfor %}",
    )
    document.add_paragraph("{%p for group in groups %}")
    document.add_heading("{{ group.year[0] }}  {{ group.year[1] }}", 2)
    _muted(
        document.add_paragraph(),
        "{{ label.claimed }} {{ group.year[3] }} · {{ label.recognised }} {{ group.year[4] }} / "
        "{{ group.year[2] }} · {{ label.audit_proof }} {{ group.year[5] }} · {{ group.year[6] }}",
    )
    document.add_paragraph("{%p for kind in group.kinds %}")
    bold = document.add_paragraph().add_run(
        "{{ kind.name }}  {{ kind.count }} · {{ label.claimed }} {{ kind.claimed }} · "
        "{{ label.recognised }} {{ kind.recognised }}"
    )
    bold.bold = True
    table = _table(
        document,
        [f"{{{{ label.{name} }}}}" for name, _text, _width in COLUMNS],
        "kind.rows",
        "row",
        [text for _name, text, _width in COLUMNS],
        [width for _name, _text, width in COLUMNS],
        close=False,
    )
    table.add_row().cells[0].text = "{%tr for below in row.below %}"
    cells = table.add_row().cells
    merged = cells[1].merge(cells[-1])
    merged.text = ""
    _muted(merged.paragraphs[0], "{{ below[0] }}{{ label.colon }}{{ below[1] }}")
    table.add_row().cells[0].text = "{%tr endfor %}"
    table.add_row().cells[0].text = "{%tr endfor %}"
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")


def _summary(document: Any) -> None:
    document.add_heading("{{ label.summary_title }}", 1)
    _muted(document.add_paragraph(), "{{ name }} · {{ summary_characters }}")
    document.add_paragraph("{%p for line in summary %}")
    document.add_paragraph("{%p if line[0] == 'heading' %}")
    document.add_heading("{{ line[1] }}", 2)
    document.add_paragraph("{%p elif line[0] == 'item' %}")
    _muted(document.add_paragraph(), "· {{ line[1] }}")
    document.add_paragraph("{%p else %}")
    text = document.add_paragraph()
    text.paragraph_format.first_line_indent = Pt(21)
    text.paragraph_format.line_spacing = 1.5
    text.add_run("{{ line[1] }}").font.size = Pt(10.5)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if declaration %}")
    document.add_heading("{{ label.declaration }}", 2)
    document.add_paragraph("{{ declaration }}")
    document.add_paragraph("{%p endif %}")
    for name in ("signature", "unit_opinion", "society_opinion"):
        line = document.add_paragraph(f"{{{{ label.{name} }}}}")
        line.paragraph_format.space_before = Pt(18)
        line.paragraph_format.space_after = Pt(30)
        line.add_run("\t\t\t{{ label.date_line }}")


def _checksums(document: Any) -> None:
    document.add_heading("{{ label.checksums_title }}", 1)
    _muted(document.add_paragraph(), "{{ label.checksums_note }}")
    _table(
        document,
        [f"{{{{ label.{name} }}}}" for name in PAPERS],
        "papers",
        "paper",
        [f"{{{{ paper[{place}] }}}}" for place in range(len(PAPERS))],
        (16, 44, 10, 48, 48),
    )
    document.add_paragraph("{%p for digest in digests %}")
    _muted(document.add_paragraph(), "{{ label.digest }} {{ digest }}")
    document.add_paragraph("{%p endfor %}")


def _table(
    document: Any,
    titles: list[str] | None,
    many: str,
    one: str,
    cells: Any,
    widths: Any,
    *,
    close: bool = True,
) -> Any:
    """A table of which one row stands for many."""
    table = document.add_table(rows=0, cols=len(cells))
    table.style, table.autofit = "Table Grid", False
    if titles:
        for cell, text in zip(table.add_row().cells, titles, strict=True):
            _muted(cell.paragraphs[0], text)
    table.add_row().cells[0].text = f"{{%tr for {one} in {many} %}}"
    for cell, text in zip(table.add_row().cells, cells, strict=True):
        cell.text = text
    if close:
        table.add_row().cells[0].text = "{%tr endfor %}"
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _muted(paragraph: Any, text: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(7.5), MUTED


if __name__ == "__main__":
    main()
