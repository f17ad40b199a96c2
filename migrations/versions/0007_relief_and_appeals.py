"""Relief under a society's contingency plan, and appeals.

Why: special reasons must not cost anybody the certificate (handbook Q25), and what was refused can be
appealed against. A credit can be bound to an earlier year that was deferred or must be made up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "relief_grounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("proof_en", sa.String(length=200), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("least_months", sa.Integer(), nullable=False),
        sa.Column("society_wide", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_relief_grounds_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_grounds")),
        sa.UniqueConstraint("society_id", "code", name=op.f("uq_relief_grounds_society_id_code")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_appeals_decided_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_appeals_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_appeals_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_appeals_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_appeals_society_id_state", ["society_id", "state"], unique=False)
        batch_op.create_index("ix_appeals_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "reliefs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("ground_id", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("year_index", sa.Integer(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_from_on", sa.Date(), nullable=True),
        sa.Column("granted_to_on", sa.Date(), nullable=True),
        sa.Column("granted_until_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_reliefs_asked_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_reliefs_decided_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["ground_id"], ["relief_grounds.id"], name=op.f("fk_reliefs_ground_id_relief_grounds")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reliefs_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_reliefs_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_reliefs_society_id_societies")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_reliefs_term_id_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliefs")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_reliefs_person_id_key")),
    )
    with op.batch_alter_table("reliefs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reliefs_registration_id_state", ["registration_id", "state"], unique=False
        )
        batch_op.create_index("ix_reliefs_society_id_state", ["society_id", "state"], unique=False)

    op.create_table(
        "relief_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relief_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_relief_files_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["relief_id"], ["reliefs.id"], name=op.f("fk_relief_files_relief_id_reliefs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_files")),
        sa.UniqueConstraint("relief_id", "file_id", name=op.f("uq_relief_files_relief_id_file_id")),
    )
    with op.batch_alter_table("relief_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relief_files_file_id"), ["file_id"], unique=False)

    op.create_table(
        "appeal_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_files_appeal_id_appeals")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_appeal_files_file_id_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_files")),
        sa.UniqueConstraint("appeal_id", "file_id", name=op.f("uq_appeal_files_appeal_id_file_id")),
    )
    with op.batch_alter_table("appeal_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_files_file_id"), ["file_id"], unique=False)

    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bound_term_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("bound_year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("bound_source", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("bound_source_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_credits_bound_term_id_terms"), "terms", ["bound_term_id"], ["id"]
        )
        batch_op.create_index(
            batch_op.f("ix_credits_bound_term_id"), ["bound_term_id"], unique=False
        )


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credits_bound_term_id"))
        batch_op.drop_constraint(batch_op.f("fk_credits_bound_term_id_terms"), type_="foreignkey")
        batch_op.drop_column("bound_source_id")
        batch_op.drop_column("bound_source")
        batch_op.drop_column("bound_year")
        batch_op.drop_column("bound_term_id")

    with op.batch_alter_table("appeal_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_files_file_id"))

    op.drop_table("appeal_files")
    with op.batch_alter_table("relief_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relief_files_file_id"))

    op.drop_table("relief_files")
    with op.batch_alter_table("reliefs", schema=None) as batch_op:
        batch_op.drop_index("ix_reliefs_society_id_state")
        batch_op.drop_index("ix_reliefs_registration_id_state")

    op.drop_table("reliefs")
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.drop_index("ix_appeals_subject")
        batch_op.drop_index("ix_appeals_society_id_state")
        batch_op.drop_index(batch_op.f("ix_appeals_person_id"))

    op.drop_table("appeals")
    op.drop_table("relief_grounds")
