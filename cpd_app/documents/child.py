"""The program that sets one document: `python -m cpd_app.documents.child FORM FONTS…`.

The data comes as JSON on stdin, the PDF goes to stdout. A list of 5,000 people takes some 400 MB
while it is set; in a process of its own that memory is free again afterwards.
"""

import json
import resource
import sys
from pathlib import Path

import typst

FORMS = Path(__file__).parent / "forms"
#: address space, so that a document that swells ends this process and not the machine
MOST_MEMORY = 4 * 1024**3
MOST_SECONDS = 50
#: kept for decades (PDF/A) and read aloud by machines (PDF/UA)
STANDARDS: list["typst.PDFStandard"] = ["a-2a", "ua-1"]


def main() -> None:
    """Set the document; forms read nothing outside their folder, and data is never their text."""
    form, *folders = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders)
    )
    data = sys.stdin.buffer.read().decode()
    pdf = typst.compile(
        FORMS / f"{form}.typ",
        root=FORMS,
        font_paths=fonts,
        sys_inputs={"data": data},
        pdf_standards=STANDARDS,
        timestamp=json.loads(data)["made_at"],
    )
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
