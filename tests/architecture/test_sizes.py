"""Files that a person can hold in their head."""

import ast

import pytest

from tests.architecture.places import PACKAGE, ROOT, STATIC, TEMPLATES, name, written

LIMITS = [
    *[(path, 400) for path in written(PACKAGE, "py")],
    *[(path, 400) for path in written(ROOT / "scheduler", "py")],
    *[(path, 400) for path in written(ROOT / "tests", "py")],
    *[(path, 400) for path in written(ROOT / "tools", "py", "mjs")],
    *[(path, 400) for path in written(ROOT / "bench", "py")],
    *[(path, 400) for path in written(STATIC / "css", "css")],
    *[(path, 150) for path in written(STATIC / "js", "js")],
    *[(path, 120) for path in written(TEMPLATES, "html", "txt")],
]


@pytest.mark.parametrize(("path", "most"), LIMITS, ids=[name(path) for path, _ in LIMITS])
def test_it_is_not_too_long(path, most: int):
    assert len(path.read_text("utf-8").splitlines()) <= most


@pytest.mark.parametrize("path", written(PACKAGE, "py"), ids=name)
def test_a_module_opens_with_a_sentence(path):
    said = ast.get_docstring(ast.parse(path.read_text("utf-8")))

    assert said, "no docstring"
    assert said.splitlines()[0].endswith((".", ":", "?"))
