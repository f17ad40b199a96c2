"""The API against its own description: what programs may send, and what nobody should."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.policy import Actor
from cpd_app.usecases import tokens
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support.people import Someone
from tests.support.service import Service

#: a withdrawn record stays readable in the history; rules refuse what a description cannot say
NOT_MEANT = "use_after_free,positive_data_acceptance"
EXAMPLES = 50

pytestmark = pytest.mark.slow


@pytest.fixture
def records(app: Flask, member: Someone) -> None:
    """Something to read, change and withdraw."""
    today = clock.today()
    with app.app_context(), transaction():
        for days in range(1, 9):
            ended_on = today - timedelta(days=days)
            new = NewActivity("training", f"培训 {days}", None, ended_on, fields={"minutes": 90})
            log_activity(member.actor, new, now=clock.now(), today=today)


@pytest.fixture
def token_of(app: Flask) -> Callable[[Someone], str]:
    """A token with which a program does all that the person may."""

    def make(someone: Someone) -> str:
        with app.app_context(), transaction():
            return tokens.make_token(
                Actor.system("cli"), someone.id, name="schemathesis", scopes=(), now=clock.now()
            )

    return make


@pytest.mark.parametrize("who", ["member", "registrar"])
@pytest.mark.usefixtures("records")
def test_it_answers_as_described(
    request: pytest.FixtureRequest,
    service: Service,
    token_of: Callable[[Someone], str],
    member: Someone,
    tmp_path: Path,
    who: str,
) -> None:
    assert member.registration
    (tmp_path / "schemathesis.toml").write_text(
        f'[parameters]\n"path.number" = "{member.registration.number}"\n', "utf-8"
    )
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run"),
        f"{service.address}/api/v1/openapi.json",
        *("--header", f"Authorization: Bearer {token_of(request.getfixturevalue(who))}"),
        *("--exclude-checks", NOT_MEANT),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
        *("--request-timeout", "30", "--no-color"),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Selected: (\d+)/\1\s+Tested: \1\s", run.stdout), run.stdout
