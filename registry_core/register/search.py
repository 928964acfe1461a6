"""Finding a person: two items at least, twenty hits at most, and each hit is an entry its resident will see."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.ledger import record_entry
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.household import shares_household
from registry_core.register.resident_record import NameKey, ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.digits import ascii_digits
from registry_core.values.errors import NotPermitted, TwoItemsNeeded
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.person_name import PersonNames, search_key
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.sex import sex_of

MOST_HITS = 20
_SEARCHING_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What is known of the person: name and birth date together, or the whole card number, or the whole code."""

    name: str | None = None
    birth_date: RegisterDate | None = None
    card_number: str | None = None
    code: ResidentRecordCode | None = None


@dataclass(frozen=True, slots=True)
class RecordHit:
    """A hit, told apart by name and birth date. Of a protected person, to a clerk, and of the own household: nothing."""

    id: UUID
    names: PersonNames | None
    birth_date: RegisterDate | None
    protected: bool
    own_household: bool


def search_records(
    session: Session, *, query: RecordQuery, actor: Actor, at: datetime, purpose: LegalPurpose
) -> list[RecordHit]:
    """At most twenty hits, each with its ledger entry; none also leaves one. Raises TwoItemsNeeded, NotPermitted."""
    if actor.role not in _SEARCHING_ROLES:
        raise NotPermitted
    statement = select(ResidentRecord).where(
        ResidentRecord.municipality_code == actor.municipality, ResidentRecord.erased_on.is_(None)
    )
    if query.code:
        indexes = keyring(session).indexes(query.code.reveal())
        statement = statement.join(CodeAssignment).where(
            CodeAssignment.code_index.in_(indexes), CodeAssignment.until.is_(None)
        )
    elif query.card_number:
        statement = statement.where(ResidentRecord.card_number == _card_number(query.card_number))
    elif query.name and search_key(query.name) and query.birth_date:
        part = select(NameKey.record_id).where(NameKey.key.contains(search_key(query.name), autoescape=True))
        statement = statement.where(ResidentRecord.birth_date == query.birth_date, ResidentRecord.id.in_(part))
    else:
        raise TwoItemsNeeded
    records = session.scalars(statement.order_by(ResidentRecord.id).limit(MOST_HITS)).all()
    for record in records:
        record_entry(session, action="record.found", actor=actor, at=at, purpose=purpose, record_id=record.id)
    if not records:
        record_entry(session, action="register.searched", actor=actor, at=at, purpose=purpose)
    return [_hit(session, record, actor) for record in records]


def matching_records(
    session: Session, *, name: str, birth_date: str, sex: str, address: str, actor: Actor, at: datetime
) -> list[UUID]:
    """Records whose four attributes all match, in normalised form (design.md 3): any form of the name, "NAME（通称）" too."""
    wanted_sex, keys = sex_of(sex), _name_candidates(name)
    if wanted_sex is None or not keys or not search_key(address):
        return []
    statement = (
        select(ResidentRecord)
        .join(NameKey)
        .where(
            ResidentRecord.municipality_code == actor.municipality,
            ResidentRecord.erased_on.is_(None),
            ResidentRecord.birth_date == RegisterDate.parse(birth_date),
            ResidentRecord.sex == wanted_sex,
            NameKey.key.in_(keys),
        )
        .distinct()
    )
    address_key = search_key(address)
    found = [record.id for record in session.scalars(statement) if search_key(record.address) == address_key]
    for record_id in found:
        record_entry(
            session,
            action="sign-in.compared",
            actor=actor,
            at=at,
            purpose=LegalPurpose.SIGN_IN_LINK,
            record_id=record_id,
        )
    return found


def _name_candidates(name: str) -> list[str]:
    """The whole text, and what stands before and inside a bracket."""
    plain = unicodedata.normalize("NFKC", name)
    before, _, rest = plain.partition("(")
    parts = (plain, before, rest.partition(")")[0])
    return sorted({key for part in parts if (key := search_key(part))})


def _card_number(text: str) -> str:
    return ascii_digits(unicodedata.normalize("NFKC", text)).replace(" ", "").replace("-", "").upper()


def _hit(session: Session, record: ResidentRecord, actor: Actor) -> RecordHit:
    own = shares_household(session, person=actor.person, record_id=record.id)
    hidden = own or (record.protected and actor.role is not Role.SUPERVISOR)
    return RecordHit(
        id=record.id,
        names=None if hidden else record.names,
        birth_date=None if hidden else record.birth_date,
        protected=record.protected,
        own_household=own,
    )
