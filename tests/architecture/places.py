"""Where the sources lie, and which files of them count."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cpd_app"
TEMPLATES = PACKAGE / "templates"
STATIC = PACKAGE / "static"
#: copied or compiled, not written here
MADE = (STATIC / "vendor", STATIC / "dist")


def written(folder: Path, *endings: str) -> list[Path]:
    """Files of our own with these endings, in order."""
    found = (path for ending in endings for path in folder.rglob(f"*.{ending}"))
    return sorted(
        p
        for p in found
        if "node_modules" not in p.parts and not any(p.is_relative_to(made) for made in MADE)
    )


def name(path: Path) -> str:
    """A file as people name it."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def called(call: ast.Call) -> str:
    """The last word of what is called: `errors.Rejected(…)` is Rejected."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def first_text(call: ast.Call) -> str | None:
    """The first argument when it is a literal text."""
    if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        return call.args[0].value
    return None
