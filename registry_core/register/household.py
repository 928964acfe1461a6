"""Staff and their own households: an administrator links staff to their records, so that the core can refuse them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from registry_core.ledger import record_entry
from registry_core.register.find import find_record
from registry_core.register.protection import is_kept_from
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.storage.put_row import put_row
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted, RecordNotFound
from registry_core.values.legal_purpose import LegalPurpose


class StaffLink(Base):
    """The record of a person who works here."""

    __tablename__ = "staff_link"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"))
    linked_by: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[datetime] = mapped_column(Instant)


def link_staff_to_record(session: Session, *, person: str, record_id: UUID, actor: Actor, at: datetime) -> None:
    """Say which record is this member of staff's own; a later link replaces it. Raises NotPermitted, RecordNotFound.

    The entry names the person, and the record the link led to before: a link can be moved to get around the guard below.
    """
    if actor.role not in {Role.ADMINISTRATOR, Role.SYSTEM}:
        raise NotPermitted
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality)
    if is_kept_from(session, actor=actor, record=record):
        raise RecordNotFound
    before = session.scalar(select(StaffLink.record_id).where(StaffLink.person == person).with_for_update())
    put_row(session, StaffLink, key="person", person=person, record_id=record_id, linked_by=actor.person, linked_at=at)
    record_entry(
        session,
        action="staff.linked-to-record",
        actor=actor,
        at=at,
        purpose=LegalPurpose.STAFF_LINK,
        record_id=record_id,
        facts={"person": person, "instead_of": str(before) if before else None},
    )


def is_own_household(person: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Of `ResidentRecord`: it is this member of staff's own, or of the same household."""
    own = aliased(ResidentRecord)
    linked = select(own.id).join(StaffLink, StaffLink.record_id == own.id)
    return linked.where(
        StaffLink.person == person,
        own.municipality_code == ResidentRecord.municipality_code,
        own.household_number == ResidentRecord.household_number,
    ).exists()


def shares_household(session: Session, *, person: str, record_id: UUID) -> bool:
    """The record is this person's own, or of the same household."""
    return bool(session.scalar(select(is_own_household(person)).where(ResidentRecord.id == record_id)))
