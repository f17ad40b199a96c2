"""The dossier as a Word file, from a form with places for values (tools/dossier_template.py)."""

import io
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from cpd_app.documents.dossier import Dossier, dossier_data

FORM = Path(__file__).parent / "forms" / "dossier.docx"


def dossier_docx(dossier: Dossier) -> bytes:
    """What the PDF says, to be worked on in an office program.

    Values are escaped: without it an ampersand in a title would end the document there.
    """
    template = DocxTemplate(FORM)
    environment = SandboxedEnvironment(autoescape=True)
    template.render(_storable(dossier_data(dossier)), jinja_env=environment)
    template.docx.core_properties.title = f"{dossier.label['form_title']} {dossier.name}"
    template.docx.core_properties.created = dossier.as_of.replace(tzinfo=None)
    template.docx.core_properties.modified = dossier.as_of.replace(tzinfo=None)
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


def _storable(value: Any) -> Any:
    """Without the control characters that XML has no place for."""
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\n\t")
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    return value
