"""Whose record a member of staff may look at and work on: not of whom they may not know, and not of their own household."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry_core.register.household import is_own_household
from registry_core.register.protection import is_withheld, is_withheld_household, may_know
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import OwnHousehold, RecordNotFound

#: Built once: every step of staff asks this.
_GUARD = select(
    is_withheld().label("is_withheld"), is_own_household(bindparam("person")).label("is_own_household")
).where(ResidentRecord.id == bindparam("record_id"))


def guard_staff(session: Session, *, actor: Actor, record_id: UUID) -> bool:
    """True where the record is kept from others than this member of staff (支援措置).

    Raises RecordNotFound where it is kept from this one, as of a record that does not exist; OwnHousehold.
    """
    if actor.role is Role.RESIDENT:
        return False
    found = session.execute(_GUARD, {"record_id": record_id, "person": actor.person}).one_or_none()
    if found is None or (found.is_withheld and not may_know(actor)):
        raise RecordNotFound
    if found.is_own_household:
        raise OwnHousehold
    return bool(found.is_withheld)


def guard_household(session: Session, *, actor: Actor, household_number: str) -> bool:
    """The same of a household that a record was of once: True where it is kept from others than this member of staff.

    Raises RecordNotFound where it is kept from this one. A resident's own past is her own.
    """
    if actor.role is Role.RESIDENT:
        return False
    withheld = is_withheld_household(session, municipality_code=actor.municipality, household_number=household_number)
    if withheld and not may_know(actor):
        raise RecordNotFound
    return withheld
