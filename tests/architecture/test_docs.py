"""What the documents say is there."""

import re

import pytest

from cpd_app import config
from cpd_app.cli import COMMANDS
from cpd_app.texts.work import CLOCK_NAMES
from scheduler.jobs import table
from tests.architecture.places import ROOT, written

SETTINGS = sorted(config.DESCRIPTIONS)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_every_setting_is_explained(document: str, setting: str):
    rows = [r for r in (ROOT / document).read_text("utf-8").splitlines() if r.startswith("|")]

    assert any(f"`{setting}`" in row for row in rows)


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md", "CONTRIBUTING.md"])
def test_no_setting_is_explained_that_is_not_there(document: str):
    named = set(re.findall(r"\bCPD_[A-Z_]+\b", (ROOT / document).read_text("utf-8")))

    assert {n for n in named if not n.startswith("CPD_TEST_")} <= set(SETTINGS)


def test_every_job_of_the_clock_is_explained():
    rows = (ROOT / "docs/operations.md").read_text("utf-8").splitlines()

    for job in table(lambda _now: {}, lambda _now: {}):
        assert any(row.startswith(f"| `{job.name}` |") for row in rows), job.name


def test_every_job_of_the_clock_has_a_name_for_staff():
    names = {job.name for job in table(lambda _now: {}, lambda _now: {})}

    assert set(CLOCK_NAMES) == names


def test_every_command_is_explained():
    text = (ROOT / "docs/operations.md").read_text("utf-8")

    assert [command for command in COMMANDS if f"`cpd {command}" not in text] == []


def test_every_target_of_make_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for path in DOCUMENTS
        for target in re.findall(r"`make ([a-z-]+)", path.read_text("utf-8"))
    }

    assert named
    assert named <= targets


def test_rules_name_tests_that_exist():
    tests = {
        f"{path.relative_to(ROOT).as_posix()}::{found}"
        for path in written(ROOT / "tests", "py")
        for found in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    short = {test.split("::")[1] for test in tests} | {test.split("::")[0] for test in tests}
    named = re.findall(r"(?:tests/[\w/]+\.py(?:::test_\w+)?|\btest_\w+)", _rules())
    lost = {n for n in named if n not in tests | short and f"{n}.py" not in _files()}

    assert named
    assert not lost


def test_rules_name_functions_that_exist():
    defined = {
        found
        for path in written(ROOT / "cpd_app", "py")
        for found in re.findall(r"^\s*(?:def|class) (\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`[a-z_]+\.(\w+)`", _rules()))

    assert named
    assert named <= defined


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document):
    lost = [
        target
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]

    assert not lost


def _rules() -> str:
    return (ROOT / "docs/rules.md").read_text("utf-8")


def _files() -> set[str]:
    return {path.name for path in written(ROOT / "tests", "py")}
