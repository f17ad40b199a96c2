"""Events, who came, and what became of it.

Why: a second way to 学时: presence at an event, proved by scans that nobody can change afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: tables that refuse update and delete: proof of presence is only added to
INSERT_ONLY = ("scans", "corrections")


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("organiser", sa.String(length=160), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column("venue", sa.String(length=200), nullable=True),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("open_to", sa.String(length=20), nullable=False),
        sa.Column("missing_out", sa.String(length=20), nullable=False),
        sa.Column("opens_before", sa.Integer(), nullable=False),
        sa.Column("closes_after", sa.Integer(), nullable=False),
        sa.Column("gives_certificate", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("approved", sa.JSON(), nullable=True),
        sa.Column("late_reason", sa.String(length=500), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("pass_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_events_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["fields.id"], name=op.f("fk_events_field_id_fields")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_events_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("created_by_id", "key", name=op.f("uq_events_created_by_id_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_events_uid")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_created_by_id"), ["created_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_events_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_field_id"), ["field_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_place"), ["place"], unique=False)
        batch_op.create_index(
            "ix_events_society_id_starts_at", ["society_id", "starts_at"], unique=False
        )
        batch_op.create_index("ix_events_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "event_organisers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=160), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_organisers_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["people.id"], name=op.f("fk_event_organisers_invited_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_event_organisers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_organisers")),
        sa.UniqueConstraint(
            "event_id", "person_id", name=op.f("uq_event_organisers_event_id_person_id")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_organisers_token_hash")),
    )
    with op.batch_alter_table("event_organisers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_organisers_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "event_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("room", sa.String(length=80), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("credited", sa.Boolean(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sessions_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sessions")),
    )
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_sessions_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_event_sessions_window", ["closes_at", "opens_at"], unique=False)

    op.create_table(
        "stewards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_stewards_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_stewards_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stewards")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_stewards_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_stewards_token_hash")),
    )
    with op.batch_alter_table("stewards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stewards_event_id"), ["event_id"], unique=False)

    op.create_table(
        "agenda_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_sessions.id"],
            name=op.f("fk_agenda_parts_session_id_event_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_parts")),
    )
    with op.batch_alter_table("agenda_parts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agenda_parts_session_id"), ["session_id"], unique=False
        )

    op.create_table(
        "roster_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=160), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("number_key", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("pending_reason", sa.String(length=20), nullable=True),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("inside_session_id", sa.Integer(), nullable=True),
        sa.Column("joined_id", sa.Integer(), nullable=True),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_roster_entries_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_roster_entries_decided_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_roster_entries_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["inside_session_id"],
            ["event_sessions.id"],
            name=op.f("fk_roster_entries_inside_session_id_event_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["joined_id"],
            ["roster_entries.id"],
            name=op.f("fk_roster_entries_joined_id_roster_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_roster_entries_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_roster_entries_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entries")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_roster_entries_event_id_key")),
        sa.UniqueConstraint(
            "event_id", "person_id", name=op.f("uq_roster_entries_event_id_person_id")
        ),
    )
    with op.batch_alter_table("roster_entries", schema=None) as batch_op:
        batch_op.create_index("ix_roster_entries_event_id_name", ["event_id", "name"], unique=False)
        batch_op.create_index(
            "ix_roster_entries_event_id_number_key", ["event_id", "number_key"], unique=False
        )
        batch_op.create_index(
            "ix_roster_entries_event_id_state", ["event_id", "state"], unique=False
        )
        batch_op.create_index(
            "ix_roster_entries_guest_number", ["number_key", "person_id"], unique=False
        )
        batch_op.create_index("ix_roster_entries_guest_phone", ["phone", "person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_roster_entries_joined_id"), ["joined_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_roster_entries_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index("ix_roster_entries_stale_at", ["stale_at"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("presence", sa.JSON(), nullable=False),
        sa.Column("first_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("proof", sa.Integer(), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("missing_out", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("held", sa.String(length=40), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_attendances_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["roster_entries.id"], name=op.f("fk_attendances_entry_id_roster_entries")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_attendances_event_id_events")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_attendances_activity_id")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index("ix_attendances_event_id", ["event_id"], unique=False)

    op.create_table(
        "scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=5), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("once", sa.String(length=90), nullable=False),
        sa.Column("code_age", sa.Integer(), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=True),
        sa.Column("steward_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_scans_by_id_people")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["roster_entries.id"], name=op.f("fk_scans_entry_id_roster_entries")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_scans_event_id_events")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_scans_session_id_event_sessions")
        ),
        sa.ForeignKeyConstraint(
            ["steward_id"], ["stewards.id"], name=op.f("fk_scans_steward_id_stewards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("once", name=op.f("uq_scans_once")),
    )
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.create_index("ix_scans_entry_id", ["entry_id"], unique=False)
        batch_op.create_index("ix_scans_event_id_at", ["event_id", "at"], unique=False)
        batch_op.create_index(
            "ix_scans_session_id_received_at", ["session_id", "received_at"], unique=False
        )

    op.create_table(
        "speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=160), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_speakers_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["agenda_parts.id"], name=op.f("fk_speakers_part_id_agenda_parts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_speakers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speakers")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_speakers_activity_id")),
    )
    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakers_part_id"), ["part_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_fits", sa.Boolean(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("scan", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overruled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_statements_answered_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["roster_entries.id"], name=op.f("fk_statements_entry_id_roster_entries")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_statements_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_statements_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_statements_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_sessions.id"],
            name=op.f("fk_statements_session_id_event_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_statements_person_id_key")),
    )
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statements_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_statements_event_id_state", ["event_id", "state"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        sa.Column("in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_role", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=36), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_corrections_by_id_people")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["roster_entries.id"], name=op.f("fk_corrections_entry_id_roster_entries")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_corrections_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_corrections_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_corrections_scan_id_scans")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_sessions.id"],
            name=op.f("fk_corrections_session_id_event_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_corrections_statement_id_statements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_corrections_event_id_key")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_corrections_scan_id")),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_batch"), ["batch"], unique=False)
        batch_op.create_index("ix_corrections_entry_id", ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_corrections_statement_id"), ["statement_id"], unique=False
        )

    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("presence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("presence_marks", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("attended", sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f("ix_activities_event_id"), ["event_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_activities_event_id_events"), "events", ["event_id"], ["id"]
        )
    _refuse_change()


def downgrade() -> None:
    """Bring them back."""
    _allow_change()
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_activities_event_id_events"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_activities_event_id"))
        batch_op.drop_column("attended")
        batch_op.drop_column("presence_marks")
        batch_op.drop_column("presence")
        batch_op.drop_column("event_id")

    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corrections_statement_id"))
        batch_op.drop_index("ix_corrections_entry_id")
        batch_op.drop_index(batch_op.f("ix_corrections_batch"))

    op.drop_table("corrections")
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_index("ix_statements_event_id_state")
        batch_op.drop_index(batch_op.f("ix_statements_entry_id"))

    op.drop_table("statements")
    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakers_person_id"))
        batch_op.drop_index(batch_op.f("ix_speakers_part_id"))

    op.drop_table("speakers")
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index("ix_scans_session_id_received_at")
        batch_op.drop_index("ix_scans_event_id_at")
        batch_op.drop_index("ix_scans_entry_id")

    op.drop_table("scans")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index("ix_attendances_event_id")

    op.drop_table("attendances")
    with op.batch_alter_table("roster_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_roster_entries_stale_at")
        batch_op.drop_index(batch_op.f("ix_roster_entries_person_id"))
        batch_op.drop_index(batch_op.f("ix_roster_entries_joined_id"))
        batch_op.drop_index("ix_roster_entries_guest_phone")
        batch_op.drop_index("ix_roster_entries_guest_number")
        batch_op.drop_index("ix_roster_entries_event_id_state")
        batch_op.drop_index("ix_roster_entries_event_id_number_key")
        batch_op.drop_index("ix_roster_entries_event_id_name")

    op.drop_table("roster_entries")
    with op.batch_alter_table("agenda_parts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_parts_session_id"))

    op.drop_table("agenda_parts")
    with op.batch_alter_table("stewards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stewards_event_id"))

    op.drop_table("stewards")
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_event_sessions_window")
        batch_op.drop_index(batch_op.f("ix_event_sessions_event_id"))

    op.drop_table("event_sessions")
    with op.batch_alter_table("event_organisers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_organisers_person_id"))

    op.drop_table("event_organisers")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_state_starts_at")
        batch_op.drop_index("ix_events_society_id_starts_at")
        batch_op.drop_index(batch_op.f("ix_events_place"))
        batch_op.drop_index(batch_op.f("ix_events_field_id"))
        batch_op.drop_index(batch_op.f("ix_events_ends_at"))
        batch_op.drop_index(batch_op.f("ix_events_created_by_id"))

    op.drop_table("events")


def _refuse_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in INSERT_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in INSERT_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
            )


def _allow_change() -> None:
    for table in INSERT_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_insert_only ON {table}")
            continue
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{act}")
