"""The database: at this program's revision, whole, waiting for its disk, guarding the ledger; the rules that must never break."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.operator.doctor.finding import Finding, fault, warning, well
from portal.registry import Registry
from portal.tables import metadata
from registry_core.ledger.guard import may_change_the_ledger, missing_guards
from registry_core.storage import migrate
from registry_core.storage.engine import is_sqlite

_ENOUGH: Final = 5
_POSTGRESQL_KEEPS: Final = ("fsync", "full_page_writes", "synchronous_commit")
_FULL = 2
#: I1, I2 of SECURITY.md, and what would lead there.
RULES: Final = {
    "records without exactly one code": """
        SELECT count(*) FROM (
            SELECT 1 FROM resident_record LEFT JOIN code_assignment
                ON code_assignment.record_id = resident_record.id AND code_assignment.until IS NULL
            WHERE resident_record.erased_on IS NULL
            GROUP BY resident_record.id HAVING count(code_assignment.id) <> 1) AS broken""",
    "codes that were given more than once": """
        SELECT count(*) FROM (
            SELECT 1 FROM code_assignment GROUP BY code_index HAVING count(*) > 1) AS broken""",
    "approved requests whose new code is not the record's": """
        SELECT count(*) FROM code_change_request LEFT JOIN code_assignment
            ON code_assignment.id = code_change_request.new_assignment_id
            AND code_assignment.record_id = code_change_request.record_id
        WHERE code_change_request.status = 'approved' AND code_assignment.id IS NULL""",
}


def schema(opened: Registry) -> Iterator[Finding]:
    """The schema is the one this program needs, and nothing was taken out of it."""
    found, needed = migrate.current_revision(opened.engine), migrate.head_revision()
    if found != needed:
        yield fault(
            "schema",
            f"The database is at schema revision {found or 'none'}, this program needs {needed}.",
            "Run `portal init` with the newer program. Until then nothing is served.",
        )
        return
    differences = migrate.differences(opened.engine, metadata)
    if differences:
        yield fault(
            "schema",
            f"Revision {needed}, but somebody changed the schema by hand: {_named(differences)}.",
            "Stop the service. Restore a backup into an empty database, or undo the change; what keeps codes apart may be gone.",
        )
        return
    yield well("schema", f"Revision {needed}, as this program needs it.")


def integrity(opened: Registry) -> Iterator[Finding]:
    """What is stored can be read, and what is confirmed is on the disk."""
    with opened.read() as session:
        yield from _sqlite(session) if is_sqlite(session) else _postgresql(session)


def guards(opened: Registry) -> Iterator[Finding]:
    """The database refuses changes of the ledger, from this service above all."""
    with opened.read() as session:
        missing, may_change = missing_guards(session), may_change_the_ledger(session)
    if missing:
        yield fault(
            "ledger-guards",
            f"What refuses changes of the ledger was switched off: {', '.join(missing)}.",
            "Stop the service, run `portal verify-ledger`, and tell whoever is responsible for the register.",
        )
    elif may_change:
        yield warning(
            "ledger-guards",
            "Changes of the ledger are refused, but this database role could switch that off.",
            "Let the service come in as another role than the owner: docs/deploy.md, 2.",
        )
    else:
        yield well("ledger-guards", "The database refuses changes of the ledger.")


def rules(opened: Registry) -> Iterator[Finding]:
    """One code each, no code twice."""
    with opened.read() as session:
        broken = {words: session.scalar(text(query)) or 0 for words, query in RULES.items()}
    for words, number in broken.items():
        if number:
            yield fault(
                "codes",
                f"{number:,} {words}.",
                "Stop the service, keep a copy of the database, and tell whoever is responsible for the register.",
            )
    if not any(broken.values()):
        yield well("codes", "Each record has one code; no code was given twice.")


def _sqlite(session: Session) -> Iterator[Finding]:
    damaged = [row for row in session.scalars(text("PRAGMA quick_check(5)")) if row != "ok"]
    mode = session.scalar(text("PRAGMA journal_mode"))
    synchronous = session.scalar(text("PRAGMA synchronous"))
    if damaged:
        yield fault(
            "database",
            f"The database file is damaged: {'; '.join(damaged)}.",
            "Stop the service, copy the file as it is, look at the disk, restore the newest backup: docs/operations.md.",
        )
    elif mode != "wal" or synchronous != _FULL:
        yield fault(
            "database",
            f"SQLite does not wait for the disk (journal_mode={mode}, synchronous={synchronous}): a power failure loses what"
            " was confirmed.",
            "Keep the file on a local disk, not on a network folder.",
        )
    else:
        yield well("database", "The database file is whole, and waits for the disk before it confirms.")


def _postgresql(session: Session) -> Iterator[Finding]:
    loose = [name for name in _POSTGRESQL_KEEPS if session.scalar(text(f"SHOW {name}")) == "off"]
    if loose:
        yield fault(
            "database",
            f"PostgreSQL does not wait for the disk ({', '.join(loose)} = off): a power failure loses what was confirmed.",
            "Switch it on in postgresql.conf and reload PostgreSQL.",
        )
    else:
        yield well("database", "PostgreSQL answers, and waits for the disk before it confirms.")


def _named(differences: list[object]) -> str:
    """The first few, by what Alembic calls them and the name of what differs."""
    told = []
    for difference in differences[:_ENOUGH]:
        parts = difference if isinstance(difference, tuple) else (difference,)
        told.append(" ".join(str(getattr(part, "name", part)) for part in parts if part is not None)[:100])
    return "; ".join(told) + ("; ..." if len(differences) > _ENOUGH else "")
