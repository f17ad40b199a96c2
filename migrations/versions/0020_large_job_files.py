"""Sizes of files that jobs make, beyond what an integer of 32 bits holds.

Why: dossiers with their evidence come to more than two gigabytes, at which PostgreSQL's integers end.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """PostgreSQL's integers end at two gigabytes; SQLite's do not, and keeps the type's name."""
    with op.batch_alter_table("job_files") as batch:
        batch.alter_column("size", existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """A file that the narrower column cannot hold is forgotten; its bytes are swept."""
    op.execute("DELETE FROM job_files WHERE size > 2147483647")
    with op.batch_alter_table("job_files") as batch:
        batch.alter_column("size", existing_type=sa.BigInteger(), type_=sa.Integer())
