"""The program that sets documents: `python -m cpd_app.documents.child FORM FONTS…`, or `--serve`.

The data of one document comes as JSON on stdin, the PDF goes to stdout. A list of 5,000 people
takes some 400 MB while it is set; in a process of its own that memory is free again afterwards.
With `--serve` it sets one after the other, for documents of a few pages (see press.py).
"""

import json
import resource
import select
import sys
from pathlib import Path
from typing import Any

import typst

from cpd_app.documents.press import FAULT, HEAD, SET

FORMS = Path(__file__).parent / "forms"
#: address space, so that a document that swells ends this process and not the machine
MOST_MEMORY = 4 * 1024**3
MOST_SECONDS = 50
#: of a process that is kept: how long it rests, how much it sets, how large it gets
MOST_REST = 300
MOST_DOCUMENTS = 500
MOST_RESIDENT = 400 * 1024  # KiB
#: kept for decades (PDF/A) and read aloud by machines (PDF/UA)
STANDARDS: list["typst.PDFStandard"] = ["a-2a", "ua-1"]


def main() -> None:
    """Set the document; forms read nothing outside their folder, and data is never their text."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    if sys.argv[1:] == ["--serve"]:
        serve()
        return
    form, *folders = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    _send(_set(form, sys.stdin.buffer.read().decode(), _fonts(folders)))


def serve() -> None:
    """Set what is asked, until nobody asks any more."""
    fonts: dict[tuple[str, ...], typst.Fonts] = {}
    # Linux counts the largest size of the process that it was forked from as its own.
    most = max(MOST_RESIDENT, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    for _number in range(MOST_DOCUMENTS):
        ready, _, _ = select.select([sys.stdin.buffer], [], [], MOST_REST)
        head = sys.stdin.buffer.read(HEAD.size) if ready else b""
        if len(head) < HEAD.size:
            return
        job: dict[str, Any] = json.loads(sys.stdin.buffer.read(HEAD.unpack(head)[1]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + MOST_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        folders = tuple(job["folders"])
        try:
            known = fonts.get(folders) or fonts.setdefault(folders, _fonts(list(folders)))
            state, made = SET, _set(job["form"], job["data"], known)
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker is told
            state, made = FAULT, str(error).encode()
        _send(HEAD.pack(state, len(made)) + made)
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > most:
            return


def _fonts(folders: list[str]) -> "typst.Fonts":
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders)
    )


def _set(form: str, data: str, fonts: "typst.Fonts") -> bytes:
    return typst.compile(
        FORMS / f"{form}.typ",
        root=FORMS,
        font_paths=fonts,
        sys_inputs={"data": data},
        pdf_standards=STANDARDS,
        timestamp=json.loads(data)["made_at"],
    )


def _send(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
