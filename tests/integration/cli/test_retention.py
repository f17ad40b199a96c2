"""cpd retention says what each rule would remove, then removes it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cpd_app.cli import cpd
from cpd_app.models import SignInAttempt
from cpd_app.usecases.cleaning import RULES
from tests.support.store import Store


def test_a_dry_run_removes_nothing(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_url: str,
    store: Store,
    at: Callable[[str], datetime],
):
    now = at("2026-10-22 09:00")
    for name, value in (("ENV", "test"), ("VAR_DIR", tmp_path), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"CPD_{name}", str(value))
    store.add(SignInAttempt(subject_hash="x", at=now - timedelta(days=3)))

    told = CliRunner().invoke(cpd, ["retention", "--dry-run"])

    assert told.exit_code == 0, told.output
    assert "attempts               1      2 days after they were made" in told.output
    assert all(rule.name in told.output for rule in RULES)
    assert "1 would be removed" in told.output
    assert store.count(SignInAttempt) == 1

    done = CliRunner().invoke(cpd, ["retention"])

    assert "1 removed" in done.output
    assert store.count(SignInAttempt) == 0
