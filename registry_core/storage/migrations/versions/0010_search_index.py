"""What records are found by: their folded keys, a number each, and where the pairs of characters in them occur.

It takes the place of the table of single keys, and is filled from the records. Revision 0010, after 0009.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from registry_core.storage.gram_posting import SPAN, grams_of, runs_of
from registry_core.values.search_key import address_key, search_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY_HELD = 400
_FORMS = ("latin_name", "kanji_name", "reading", "alias")
_RECORD = sa.table(
    "resident_record",
    sa.column("id", sa.Uuid()),
    *(sa.column(form, sa.String()) for form in _FORMS),
    sa.column("address", sa.String()),
)


def upgrade() -> None:
    """Make the tables, fill them, drop the old one."""
    entry = op.create_table(
        "search_entry",
        sa.Column("number", _BIG, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_search_entry_record_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("record_id", name=op.f("uq_search_entry_record_id")),
    )
    posting = op.create_table(
        "gram_posting",
        sa.Column("gram", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", _BIG, autoincrement=False, nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("gram", "first", name=op.f("pk_gram_posting")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_resident_record_protected",
        "resident_record",
        ["household_number", "municipality_code"],
        unique=False,
        sqlite_where=sa.text("protected = 1"),
        postgresql_where=sa.text("protected"),
    )
    # The household first: nearly all records are of one municipality, which is no way to find any.
    _index_households("household_number", "municipality_code")
    _fill(entry, posting)
    op.drop_index(op.f("ix_record_name_key_key"), table_name="record_name_key")
    op.drop_table("record_name_key")


def downgrade() -> None:
    """Put the table of single keys back."""
    keys = op.create_table(
        "record_name_key",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["resident_record.id"], name=op.f("fk_record_name_key_record_id")),
        sa.PrimaryKeyConstraint("record_id", "form", name=op.f("pk_record_name_key")),
    )
    op.create_index(op.f("ix_record_name_key_key"), "record_name_key", ["key"], unique=False)
    for records in _in_parts():
        rows = [
            {"record_id": record.id, "form": form, "key": search_key(name)[:_KEY_HELD]}
            for record in records
            for form in _FORMS
            if (name := getattr(record, form))
        ]
        op.bulk_insert(keys, rows)
    _index_households("municipality_code", "household_number")
    op.drop_index("ix_resident_record_protected", table_name="resident_record")
    op.drop_table("gram_posting")
    op.drop_table("search_entry")


def _index_households(*columns: str) -> None:
    op.drop_index("ix_resident_record_household", table_name="resident_record")
    op.create_index("ix_resident_record_household", "resident_record", list(columns), unique=False)


def _fill(entry: sa.Table, posting: sa.Table) -> None:
    last = 0
    for span, records in enumerate(_in_parts()):
        first = span * SPAN
        entries, grams = [], []
        for number, record in enumerate(records, start=first):
            forms = [search_key(name) for form in _FORMS if (name := getattr(record, form))]
            names, address = list(dict.fromkeys(filter(None, forms))), address_key(record.address)
            joined = "\n" + "\n".join(names) + "\n"
            entries.append({"number": number, "record_id": record.id, "names": joined, "address": address})
            grams.append(set().union(*(grams_of(name, field=0) for name in names), grams_of(address, field=1)))
            last = number
        runs = [{"gram": gram, "first": first + low, "numbers": numbers} for gram, low, numbers in runs_of(grams)]
        op.bulk_insert(entry, entries)
        op.bulk_insert(posting, runs)
    if last > 0 and op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('search_entry', 'number'), {last})")


def _in_parts() -> Iterator[list[sa.Row[*tuple[Any, ...]]]]:
    """All records, as many at a time as a run of numbers spans."""
    query = sa.select(_RECORD).order_by(_RECORD.c.id).execution_options(yield_per=SPAN)
    with op.get_bind().execute(query) as rows:
        while part := list(islice(rows, SPAN)):
            yield part
