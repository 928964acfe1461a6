"""Protected persons (支援措置): who may know that they are here, and what everybody else is told: the same as of nobody.

Whoever lives with a protected person has the same address, so a whole household is kept from those who may not know. Where
somebody lived before may be such an address today, in whatever spelling: no previous address is shown to them, whosever it is.
Left out of some records alone it would say of which households somebody is protected.
"""

from sqlalchemy import ColumnElement, Exists, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor, Role

_MAY_KNOW = frozenset({Role.SUPERVISOR, Role.SYSTEM})
_BEFORE = frozenset({"previous_address"})
_WHERE_AND_WITH_WHOM = _BEFORE | {
    "address",
    "address_since",
    "notified_on",
    "household_number",
    "household_head",
    "relationship",
}


def may_know(actor: Actor) -> bool:
    """Supervisors may know who is protected; to all other staff a protected person is nobody."""
    return actor.role in _MAY_KNOW


def items_left_out(actor: Actor, *, was_withheld: bool = False) -> frozenset[str]:
    """Items of a record that this reader is not shown; `was_withheld`: as it stood in a household that is withheld now.

    A resident's own past is her own.
    """
    if may_know(actor) or actor.role is Role.RESIDENT:
        return frozenset()
    return _WHERE_AND_WITH_WHOM if was_withheld else _BEFORE


def is_withheld() -> ColumnElement[bool]:
    """Of `ResidentRecord`: a protected person's, or of the household of one."""
    household = _lives_there(ResidentRecord.municipality_code, ResidentRecord.household_number)
    return or_(ResidentRecord.protected, household)


def is_withheld_household(session: Session, *, municipality_code: str, household_number: str) -> bool:
    """A protected person is of this household now: their address is that of whoever was of it."""
    return bool(session.scalar(select(_lives_there(municipality_code, household_number))))


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Of `ResidentRecord`: this member of staff may know of it."""
    return true() if may_know(actor) else not_(is_withheld())


def is_kept_from(session: Session, *, actor: Actor, record: ResidentRecord) -> bool:
    """To this member of staff the record is nobody's."""
    if may_know(actor):
        return False
    return bool(session.scalar(select(is_withheld()).where(ResidentRecord.id == record.id)))


def _lives_there(
    municipality_code: str | InstrumentedAttribute[str], household_number: str | InstrumentedAttribute[str]
) -> Exists:
    protected = aliased(ResidentRecord)
    household = select(protected.id).where(
        protected.municipality_code == municipality_code,
        protected.household_number == household_number,
        protected.protected,
        protected.erased_on.is_(None),
    )
    return household.exists()
