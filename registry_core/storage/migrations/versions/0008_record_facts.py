"""What a record holds: days of every legal form, names of any script, the history of aliases, the day of the notification.

Revision 0008, after 0007. The way back gives a day that the older schema cannot hold its ten sortable characters, and the
day of a change that is no calendar day the day it was written.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAMES = ("latin_name", "kanji_name", "reading", "alias", "household_head")
_REQUIRED = frozenset({"household_head"})
_DAYS = ("birth_date", "address_since", "became_foreign_resident")
_PLAIN_LENGTH = 10


def upgrade() -> None:
    """Widen and add."""
    with op.batch_alter_table("resident_record", table_args=_checks()) as table:
        for name in _NAMES:
            table.alter_column(
                name, existing_type=sa.String(200), type_=sa.String(400), existing_nullable=name not in _REQUIRED
            )
        for name in _DAYS:
            table.alter_column(name, existing_type=sa.String(10), type_=sa.String(48), existing_nullable=False)
        table.add_column(sa.Column("alias_history", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("notified_on", sa.Date(), nullable=True))
    with op.batch_alter_table("resident_record_history") as table:
        table.alter_column(
            "effective_on",
            existing_type=sa.Date(),
            type_=sa.String(48),
            existing_nullable=False,
            postgresql_using="effective_on::text",
        )


def downgrade() -> None:
    """Narrow and drop."""
    _give_calendar_days()
    for name in _NAMES:
        op.execute(f"UPDATE resident_record SET {name} = substr({name}, 1, 200) WHERE length({name}) > 200")  # noqa: S608 -- fixed names
    for name in _DAYS:
        op.execute(f"UPDATE resident_record SET {name} = substr({name}, 1, 10)")  # noqa: S608 -- fixed names
    with op.batch_alter_table("resident_record", table_args=_checks()) as table:
        table.drop_column("notified_on")
        table.drop_column("alias_history")
        for name in _DAYS:
            table.alter_column(name, existing_type=sa.String(48), type_=sa.String(10), existing_nullable=False)
        for name in _NAMES:
            table.alter_column(
                name, existing_type=sa.String(400), type_=sa.String(200), existing_nullable=name not in _REQUIRED
            )


def _give_calendar_days() -> None:
    """The day of each change, in a new column: SQLite would change the type by a cast that keeps the year alone."""
    history = sa.table(
        "resident_record_history", *(sa.column(name) for name in ("effective_on", "at", "effective_day"))
    )
    connection = op.get_bind()
    for day in connection.scalars(sa.select(history.c.effective_on).distinct()).all():
        if not _is_calendar_day(day):
            written = sa.func.substr(history.c.at, 1, _PLAIN_LENGTH)
            connection.execute(history.update().where(history.c.effective_on == day).values(effective_on=written))
    with op.batch_alter_table("resident_record_history") as table:
        table.add_column(sa.Column("effective_day", sa.Date(), nullable=True))
    is_sqlite = connection.dialect.name == "sqlite"
    day_of_text = history.c.effective_on if is_sqlite else sa.cast(history.c.effective_on, sa.Date())
    connection.execute(history.update().values(effective_day=day_of_text))
    with op.batch_alter_table("resident_record_history") as table:
        table.drop_column("effective_on")
        table.alter_column("effective_day", new_column_name="effective_on", existing_type=sa.Date(), nullable=False)


def _checks() -> tuple[sa.CheckConstraint, ...]:
    """SQLite's copy of the table is made from what can be read back of it, which checks cannot."""
    return (
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_resident_record_sex_is_iso_5218")),
        sa.CheckConstraint(
            "latin_name IS NOT NULL OR kanji_name IS NOT NULL", name=op.f("ck_resident_record_has_a_name")
        ),
    )


def _is_calendar_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
