"""Clocks and workers on the test's database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scheduling import Starter


@pytest.fixture
def worker(database_url: str, tmp_path: Path) -> Iterator[Starter]:
    """Starts processes; whatever still runs at the end is killed."""
    starter = Starter(database_url, tmp_path)
    yield starter
    starter.kill_all()
