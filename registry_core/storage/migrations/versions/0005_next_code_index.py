"""A second place for the keyed index of a code: it is filled while the index's key is being replaced, and empty otherwise.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("code_assignment", "designated_code")


def upgrade() -> None:
    """Add the columns."""
    for table in TABLES:
        op.add_column(table, sa.Column("code_index_next", sa.LargeBinary(length=32), nullable=True))
        op.create_index(
            f"uq_{table}_code_index_next",
            table,
            ["code_index_next"],
            unique=True,
            sqlite_where=sa.text("code_index_next IS NOT NULL"),
            postgresql_where=sa.text("code_index_next IS NOT NULL"),
        )


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_index(f"uq_{table}_code_index_next", table_name=table)
        op.drop_column(table, "code_index_next")
