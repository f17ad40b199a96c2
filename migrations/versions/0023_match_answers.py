"""What both societies say of a file or achievement that is used in both.

Why: a match was only listed for the federation; now each society answers for its own side, and the
match is settled when both say the same or the federation decides. A match that was found from both
sides becomes one: the first that was found stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    op.execute(
        "DELETE FROM cross_matches WHERE EXISTS ("
        "SELECT 1 FROM cross_matches AS first WHERE first.kind = cross_matches.kind "
        "AND first.registration_id = cross_matches.other_registration_id "
        "AND first.other_registration_id = cross_matches.registration_id "
        "AND first.id < cross_matches.id)"
    )
    with op.batch_alter_table("cross_matches") as matches:
        matches.add_column(sa.Column("outcome", sa.String(20), nullable=True))
        matches.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        matches.add_column(sa.Column("settled_by_id", sa.Integer(), nullable=True))
        matches.add_column(sa.Column("settled_words", sa.String(500), nullable=True))
        matches.add_column(
            sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
        matches.create_foreign_key(
            op.f("fk_cross_matches_settled_by_id_people"), "people", ["settled_by_id"], ["id"]
        )
        matches.create_index(op.f("ix_cross_matches_society_id"), ["society_id"])
        matches.create_index(op.f("ix_cross_matches_other_society_id"), ["other_society_id"])
        matches.create_index(
            op.f("ix_cross_matches_other_registration_id"), ["other_registration_id"]
        )
    op.create_table(
        "match_answers",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["cross_matches.id"], name=op.f("fk_match_answers_match_id_cross_matches")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_match_answers_society_id_societies")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_match_answers_by_id_people")
        ),
        sa.PrimaryKeyConstraint("match_id", "society_id", name=op.f("pk_match_answers")),
    )


def downgrade() -> None:
    """Bring the tables back to the state before."""
    op.drop_table("match_answers")
    with op.batch_alter_table("cross_matches") as matches:
        matches.drop_index(op.f("ix_cross_matches_other_registration_id"))
        matches.drop_index(op.f("ix_cross_matches_other_society_id"))
        matches.drop_index(op.f("ix_cross_matches_society_id"))
        matches.drop_constraint(op.f("fk_cross_matches_settled_by_id_people"), type_="foreignkey")
        matches.drop_column("version")
        matches.drop_column("settled_words")
        matches.drop_column("settled_by_id")
        matches.drop_column("settled_at")
        matches.drop_column("outcome")
