"""Heads of the journal: kept a line each, thinned out, published a day each."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from cpd_app.journal_heads import HeadFiles
from cpd_app.usecases.journal_seals import Head
from tests.support.page import Browser

NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def heads(tmp_path: Path) -> HeadFiles:
    """Three heads of one day and one of the next."""
    kept = HeadFiles(tmp_path)
    for number, hours in ((3, 0), (5, 1), (9, 2), (12, 24)):
        kept.append(_head(number, hours))
    return kept


def _head(number: int, hours: int) -> Head:
    return Head(number, f"{number:064x}", NOW + timedelta(hours=hours))


def test_heads_come_back_as_they_were_kept(heads: HeadFiles):
    assert list(heads.all()) == [_head(3, 0), _head(5, 1), _head(9, 2), _head(12, 24)]
    assert heads.last() == _head(12, 24)


def test_the_same_head_is_kept_once_and_an_earlier_one_never(heads: HeadFiles):
    heads.append(_head(12, 30))
    heads.append(_head(4, 31))

    assert len(list(heads.all())) == 4


def test_a_line_cut_off_by_a_crash_spoils_no_other(heads: HeadFiles):
    path = next(iter(sorted(heads.folder.glob("2026-05-07.txt"))))
    path.write_text(path.read_text("ascii") + "15 00", "ascii")

    heads.append(_head(20, 25))

    assert [head.sequence for head in heads.all()] == [3, 5, 9, 12, 20]


def test_old_days_keep_their_last_head(heads: HeadFiles):
    assert heads.thin_out(date(2026, 5, 7)) == 2
    assert [head.sequence for head in heads.all()] == [9, 12]
    assert heads.thin_out(date(2026, 5, 7)) == 0


def test_the_public_sees_the_last_head_of_each_day(app: Flask):
    kept = HeadFiles(app.config["CPD"].var_dir)
    for number, hours in ((3, 0), (5, 1), (12, 24)):
        kept.append(_head(number, hours))

    answer = Browser(app).client.get("/.well-known/cpd-journal-heads.txt")

    assert answer.mimetype == "text/plain"
    assert [line.split()[0] for line in answer.text.splitlines()] == ["5", "12"]
