"""English texts of the pages: compare them with the sources, merge and compile them.

The pages are written in Chinese (`_("还差学时")`). English lies in one `.po` file per feature, so
that a feature is one file in each layer and two people seldom edit the same one; gettext wants one
compiled catalogue, made here.

    python tools/messages.py           what is missing, stale or doubled, then compile
    python tools/messages.py compile   only compile (set-up)
"""

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cpd_app"
ENGLISH = PACKAGE / "translations/en"
COMPILED = ENGLISH / "LC_MESSAGES/messages.mo"

METHODS = [
    ("static/**", "ignore"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
    ("**.py", "python"),
]
OPTIONS = {"templates/**": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_l": None}
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Text = str
Place = str


@dataclass
class Findings:
    """What does not fit between the sources and the English files."""

    missing: dict[Text, Place] = field(default_factory=dict)
    stale: dict[Text, Place] = field(default_factory=dict)
    doubled: dict[Text, Place] = field(default_factory=dict)
    empty: dict[Text, Place] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        """Each finding as one line: what is wrong, where, which text."""
        for wrong in ("missing", "stale", "doubled", "empty"):
            for text, place in getattr(self, wrong).items():
                yield f"{wrong}: {place}: {text}"


def key(message: Message) -> Text:
    """The text that identifies a message; the singular when it has a plural."""
    text = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return f"{message.context}\x04{text}" if message.context else str(text)


def sources() -> dict[Text, Place]:
    """Every text that code, templates and `texts` translate, and where it stands first."""
    found: dict[Text, Place] = {}
    extracted = extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    for name, line, text, _comments, context in extracted:
        first = text[0] if isinstance(text, tuple) else text
        named = f"{context}\x04{first}" if context else first
        found.setdefault(named, f"cpd_app/{name}:{line}")
    for place, text in tables():
        found.setdefault(text, place)
    return found


def tables() -> Iterator[tuple[Place, Text]]:
    """Texts of `cpd_app/texts`: the values of every table there that gives Chinese for a code."""
    for path in sorted((PACKAGE / "texts").glob("[a-z]*.py")):
        for table, content in vars(importlib.import_module(f"cpd_app.texts.{path.stem}")).items():
            if table.isupper() and isinstance(content, dict):
                for code, text in content.items():
                    if isinstance(text, str) and CHINESE.search(text):
                        yield f"cpd_app/texts/{path.name} {table}[{code}]", text


def english() -> Iterator[tuple[Path, Message]]:
    """Every English message with the file it stands in."""
    for path in sorted(ENGLISH.rglob("*.po")):
        catalogue = read_po(BytesIO(path.read_bytes()), locale="en", abort_invalid=True)
        for message in catalogue:
            if message.id:
                yield path, message


def compare() -> Findings:
    """Hold the English files against the sources."""
    findings = Findings()
    used = sources()
    known: dict[Text, Place] = {}
    for path, message in english():
        name = key(message)
        place = f"{path.relative_to(ROOT).as_posix()}:{message.lineno}"
        if name in known:
            findings.doubled[name] = f"{known[name]} and {place}"
        known[name] = place
        if name not in used:
            findings.stale[name] = place
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            findings.empty[name] = place
    findings.missing = {text: place for text, place in used.items() if text not in known}
    return findings


def compile_english() -> int:
    """Write the one compiled catalogue; the number of its messages."""
    merged = Catalog(locale="en", fuzzy=False)
    for _path, message in english():
        merged.add(message.id, message.string, context=message.context)
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    with COMPILED.open("wb") as file:
        write_mo(file, merged)
    return len(merged)


def main() -> int:
    """Compare unless only compiling is asked for; 1 when something does not fit."""
    findings = [] if sys.argv[1:] == ["compile"] else list(compare())
    for line in findings:
        print(line)
    print(f"{compile_english()} English texts compiled")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
