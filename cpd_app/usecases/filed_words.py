"""What a member wrote and filed for re-registration, as their own export gives it back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import Filing, Summary


def written_on(term_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The summaries of some terms; whoever calls owns them."""
    rows = session.scalars(
        select(Summary).where(Summary.term_id.in_(list(term_ids))).order_by(Summary.id)
    )
    return [
        {
            "term": row.term_id,
            "text": row.text,
            "characters": row.characters,
            "updated_at": row.updated_at.isoformat(),
        }
        for row in rows
    ]


def filings_on(term_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The filings of some terms with what was frozen of the person; records by their number."""
    rows = session.scalars(
        select(Filing).where(Filing.term_id.in_(list(term_ids))).order_by(Filing.id)
    )
    return [
        {
            "number": row.number,
            "term": row.term_id,
            "state": row.state,
            "filed_at": row.filed_at.isoformat(),
            "declaration_version": row.declaration_version,
            "snapshots": [
                {
                    "number": snapshot.number,
                    "taken_at": snapshot.taken_at.isoformat(),
                    "digest": snapshot.digest,
                    "content": snapshot.content,
                }
                for snapshot in row.snapshots
            ],
        }
        for row in rows
    ]
