"""Every pair of colours that the style sheets put together can be read: WCAG 2.2 AA, both themes.

`pytest -s` prints the figures.
"""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "cpd_app/static/css/tokens.css"
TEXT = 4.5
CONTROL = 3.0

GROUNDS = ("paper", "raised")
#: text, grounds it stands on, least contrast
PAIRS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("ink", (*GROUNDS, "hover", "select", "track", "accent-soft", "accent-mid"), TEXT),
    ("ink", ("ok-soft", "warning-soft", "blocker-soft"), TEXT),
    ("muted", (*GROUNDS, "hover", "select", "track"), TEXT),
    ("accent", (*GROUNDS, "hover", "select"), TEXT),
    ("accent-strong", (*GROUNDS, "hover", "accent-soft"), TEXT),
    ("ok", (*GROUNDS, "hover", "select", "ok-soft"), TEXT),
    ("warning", (*GROUNDS, "hover", "select", "warning-soft"), TEXT),
    ("blocker", (*GROUNDS, "hover", "select", "blocker-soft"), TEXT),
    ("on-fill", ("fill", "fill-hover", "certificate"), TEXT),
    ("on-accent", ("accent", "accent-strong"), TEXT),
    ("paper", ("ink",), TEXT),
    ("on-certificate", ("certificate",), TEXT),
    ("certificate-muted", ("certificate",), TEXT),
    ("on-result", ("success", "queued", "refused"), TEXT),
    ("on-result", ("door-ok", "door-refused"), TEXT),
    ("door-waiting-ink", ("door-waiting",), TEXT),
    ("success-muted", ("success",), TEXT),
    ("queued-muted", ("queued",), TEXT),
    ("refused-muted", ("refused",), TEXT),
    # Edges, arcs and icons that show where a control or a figure is.
    ("control", GROUNDS, CONTROL),
    ("accent", (*GROUNDS, "track"), CONTROL),
    ("fill", GROUNDS, CONTROL),
    ("accent-strong", ("paper",), CONTROL),
)


def declared(block: str) -> dict[str, str]:
    """The custom properties of one block."""
    return dict(re.findall(r"--([a-z-]+):\s*([^;]+);", block))


def block_of(css: str, selector: str) -> str:
    """What stands between the braces of the first rule with this selector."""
    found = re.search(rf"^ *{re.escape(selector)} \{{(.*?)\}}", css, re.DOTALL | re.MULTILINE)
    assert found, selector
    return found[1]


def themes() -> dict[str, dict[str, str]]:
    """light, dark (a person's choice) and auto (the system's), as the sheet declares them."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    light = declared(block_of(css, ":root"))
    return {
        "light": light,
        "dark": light | declared(block_of(css, '[data-bs-theme="dark"]')),
        "auto": light | declared(block_of(css, '[data-bs-theme="auto"]')),
    }


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "grounds", "least"), PAIRS)
def test_text_can_be_read(theme: str, text: str, grounds: tuple[str, ...], least: float) -> None:
    colours = themes()[theme]
    measured = {ground: contrast(colours[text], colours[ground]) for ground in grounds}
    for ground, ratio in measured.items():
        print(f"{theme:5} {text:17} on {ground:15} {ratio:5.2f}")  # noqa: T201 - a table for people
    too_little = {ground: round(ratio, 2) for ground, ratio in measured.items() if ratio < least}
    assert not too_little


def test_both_dark_themes_are_the_same() -> None:
    found = themes()
    assert found["auto"] == found["dark"]
    assert found["dark"] != found["light"]


def test_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
