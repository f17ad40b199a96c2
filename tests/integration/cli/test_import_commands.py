"""cpd import: good rows are saved, bad ones printed with line, column and sentence."""

from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cpd_app.cli import cpd
from cpd_app.models import Activity, Import, ImportRow, Registration
from tests.support.files import ACTIVITIES, MEMBERS, a_csv, a_member_row
from tests.support.imports import a_training


@pytest.fixture
def run(monkeypatch, tmp_path, database_url, at):
    """Run an import of these bytes on this test's database."""
    at("2026-11-20 14:00")
    monkeypatch.setenv("CPD_ENV", "test")
    monkeypatch.setenv("CPD_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("CPD_DATABASE_URL", database_url)

    def invoke(kind: str, data: bytes, *words: str):
        file = tmp_path / "file.csv"
        file.write_bytes(data)
        return CliRunner().invoke(cpd, ["import", kind, str(file), *words])

    return invoke


@pytest.mark.usefixtures("society")
def test_members_are_imported_and_a_second_time_nothing(run, store):
    data = a_csv(MEMBERS, a_member_row(), encoding="gb18030")

    first, second = run("members", data), run("members", data)

    assert (first.exit_code, first.stdout) == (0, "1 saved, 0 bad, 0 there already\n")
    assert (second.exit_code, second.stdout) == (0, "0 saved, 0 bad, 1 there already\n")
    assert store.one(select(Registration)).number == "HOME-0001"


def test_good_rows_are_saved_and_bad_ones_printed(run, store, member):
    data = a_csv(ACTIVITIES, a_training(member), a_training(member, minutes="many"))

    said = run("activities", data)

    assert said.exit_code == 1
    problem, total = said.stdout.splitlines()
    assert problem.startswith("line 3, minutes: ")
    assert "many" in problem
    assert total == "1 saved, 1 bad, 0 there already"
    record = store.one(select(Activity))
    assert (record.source, record.source_name) == ("society", "本地学会 导入 2026-11-20")
    assert (record.created_by_id, record.entered_on) == (None, date(2026, 11, 20))


def test_a_dry_run_saves_nothing(run, store, member):
    said = run("activities", a_csv(ACTIVITIES, a_training(member)), "--dry-run")

    assert (said.exit_code, said.stdout) == (0, "1 would be saved, 0 bad, 0 there already\n")
    for table in (Activity, Import, ImportRow):
        assert store.count(table) == 0


def test_a_dry_run_with_a_bad_row_exits_1(run, member):
    data = a_csv(ACTIVITIES, a_training(member, "soon"))

    assert run("activities", data, "--dry-run").exit_code == 1


def test_all_or_nothing_saves_nothing_when_a_row_is_bad(run, store, member):
    data = a_csv(ACTIVITIES, a_training(member), a_training(member, "soon"))

    said = run("activities", data, "--all-or-nothing")

    assert said.exit_code == 1
    assert "1 good, none saved" in said.stdout
    assert store.count(Activity) == 0


def test_all_or_nothing_saves_a_good_file(run, store, member):
    data = a_csv(ACTIVITIES, a_training(member), a_training(member, "2024-05-07"))

    assert run("activities", data, "--all-or-nothing").exit_code == 0
    assert store.count(Activity) == 2


def test_a_file_that_is_no_table_is_one_sentence(run):
    said = run("activities", b"\x89PNG\x00")

    assert said.exit_code == 1
    assert said.stderr.startswith("Error: ")
    assert "Traceback" not in said.output
