"""Draw the application's icons from `cpd_app/static/icons/favicon.svg`, the only drawing.

Run when the drawing changes (`npm run icons`), and commit what it writes. A maskable icon fills its
square and keeps the drawing inside the circle that every launcher leaves; Apple rounds the corners
itself, so its icon is square too.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parent.parent / "cpd_app/static/icons"
SQUARE = ('rx="116"', 'rx="0"')
SMALLER = (
    'id="drawing"',
    'id="drawing" transform="translate(256 256) scale(.78) translate(-256 -256)"',
)

#: file, edge in pixels, changes to the drawing
WANTED: tuple[tuple[str, int, tuple[tuple[str, str], ...]], ...] = (
    ("icon-192.png", 192, ()),
    ("icon-512.png", 512, ()),
    ("maskable-192.png", 192, (SQUARE, SMALLER)),
    ("maskable-512.png", 512, (SQUARE, SMALLER)),
    ("apple-touch.png", 180, (SQUARE,)),
)


def main() -> None:
    """Write every icon beside the drawing."""
    drawing = (ICONS / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, edge, changes in WANTED:
            svg = drawing
            for old, new in changes:
                svg = svg.replace(old, new)
            page = browser.new_page(viewport={"width": edge, "height": edge})
            page.set_content(f"<body style='margin:0'>{svg}")
            page.screenshot(path=ICONS / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
