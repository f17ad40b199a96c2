"""Summaries, filings for re-registration and their frozen snapshots.

Why: what was filed is what is audited, whatever becomes of the records afterwards (handbook Q26).
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "filings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("employer", sa.String(length=160), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declaration_version", sa.Integer(), nullable=False),
        sa.Column("signed_file_id", sa.Integer(), nullable=True),
        sa.Column("stamped_file_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complete_by_id"], ["people.id"], name=op.f("fk_filings_complete_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_filings_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_filings_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["signed_file_id"], ["files.id"], name=op.f("fk_filings_signed_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_filings_society_id_societies")
        ),
        sa.ForeignKeyConstraint(
            ["stamped_file_id"], ["files.id"], name=op.f("fk_filings_stamped_file_id_files")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_filings_term_id_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sa.UniqueConstraint("number", name=op.f("uq_filings_number")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_filings_person_id_key")),
    )
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_filings_registration_id_term_id", ["registration_id", "term_id"], unique=False
        )
        batch_op.create_index(
            "ix_filings_society_id_state", ["society_id", "state", "filed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_filings_signed_file_id"), ["signed_file_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_filings_stamped_file_id"), ["stamped_file_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filings_term_id"), ["term_id"], unique=False)

    op.create_table(
        "summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_summaries_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_summaries_term_id_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summaries")),
        sa.UniqueConstraint("term_id", name=op.f("uq_summaries_term_id")),
    )
    with op.batch_alter_table("summaries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_summaries_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_snapshots_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("filing_id", "number", name=op.f("uq_snapshots_filing_id_number")),
    )
    op.create_table(
        "snapshot_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("year_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("rule_version_id", sa.Integer(), nullable=False),
        sa.Column("conversion", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("recognised", sa.Integer(), nullable=False),
        sa.Column("assurance", sa.String(length=1), nullable=False),
        sa.Column("audit_proof", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_snapshot_records_activity_id_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_snapshot_records_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_snapshot_records_rule_version_id_rule_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["snapshots.id"],
            name=op.f("fk_snapshot_records_snapshot_id_snapshots"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_records")),
        sa.UniqueConstraint(
            "snapshot_id", "activity_id", name=op.f("uq_snapshot_records_snapshot_id_activity_id")
        ),
    )
    with op.batch_alter_table("snapshot_records", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_snapshot_records_activity_id"), ["activity_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_snapshot_records_filing_id"), ["filing_id"], unique=False
        )


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("snapshot_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snapshot_records_filing_id"))
        batch_op.drop_index(batch_op.f("ix_snapshot_records_activity_id"))

    op.drop_table("snapshot_records")
    op.drop_table("snapshots")
    with op.batch_alter_table("summaries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_summaries_registration_id"))

    op.drop_table("summaries")
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filings_term_id"))
        batch_op.drop_index(batch_op.f("ix_filings_stamped_file_id"))
        batch_op.drop_index(batch_op.f("ix_filings_signed_file_id"))
        batch_op.drop_index("ix_filings_society_id_state")
        batch_op.drop_index("ix_filings_registration_id_term_id")

    op.drop_table("filings")
