"""Acts of the register, and the reports to the federation that carried them.

Why: suspension, resumption, cancellation and revocation are published with dates and reported (handbook
Q31); nothing that was done to a certificate is ever overwritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "federation_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"],
            ["people.id"],
            name=op.f("fk_federation_reports_acknowledged_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"],
            ["societies.id"],
            name=op.f("fk_federation_reports_society_id_societies"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_reports")),
        sa.UniqueConstraint(
            "society_id", "number", name=op.f("uq_federation_reports_society_id_number")
        ),
    )
    op.create_table(
        "certificate_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("document_file_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("former_state", sa.String(length=20), nullable=False),
        sa.Column("annuls_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annuls_id"],
            ["certificate_acts.id"],
            name=op.f("fk_certificate_acts_annuls_id_certificate_acts"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["people.id"],
            name=op.f("fk_certificate_acts_confirmed_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["document_file_id"],
            ["files.id"],
            name=op.f("fk_certificate_acts_document_file_id_files"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["people.id"],
            name=op.f("fk_certificate_acts_proposed_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_certificate_acts_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["federation_reports.id"],
            name=op.f("fk_certificate_acts_report_id_federation_reports"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_certificate_acts_society_id_societies")
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["terms.id"], name=op.f("fk_certificate_acts_term_id_terms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_acts")),
        sa.UniqueConstraint(
            "registration_id", "key", name=op.f("uq_certificate_acts_registration_id_key")
        ),
    )
    with op.batch_alter_table("certificate_acts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_acts_annuls_id"), ["annuls_id"], unique=False
        )
        batch_op.create_index("ix_certificate_acts_published_at", ["published_at"], unique=False)
        batch_op.create_index(
            "ix_certificate_acts_registration_id", ["registration_id", "effective_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certificate_acts_report_id"), ["report_id"], unique=False
        )
        batch_op.create_index(
            "ix_certificate_acts_society_id_published_at",
            ["society_id", "published_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_certificate_acts_term_id"), ["term_id"], unique=False)


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("certificate_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_acts_term_id"))
        batch_op.drop_index("ix_certificate_acts_society_id_published_at")
        batch_op.drop_index(batch_op.f("ix_certificate_acts_report_id"))
        batch_op.drop_index("ix_certificate_acts_registration_id")
        batch_op.drop_index("ix_certificate_acts_published_at")
        batch_op.drop_index(batch_op.f("ix_certificate_acts_annuls_id"))

    op.drop_table("certificate_acts")
    op.drop_table("federation_reports")
