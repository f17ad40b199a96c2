"""Who was reminded last, what each registration lacks, what jobs made, and what the clock knows.

Why: never twice within 7 days must hold for two colleagues at the same moment, so one row a
registration is changed conditionally; lists of thousands filter by what is missing; the page of the
work must know when a job of the clock is late without knowing the clock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "last_nudges",
        sa.Column("registration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_last_nudges_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_last_nudges")),
    )
    op.create_table(
        "job_files",
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("folder", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_files_job_id_jobs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_files")),
    )
    op.create_index("ix_job_files_expires_at", "job_files", ["expires_at"])
    op.create_table(
        "clock_tasks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("when", sa.String(length=40), nullable=False),
        sa.Column("late_after", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_clock_tasks")),
    )
    op.create_index("ix_job_runs_started_at", "job_runs", ["started_at"])
    with op.batch_alter_table("nudges") as nudges:
        nudges.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        nudges.add_column(sa.Column("data", sa.JSON(), nullable=True))
        nudges.create_index("ix_nudges_job_id", ["job_id"])
    with op.batch_alter_table("last_standings") as standings:
        standings.add_column(sa.Column("to_do", sa.String(length=160), nullable=True))
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("society_id", sa.Integer(), nullable=True))
        jobs.create_foreign_key(
            op.f("fk_jobs_society_id_societies"), "societies", ["society_id"], ["id"]
        )
        jobs.create_index("ix_jobs_society_id_id", ["society_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        of_payload = "CAST(payload ->> 'society_id' AS INTEGER)"
    else:
        of_payload = "CAST(json_extract(payload, '$.society_id') AS INTEGER)"
    op.execute(f"UPDATE jobs SET society_id = {of_payload}")  # noqa: S608 - one of two constants


def downgrade() -> None:
    """Bring the tables back to the state before."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_index("ix_jobs_society_id_id")
        jobs.drop_constraint(op.f("fk_jobs_society_id_societies"), type_="foreignkey")
        jobs.drop_column("society_id")
    with op.batch_alter_table("last_standings") as standings:
        standings.drop_column("to_do")
    with op.batch_alter_table("nudges") as nudges:
        nudges.drop_index("ix_nudges_job_id")
        nudges.drop_column("data")
        nudges.drop_column("job_id")
    op.drop_index("ix_job_runs_started_at", table_name="job_runs")
    op.drop_table("clock_tasks")
    op.drop_index("ix_job_files_expires_at", table_name="job_files")
    op.drop_table("job_files")
    op.drop_table("last_nudges")
