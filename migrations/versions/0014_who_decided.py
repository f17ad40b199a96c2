"""Who changed an event's hours, and why somebody was not let in.

Why: a change of hours takes two people, also when one of them is a registrar; and whoever is
declined reads the reason. Both columns are filled by what happens from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("events") as events:
        events.add_column(
            sa.Column("hours_changed_by", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )
    with op.batch_alter_table("roster_entries") as entries:
        entries.add_column(sa.Column("answer", sa.String(length=500), nullable=True))


def downgrade() -> None:
    """Bring the tables back to the state before."""
    with op.batch_alter_table("roster_entries") as entries:
        entries.drop_column("answer")
    with op.batch_alter_table("events") as events:
        events.drop_column("hours_changed_by")
