"""Static files are published once a release, by whoever is first, and a full disk stops nobody."""

import errno
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from cpd_app import assets


def test_processes_that_start_together_publish_the_same_files_once(tmp_path: Path) -> None:
    outcomes: list[Any] = []

    def start() -> None:
        try:
            outcomes.append(assets.publish(tmp_path))
        except Exception as error:  # noqa: BLE001 - said below
            outcomes.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    target = tmp_path / "static" / assets.release()
    assert outcomes == [target] * 3
    assert [path.name for path in (tmp_path / "static").iterdir()] == [assets.release()]
    assert (target / "css/base.css.br").is_file()


def test_on_a_full_disk_the_files_are_served_as_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    assert assets.publish(tmp_path) == assets.SOURCE
    assert list((tmp_path / "static").iterdir()) == []
