"""Staff and their own households: an administrator links staff to their records, so that the core can refuse them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger import record_entry
from registry_core.register.find import find_record
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.storage.put_row import put_row
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted, OwnHousehold
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
    find_record(session, record_id=record_id, municipality_code=actor.municipality)
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


def household_of(session: Session, *, person: str) -> tuple[str, str] | None:
    """Municipality and number of the household of a member of staff; None of who is not linked to a record."""
    query = (
        select(ResidentRecord.municipality_code, ResidentRecord.household_number)
        .join(StaffLink, StaffLink.record_id == ResidentRecord.id)
        .where(StaffLink.person == person)
    )
    row = session.execute(query).one_or_none()
    return (row.municipality_code, row.household_number) if row else None


def shares_household(session: Session, *, person: str, record_id: UUID) -> bool:
    """The record is this person's own, or of the same household."""
    own = household_of(session, person=person)
    if own is None:
        return False
    query = select(ResidentRecord.municipality_code, ResidentRecord.household_number)
    other = session.execute(query.where(ResidentRecord.id == record_id)).one_or_none()
    return other is not None and own == tuple(other)


def guard_own_household(session: Session, *, actor: Actor, record_id: UUID) -> None:
    """Nobody works on their own record or household. Raises OwnHousehold."""
    if actor.role is not Role.RESIDENT and shares_household(session, person=actor.person, record_id=record_id):
        raise OwnHousehold
