"""职业发展总结: what of it counts, and an outline by the five competences (domain.md §7, §8)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cpd_app.domain.competences import COMPETENCES

#: lines that the outline brings along: they are the service's words and not the member's
HEADING, ITEM = "# ", "· "
#: one character: a word or number in Latin letters and digits, else every sign that is no space
COUNTED = r"[0-9A-Za-z]+(?:[-.'’][0-9A-Za-z]+)*|[^\s]"
#: most that is kept at all; what is longer than the rule allows can still be saved and cut later
MOST_KEPT = 20_000
#: records named below a competence in the outline
NAMED = 5

_COUNTED = re.compile(COUNTED)


def count_characters(text: str) -> int:
    """字数 of a summary: its own lines, without headings and lists of the outline.

    A Chinese character or a mark counts 1, a word or number in Latin letters and digits counts 1,
    white space 0. A line that begins with `# ` or `· ` is outline and counts 0.
    """
    own = (line for line in text.splitlines() if not line.lstrip().startswith((HEADING, ITEM)))
    return sum(len(_COUNTED.findall(line)) for line in own)


@dataclass(frozen=True, slots=True)
class Showing:
    """A record that shows competences; hours in hundredths of 学时."""

    title: str
    competences: tuple[str, ...]
    recognised: int


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """What the records say of one competence. A record may show several, so parts do not add up."""

    competence: str
    records: int
    #: hundredths of 学时
    hours: int
    #: title and hours of the strongest, the best first
    strongest: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Counts, titles and hours of the member's own records; no sentence is made up."""

    parts: tuple[OutlinePart, ...]
    #: records for which no competence was chosen
    without: int


def outline_of(records: Iterable[Showing]) -> Outline:
    """The outline in the order of the handbook (Q1); a competence without records is there too."""
    known = list(records)
    return Outline(
        parts=tuple(_part(code, known) for code in COMPETENCES),
        without=sum(1 for record in known if not record.competences),
    )


def _part(competence: str, records: Sequence[Showing]) -> OutlinePart:
    of_it = [r for r in records if competence in r.competences]
    strongest = sorted(of_it, key=lambda r: -r.recognised)[:NAMED]
    return OutlinePart(
        competence=competence,
        records=len(of_it),
        hours=sum(r.recognised for r in of_it),
        strongest=tuple((r.title, r.recognised) for r in strongest),
    )
