"""What our pages say in a language: Chinese as written in them, English from the catalogue."""

from collections.abc import Callable
from gettext import GNUTranslations
from pathlib import Path

import cpd_app

CATALOGUE = Path(cpd_app.__file__).with_name("translations") / "en/LC_MESSAGES/messages.mo"

Say = Callable[[str], str]


def says(locale: str) -> Say:
    """A function that says a text of a page in this language; without translation it fails."""
    if not locale.startswith("en"):
        return str
    with CATALOGUE.open("rb") as file:
        catalogue = GNUTranslations(file)

    def english(text: str) -> str:
        said = catalogue.gettext(text)
        assert said != text, text
        return said

    return english
