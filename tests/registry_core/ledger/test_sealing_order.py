"""What waits is sealed in its order, and the worker does not sort all of it for each thousand."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from registry_core.ledger import record_entries, seal_entries
from registry_core.ledger.entry import entry_values
from registry_core.values import LegalPurpose
from tests.conftest import Register
from tests.registry_core.people import CLERK, NOW, later

#: So many that PostgreSQL would not rather read and sort all of them.
MANY = 20_000


def plan_of(session: Session, statement: str, parameters: object) -> str:
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[session.get_bind().dialect.name]
    rows = session.connection().exec_driver_sql(explain + statement, parameters)
    return "\n".join(str(row[-1]) for row in rows)


def entered_at_once(register: Register) -> None:
    """As by an import: many entries of one moment, and the database knows how many."""
    with register.write() as session:
        values = [
            entry_values(action="a.b", actor=CLERK, at=NOW, purpose=LegalPurpose.AUDIT, facts={"row": row})
            for row in range(MANY)
        ]
        record_entries(session, entries=values)
        session.execute(text("ANALYZE"))


@pytest.mark.parametrize("has_index", [True, False])
def test_the_next_to_be_sealed_are_found_by_their_index_without_a_sort(register: Register, *, has_index: bool) -> None:
    """Without the index there would be one: the plan is one that tells."""
    entered_at_once(register)
    sent: list[tuple[str, object]] = []
    event.listen(register.engine, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
    with register.write() as session:
        if not has_index:
            session.execute(text("DROP INDEX ix_ledger_tail_at_entry_id"))
        assert seal_entries(session, at=later(seconds=1)) == 1000
    [(statement, parameters)] = [each for each in sent if "ORDER BY ledger_tail.at" in each[0]]
    with register.read() as session:
        plan = plan_of(session, statement, parameters)
    assert ("ix_ledger_tail_at_entry_id" in plan, "Sort" in plan or "TEMP B-TREE" in plan) == (has_index, not has_index)
