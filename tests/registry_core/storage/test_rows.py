"""Rows as text: the same bytes from both databases, and the same rows back, whatever stands in them."""

import json
import re
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Uuid,
    select,
)

from portal.tables import TRANSIENT, metadata
from registry_core.storage.bare_tables import clothe, lay_bare
from registry_core.storage.engine import filling, snapshot
from registry_core.storage.rows import BLOCK_BYTES, count_rows, read_rows, tables_of, write_rows
from tests.conftest import Register

ODD = MetaData()
HOUSE = Table("house", ODD, Column("id", Uuid, primary_key=True), Column("name", String(60), unique=True))
LODGER = Table(
    "lodger",
    ODD,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("house_id", Uuid, ForeignKey("house.id"), index=True),
    Column("name", String(60)),
    Column("seal", LargeBinary),
    Column("is_in", Boolean),
    Column("since", Date),
    Column("facts", JSON),
)
ONE = UUID("0123456789abcdef0123456789abcdef")
NAMES = [
    "plain",
    "",
    "\\N",
    "\\",
    "tab\tnewline\nreturn\rbackslash\\end",
    "\\t\\n\\x41",
    "\b\v\f\x1b\u2028\x85",
    "葛󠄀城 Nguyễn 👩‍👩‍👧 ﷽",
    "12",
    'it\'s "quoted" %s :x ?',
    None,
]
ROWS = [
    (
        number,
        ONE if number % 2 else None,
        name,
        None if number == 3 else bytes([0, 92, 10, number]),
        (True, False, None)[number % 3],
        date(2026, 11, 23) if number % 4 else None,
        {"a": name, "n": number},
    )
    for number, name in enumerate(NAMES)
]


@pytest.fixture
def odd(bare_register) -> Register:
    ODD.create_all(bare_register.engine)
    with bare_register.engine.begin() as connection:
        connection.execute(HOUSE.insert(), [{"id": ONE, "name": "one"}])
        connection.execute(LODGER.insert(), [dict(zip(LODGER.c.keys(), row, strict=True)) for row in ROWS])
    return bare_register


def blocks_of(register: Register) -> dict[str, bytes]:
    with snapshot(register.engine) as connection:
        return {table.name: b"".join(read_rows(connection, table)) for table in tables_of(connection)}


def test_rows_come_back_as_they_were(odd: Register):
    before = blocks_of(odd)
    with filling(odd.engine) as connection:
        ODD.drop_all(connection)
        ODD.create_all(connection)
        bare = lay_bare(connection)
        for table in tables_of(connection):
            write_rows(connection, table, [before[table.name]])
        clothe(connection, bare)
    with odd.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(LODGER).order_by(LODGER.c.number))] == ROWS
    assert blocks_of(odd) == before


def line_of(row: tuple[object, ...]) -> str:
    """A line of PostgreSQL's COPY, written down a second time."""
    escaped = str.maketrans(
        {"\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r"}
    )
    texts = []
    for value in row:
        if isinstance(value, bytes):
            texts.append("\\x" + value.hex())
        elif isinstance(value, bool):
            texts.append("t" if value else "f")
        elif isinstance(value, dict):
            texts.append(json.dumps(value))
        else:
            texts.append(value if value is None else str(value))
    return "\t".join("\\N" if text is None else text.translate(escaped) for text in texts)


def test_rows_are_the_same_text_from_both_databases(odd: Register):
    lodgers = blocks_of(odd)["lodger"].decode().split("\n")
    assert sorted(lodgers) == sorted([*map(line_of, ROWS), ""])


def test_references_come_after_what_they_refer_to(odd: Register):
    with snapshot(odd.engine) as connection:
        assert [table.name for table in tables_of(connection)] == ["house", "lodger"]


CATALOG = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master"],
    "postgresql": [
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        (
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace"
        ),
        "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal",
    ],
}


def test_bare_tables_get_back_everything_they_had(register: Register):
    def dressed() -> set[str]:
        with register.engine.connect() as connection:
            rows = [row for query in CATALOG[register.engine.dialect.name] for row in connection.exec_driver_sql(query)]
        # PostgreSQL writes the casts of a list anew each time that a rule goes through its parser.
        return {re.sub(r"::character varying|::text|\[\]|[()]", "", " ".join(map(str, row))) for row in rows}

    before = dressed()
    with filling(register.engine) as connection:
        bare = lay_bare(connection)
        assert lay_bare(connection) == []
        assert len(bare) > 30
        clothe(connection, bare)
    assert dressed() == before


def test_numbers_that_the_database_gives_go_on_after_the_last_row(bare_register: Register):
    tables = MetaData()
    tickets = Table("ticket", tables, Column("number", Integer, primary_key=True), Column("what", String(9)))
    tables.create_all(bare_register.engine)
    with filling(bare_register.engine) as connection:
        bare = lay_bare(connection)
        write_rows(connection, tables_of(connection)[0], [b"7\tx\n", b"3\ty\n"])
        clothe(connection, bare)
    with bare_register.engine.begin() as connection:
        connection.execute(tickets.insert(), [{"what": "z"}])
        assert connection.scalar(select(tickets.c.number).where(tickets.c.what == "z")) == 8


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("lodger", b"7\tfedcba98-89ab-cdef-0123-456789abcdef\t\\N\t\\N\t\\N\t\\N\t{}\n"),  # refers to nothing
        ("house", b"01234567-89ab-cdef-0123-456789abcdef\tone\n"),  # a key twice
    ],
)
def test_rows_that_break_a_rule_are_found_when_all_are_there(odd: Register, table: str, line: bytes):
    before = blocks_of(odd)

    def fill() -> None:
        with filling(odd.engine) as connection:
            bare = lay_bare(connection)
            write_rows(connection, {each.name: each for each in tables_of(connection)}[table], [line])
            clothe(connection, bare)

    with pytest.raises(Exception, match=r"(?i)unique|foreign|refers to nothing"):
        fill()
    assert blocks_of(odd) == before


def test_blocks_are_small_whatever_the_table_holds(odd: Register):
    with odd.engine.begin() as connection:
        rows = [{"number": number, "name": "x" * 60, "facts": {"long": "y" * 1000}} for number in range(100, 2100)]
        connection.execute(LODGER.insert(), rows)
    with snapshot(odd.engine) as connection:
        table = tables_of(connection)[1]
        blocks = list(read_rows(connection, table))
        assert count_rows(connection, table) == sum(block.count(b"\n") for block in blocks) == 2000 + len(ROWS)
    assert len(blocks) > 4
    assert max(map(len, blocks)) < 5 * BLOCK_BYTES


def test_every_column_of_the_register_can_be_written(register: Register):
    with snapshot(register.engine) as connection:
        assert {table.name for table in tables_of(connection)} == set(metadata.tables)
    assert set(TRANSIENT) < set(metadata.tables)


def test_a_column_nobody_thought_of_is_refused(bare_register: Register):
    Table("prices", MetaData(), Column("price", Numeric(10, 2))).create(bare_register.engine)
    with pytest.raises(TypeError, match="NUMERIC"), snapshot(bare_register.engine) as connection:
        tables_of(connection)


def test_a_snapshot_does_not_see_what_is_written_meanwhile(odd: Register):
    with snapshot(odd.engine) as connection:
        before = {table.name: count_rows(connection, table) for table in tables_of(connection)}
        with odd.engine.begin() as other:
            other.execute(HOUSE.insert(), [{"id": UUID(int=5), "name": "later"}])
        assert {table.name: count_rows(connection, table) for table in tables_of(connection)} == before
