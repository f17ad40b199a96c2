"""The register of certificates and the rules as data.

Why: a certificate's years and a society's table decide what an hour is worth.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("number_key", sa.String(length=60), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("field_text", sa.String(length=120), nullable=False),
        sa.Column("specialty", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["fields.id"], name=op.f("fk_registrations_field_id_fields")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_registrations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_registrations_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("number_key", name=op.f("uq_registrations_number_key")),
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registrations_field_id"), ["field_id"], unique=False)
        batch_op.create_index(
            "ix_registrations_number_begins",
            ["number_key"],
            unique=False,
            postgresql_ops={"number_key": "text_pattern_ops"},
        )
        batch_op.create_index(batch_op.f("ix_registrations_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_registrations_society_id_number", ["society_id", "number_key"], unique=False
        )

    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["rule_versions.id"],
            name=op.f("fk_rule_versions_baseline_id_rule_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_rule_versions_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["people.id"], name=op.f("fk_rule_versions_published_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_rule_versions_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint(
            "society_id", "number", name=op.f("uq_rule_versions_society_id_number")
        ),
    )
    op.create_table(
        "rule_adoptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("rule_version_id", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_rule_adoptions_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_rule_adoptions_rule_version_id_rule_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_rule_adoptions_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_adoptions")),
        sa.UniqueConstraint(
            "society_id",
            "rule_version_id",
            name=op.f("uq_rule_adoptions_society_id_rule_version_id"),
        ),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_terms_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint(
            "registration_id", "starts_on", name=op.f("uq_terms_registration_id_starts_on")
        ),
    )
    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_terms_ends_on"), ["ends_on"], unique=False)

    op.create_table(
        "last_standings",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("registration_version", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("first_check", sa.String(length=40), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_last_standings_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_last_standings_society_id_societies")
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["terms.id"],
            name=op.f("fk_last_standings_term_id_terms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_last_standings")),
    )
    with op.batch_alter_table("last_standings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_last_standings_society_id_on_day", ["society_id", "on_day"], unique=False
        )
        batch_op.create_index(
            "ix_last_standings_society_id_verdict", ["society_id", "verdict"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_last_standings_term_id"), ["term_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("last_standings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_last_standings_term_id"))
        batch_op.drop_index("ix_last_standings_society_id_verdict")
        batch_op.drop_index("ix_last_standings_society_id_on_day")

    op.drop_table("last_standings")
    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_terms_ends_on"))

    op.drop_table("terms")
    op.drop_table("rule_adoptions")
    op.drop_table("rule_versions")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index("ix_registrations_society_id_number")
        batch_op.drop_index(batch_op.f("ix_registrations_person_id"))
        batch_op.drop_index(
            "ix_registrations_number_begins", postgresql_ops={"number_key": "text_pattern_ops"}
        )
        batch_op.drop_index(batch_op.f("ix_registrations_field_id"))

    op.drop_table("registrations")
