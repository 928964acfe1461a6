"""How far each outside holder of checkpoints has come; and how far the pool is taken, found without reading the pool.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TAKEN = sa.text("taken_at IS NOT NULL")


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "checkpoint_holder",
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_try_at", sa.String(27), nullable=True),
        sa.Column("failing_since", sa.String(27), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("address_digest", name=op.f("pk_checkpoint_holder")),
    )
    op.create_index(
        "ix_designated_code_taken",
        "designated_code",
        ["position"],
        sqlite_where=_TAKEN,
        postgresql_where=_TAKEN,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_designated_code_taken", table_name="designated_code")
    op.drop_table("checkpoint_holder")
