"""An event on paper for tests of documents, and what a PDF says."""

import io
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from cpd_app.documents.attendance import EventHead, Stay

#: nine o'clock in Beijing
NINE = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

HEAD = EventHead(
    title="直流输电技术研讨会",
    kind="学术会议（参会）",
    owner="本地学会",
    organiser="本地学会输电专委会",
    venue="会议中心",
    zone=ZoneInfo("Asia/Shanghai"),
    starts_at=NINE,
    ends_at=NINE + 8 * HOUR,
)
MORNING = Stay("主会场", NINE, NINE + 3 * HOUR)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without white space, since typesetters make some of their own."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    """The text of all pages, compatible forms of a character as one."""
    return unicodedata.normalize("NFKC", "".join(pages_of(pdf)))


def said(text: str) -> str:
    """A text as `text_of` gives it back."""
    return unicodedata.normalize("NFKC", "".join(text.split()))
