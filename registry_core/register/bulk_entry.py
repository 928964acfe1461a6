"""Entering many residents at once: the same rows by the same rules as `enter_resident`, written the driver's own way.

Everything that takes processor time is done by `prepare_entries`, which touches no database; `enter_prepared` only sends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from registry_core.ledger import bound_entries
from registry_core.register.code_assignment import CodeAssignment, assignment_values
from registry_core.register.enter import entered_values, guard_may_enter
from registry_core.register.history import RecordHistory, history_values, items_kept
from registry_core.register.item_rules import checked_items
from registry_core.register.resident_record import ResidentItems, ResidentRecord, new_record_values
from registry_core.register.search_index import SearchRows, reserve_numbers, search_rows
from registry_core.storage.bulk_insert import BoundRows, RowRefused, bound_rows, insert_rows, neighbouring_ids
from registry_core.storage.keys import Keyring
from registry_core.values.actor import Actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import CodeInUse
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to enter, with the code they have; `on` is the legal day of the entry."""

    items: ResidentItems
    code: ResidentRecordCode
    reason: ChangeReason
    on: date | RegisterDate


@dataclass(frozen=True, slots=True)
class PreparedEntries:
    """The rows of some newcomers, of every table, in the order they are inserted."""

    tables: tuple[BoundRows, ...]
    search: SearchRows


def prepare_entries(
    newcomers: Iterable[Newcomer], *, actor: Actor, at: datetime, keyring: Keyring, dialect: Dialect
) -> PreparedEntries:
    """The rows of new records, checked as `enter_resident` checks them. Raises what it raises, but for CodeInUse."""
    records, found_by, assignments, history, entries, ids = [], [], [], [], [], neighbouring_ids()
    for newcomer in newcomers:
        guard_may_enter(actor, newcomer.reason)
        items = checked_items(newcomer.items)
        record_id = next(ids)
        record = new_record_values(items, record_id=record_id, municipality_code=actor.municipality)
        records.append(record)
        found_by.append((record_id, items))
        assignments.append(
            assignment_values(newcomer.code, assignment_id=next(ids), record_id=record_id, at=at, keyring=keyring)
        )
        history.append(
            history_values(
                record_id=record_id,
                version=record["version"],
                items=items_kept(items, code=newcomer.code, erased_on=None),
                reason=newcomer.reason,
                on=newcomer.on,
                actor=actor,
                at=at,
            )
        )
        entries.append(entered_values(record_id, entry_id=next(ids), reason=newcomer.reason, actor=actor, at=at))
    return PreparedEntries(
        tables=(
            bound_rows(ResidentRecord, records, dialect=dialect),
            bound_rows(CodeAssignment, assignments, dialect=dialect),
            bound_rows(RecordHistory, history, dialect=dialect),
            *bound_entries(entries, dialect=dialect),
        ),
        search=search_rows(found_by, dialect=dialect),
    )


def enter_prepared(session: Session, *, prepared: PreparedEntries) -> None:
    """Enter them all. Raises CodeInUse when a code or a card number of one of them is somebody's already; roll back then."""
    if not prepared.search.count:
        return
    first = reserve_numbers(session, count=prepared.search.count)
    try:
        for rows in (*prepared.tables, *prepared.search.tables(first)):
            insert_rows(session, rows)
    except RowRefused as refused:
        raise CodeInUse from refused
