"""Taking the records out for an audit: every one of them leaves its ledger entry first, which its resident will see.

The code is masked, as everywhere outside the slip. The address of a protected person (支援措置) is in no export, nor that of who
lives in one household with them; no previous address is, since it may be theirs (`protection`); and an auditor's own household is
left out, as with everybody who works here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from registry_core.ledger import entry_values, record_entries, record_entry
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.history import RecordHistory
from registry_core.register.household import StaffLink
from registry_core.register.protection import is_withheld
from registry_core.register.resident_record import ResidentItems, ResidentRecord, with_changes
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import ENTRY_REASONS, ChangeReason
from registry_core.values.errors import NotPermitted
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode

_WHERE_BEFORE: dict[str, object] = {"previous_address": ""}
#: What is left out where an address must not be known.
_WHERE_THEY_ARE = _WHERE_BEFORE | {"address": ""}


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record as it is taken out; `code` is masked in every text form; when and why it was entered here last."""

    id: UUID
    items: ResidentItems
    code: ResidentRecordCode
    reason: ChangeReason
    on: RegisterDate


def begin_export(session: Session, *, actor: Actor, at: datetime) -> int:
    """Begin, with the entry "register.exported"; how many records there are to take out. Raises NotPermitted."""
    _guard_auditor(actor)
    number = session.scalar(select(func.count()).select_from(ResidentRecord).where(*_taken_out(session, actor))) or 0
    record_entry(
        session,
        action="register.exported",
        actor=actor,
        at=at,
        purpose=LegalPurpose.AUDIT,
        facts={"records": number},
    )
    return number


def export_page(
    session: Session, *, after: UUID | None, limit: int, actor: Actor, at: datetime
) -> list[ExportedRecord]:
    """The records after one, by id, each after its entry "record.exported"; none: that was all. Raises NotPermitted.

    They may be shown once the transaction is committed.
    """
    _guard_auditor(actor)
    query = (
        select(ResidentRecord, CodeAssignment, is_withheld())
        .join(CodeAssignment, CodeAssignment.record_id == ResidentRecord.id)
        .where(CodeAssignment.until.is_(None), *_taken_out(session, actor))
        .order_by(ResidentRecord.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(ResidentRecord.id > after)
    found = session.execute(query).all()
    record_ids = [record.id for record, _, _ in found]
    values = [
        entry_values(action="record.exported", actor=actor, at=at, purpose=LegalPurpose.AUDIT, record_id=record_id)
        for record_id in record_ids
    ]
    record_entries(session, entries=values)
    entered = _entered(session, record_ids)
    ring = keyring(session)
    page = [
        ExportedRecord(
            record.id,
            with_changes(record.items(), _WHERE_THEY_ARE if is_kept else _WHERE_BEFORE),
            assignment.code(ring),
            *entered[record.id],
        )
        for record, assignment, is_kept in found
    ]
    session.expunge_all()  # page after page, nothing of the one before is kept
    return page


def _guard_auditor(actor: Actor) -> None:
    if actor.role is not Role.AUDITOR:
        raise NotPermitted


def _taken_out(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """Records that are not erased, but for the auditor's own household."""
    conditions: list[ColumnElement[bool]] = [
        ResidentRecord.municipality_code == actor.municipality,
        ResidentRecord.erased_on.is_(None),
    ]
    household = tuple_(ResidentRecord.municipality_code, ResidentRecord.household_number)
    own = session.execute(
        select(ResidentRecord.municipality_code, ResidentRecord.household_number)
        .join(StaffLink, StaffLink.record_id == ResidentRecord.id)
        .where(StaffLink.person == actor.person)
    ).one_or_none()
    if own is not None:
        conditions.append(household != tuple(own))
    return conditions


def _entered(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, tuple[ChangeReason, RegisterDate]]:
    """Why and from which day each was entered last."""
    query = (
        select(RecordHistory.record_id, RecordHistory.reason, RecordHistory.on)
        .where(RecordHistory.record_id.in_(record_ids), RecordHistory.reason.in_(ENTRY_REASONS))
        .order_by(RecordHistory.version)
    )
    return {record_id: (reason, on) for record_id, reason, on in session.execute(query)}
