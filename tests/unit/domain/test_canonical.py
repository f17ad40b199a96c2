"""The same document is the same bytes."""

import pytest

from cpd_app.domain.canonical import canonical_json


def test_order_and_white_space_make_no_difference():
    assert (
        canonical_json({"b": [1, None, True], "a": "电气"})
        == '{"a":"电气","b":[1,null,true]}'.encode()
    )


@pytest.mark.parametrize("document", [{"hours": 2.5}, [1, [0.5]], {"a": {"b": 1.0}}])
def test_fractions_are_refused(document: object):
    with pytest.raises(TypeError):
        canonical_json(document)
