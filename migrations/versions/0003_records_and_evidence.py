"""Records, their credits, rulings, evidence and imports.

Why: what members did, what each registration makes of it, and what proves it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("original_hash", sa.String(length=64), nullable=False),
        sa.Column("stored_hash", sa.String(length=64), nullable=True),
        sa.Column("preview_hash", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("secrecy", sa.String(length=20), nullable=False),
        sa.Column("secrecy_text_version", sa.Integer(), nullable=False),
        sa.Column("secrecy_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secrecy_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_files_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["secrecy_by_id"], ["people.id"], name=op.f("fk_files_secrecy_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_files_person_id_key")),
    )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_folder"), ["folder"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_original_hash"), ["original_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_person_id"), ["person_id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_imports_by_id_people")),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_imports_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_society_id"), ["society_id"], unique=False)

    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organiser", sa.String(length=160), nullable=True),
        sa.Column("place", sa.String(length=160), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("starts_at_time", sa.Time(), nullable=True),
        sa.Column("ends_at_time", sa.Time(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("achievement_key", sa.String(length=160), nullable=True),
        sa.Column("achievement_norm", sa.String(length=160), nullable=True),
        sa.Column("competences", sa.JSON(), nullable=False),
        sa.Column("reflection", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("key_body_hash", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_name", sa.String(length=160), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("different_from", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_activities_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_activities_import_id_imports")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_activities_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_activities_person_id_key")),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(
            "ix_activities_achievement", ["achievement_norm", "person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_activities_import_id"), ["import_id"], unique=False)
        batch_op.create_index(
            "ix_activities_person_id_ended_on", ["person_id", "ended_on"], unique=False
        )

    op.create_table(
        "file_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_views_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_file_views_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_views")),
    )
    with op.batch_alter_table("file_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_views_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_views_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("object_version", sa.Integer(), nullable=True),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
    )
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.create_index("ix_import_rows_digest", ["digest", "state"], unique=False)
        batch_op.create_index(
            "ix_import_rows_import_id_state", ["import_id", "state", "row"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_rows_object_id"), ["object_id"], unique=False)

    op.create_table(
        "activity_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_activity_changes_activity_id_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_activity_changes_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_changes")),
    )
    with op.batch_alter_table("activity_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_activity_changes_activity_id"), ["activity_id"], unique=False
        )

    op.create_table(
        "capture_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_capture_links_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_capture_links_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_capture_links_token_hash")),
    )
    with op.batch_alter_table("capture_links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_capture_links_activity_id"), ["activity_id"], unique=False
        )

    op.create_table(
        "credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("year_index", sa.Integer(), nullable=True),
        sa.Column("rule_version_id", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("conversion", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("recognised", sa.Integer(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("ruled", sa.Integer(), nullable=True),
        sa.Column("needs_ruling", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_credits_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["people.id"], name=op.f("fk_credits_checked_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_credits_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_credits_rule_version_id_rule_versions"),
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_credits_term_id_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint(
            "activity_id", "registration_id", name=op.f("uq_credits_activity_id_registration_id")
        ),
    )
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credits_needs_ruling"), ["needs_ruling"], unique=False)
        batch_op.create_index(
            "ix_credits_registration_id_year",
            ["registration_id", "term_id", "year_index"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_credits_rule_version_id"), ["rule_version_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_credits_term_id"), ["term_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_evidence_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_evidence_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_evidence_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("activity_id", "file_id", name=op.f("uq_evidence_activity_id_file_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file_id"), ["file_id"], unique=False)

    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_rulings_by_id_people")),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["credits.id"], name=op.f("fk_rulings_credit_id_credits")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_rulings_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    with op.batch_alter_table("rulings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rulings_credit_id"), ["credit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rulings_society_id"), ["society_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("rulings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rulings_society_id"))
        batch_op.drop_index(batch_op.f("ix_rulings_credit_id"))

    op.drop_table("rulings")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_file_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credits_term_id"))
        batch_op.drop_index(batch_op.f("ix_credits_rule_version_id"))
        batch_op.drop_index("ix_credits_registration_id_year")
        batch_op.drop_index(batch_op.f("ix_credits_needs_ruling"))

    op.drop_table("credits")
    with op.batch_alter_table("capture_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capture_links_activity_id"))

    op.drop_table("capture_links")
    with op.batch_alter_table("activity_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_changes_activity_id"))

    op.drop_table("activity_changes")
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_rows_object_id"))
        batch_op.drop_index("ix_import_rows_import_id_state")
        batch_op.drop_index("ix_import_rows_digest")

    op.drop_table("import_rows")
    with op.batch_alter_table("file_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_views_person_id"))
        batch_op.drop_index(batch_op.f("ix_file_views_file_id"))

    op.drop_table("file_views")
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_index("ix_activities_person_id_ended_on")
        batch_op.drop_index(batch_op.f("ix_activities_import_id"))
        batch_op.drop_index("ix_activities_achievement")

    op.drop_table("activities")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_society_id"))
        batch_op.drop_index(batch_op.f("ix_imports_by_id"))

    op.drop_table("imports")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_files_person_id"))
        batch_op.drop_index(batch_op.f("ix_files_original_hash"))
        batch_op.drop_index(batch_op.f("ix_files_folder"))

    op.drop_table("files")
