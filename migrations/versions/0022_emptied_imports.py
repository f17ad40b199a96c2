"""Imports remember when what their rows said was removed.

Why: a file of members has names, phones and addresses; they are kept as long as the import can be
undone, and no longer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("imports") as imports:
        imports.add_column(sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Bring them back; what was removed stays removed."""
    with op.batch_alter_table("imports") as imports:
        imports.drop_column("emptied_at")
