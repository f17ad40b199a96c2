"""What tests of imports share: send a file, confirm it, look at its rows."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app import clock, storage
from cpd_app.db import transaction
from cpd_app.models import ImportRow
from cpd_app.usecases import imports
from cpd_app.usecases.import_checks import Scope
from tests.support import builders
from tests.support.jobs import work_off


@pytest.fixture
def bring_file(app, society):
    """Send a file and have it read: `bring_file(someone, "activities", data)`."""

    def send(someone, kind, data, *, own=False):
        scope = Scope(
            kind, society_id=None if own else society.id, owner_id=someone.id if own else None
        )
        with app.app_context(), transaction():
            started = imports.start_import(
                someone.actor,
                scope,
                "file.csv",
                data,
                files=storage.local_files(),
                now=clock.now(),
            )
        work_off(app)
        return started.id

    return send


@pytest.fixture
def confirm_file(app, do):
    """Confirm an import and have it saved."""

    def call(someone, import_id):
        do(imports.confirm_import, someone.actor, import_id, now=clock.now())
        work_off(app)

    return call


@pytest.fixture
def rows_of(store):
    """The rows of an import in the order of the file."""

    def call(import_id):
        return store.all(
            select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.row)
        )

    return call


def a_training(
    member: Any, day: str = "2024-05-06", minutes: str = "450", **over: str
) -> list[str]:
    """A good row of a records file."""
    row = {"login": member.person.email, "kind": "training", "title": "继电保护培训",
           "ended_on": day, "minutes": minutes, **over}  # fmt: skip
    return list(row.values())


def a_registered(store, society, name):
    """A member and the registration, made straight in the tables."""
    person = builders.a_person(store, name=name)
    return SimpleNamespace(
        person=person, registration=builders.a_registration(store, person, society)
    )
