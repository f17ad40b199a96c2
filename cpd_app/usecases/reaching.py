"""Whether a channel reaches a person, as the last letters showed it (`reaches`).

`ok`: the last one was taken. `failing`: one was given up, or came back. `bounced`: the address does
not exist; nothing is sent there until it changes, whatever was on its way meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, null, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.bounces import NO_SUCH_ADDRESS
from cpd_app.domain.messages import Channel
from cpd_app.models import Reach

OK, FAILING, BOUNCED = "ok", "failing", "bounced"


def note_reached(found: Collection[tuple[int, Channel]], *, now: datetime) -> None:
    """These people were reached; one statement for a batch, since only the marks must not wait."""
    if found:
        rows = [
            {"of": person_id, "by": channel.value}
            for person_id, channel in sorted(found)  # in one order: two workers never cross
        ]
        _put(rows, state=OK, since=now, last_ok_at=now, problem=null())


def note_lost(person_id: int, channel: Channel, problem: dict[str, Any], *, now: datetime) -> None:
    """A letter was given up; the reason decides whether the next one is tried.

    Only `no_such_address` does: every other reason may be ours or the server's.
    """
    state = BOUNCED if problem["code"] == NO_SUCH_ADDRESS else FAILING
    row = {"of": person_id, "by": channel.value}
    _put([row], state=state, since=now, last_ok_at=null(), problem=problem)


def bounced_of(person_ids: Collection[int]) -> dict[int, set[str]]:
    """By person the channels whose address does not exist; written to again when it changes."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(Reach.person_id, Reach.channel).where(
            Reach.person_id.in_(person_ids), Reach.state == BOUNCED
        )
    )
    for person_id, channel in rows:
        found[person_id].add(channel)
    return found


def forget(person_id: int, channel: Channel) -> None:
    """The address changed: what is known of the old one says nothing of the new one."""
    session.execute(
        delete(Reach)
        .where(Reach.person_id == person_id, Reach.channel == channel.value)
        .execution_options(synchronize_session=False)
    )


def _put(rows: list[dict[str, Any]], **values: Any) -> None:
    """Write how it stands; `since` moves only when the state changes, a success is remembered."""
    dialect = session.get_bind().dialect.name
    into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = Reach.__table__
    # The rows beside the statement, so that it is compiled once and not for each batch.
    statement = into(table).values(  # type: ignore[arg-type]
        person_id=bindparam("of"), channel=bindparam("by"), **values
    )
    new = statement.excluded
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "channel"],
            set_={
                "state": new.state,
                "since": case((table.c.state == new.state, table.c.since), else_=new.since),
                "last_ok_at": case(
                    (new.last_ok_at.is_(None), table.c.last_ok_at), else_=new.last_ok_at
                ),
                "problem": new.problem,
            },
            where=or_(new.state == BOUNCED, table.c.state != BOUNCED),
        ),
        rows,
    )
