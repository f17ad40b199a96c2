"""Seals of the journal are made with a key, and say when they were made.

Why: a chain of plain hashes can be made to fit again by whoever may write into the database. The key
lies outside of it. Every entry is sealed anew by the worker, in the order of the entries.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    _allow_change()
    op.drop_table("journal_seals")
    _seals(sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False))
    _refuse_change()


def downgrade() -> None:
    """Bring them back; the worker seals anew."""
    _allow_change()
    op.drop_table("journal_seals")
    _seals()
    _refuse_change()


def _seals(*more: sa.Column[object]) -> None:
    op.create_table(
        "journal_seals",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        *more,
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal.id"], name=op.f("fk_journal_seals_entry_id_journal")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_journal_seals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_seals_entry_id")),
    )


def _refuse_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER journal_seals_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON journal_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER journal_seals_no_{act.lower()} BEFORE {act} ON journal_seals "
            "BEGIN SELECT RAISE(ABORT, 'journal_seals is insert-only'); END"
        )


def _allow_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER journal_seals_insert_only ON journal_seals")
        return
    for act in ("update", "delete"):
        op.execute(f"DROP TRIGGER journal_seals_no_{act}")
