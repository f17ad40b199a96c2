"""The years that lack hours, kept beside each standing.

Why: reminders before a year's end go through whole societies every hour, so the years are kept
where the hours are. Kept standings are dated back, so that the worker judges them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("last_standings") as standings:
        standings.add_column(sa.Column("lacking", sa.JSON(), nullable=True))
        standings.add_column(sa.Column("lacking_until", sa.Date(), nullable=True))
        standings.create_index("ix_last_standings_lacking_until", ["lacking_until"])
    op.execute("UPDATE last_standings SET on_day = '1970-01-01'")


def downgrade() -> None:
    """Bring the tables back to the state before."""
    with op.batch_alter_table("last_standings") as standings:
        standings.drop_index("ix_last_standings_lacking_until")
        standings.drop_column("lacking_until")
        standings.drop_column("lacking")
