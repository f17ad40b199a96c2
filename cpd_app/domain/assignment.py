"""Who reads which file: balanced, never oneself, never somebody of the same employer (§8)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from unicodedata import normalize

#: what the same employer is written with and without
_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|总公司|公司|集团)$")
_NOISE = re.compile(r"[\s·・.,，。()\[\]【】\-—_、'\"]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could read files."""

    person_id: int
    employers: frozenset[str]
    """Where they work, as `employer_key` writes it."""
    load: int
    """Files they have open already."""


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file that wants readers."""

    filing_id: int
    person_id: int
    employers: frozenset[str]
    wanted: int
    """Readers that are missing."""
    excluded: frozenset[int] = frozenset()
    """People who may not: they read it, left it, or declared a conflict."""


def employer_key(name: str | None) -> str:
    """An employer as it is compared: width, case, punctuation and the form of company dropped."""
    plain = _NOISE.sub("", normalize("NFKC", name or "").casefold())
    return _FORMS.sub("", plain) or plain


def may_read(candidate: Candidate, file: ToRead) -> bool:
    """Whether somebody may be given a file at all."""
    return (
        candidate.person_id != file.person_id
        and candidate.person_id not in file.excluded
        and not (candidate.employers & file.employers)
    )


def balanced(
    files: Iterable[ToRead], candidates: Collection[Candidate]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Give every file to those with the least to read: (filing, person) pairs, and files left over.

    Files with few possible readers are given first, so that a reader who alone may take a file is
    not used up by others; among equals the order of the files, then of the people.
    """
    load: dict[int, int] = {c.person_id: c.load for c in candidates}
    ordered = list(files)
    possible = {f.filing_id: [c.person_id for c in candidates if may_read(c, f)] for f in ordered}
    given: list[tuple[int, int]] = []
    left_over: list[int] = []
    for file in sorted(ordered, key=lambda f: len(possible[f.filing_id])):
        people = sorted(possible[file.filing_id], key=lambda p: (load[p], p))[: file.wanted]
        for person_id in people:
            load[person_id] += 1
            given.append((file.filing_id, person_id))
        if len(people) < file.wanted:
            left_over.append(file.filing_id)
    return given, left_over
