"""Memory of a web worker after it has served pages and the API."""

import argparse
import subprocess
import sys
from pathlib import Path

from bench.timing import say

GOAL_MB = 150
#: serves every kind of page once and tells what the process then holds
PROGRAM = """
import resource
from bench.installation import give_records, installation
from bench.pages import get, signed_in
with installation("sqlite") as made:
    give_records(made, 100)
    client = signed_in(made)
    pages = ("/", "/activities", "/activities/new", "/activities/new/standard", "/readiness", "/me")
    for path in pages * 20:
        get(client, path)
    print(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 1024)
"""


def run(options: argparse.Namespace) -> None:
    """In a process of its own, as a worker is."""
    del options
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    held = int(done.stdout.split()[-1]) / 1024
    say("memory of a web worker", f"{held:.0f} MB", f"< {GOAL_MB} MB", met=held < GOAL_MB)
