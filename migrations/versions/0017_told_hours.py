"""What each person was told last of the hours of an event.

Why: attendance is computed several times, and each person is told once what it gave and of every
change. Whoever was at an event that is over knows already: the figures of today count as told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_attendances_untold"
UNTOLD = sa.text("told_hours IS NULL AND activity_id IS NOT NULL")


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("attendances") as attendances:
        attendances.add_column(sa.Column("told_hours", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE attendances SET told_hours = hours WHERE activity_id IS NOT NULL AND event_id IN"
        " (SELECT id FROM events WHERE state IN ('closed', 'settled')"
        " OR ends_at <= CURRENT_TIMESTAMP)"
    )
    op.create_index(
        INDEX, "attendances", ["event_id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )


def downgrade() -> None:
    """Bring the tables back to the state before."""
    op.drop_index(INDEX, table_name="attendances")
    with op.batch_alter_table("attendances") as attendances:
        attendances.drop_column("told_hours")
