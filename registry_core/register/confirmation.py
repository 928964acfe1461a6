"""The resident's confirmation of each item, and the case that "wrong" becomes (Act art. 14 par. 2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger import record_entry
from registry_core.register.correction_case import ITEMS_OF_CASE
from registry_core.register.corrections import open_case
from registry_core.register.find import find_record
from registry_core.register.known_codes import hide_known_codes
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import InvalidItem, NotPermitted, RecordNotFound, StaleRecord
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.plain_text import plain_text

CONFIRMABLE_ITEMS = ("name", "alias", "birth_date", "sex", "address", "code_held")
WRONG_REASONS = ("misspelt", "outdated", "not_mine", "missing", "other")
TEXT_LIMIT, TEXT_HELD = 500, 3000


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """One item: right, or wrong for a reason, with the resident's words."""

    right: bool
    reason: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """What was confirmed, of which version, when."""

    record_version: int
    confirmed_at: datetime
    answers: dict[str, ItemAnswer]

    @property
    def all_right(self) -> bool:
        """Nothing was said to be wrong."""
        return all(answer.right for answer in self.answers.values())


class RecordConfirmation(Base):
    """One confirmation; a later one does not replace it."""

    __tablename__ = "record_confirmation"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"), index=True)
    record_version: Mapped[int]
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    answers: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)


def confirm_record(
    session: Session,
    *,
    record_id: UUID,
    record_version: int,
    answers: dict[str, ItemAnswer],
    language: str,
    actor: Actor,
    at: datetime,
) -> ConfirmationView:
    """Keep what the resident says of the version she saw; each wrong item opens a case. Raises StaleRecord, InvalidItem."""
    if actor.role is not Role.RESIDENT:
        raise NotPermitted
    if not actor.is_resident_of(record_id):
        raise RecordNotFound
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    record.guard_not_erased()
    if record.version != record_version:
        raise StaleRecord
    kept = {item: _checked(session, item, answer) for item, answer in answers.items()}
    confirmation = RecordConfirmation(
        id=uuid4(),
        record_id=record_id,
        record_version=record_version,
        confirmed_at=at,
        answers={item: {"right": a.right, "reason": a.reason, "text": a.text} for item, a in kept.items()},
    )
    session.add(confirmation)
    wrong = {item: answer for item, answer in kept.items() if not answer.right}
    record_entry(
        session,
        action="record.said-wrong" if wrong else "record.confirmed",
        actor=actor,
        at=at,
        purpose=LegalPurpose.OWN_RECORD,
        record_id=record_id,
        facts={"items": " ".join(sorted(wrong))} if wrong else None,
    )
    for item, answer in wrong.items():
        open_case(session, record=record, item=item, answer=answer, language=language, at=at)
    return _view(confirmation)


def latest_confirmation(session: Session, *, record_id: UUID) -> ConfirmationView | None:
    """The last confirmation, if any."""
    query = select(RecordConfirmation).where(RecordConfirmation.record_id == record_id)
    row = session.scalars(query.order_by(RecordConfirmation.confirmed_at.desc()).limit(1)).first()
    return _view(row) if row else None


def _checked(session: Session, item: str, answer: ItemAnswer) -> ItemAnswer:
    # What is not on the page of the record can be said to be wrong, and not confirmed: nobody has seen it.
    if item not in (CONFIRMABLE_ITEMS if answer.right else ITEMS_OF_CASE):
        raise InvalidItem(item=item)
    if answer.right:
        return ItemAnswer(right=True)
    if answer.reason not in WRONG_REASONS:
        raise InvalidItem(item=f"{item}.reason")
    text = plain_text(answer.text, item=item, limit=TEXT_LIMIT, held=TEXT_HELD)
    return ItemAnswer(right=False, reason=answer.reason, text=hide_known_codes(session, text=text))


def _view(row: RecordConfirmation) -> ConfirmationView:
    answers = {item: ItemAnswer(**answer) for item, answer in row.answers.items()}
    return ConfirmationView(row.record_version, row.confirmed_at, answers)
