"""Log lines: what a database quotes from a row stays out of them."""

from cpd_app.logs import without_rows


def test_what_a_database_quotes_from_a_row_is_left_out():
    told = (
        "psycopg.errors.UniqueViolation: duplicate key value\n"
        "DETAIL:  Key (email)=(somebody@example.org) already exists.\n"
        "[SQL: INSERT INTO people]"
    )

    line = without_rows(None, "error", {"event": "unexpected", "exception": told})

    assert "somebody" not in line["exception"]
    assert "duplicate key value" in line["exception"]
    assert "[SQL: INSERT INTO people]" in line["exception"]


def test_other_lines_stay_as_they_are():
    assert without_rows(None, "info", {"event": "request", "status": 200}) == {
        "event": "request", "status": 200,
    }  # fmt: skip
