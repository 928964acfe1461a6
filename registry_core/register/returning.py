"""Somebody who was erased here and comes back keeps the last code (Act art. 30-3 par. 1): the same record goes on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentItems, ResidentRecord
from registry_core.register.search_index import SearchEntry, name_keys
from registry_core.storage.keys import keyring
from registry_core.values.resident_record_code import ResidentRecordCode


def returning_record(
    session: Session, *, code: ResidentRecordCode, items: ResidentItems, municipality_code: str
) -> ResidentRecord | None:
    """The erased record whose last code this is, held; None unless birth date, a form of the name and the card agree."""
    query = (
        select(ResidentRecord)
        .join(CodeAssignment)
        .where(
            CodeAssignment.code_index.in_(keyring(session).indexes(code.reveal())),
            CodeAssignment.until.is_(None),
            ResidentRecord.municipality_code == municipality_code,
            ResidentRecord.erased_on.is_not(None),
            ResidentRecord.birth_date == items.birth_date,
        )
        .with_for_update(of=ResidentRecord)
    )
    record = session.scalars(query).one_or_none()
    if record is None or not _shares_a_name(session, record, items) or _card_is_anothers(session, record, items):
        return None
    return record


def _shares_a_name(session: Session, record: ResidentRecord, items: ResidentItems) -> bool:
    entry = session.scalars(select(SearchEntry).where(SearchEntry.record_id == record.id)).one()
    return bool(entry.name_keys & set(name_keys(items)))


def _card_is_anothers(session: Session, record: ResidentRecord, items: ResidentItems) -> bool:
    if items.card_number is None:
        return False
    query = select(ResidentRecord.id).where(
        ResidentRecord.card_number == items.card_number, ResidentRecord.id != record.id
    )
    return session.scalar(query) is not None
