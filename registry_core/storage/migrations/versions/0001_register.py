"""The register: records, codes, requests, ledger, outbox.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "designated_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("batch", sa.String(length=60), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("taken_at", sa.String(27), nullable=True),
        sa.Column("taken_for", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designated_code")),
        sa.UniqueConstraint("code_index", name=op.f("uq_designated_code_code_index")),
        sa.UniqueConstraint(
            "municipality_code", "position", name=op.f("uq_designated_code_municipality_code_position")
        ),
    )
    op.create_index(
        "ix_designated_code_free",
        "designated_code",
        ["municipality_code", "position"],
        unique=False,
        sqlite_where=sa.text("taken_at IS NULL"),
        postgresql_where=sa.text("taken_at IS NULL"),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pool_position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_ledger_checkpoint")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("actor_person", sa.String(length=255), nullable=False),
        sa.Column("actor_account", sa.String(length=255), nullable=False),
        sa.Column("actor_role", sa.String(40), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_actor_person_at", "ledger_entry", ["actor_person", "at"], unique=False)
    op.create_index("ix_ledger_entry_record_id_at", "ledger_entry", ["record_id", "at", "id"], unique=False)
    op.create_table(
        "ledger_seal",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_seal_entry_id")),
    )
    op.create_table(
        "ledger_tail",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_tail")),
    )
    op.create_index(op.f("ix_ledger_tail_at"), "ledger_tail", ["at"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("next_try_at", sa.String(27), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("delivered_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("kind", "dedupe_key", name=op.f("uq_outbox_message_kind_dedupe_key")),
    )
    op.create_index(
        "ix_outbox_message_waiting", "outbox_message", ["delivered_at", "kind", "next_try_at"], unique=False
    )
    op.create_table(
        "resident_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("latin_name", sa.String(length=200), nullable=True),
        sa.Column("kanji_name", sa.String(length=200), nullable=True),
        sa.Column("reading", sa.String(length=200), nullable=True),
        sa.Column("alias", sa.String(length=200), nullable=True),
        sa.Column("birth_date", sa.String(10), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("address_since", sa.String(10), nullable=False),
        sa.Column("previous_address", sa.String(length=300), nullable=False),
        sa.Column("became_foreign_resident", sa.String(10), nullable=False),
        sa.Column("nationality", sa.String(length=3), nullable=False),
        sa.Column("residence_category", sa.String(40), nullable=False),
        sa.Column("residence_status", sa.String(length=60), nullable=False),
        sa.Column("period_of_stay", sa.String(length=40), nullable=False),
        sa.Column("end_of_stay", sa.String(length=10), nullable=True),
        sa.Column("card_number", sa.String(length=12), nullable=True),
        sa.Column("household_number", sa.String(length=40), nullable=False),
        sa.Column("household_head", sa.String(length=200), nullable=False),
        sa.Column("relationship", sa.String(length=60), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_resident_record_sex_is_iso_5218")),
        sa.CheckConstraint(
            "latin_name IS NOT NULL OR kanji_name IS NOT NULL", name=op.f("ck_resident_record_has_a_name")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_record")),
        sa.UniqueConstraint("card_number", name=op.f("uq_resident_record_card_number")),
    )
    op.create_index(op.f("ix_resident_record_birth_date"), "resident_record", ["birth_date"], unique=False)
    op.create_index(
        "ix_resident_record_household", "resident_record", ["municipality_code", "household_number"], unique=False
    )
    op.create_table(
        "code_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("until", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_code_assignment_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_assignment")),
        sa.UniqueConstraint("code_index", name=op.f("uq_code_assignment_code_index")),
    )
    op.create_index(op.f("ix_code_assignment_record_id"), "code_assignment", ["record_id"], unique=False)
    op.create_index(
        "uq_code_assignment_current",
        "code_assignment",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "correction_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("closed_at", sa.String(27), nullable=True),
        sa.Column("closed_by", sa.String(length=255), nullable=True),
        sa.Column("closed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_correction_case_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_case")),
    )
    op.create_index(
        "ix_correction_case_queue", "correction_case", ["municipality_code", "closed_at", "opened_at"], unique=False
    )
    op.create_index(
        "uq_correction_case_open",
        "correction_case",
        ["record_id", "item"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "record_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.String(27), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_record_confirmation_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_confirmation")),
    )
    op.create_index(op.f("ix_record_confirmation_record_id"), "record_confirmation", ["record_id"], unique=False)
    op.create_table(
        "record_name_key",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_record_name_key_record_id")),
        sa.PrimaryKeyConstraint("record_id", "form", name=op.f("pk_record_name_key")),
    )
    op.create_index(op.f("ix_record_name_key_key"), "record_name_key", ["key"], unique=False)
    op.create_table(
        "resident_record_history",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("actor_person", sa.String(length=255), nullable=False),
        sa.Column("actor_role", sa.String(40), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["resident_record.id"], name=op.f("fk_resident_record_history_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_resident_record_history")),
    )
    op.create_table(
        "staff_link",
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.String(length=255), nullable=False),
        sa.Column("linked_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_staff_link_record_id")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_staff_link")),
    )
    op.create_table(
        "code_change_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_at", sa.String(27), nullable=False),
        sa.Column("lapses_on", sa.Date(), nullable=False),
        sa.Column("taken_by", sa.String(length=255), nullable=True),
        sa.Column("taken_by_name", sa.String(length=200), nullable=True),
        sa.Column("taken_at", sa.String(27), nullable=True),
        sa.Column("document", sa.String(40), nullable=True),
        sa.Column("document_reason", sa.String(length=300), nullable=True),
        sa.Column("identity_by_person", sa.String(length=255), nullable=True),
        sa.Column("identity_by_account", sa.String(length=255), nullable=True),
        sa.Column("identity_by_name", sa.String(length=200), nullable=True),
        sa.Column("identity_at", sa.String(27), nullable=True),
        sa.Column("decided_by_person", sa.String(length=255), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.String(27), nullable=True),
        sa.Column("decline_reason", sa.String(40), nullable=True),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.Column("old_assignment_id", sa.Uuid(), nullable=True),
        sa.Column("new_assignment_id", sa.Uuid(), nullable=True),
        sa.Column("slip_printed_on", sa.Date(), nullable=True),
        sa.Column("slip_posted_on", sa.Date(), nullable=True),
        sa.Column("slip_handed_over_on", sa.Date(), nullable=True),
        sa.Column("card", sa.String(40), nullable=True),
        sa.Column("card_note", sa.String(length=300), nullable=True),
        sa.Column("card_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(status = 'declined') = (decline_reason IS NOT NULL)",
            name=op.f("ck_code_change_request_declined_for_a_reason"),
        ),
        sa.CheckConstraint(
            "status <> 'approved' OR (identity_by_person IS NOT NULL AND decided_by_person IS NOT NULL"
            " AND identity_by_person <> decided_by_person AND new_assignment_id IS NOT NULL)",
            name=op.f("ck_code_change_request_approved_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["new_assignment_id"], ["code_assignment.id"], name=op.f("fk_code_change_request_new_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["old_assignment_id"], ["code_assignment.id"], name=op.f("fk_code_change_request_old_assignment_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_code_change_request_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_change_request")),
        sa.UniqueConstraint("new_assignment_id", name=op.f("uq_code_change_request_new_assignment_id")),
        sa.UniqueConstraint("old_assignment_id", name=op.f("uq_code_change_request_old_assignment_id")),
        sa.UniqueConstraint(
            "record_id", "idempotency_key", name=op.f("uq_code_change_request_record_id_idempotency_key")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_code_change_request_reference")),
    )
    op.create_index(
        "ix_code_change_request_queue",
        "code_change_request",
        ["municipality_code", "status", "submitted_at"],
        unique=False,
    )
    op.create_index(op.f("ix_code_change_request_record_id"), "code_change_request", ["record_id"], unique=False)
    op.create_index(
        "uq_code_change_request_open",
        "code_change_request",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('submitted', 'identity-checked', 'question-asked')"),
        postgresql_where=sa.text("status IN ('submitted', 'identity-checked', 'question-asked')"),
    )
    op.create_table(
        "request_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("phrase", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("answered_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["code_change_request.id"], name=op.f("fk_request_question_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_question")),
    )
    op.create_index(
        "uq_request_question_open",
        "request_question",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        "uq_request_question_open",
        table_name="request_question",
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.drop_table("request_question")
    op.drop_index(
        "uq_code_change_request_open",
        table_name="code_change_request",
        sqlite_where=sa.text("status IN ('submitted', 'identity-checked', 'question-asked')"),
        postgresql_where=sa.text("status IN ('submitted', 'identity-checked', 'question-asked')"),
    )
    op.drop_index(op.f("ix_code_change_request_record_id"), table_name="code_change_request")
    op.drop_index("ix_code_change_request_queue", table_name="code_change_request")
    op.drop_table("code_change_request")
    op.drop_table("staff_link")
    op.drop_table("resident_record_history")
    op.drop_index(op.f("ix_record_name_key_key"), table_name="record_name_key")
    op.drop_table("record_name_key")
    op.drop_index(op.f("ix_record_confirmation_record_id"), table_name="record_confirmation")
    op.drop_table("record_confirmation")
    op.drop_index(
        "uq_correction_case_open",
        table_name="correction_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_correction_case_queue", table_name="correction_case")
    op.drop_table("correction_case")
    op.drop_index(
        "uq_code_assignment_current",
        table_name="code_assignment",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_code_assignment_record_id"), table_name="code_assignment")
    op.drop_table("code_assignment")
    op.drop_index("ix_resident_record_household", table_name="resident_record")
    op.drop_index(op.f("ix_resident_record_birth_date"), table_name="resident_record")
    op.drop_table("resident_record")
    op.drop_index("ix_outbox_message_waiting", table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_index(op.f("ix_ledger_tail_at"), table_name="ledger_tail")
    op.drop_table("ledger_tail")
    op.drop_table("ledger_seal")
    op.drop_index("ix_ledger_entry_record_id_at", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_actor_person_at", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_table("ledger_checkpoint")
    op.drop_index(
        "ix_designated_code_free",
        table_name="designated_code",
        sqlite_where=sa.text("taken_at IS NULL"),
        postgresql_where=sa.text("taken_at IS NULL"),
    )
    op.drop_table("designated_code")
