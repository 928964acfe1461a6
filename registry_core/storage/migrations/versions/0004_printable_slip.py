"""The slips that wait to be printed.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "printable_slip",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("page_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_printable_slip")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("printable_slip")
