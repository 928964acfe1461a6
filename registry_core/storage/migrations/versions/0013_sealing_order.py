"""Entries that wait to be sealed, found in the order in which they are: also those of one moment, of which an import leaves many.

Revision 0013, after 0012.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the index on the moment alone."""
    op.create_index("ix_ledger_tail_at_entry_id", "ledger_tail", ["at", "entry_id"], unique=False)
    op.drop_index(op.f("ix_ledger_tail_at"), table_name="ledger_tail")


def downgrade() -> None:
    """Put that one back."""
    op.create_index(op.f("ix_ledger_tail_at"), "ledger_tail", ["at"], unique=False)
    op.drop_index("ix_ledger_tail_at_entry_id", table_name="ledger_tail")
