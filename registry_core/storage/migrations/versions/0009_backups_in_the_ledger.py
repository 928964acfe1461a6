"""The few entries about backups and restores are found without reading the whole ledger.

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEPT_APART = sa.text("action IN ('register.backed-up', 'register.restored')")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_ledger_entry_remaking",
        "ledger_entry",
        ["at"],
        sqlite_where=_KEPT_APART,
        postgresql_where=_KEPT_APART,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_ledger_entry_remaking", table_name="ledger_entry")
