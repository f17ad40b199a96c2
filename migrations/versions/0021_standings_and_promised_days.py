"""What is decided for a whole society makes its kept standings old at once.

Why: marking a hundred thousand rows in the request that decides a relief for all took as long as
the rows are many, and a standing that was judged at that very moment was kept although it did not
know of the decision. Now the society counts its decisions, and each standing says which one it
knows. And counts over a hundred thousand members read wide rows for one column of each: the new
indexes hold what they ask.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("societies", "last_standings")

INDEXES = (
    ("ix_terms_ends_on_id", "terms", ["ends_on", "id", "state", "registration_id", "starts_on"]),
    (
        "ix_terms_registration_id_ends_on",
        "terms",
        ["registration_id", "starts_on", "ends_on", "state"],
    ),
    ("ix_registrations_id_society_id", "registrations", ["id", "society_id", "person_id"]),
    (
        "ix_last_standings_registration_id_to_do",
        "last_standings",
        ["registration_id", "to_do", "verdict", "ready", "first_check", "missing"],
    ),
)


def upgrade() -> None:
    """Bring the tables to this state."""
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(
                sa.Column("standing_round", sa.Integer(), server_default="0", nullable=False)
            )
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    op.drop_index("ix_terms_ends_on", table_name="terms")


def downgrade() -> None:
    """Bring the tables back to the state before."""
    op.create_index("ix_terms_ends_on", "terms", ["ends_on"])
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("standing_round")
