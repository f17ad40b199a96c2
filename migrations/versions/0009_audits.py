"""Audit of a filing: readers, judgements, returns, verification, decisions.

Why: re-registration is decided by people, with reasons (handbook Q20, Q23), and everything they said stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: reasons every society may begin with: code, verdict, words, English
REASONS = (
    (
        "less_time",
        "reduced",
        "按佐证上的实际时长计。",
        "Counted by the time that the evidence shows.",
    ),
    ("breaks", "reduced", "扣除用餐、休息和路途时间。", "Meals, breaks and travel are taken off."),
    ("own_part", "reduced", "只计本人承担的部分。", "Only your own part is counted."),
    (
        "rank",
        "reduced",
        "署名次序与佐证不一致，按佐证计。",
        "The rank of authors follows the evidence.",
    ),
    (
        "daily_work",
        "rejected",
        "属于本职日常工作，不计学时。",
        "Daily work in one's own job gives no hours.",
    ),
    ("other_person", "rejected", "佐证上不是本人。", "The evidence names another person."),
    (
        "outside_term",
        "rejected",
        "完成日不在这本证书的有效期内。",
        "The finishing day lies outside the term.",
    ),
    (
        "counted_twice",
        "rejected",
        "与另一条记录是同一活动，只计一次。",
        "It is the same activity as another record and counts once.",
    ),
    (
        "no_name",
        "evidence_wanted",
        "佐证上看不到本人姓名，请补有姓名的证明。",
        "The evidence does not show your name; please add one that does.",
    ),
    (
        "no_time",
        "evidence_wanted",
        "佐证上没有日期或时长，请补通知或日程。",
        "The evidence shows neither day nor length; please add a notice or timetable.",
    ),
    (
        "no_seal",
        "evidence_wanted",
        "请补盖章或有签发单位的证明。",
        "Please add a proof with the issuer's seal or name.",
    ),
    (
        "unreadable",
        "evidence_wanted",
        "文件看不清，请重新上传。",
        "The file cannot be read; please upload it again.",
    ),
)


def upgrade() -> None:
    """Bring the tables to this state."""
    op.create_table(
        "bulk_passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["people.id"], name=op.f("fk_bulk_passes_confirmed_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_bulk_passes_proposed_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_bulk_passes_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_passes")),
    )
    with op.batch_alter_table("bulk_passes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_passes_society_id"), ["society_id"], unique=False)

    op.create_table(
        "reason_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("text_en", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_reason_templates_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason_templates")),
    )
    with op.batch_alter_table("reason_templates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reason_templates_society_id"), ["society_id"], unique=False
        )

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("make_up", sa.JSON(), nullable=False),
        sa.Column("make_up_until_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("bulk_id", sa.Integer(), nullable=True),
        sa.Column("term_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_decisions_answered_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_passes.id"], name=op.f("fk_decisions_bulk_id_bulk_passes")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["people.id"], name=op.f("fk_decisions_confirmed_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_decisions_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_decisions_proposed_by_id_people")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_decisions_term_id_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("number", name=op.f("uq_decisions_number")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_bulk_id"), ["bulk_id"], unique=False)
        batch_op.create_index("ix_decisions_filing_id_state", ["filing_id", "state"], unique=False)

    op.create_table(
        "file_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("extension_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_words", sa.Text(), nullable=True),
        sa.Column("extended_by_id", sa.Integer(), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_file_returns_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["extended_by_id"], ["people.id"], name=op.f("fk_file_returns_extended_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_file_returns_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_returns")),
    )
    with op.batch_alter_table("file_returns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_returns_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("end_words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["people.id"], name=op.f("fk_readers_assigned_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_readers_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_readers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readers")),
    )
    with op.batch_alter_table("readers", schema=None) as batch_op:
        batch_op.create_index("ix_readers_filing_id", ["filing_id"], unique=False)
        batch_op.create_index(
            "ix_readers_person_id_ended_at", ["person_id", "ended_at"], unique=False
        )

    op.create_table(
        "verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=160), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("member_words", sa.Text(), nullable=True),
        sa.Column("member_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_verifications_answered_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_verifications_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_verifications_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("number", name=op.f("uq_verifications_number")),
    )
    with op.batch_alter_table("verifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verifications_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_judgements_by_id_people")),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_judgements_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["snapshot_records.id"],
            name=op.f("fk_judgements_record_id_snapshot_records"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint("filing_id", "key", name=op.f("uq_judgements_filing_id_key")),
    )
    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.create_index(
            "ix_judgements_filing_id_replaced_at", ["filing_id", "replaced_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_judgements_record_id"), ["record_id"], unique=False)

    op.create_table(
        "return_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["snapshot_records.id"],
            name=op.f("fk_return_items_record_id_snapshot_records"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["file_returns.id"], name=op.f("fk_return_items_return_id_file_returns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_items")),
    )
    with op.batch_alter_table("return_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_items_return_id"), ["return_id"], unique=False)

    op.create_table(
        "file_progress",
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("snapshots", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_file_progress_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_file_progress")),
    )
    op.create_table(
        "cross_matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("other_registration_id", sa.Integer(), nullable=False),
        sa.Column("other_society_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_cross_matches_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["other_registration_id"],
            ["registrations.id"],
            name=op.f("fk_cross_matches_other_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["other_society_id"],
            ["societies.id"],
            name=op.f("fk_cross_matches_other_society_id_societies"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_cross_matches_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["society_id"], ["societies.id"], name=op.f("fk_cross_matches_society_id_societies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_matches")),
        sa.UniqueConstraint(
            "kind",
            "registration_id",
            "other_registration_id",
            name=op.f("uq_cross_matches_kind_registration_id_other_registration_id"),
        ),
    )
    with op.batch_alter_table("cross_matches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cross_matches_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cross_matches_found_at"), ["found_at"], unique=False)

    reasons = sa.table(
        "reason_templates",
        *(sa.column(name) for name in ("code", "verdict", "text", "text_en", "position")),
    )
    op.bulk_insert(
        reasons,
        [
            dict(
                zip(("code", "verdict", "text", "text_en"), reason, strict=True), position=position
            )
            for position, reason in enumerate(REASONS)
        ],
    )
    op.create_table(
        "answer_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_answer_files_file_id_files")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["return_items.id"], name=op.f("fk_answer_files_item_id_return_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_files")),
        sa.UniqueConstraint("item_id", "file_id", name=op.f("uq_answer_files_item_id_file_id")),
    )
    with op.batch_alter_table("answer_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_files_file_id"), ["file_id"], unique=False)

    # what a decision left of a record (学会认定)
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decision_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_credits_decision_id"), ["decision_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_credits_decision_id_decisions"), "decisions", ["decision_id"], ["id"]
        )


def downgrade() -> None:
    """Bring them back."""
    with op.batch_alter_table("cross_matches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cross_matches_found_at"))
        batch_op.drop_index(batch_op.f("ix_cross_matches_filing_id"))

    op.drop_table("cross_matches")
    op.drop_table("file_progress")
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_credits_decision_id_decisions"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_credits_decision_id"))
        batch_op.drop_column("decision_id")
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("confirmed")

    with op.batch_alter_table("answer_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_files_file_id"))

    op.drop_table("answer_files")
    with op.batch_alter_table("return_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_items_return_id"))

    op.drop_table("return_items")
    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judgements_record_id"))
        batch_op.drop_index("ix_judgements_filing_id_replaced_at")

    op.drop_table("judgements")
    with op.batch_alter_table("verifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verifications_filing_id"))

    op.drop_table("verifications")
    with op.batch_alter_table("readers", schema=None) as batch_op:
        batch_op.drop_index("ix_readers_person_id_ended_at")
        batch_op.drop_index("ix_readers_filing_id")

    op.drop_table("readers")
    with op.batch_alter_table("file_returns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_returns_filing_id"))

    op.drop_table("file_returns")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_decisions_filing_id_state")
        batch_op.drop_index(batch_op.f("ix_decisions_bulk_id"))

    op.drop_table("decisions")
    with op.batch_alter_table("reason_templates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reason_templates_society_id"))

    op.drop_table("reason_templates")
    with op.batch_alter_table("bulk_passes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_passes_society_id"))

    op.drop_table("bulk_passes")
