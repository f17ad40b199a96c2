"""Letters of the public that a society passed on to the federation's committee.

Why: what a society cannot or should not answer itself goes to the committee of the handbook's Q40;
the letter then lies at the federation's desk, and says whose it was and who passed it on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    with op.batch_alter_table("complaints") as complaints:
        complaints.add_column(sa.Column("passed_from_id", sa.Integer(), nullable=True))
        complaints.add_column(sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
        complaints.add_column(sa.Column("passed_by_id", sa.Integer(), nullable=True))
        complaints.add_column(sa.Column("passed_words", sa.Text(), nullable=True))
        complaints.create_foreign_key(
            op.f("fk_complaints_passed_from_id_societies"), "societies", ["passed_from_id"], ["id"]
        )
        complaints.create_foreign_key(
            op.f("fk_complaints_passed_by_id_people"), "people", ["passed_by_id"], ["id"]
        )
        complaints.create_index(op.f("ix_complaints_passed_from_id"), ["passed_from_id"])


def downgrade() -> None:
    """Bring the tables back to the state before."""
    # a letter that was passed on is its society's again
    op.execute(
        "UPDATE complaints SET society_id = passed_from_id, "
        "state = CASE state WHEN 'passed_on' THEN 'received' ELSE state END "
        "WHERE passed_from_id IS NOT NULL"
    )
    with op.batch_alter_table("complaints") as complaints:
        complaints.drop_index(op.f("ix_complaints_passed_from_id"))
        complaints.drop_constraint(op.f("fk_complaints_passed_by_id_people"), type_="foreignkey")
        complaints.drop_constraint(
            op.f("fk_complaints_passed_from_id_societies"), type_="foreignkey"
        )
        complaints.drop_column("passed_words")
        complaints.drop_column("passed_by_id")
        complaints.drop_column("passed_at")
        complaints.drop_column("passed_from_id")
