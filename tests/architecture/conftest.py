"""The application as it is put together, without a database: only its shape is looked at."""

import pytest
from flask import Flask

from cpd_app import config
from cpd_app.app import create_app


@pytest.fixture(scope="session")
def shape(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole application."""
    settings = config.load(
        {
            "CPD_ENV": "test",
            "CPD_VAR_DIR": str(tmp_path_factory.mktemp("shape")),
            "CPD_SECRET_KEY": "only-for-tests-" * 3,
        }
    )
    return create_app(settings)
