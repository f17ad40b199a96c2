"""A file that grows by whole steps: what a killed worker left in the middle is cut off."""

import io
import zipfile
from pathlib import Path

import pytest

from scheduler.growing import BYTES, STEPS, Growing, GrowingArchive
from scheduler.work import Stopped

MOMENT = (2026, 11, 20, 10, 0, 0)


def a_step(folder: Path, data: bytes, note: object) -> None:
    with Growing(folder) as growing:
        growing.file.write(data)
        growing.whole(note)


def test_what_was_whole_is_there_and_what_was_not_is_cut_off(tmp_path: Path):
    a_step(tmp_path, b"one", 1)
    with Growing(tmp_path) as growing:
        growing.file.write(b"half")
        growing.file.flush()

    with Growing(tmp_path) as again:
        assert again.notes == [1]
        again.file.write(b"two")
        again.whole(2)

    assert (tmp_path / BYTES).read_bytes() == b"onetwo"


def test_a_line_that_was_not_written_whole_does_not_count(tmp_path: Path):
    a_step(tmp_path, b"one", 1)
    with (tmp_path / STEPS).open("ab") as steps:
        steps.write(b'[6, {"half":')

    with Growing(tmp_path) as again:
        assert again.notes == [1]
        again.whole(2)
    with Growing(tmp_path) as again:
        assert again.notes == [1, 2]


def test_a_line_whose_bytes_the_disk_lost_does_not_count(tmp_path: Path):
    a_step(tmp_path, b"one", 1)
    a_step(tmp_path, b"two", 2)
    (tmp_path / BYTES).write_bytes(b"one")

    with Growing(tmp_path) as again:
        assert again.notes == [1]


def test_two_workers_never_write_at_once(tmp_path: Path):
    with Growing(tmp_path), pytest.raises(Stopped):
        Growing(tmp_path)
    with Growing(tmp_path) as again:
        assert again.notes == []


def an_archive(folder: Path, *steps: dict[str, bytes], closed: bool = True) -> list[object]:
    """Add steps; gives what earlier ones noted."""
    with Growing(folder) as growing, GrowingArchive(growing) as archive:
        for step in steps:
            for name, content in step.items():
                archive.add(name, io.BytesIO(content), MOMENT)
            archive.whole(sorted(step))
        if closed:
            archive.close()
        return archive.notes


def test_an_archive_goes_on_where_it_was(tmp_path: Path):
    an_archive(tmp_path, {"甲/一.pdf": b"1" * 300_000, "b": b""}, closed=False)
    with Growing(tmp_path) as growing, GrowingArchive(growing) as archive:
        archive.add("half", b"never whole", MOMENT)
        growing.file.flush()

    noted = an_archive(tmp_path, {"c.json": b"3"})

    assert noted == [["b", "甲/一.pdf"]]
    with zipfile.ZipFile(tmp_path / BYTES) as made:
        assert made.testzip() is None
        assert made.namelist() == ["甲/一.pdf", "b", "c.json"]
        assert made.read("甲/一.pdf") == b"1" * 300_000
        assert made.getinfo("c.json").date_time == MOMENT


def test_an_archive_that_was_closed_in_vain_is_closed_again(tmp_path: Path):
    an_archive(tmp_path, {"a": b"1"})
    an_archive(tmp_path, {"b": b"2"})
    an_archive(tmp_path)

    with zipfile.ZipFile(tmp_path / BYTES) as made:
        assert {name: made.read(name) for name in made.namelist()} == {"a": b"1", "b": b"2"}


def test_an_archive_may_be_larger_than_four_gigabytes(tmp_path: Path):
    """The bytes before are a hole of the disk; its entries and its end are ZIP64's."""
    far = 5 * 1024**3
    with Growing(tmp_path) as growing:
        growing.file.truncate(far)
        growing.whole({"of": None, "entries": []})
    an_archive(tmp_path, {"far": b"away"}, closed=False)
    an_archive(tmp_path, {"further": b"still"})

    with zipfile.ZipFile(tmp_path / BYTES) as made:
        assert made.getinfo("far").header_offset == far
        assert (made.read("far"), made.read("further")) == (b"away", b"still")
