"""How long a dossier takes: PDF and Word, each of another member."""

import argparse
import itertools
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from bench.timing import measure, say
from cpd_app.demo.catalogue import GIVEN, ORGANISERS, SURNAMES, TITLES
from cpd_app.demo.renewals import SUMMARY
from cpd_app.documents.dossier import Dossier, dossier_pdf
from cpd_app.documents.dossier_word import dossier_docx
from cpd_app.documents.press import press
from cpd_app.domain.conversion import convert
from cpd_app.domain.snapshots import FrozenRecord
from cpd_app.rulesets import default_rule_set

#: a usual member, and a busy one
RECORDS = (20, 60)
#: seconds, after the first one of a process
GOAL = 0.1
RULES = default_rule_set()


def run(_options: argparse.Namespace) -> None:
    """The first document of a process, then one after the other, no two alike."""
    numbers = itertools.count(1)
    press.close()
    began = time.perf_counter()
    dossier_pdf(_dossier(next(numbers), RECORDS[-1]))
    say("dossier, PDF, the first", f"{(time.perf_counter() - began) * 1000:,.0f} ms")
    acts: dict[str, Callable[[Dossier], Any]] = {"PDF": dossier_pdf, "DOCX": dossier_docx}
    for (name, act), records in itertools.product(acts.items(), RECORDS):
        waiting = [_dossier(next(numbers), records) for _ in range(300)]

        def one(act: Callable[[Dossier], Any] = act, waiting: list[Dossier] = waiting) -> None:
            act(waiting.pop())

        took = measure(one, seconds=4.0, warm=3)
        words = f"{took.middle * 1000:,.0f} ms (p95 {took.p95 * 1000:,.0f})"
        say(f"dossier, {name}, {records} records", words, "100 ms", met=took.middle <= GOAL)


def _dossier(number: int, records_of: int) -> Dossier:
    chance = Random(number)
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
    records = tuple(_record(number * 1000 + place, chance) for place in range(records_of))
    return Dossier(
        number=f"DEMO-2026-{number:06d}",
        content={
            "name": name,
            "name_en": None,
            "number": f"SF-E-2021-{number:05d}",
            "level": "professional",
            "field": "电气工程类",
            "society": "示范电机工程学会",
            "society_en": "Demonstration Society",
            "employer": chance.choice(ORGANISERS),
            "term": ["2021-03-01", "2026-03-01"],
            "society_membership": {"number": f"SF{number:06d}", "until_on": "2027-03-01"},
            "summary": f"{name}\n{SUMMARY}",
            "declaration": 1,
        },
        years=tuple(_year(index, records) for index in range(1, 6)),
        records=records,
        rule_sets={1: RULES},
        as_of=datetime(2026, 1, 5, 2, number % 60, tzinfo=UTC),
        digests=("0" * 64,),
    )


def _record(number: int, chance: Random) -> FrozenRecord:
    kind = chance.choice(("training", "online", "visit", "inhouse"))
    ended_on = date(2021, 3, 1) + timedelta(days=chance.randrange(5 * 365))
    fields = {"minutes": 45 * chance.randint(2, 9)}
    made = convert(RULES, {"kind": kind, "started_on": ended_on, "ended_on": ended_on, **fields})
    digest = f"{number:064x}"
    content = {
        "title": f"{chance.choice(TITLES[kind])} {number}",
        "organiser": chance.choice(ORGANISERS),
        "place": "示范市",
        "started_on": ended_on.isoformat(),
        "starts_at_time": None,
        "ends_at_time": None,
        "fields": fields,
        "achievement_key": None,
        "competences": ["knowledge", "learning"],
        "reflection": f"第 {number} 次学习的收获，已用于本单位的工作。",
        "trace": made.trace,
        "reasons": [],
        "event_id": None,
        "rule_set": {"number": 1, "title": RULES.code},
        "evidence": [
            {
                "file_id": number,
                "name": f"签到表 {number}.jpg",
                "media_type": "image/jpeg",
                "pages": None,
                "secrecy": "none",
                "original_hash": digest,
                "stored_hash": digest,
                "proofs": [],
            }
        ],
    }
    year = min(5, (ended_on - date(2021, 3, 1)).days // 365 + 1)
    hours = (made.hours, made.claimed, made.hours)
    return FrozenRecord(number, number, year, kind, ended_on, 1, *hours, "E", True, (), content)


def _year(index: int, records: tuple[FrozenRecord, ...]) -> dict[str, Any]:
    total = sum(r.recognised for r in records if r.year_index == index)
    return {
        "index": index,
        "starts_on": f"{2020 + index}-03-01",
        "ends_on": f"{2021 + index}-03-01",
        "required": 5000,
        "claimed": total,
        "recognised": total,
        "audit_proof": total,
        "verdict": "met",
    }
