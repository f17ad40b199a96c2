"""python -m bench [name …] [--engine sqlite|postgresql] [--members N]: measure against floors."""

import argparse
import sys
from collections.abc import Callable

from bench import (
    audits,
    checkins,
    cohort,
    conversion,
    decoder,
    deliveries,
    dossier,
    importing,
    lists,
    memory,
    pages,
    records,
    reminding,
    settling,
)

PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "conversion": conversion.run,
    "records": records.run,
    "pages": pages.run,
    "importing": importing.run,
    "memory": memory.run,
    "decoder": decoder.run,
    "checkins": checkins.run,
    "deliveries": deliveries.run,
    "settling": settling.run,
    "cohort": cohort.run,
    "dossier": dossier.run,
    "audits": audits.run,
    "reminding": reminding.run,
    "lists": lists.run,
}


def main() -> int:
    """Run the parts that were named, or all."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--members", type=int, default=100_000, help="of the larger installation")
    parser.add_argument("--rows", type=int, default=50_000, help="of the imported file")
    parser.add_argument("--phones", type=int, default=5_000, help="that check in at once")
    parser.add_argument("--cohort", type=int, default=2_000, help="registrations judged at once")
    parser.add_argument("--each", type=int, default=200, help="records of each of them")
    parser.add_argument("--messages", type=int, default=10_000, help="that leave at once")
    options = parser.parse_args()
    print(f"engine: {options.engine}")
    for name in options.parts or PARTS:
        PARTS[name](options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
