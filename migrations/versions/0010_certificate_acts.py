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

# Every term that is there was begun by an act: the first of a registration was issued, one level up
# is an upgrade, any other one a renewal. What we know of them is the term itself.
ISSUED = """
INSERT INTO certificate_acts (society_id, registration_id, term_id, kind, effective_on, state,
                              former_state, proposed_at, published_at, version)
SELECT r.society_id, t.registration_id, t.id,
       CASE WHEN t.before IS NULL THEN 'issued'
            WHEN t.before = t.level THEN 'renewed' ELSE 'upgraded' END,
       t.starts_on, 'in_force', 'active', r.created_at, r.created_at, 1
FROM (SELECT id, registration_id, level, starts_on,
             LAG(level) OVER (PARTITION BY registration_id ORDER BY starts_on) AS before
      FROM terms) AS t
JOIN registrations AS r ON r.id = t.registration_id
ORDER BY t.registration_id, t.starts_on
"""
# Certificates that came in another state: the day is not known, the day they were entered is.
IN_THEIR_STATE = """
INSERT INTO certificate_acts (society_id, registration_id, term_id, kind, reason_code, effective_on,
                              state, former_state, proposed_at, published_at, version)
SELECT r.society_id, t.registration_id, t.id, t.state, 'imported', DATE(r.created_at), 'in_force',
       'active', r.created_at, r.created_at, 1
FROM terms AS t JOIN registrations AS r ON r.id = t.registration_id
WHERE t.state IN ('suspended', 'cancelled', 'revoked')
  AND t.starts_on = (SELECT MAX(l.starts_on) FROM terms AS l
                     WHERE l.registration_id = t.registration_id)
"""
# Q14: whoever's certificate was revoked is barred, in all societies.
BARRED = """
UPDATE people SET barred_on = (
    SELECT MIN(a.effective_on) FROM certificate_acts AS a
    JOIN registrations AS r ON r.id = a.registration_id
    WHERE r.person_id = people.id AND a.kind = 'revoked')
WHERE barred_on IS NULL AND id IN (
    SELECT r.person_id FROM certificate_acts AS a
    JOIN registrations AS r ON r.id = a.registration_id WHERE a.kind = 'revoked')
"""


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "federation_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=120), nullable=True),
        sa.Column("key_id", sa.String(length=40), nullable=True),
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
        sa.Column("former_barred_on", sa.Date(), nullable=True),
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
        batch_op.create_index("ix_certificate_acts_society_id_state", ["society_id", "state"])
        batch_op.create_index(
            "ix_certificate_acts_society_id_report_id", ["society_id", "report_id"]
        )
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
    with op.batch_alter_table("federation_reports", schema=None) as batch_op:
        batch_op.create_index("ix_federation_reports_acknowledged_at", ["acknowledged_at", "id"])
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("messages_stopped_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("transferred_from_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_registrations_transferred_from_id_registrations"),
            "registrations",
            ["transferred_from_id"],
            ["id"],
        )
        batch_op.create_index(
            batch_op.f("ix_registrations_transferred_from_id"), ["transferred_from_id"]
        )
    op.execute(ISSUED)
    op.execute(IN_THEIR_STATE)
    op.execute(BARRED)


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registrations_transferred_from_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_registrations_transferred_from_id_registrations"), type_="foreignkey"
        )
        batch_op.drop_column("transferred_from_id")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("messages_stopped_at")
    with op.batch_alter_table("federation_reports", schema=None) as batch_op:
        batch_op.drop_index("ix_federation_reports_acknowledged_at")
    with op.batch_alter_table("certificate_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_acts_term_id"))
        batch_op.drop_index("ix_certificate_acts_society_id_report_id")
        batch_op.drop_index("ix_certificate_acts_society_id_state")
        batch_op.drop_index("ix_certificate_acts_society_id_published_at")
        batch_op.drop_index(batch_op.f("ix_certificate_acts_report_id"))
        batch_op.drop_index("ix_certificate_acts_registration_id")
        batch_op.drop_index("ix_certificate_acts_published_at")
        batch_op.drop_index(batch_op.f("ix_certificate_acts_annuls_id"))

    op.drop_table("certificate_acts")
    op.drop_table("federation_reports")
