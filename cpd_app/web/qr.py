"""QR codes as SVG inside a page: dark modules on white, in both themes."""

from itertools import groupby

import qrcode
from markupsafe import Markup, escape

#: white modules around a code; scanners want four
BORDER = 4


def qr_svg(text: str, label: str = "", *, border: int = BORDER, alone: bool = False) -> Markup:
    """A text as QR code of level M; without a label it is decoration for what stands beside it.

    `alone`: a file by itself, not a part of a page.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=border)
    code.add_data(text)
    rows = code.get_matrix()
    size = len(rows)
    path = "".join(_line(y, row) for y, row in enumerate(rows))
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    return Markup(  # noqa: S704 - drawn here, of numbers
        f'<svg{space} class="qr" viewBox="0 0 {size} {size}" {name} shape-rendering="crispEdges" '
        f'focusable="false"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _line(y: int, row: list[bool]) -> str:
    """The dark runs of one row."""
    drawn, x = "", 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            drawn += f"M{x} {y}h{length}v1h-{length}z"
        x += length
    return drawn
