"""Setting a form with its data as a PDF, in a process of its own with limits."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cpd_app.documents.fonts import Typefaces, typefaces_for
from cpd_app.documents.press import FAULT, ROOT, press

#: wall-clock seconds; the process limits its own CPU seconds below this
PATIENCE = 55


class TypesettingError(Exception):
    """A form could not be set: our fault, with what the typesetter said of the form."""


@dataclass(frozen=True)
class Typeset:
    """A PDF, and the characters for which it shows 〓 because no font has them."""

    pdf: bytes
    missing: frozenset[str]


def typeset(
    form: str,
    data: Mapping[str, Any],
    made_at: datetime,
    further_fonts: Path | None = None,
    *,
    small: bool = False,
) -> Typeset:
    """Set a form (`forms/<form>.typ`) with its data; call it outside a transaction.

    `small`: a document of a few pages goes to the process that is kept warm, when it is free.

    The same data of the same moment make the same bytes. What is missing stands in the data too,
    as `missing`, so that the form can say so.
    """
    faces = typefaces_for(json.dumps(data, ensure_ascii=False), further_fonts)
    shown = {
        **_printable(data, faces),
        "missing": _named(faces.missing),
        "made_at": int(made_at.timestamp()),
    }
    text = json.dumps(shown, ensure_ascii=False)
    folders = [str(folder) for folder in faces.folders]
    if small:
        answer = press.set({"form": form, "folders": folders, "data": text}, PATIENCE)
        if answer is not None:
            state, made = answer
            if state == FAULT:
                raise TypesettingError(f"{form}: {made.decode(errors='replace')}")
            return Typeset(made, faces.missing)
    done = subprocess.run(  # noqa: S603 - our own program, no word of it from outside
        [sys.executable, "-m", "cpd_app.documents.child", form, *folders],
        input=text.encode(),
        capture_output=True,
        timeout=PATIENCE,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("CPD_")},
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise TypesettingError(f"{form}: {said or f'ended with {done.returncode}'}")
    return Typeset(done.stdout, faces.missing)


def _named(missing: frozenset[str]) -> list[str]:
    """As U+20BB7, since nothing else of them can be printed."""
    return [f"U+{ord(character):04X}" for character in sorted(missing)]


def _printable(value: Any, faces: Typefaces) -> Any:
    if not faces.missing:
        return value
    if isinstance(value, str):
        return faces.printable(value)
    if isinstance(value, Mapping):
        return {name: _printable(part, faces) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part, faces) for part in value]
    return value
