"""A member's record, the store, and a way to attach files, for all tests of use cases."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError
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


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Call all of them at the same moment, each in a thread and a transaction of its own.

    Gives what each came to: what it returned, or the code of the refusal.
    """

    def run_all(*calls: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(calls))
        outcomes: list[Any] = []

        def run(call: Callable[[], Any]) -> None:
            start.wait()
            with app.app_context():
                try:
                    with transaction():
                        outcome = call()
                except DomainError as refusal:
                    outcome = refusal.code
            outcomes.append(outcome)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run_all
