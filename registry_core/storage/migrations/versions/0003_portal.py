"""The portal's own tables: web sessions, links, PINs, kept forms, counted tries, drafts.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "code_change_draft",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_code_change_draft")),
    )
    op.create_index(op.f("ix_code_change_draft_updated_at"), "code_change_draft", ["updated_at"], unique=False)
    op.create_table(
        "counted_tries",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("key_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.String(length=2000), nullable=False),
        sa.Column("ends_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("name", "key_index", name=op.f("pk_counted_tries")),
    )
    op.create_index("ix_counted_tries_ends_at", "counted_tries", ["ends_at"], unique=False)
    op.create_table(
        "kept_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_post")),
        sa.UniqueConstraint("owner", name=op.f("uq_kept_post_owner")),
    )
    op.create_index("ix_kept_post_expires_at", "kept_post", ["expires_at"], unique=False)
    op.create_table(
        "link_pin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("pin_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_by", sa.String(length=255), nullable=False),
        sa.Column("issued_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.String(27), nullable=True),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.CheckConstraint("tries_left >= 0", name=op.f("ck_link_pin_tries_left")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_pin")),
    )
    op.create_index(
        "uq_link_pin_live_index",
        "link_pin",
        ["pin_index"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_link_pin_live_record",
        "link_pin",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "subject_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.String(27), nullable=False),
        sa.Column("linked_by", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_link")),
    )
    op.create_index(
        "uq_subject_link_live_record",
        "subject_link",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_subject_link_live_subject",
        "subject_link",
        ["issuer", "subject"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("subject_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("last_seen_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.Column("revoked_at", sa.String(27), nullable=True),
        sa.CheckConstraint("audience in ('anonymous', 'resident', 'staff')", name=op.f("ck_web_session_audience")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index("ix_web_session_last_seen_at", "web_session", ["last_seen_at"], unique=False)
    op.create_index("ix_web_session_subject_index", "web_session", ["subject_index"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_web_session_subject_index", table_name="web_session")
    op.drop_index("ix_web_session_last_seen_at", table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(
        "uq_subject_link_live_subject",
        table_name="subject_link",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "uq_subject_link_live_record",
        table_name="subject_link",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("subject_link")
    op.drop_index(
        "uq_link_pin_live_record",
        table_name="link_pin",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "uq_link_pin_live_index",
        table_name="link_pin",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("link_pin")
    op.drop_index("ix_kept_post_expires_at", table_name="kept_post")
    op.drop_table("kept_post")
    op.drop_index("ix_counted_tries_ends_at", table_name="counted_tries")
    op.drop_table("counted_tries")
    op.drop_index(op.f("ix_code_change_draft_updated_at"), table_name="code_change_draft")
    op.drop_table("code_change_draft")
