"""One parameter for many numbers, on both databases."""

from sqlalchemy import bindparam, event, select

from registry_core.storage.among import Numbers, among
from registry_core.storage.gram_posting import GramPosting, add_runs
from tests.conftest import Register

QUERY = select(GramPosting.gram).where(among(GramPosting.gram, bindparam("grams", type_=Numbers())))


def test_finds_those_that_are_among_the_numbers_by_one_statement_however_many(register: Register) -> None:
    there = [1, 2, 3, 2**62]
    with register.write() as session:
        add_runs(session, runs=[(gram, 0, b"\x01") for gram in there])
    texts: list[str] = []
    event.listen(register.engine, "before_cursor_execute", lambda *sent: texts.append(sent[2]))
    with register.read() as session:
        for asked in ([], [2], [3, 2**62, 4], [*range(2, 2000)]):
            found = session.scalars(QUERY, {"grams": asked})
            assert sorted(found) == [gram for gram in there if gram in asked]
    assert len({text for text in texts if text.startswith("SELECT")}) == 1


def test_the_index_of_the_column_is_used(register: Register) -> None:
    with register.read() as session:
        connection = session.connection()
        text = str(QUERY.compile(dialect=connection.dialect))
        if connection.dialect.name == "sqlite":
            [*_, plan] = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("[1]",)).first()
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of an empty table it would be the quickest
            [plan] = connection.exec_driver_sql(f"EXPLAIN {text}", {"grams": [1]}).first()
    assert plan.startswith(("SEARCH gram_posting USING PRIMARY KEY", "Index", "Bitmap")), plan
