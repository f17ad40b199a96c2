"""Conversions in process, with validation and trace, over the valid cases of the test data."""

import argparse
import csv
import json
from pathlib import Path

from bench.timing import measure, say
from cpd_app.domain.conversion import convert
from cpd_app.rulesets import default_rule_set

CASES = Path("tests/data/conversion-cases.csv")
GOAL = 150_000


def run(_options: argparse.Namespace) -> None:
    """Convert all cases in turn."""
    with CASES.open(encoding="utf-8") as file:
        cases = [json.loads(r["input"]) for r in csv.DictReader(file) if not r["refused"]]
    rule_set = default_rule_set()

    def every() -> None:
        for case in cases:
            convert(rule_set, case)

    def every_with_json() -> None:
        for case in cases:
            _ = convert(rule_set, case).trace

    rate = len(cases) * measure(every).per_second
    say("conversions/s (validated, with trace)", f"{rate:,.0f}", f"{GOAL:,}", met=rate >= GOAL)
    rate = len(cases) * measure(every_with_json).per_second
    say("conversions/s (the trace also written as JSON)", f"{rate:,.0f}")
