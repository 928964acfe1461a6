"""Another code that the city begins itself: on which ground, and how the fact was ascertained.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CHECK = "ck_code_change_request_ground_is_told"


def upgrade() -> None:
    """Add the columns; until now every one was asked for."""
    op.add_column(
        "code_change_request", sa.Column("ground", sa.String(length=40), nullable=False, server_default="request")
    )
    op.add_column("code_change_request", sa.Column("ground_words", sa.String(length=300), nullable=True))
    with op.batch_alter_table("code_change_request") as table:
        table.alter_column("ground", existing_type=sa.String(length=40), server_default=None)
        table.create_check_constraint(op.f(_CHECK), "(ground = 'request') = (ground_words IS NULL)")


def downgrade() -> None:
    """Drop them. What the city began itself then looks like a request."""
    with op.batch_alter_table("code_change_request") as table:
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.drop_column("ground_words")
        table.drop_column("ground")
