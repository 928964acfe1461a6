"""Correction cases that are taken, looked into and decided: by whom, from what, why not, by which version of the record.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CHECKS = {
    "ended_somehow": "(closed_at IS NULL) = (outcome IS NULL)",
    "declined_for_a_reason": "(outcome = 'declined') = (decline_reason IS NOT NULL)",
}


def upgrade() -> None:
    """Add the columns; a case that found the record right was declined for that reason."""
    for column in (
        sa.Column("taken_by", sa.String(length=255), nullable=True),
        sa.Column("taken_by_name", sa.String(length=200), nullable=True),
        sa.Column("taken_at", sa.String(27), nullable=True),
        sa.Column("examined", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("note", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("decline_reason", sa.String(length=40), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
    ):
        op.add_column("correction_case", column)
    op.execute(
        "UPDATE correction_case SET outcome = 'declined', decline_reason = 'was_right' WHERE outcome = 'was_right'"
    )
    with op.batch_alter_table("correction_case") as table:
        table.alter_column("examined", existing_type=sa.String(length=200), server_default=None)
        table.alter_column("note", existing_type=sa.String(length=300), server_default=None)
        for name, check in _CHECKS.items():
            table.create_check_constraint(op.f(f"ck_correction_case_{name}"), check)


def downgrade() -> None:
    """Drop them; outcomes that there were not are told by the nearest that there was."""
    with op.batch_alter_table("correction_case") as table:
        for name in _CHECKS:
            table.drop_constraint(op.f(f"ck_correction_case_{name}"), type_="check")
    op.execute("UPDATE correction_case SET outcome = 'was_right' WHERE outcome IN ('declined', 'new_code', 'closed')")
    with op.batch_alter_table("correction_case") as table:
        for name in ("taken_by", "taken_by_name", "taken_at", "examined", "note", "decline_reason", "record_version"):
            table.drop_column(name)
