"""What is decided for a whole society makes its kept standings old at once.

Why: marking a hundred thousand rows in the request that decides a relief for all took as long as
the rows are many, and a standing that was judged at that very moment was kept although it did not
know of the decision. Now the society counts its decisions, and each standing says which one it knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("societies", "last_standings")


def upgrade() -> None:
    """Bring the tables to this state."""
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(
                sa.Column("standing_round", sa.Integer(), server_default="0", nullable=False)
            )


def downgrade() -> None:
    """Bring the tables back to the state before."""
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("standing_round")
