"""Unit tests know no application and no database; asking for one here is a mistake."""

import pytest


@pytest.fixture
def engine_name() -> str:
    """Everything with a database begins with the name of its engine."""
    pytest.fail("a unit test asked for a database or the application; it belongs in integration")
