"""One table of what a door answers, for the server and for the page without network."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "data/door-cases.json"


@dataclass(frozen=True)
class DoorCase:
    """Somebody on the roster, where they are, and what one scan of theirs comes to."""

    why: str
    direction: str
    #: of the entry
    state: str
    #: "here", "there" or nowhere
    inside: str | None
    been: list[str]
    #: an outcome, or the code of a refusal
    says: str
    #: now, or at an edge of the session's window
    at: str = "now"
    rehearsal: bool = False

    def moment(self, *, now: datetime, opens: datetime, closes: datetime) -> datetime:
        """When it is scanned."""
        second = timedelta(seconds=1)
        return {
            "now": now,
            "opens": opens,
            "before": opens - second,
            "closes": closes,
            "after": closes + second,
        }[self.at]


CASES = [DoorCase(**case) for case in json.loads(TABLE.read_text(encoding="utf-8"))]
