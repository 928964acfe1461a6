"""Looking at a record: the ledger entry is written first, in the same transaction, whoever looks."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry_core.ledger import record_entry
from registry_core.register.find import find_record
from registry_core.register.history import RecordChange, history_of
from registry_core.register.protection import items_left_out
from registry_core.register.resident_record import ResidentRecord, ResidentRecordView, view_of
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted, RecordNotFound
from registry_core.values.legal_purpose import LegalPurpose

_LOOKING_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SYSTEM})


def look_at_record(
    session: Session,
    *,
    record_id: UUID,
    actor: Actor,
    at: datetime,
    purpose: LegalPurpose,
    request_id: UUID | None = None,
) -> ResidentRecordView:
    """The record, after the entry "record.looked-at".

    Raises RecordNotFound, RecordErased (to its resident), OwnHousehold, NotPermitted.
    """
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality)
    is_withheld = guard_may_look(session, actor=actor, record=record)
    record_entry(
        session,
        action="record.looked-at",
        actor=actor,
        at=at,
        purpose=purpose,
        record_id=record_id,
        request_id=request_id,
    )
    return shown_to(actor, view_of(record, assignment, keyring(session)), withheld=is_withheld)


def shown_to(actor: Actor, view: ResidentRecordView, *, withheld: bool) -> ResidentRecordView:
    """The view without what this reader is not shown."""
    left_out: dict[str, Any] = dict.fromkeys(items_left_out(actor))
    return replace(view, withheld=withheld, **left_out)


def record_history(
    session: Session, *, record_id: UUID, actor: Actor, at: datetime, purpose: LegalPurpose
) -> list[RecordChange]:
    """Every change, newest first, after the entry "record.history-looked-at"; for who may see all that the record ever held.

    Raises as `look_at_record`.
    """
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality)
    guard_may_look(session, actor=actor, record=record)
    if items_left_out(actor):
        raise NotPermitted
    record_entry(session, action="record.history-looked-at", actor=actor, at=at, purpose=purpose, record_id=record_id)
    return history_of(session, record_id=record_id)


def guard_may_look(session: Session, *, actor: Actor, record: ResidentRecord) -> bool:
    """Residents see their own while it is kept here; staff see others, but not those who are kept from them.

    True where it is kept from other staff.
    """
    if actor.role is Role.RESIDENT:
        if not actor.is_resident_of(record.id):
            raise RecordNotFound
        record.guard_not_erased()
        return False
    if actor.role not in _LOOKING_ROLES:
        raise NotPermitted
    return guard_staff(session, actor=actor, record_id=record.id)
