"""What watches the service can ask."""

from sqlalchemy import text

from tests.support.page import Browser
from tests.support.store import Store


def test_the_process_answers(anybody: Browser):
    assert anybody.fetch("health.healthz").get_json() == {"status": "ok"}


def test_ready_means_database_and_migrations(anybody: Browser):
    assert anybody.fetch("health.readyz").get_json() == {"status": "ok"}


def test_a_missing_migration_is_not_ready(anybody: Browser, store: Store):
    store.run(text("UPDATE alembic_version SET version_num = '0001'"))

    answer = anybody.fetch("health.readyz", status=503)

    assert answer.get_json() == {"status": "migrations missing"}


def test_every_answer_has_a_request_id(anybody: Browser):
    first, second = anybody.fetch("health.healthz"), anybody.fetch("health.healthz")

    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
