"""Files are spread evenly, and nobody judges themselves or a colleague."""

from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.assignment import Candidate, ToRead, balanced, employer_key, may_read

NOWHERE: frozenset[str] = frozenset()


def someone(person_id: int, employer: str = "", load: int = 0) -> Candidate:
    return Candidate(person_id, frozenset({employer} - {""}), load)


def file(filing_id: int, person_id: int = 99, employer: str = "", wanted: int = 1) -> ToRead:
    return ToRead(filing_id, person_id, frozenset({employer} - {""}), wanted)


def test_an_employer_is_the_same_in_any_writing():
    assert employer_key("国网 示范供电公司") == employer_key("国网示范供电有限公司")
    assert employer_key("ＡＢＢ（中国）") == employer_key("abb(中国)")
    assert employer_key("公司") == "公司"
    assert employer_key(None) == ""


def test_oneself_the_same_employer_and_a_declared_conflict_are_out():
    assert may_read(someone(1), file(1))
    assert not may_read(someone(99), file(1))
    assert not may_read(someone(1, "甲"), file(1, employer="甲"))
    assert not may_read(someone(1), ToRead(1, 99, NOWHERE, 1, frozenset({1})))


def test_who_has_least_gets_the_next_file():
    given_files, left = balanced([file(n) for n in range(4)], [someone(1, load=2), someone(2)])

    assert [p for _f, p in given_files] == [2, 2, 1, 2]
    assert left == []


def test_a_reader_whom_one_file_needs_is_not_used_up_by_others():
    people = [someone(1), someone(2, "甲")]
    given_files, left = balanced([file(1), file(2, employer="甲")], people)

    assert dict(given_files) == {2: 1, 1: 2}
    assert left == []


def test_a_file_that_nobody_may_read_is_left_over():
    assert balanced([file(1, employer="甲")], [someone(1, "甲")]) == ([], [1])
    assert balanced([file(1, wanted=2)], [someone(1)]) == ([(1, 1)], [1])


@given(st.integers(0, 40), st.integers(1, 8))
def test_without_conflicts_loads_differ_by_one_at_most(files: int, people: int):
    given_files, left = balanced([file(n) for n in range(files)],
                                 [someone(p) for p in range(people)])  # fmt: skip
    loads = [sum(p == person for _f, p in given_files) for person in range(people)]

    assert not left
    assert max(loads) - min(loads) <= 1
