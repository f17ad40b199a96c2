"""Where a form sends the browser afterwards: a page of ours, whatever stands in the form."""

import pytest

from cpd_app.web.paths import safe_path


@pytest.mark.parametrize(
    ("value", "goes"),
    [
        ("/members?page=2", "/members?page=2"),
        ("https://elsewhere.example/members", "/members"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\telsewhere", "/"),
        ("members", "/"),
        ("//[", "/"),
        ("http://[::1", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_to_a_page_of_ours(value: str | None, goes: str):
    assert safe_path(value) == goes
