"""A member's record, the store, and a way to attach files, for all tests of use cases."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cpd_app.models import Activity
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence
from cpd_app.usecases.evidence import Attachment
from tests.support.evidence import NOW, a_training
from tests.support.people import Someone
from tests.support.photos import an_upload


@pytest.fixture
def disk(app: Flask) -> LocalFiles:
    """Where the application keeps files."""
    return LocalFiles(Path(app.config["CPD"].files_dir))


@pytest.fixture
def record(do: Callable[..., Any], member: Someone) -> Activity:
    """A training of the member with its credit."""
    return a_training(do, member)


@pytest.fixture
def add(do: Callable[..., Any], disk: LocalFiles) -> Callable[..., Attachment]:
    """Attach a file: `add(member, record, a_jpeg(), proofs=("notice",))`."""

    def call(
        someone: Someone, activity: Activity, *args: Any, now: datetime = NOW, **options: Any
    ) -> Attachment:
        made: Attachment = do(
            evidence.add_file,
            someone.actor,
            activity.id,
            an_upload(*args, **options),
            store=disk,
            now=now,
        )
        return made

    return call
