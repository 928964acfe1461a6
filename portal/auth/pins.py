"""One-time PINs: a clerk who has checked a document gives one out, the resident uses it once with the birth date.

Eight digits, seven days, five tries, one use. The PIN itself is shown once and never stored.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.auth.link_tables import TRIES, LinkedBy, LinkPin
from portal.auth.linking import add_link, live_link_of_record
from registry_core.ledger import record_entry
from registry_core.register import look_at_record
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, system_actor
from registry_core.values.digits import ascii_digits
from registry_core.values.errors import RecordErased, RegistryError
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.register_date import RegisterDate

PIN_DIGITS = 8
PIN_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class IssuedPin:
    """A PIN to be shown once, with the instant it dies. Its text forms hide it."""

    _digits: str
    expires_at: datetime

    def reveal(self) -> str:
        """Return the eight digits, for the one page that shows them."""
        return self._digits

    def __repr__(self) -> str:
        return f"IssuedPin(••••••••, {self.expires_at:%Y-%m-%d})"


@dataclass(frozen=True)
class PinTry:
    """What a try came to: the record when it was right, else how many tries are left (0: go to the counter again)."""

    record_id: UUID | None
    tries_left: int
    #: Whose sign-in spoke for the record until now; its web sessions must end. ("issuer", "subject")
    replaced: tuple[str, str] | None = None


def issue_pin(session: Session, *, record_id: UUID, actor: Actor, at: datetime) -> IssuedPin:
    """Give out a PIN for a record; an earlier one of the same record dies. The caller is a clerk's page.

    Raises RecordNotFound, RecordErased, and what else ``look_at_record`` refuses (a protected record, say).
    """
    record = look_at_record(session, record_id=record_id, actor=actor, at=at, purpose=LegalPurpose.SIGN_IN_LINK)
    if record.erased_on is not None:
        raise RecordErased
    try:
        with session.begin_nested():
            issued = _new_pin(session, record_id, actor, at)
    except IntegrityError:
        # Another clerk gave one out for the same record at this moment; now it is there to be replaced.
        issued = _new_pin(session, record_id, actor, at)
    _enter(session, "sign-in.pin-issued", actor=actor, at=at, record_id=record_id)
    return issued


def _new_pin(session: Session, record_id: UUID, actor: Actor, at: datetime) -> IssuedPin:
    earlier = select(LinkPin).where(LinkPin.record_id == record_id, LinkPin.ended_at.is_(None)).with_for_update()
    for pin in session.scalars(earlier):
        pin.replace(at)
    session.flush()
    digits, index = _free_digits(session, at)
    session.add(
        LinkPin(
            id=uuid4(),
            record_id=record_id,
            pin_index=index,
            issued_by=actor.person,
            issued_at=at,
            expires_at=at + PIN_LIFE,
            tries_left=TRIES,
        )
    )
    session.flush()
    return IssuedPin(digits, at + PIN_LIFE)


def redeem_pin(
    session: Session, *, issuer: str, subject: str, digits: str, birth_date: str, actor: Actor, at: datetime
) -> PinTry:
    """Try a PIN (digits of any script) with a birth date, for a sign-in that speaks for no record yet.

    Returns instead of raising, so that the caller's block commits the count of wrong tries. The caller limits the tries
    of one sign-in; here those of one PIN are counted.
    """
    pin = _live_pin(session, digits, at)
    if pin is None or not _is_born_on(session, pin.record_id, birth_date, actor, at):
        return _missed(session, pin, actor=actor, at=at)
    earlier = live_link_of_record(session, record_id=pin.record_id)
    replaced = (earlier.issuer, earlier.subject) if earlier else None
    if earlier:
        earlier.end(at)
        _enter(session, "sign-in.link-ended", actor=actor, at=at, record_id=pin.record_id)
    pin.use(at)
    session.flush()
    add_link(session, issuer=issuer, subject=subject, record_id=pin.record_id, how=LinkedBy.PIN, actor=actor, at=at)
    return PinTry(pin.record_id, TRIES, replaced)


def end_pins(session: Session, *, at: datetime) -> None:
    """End every live PIN: after a restore, one that has been used since the backup would be good again."""
    for pin in session.scalars(select(LinkPin).where(LinkPin.ended_at.is_(None))):
        pin.replace(at)


def _missed(session: Session, pin: LinkPin | None, *, actor: Actor, at: datetime) -> PinTry:
    """Count a wrong try against the PIN when it was that PIN with another birth date."""
    if pin is not None:
        pin.miss(at)
        session.flush()
    _enter(session, "sign-in.pin-failed", actor=actor, at=at, record_id=pin.record_id if pin else None)
    return PinTry(None, pin.tries_left if pin else TRIES)


def _live_pin(session: Session, digits: str, at: datetime) -> LinkPin | None:
    """Find the good PIN with these digits; spaces and hyphens do not matter."""
    plain = "".join(character for character in ascii_digits(digits) if character not in " -\u3000\u2010\u2011\u00a0")
    if len(plain) != PIN_DIGITS or not (plain.isascii() and plain.isdecimal()):
        return None
    query = select(LinkPin).where(LinkPin.pin_index.in_(_marks(session, plain)), LinkPin.ended_at.is_(None))
    pin = session.scalar(query.with_for_update())
    return pin if pin is not None and pin.is_good(at) else None


def _is_born_on(session: Session, record_id: UUID, birth_date: str, actor: Actor, at: datetime) -> bool:
    """Compare the birth date with the register's; the look is the portal's own and stands in the ledger."""
    looker = system_actor(actor.municipality)
    try:
        record = look_at_record(session, record_id=record_id, actor=looker, at=at, purpose=LegalPurpose.SIGN_IN_LINK)
        return record.erased_on is None and record.birth_date == RegisterDate.parse(birth_date)
    except RegistryError:
        return False


def _free_digits(session: Session, at: datetime) -> tuple[str, bytes]:
    """Draw digits that no live PIN has; too old ones are ended on the way."""
    while True:
        digits = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        marks = _marks(session, digits)
        same = session.scalar(select(LinkPin).where(LinkPin.pin_index.in_(marks), LinkPin.ended_at.is_(None)))
        if same is None:
            return digits, marks[0]
        if not same.is_good(at):
            same.replace(at)
            session.flush()
            return digits, marks[0]


def _marks(session: Session, digits: str) -> tuple[bytes, ...]:
    """What a PIN is found by, the one for a new PIN first."""
    return keyring(session).marks(f"link-pin:{digits}")


def _enter(session: Session, action: str, *, actor: Actor, at: datetime, record_id: UUID | None) -> None:
    record_entry(session, action=action, actor=actor, at=at, purpose=LegalPurpose.SIGN_IN_LINK, record_id=record_id)
