"""Sums of a term's records beside its last standing.

Why: every night each registration is judged for the new day; the records, two hundred a member, did not
change in most of them and need not be read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("last_standings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sums", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("last_standings", schema=None) as batch_op:
        batch_op.drop_column("sums")
