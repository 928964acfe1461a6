"""The half-written request for another code: kept on the server, so that it can be finished on another device.

One per record, encrypted like the record itself, forgotten after thirty days. It holds choices, never words: whoever
switches the language finds the same answers.
"""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.resident.email_check import EmailCheck
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import keyring
from registry_core.storage.put_row import put_row

KEPT_FOR = timedelta(days=30)
_BOUND = b"code-change-draft:"


class CodeChangeDraftRow(Base):
    """One draft; `payload` is the sealed JSON of a `CodeChangeDraft`, bound to the record's id."""

    __tablename__ = "code_change_draft"

    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    payload: Mapped[bytes] = mapped_column(Sealed(prefix=_BOUND))
    updated_at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True)
class CodeChangeDraft:
    """What a resident has answered so far.

    `key` is the idempotency key of the request this draft becomes; it changes with every change of an answer, so that a
    page shown before the change cannot send what it did not show. `email` is a verified address or "".
    """

    key: str
    details_seen: bool = False
    language: str = ""
    wants_email: bool = False
    email: str = ""
    email_check: EmailCheck | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is answered that sending needs."""
        return self.details_seen and bool(self.language) and (bool(self.email) or not self.wants_email)

    def with_answers(self, **answers: object) -> "CodeChangeDraft":
        """The draft with these answers and a fresh key."""
        return replace(self, key=_new_key(), **answers)  # type: ignore[arg-type]


def new_draft() -> CodeChangeDraft:
    """A draft with nothing answered."""
    return CodeChangeDraft(key=_new_key())


def load_draft(session: Session, *, record_id: UUID, at: datetime) -> CodeChangeDraft | None:
    """The draft of this record, or None: none begun, sent already, or forgotten. Locks the row until the block ends."""
    row = session.scalar(select(CodeChangeDraftRow).where(CodeChangeDraftRow.record_id == record_id).with_for_update())
    if row is None or at - row.updated_at > KEPT_FOR:
        return None
    values = json.loads(keyring(session).open(row.payload, bound_to=_row(record_id)))
    check = values.pop("email_check")
    if check is not None:
        check = EmailCheck(**{**check, "sent_at": tuple(check["sent_at"])})
    return CodeChangeDraft(**values, email_check=check)


def save_draft(session: Session, *, record_id: UUID, draft: CodeChangeDraft, at: datetime) -> None:
    """Write the draft in place of the one before."""
    sealed = keyring(session).seal(json.dumps(asdict(draft)).encode(), bound_to=_row(record_id))
    put_row(session, CodeChangeDraftRow, key="record_id", record_id=record_id, payload=sealed, updated_at=at)


def drop_draft(session: Session, *, record_id: UUID) -> None:
    """Forget the draft: it has been sent."""
    session.execute(delete(CodeChangeDraftRow).where(CodeChangeDraftRow.record_id == record_id))


def drop_old_drafts(session: Session, *, at: datetime) -> int:
    """Forget drafts nobody touched for thirty days; tells how many. For the worker's upkeep."""
    gone = session.scalars(
        delete(CodeChangeDraftRow)
        .where(CodeChangeDraftRow.updated_at < at - KEPT_FOR)
        .returning(CodeChangeDraftRow.record_id)
    )
    return len(gone.all())


def _row(record_id: UUID) -> bytes:
    return _BOUND + record_id.bytes


def _new_key() -> str:
    return secrets.token_hex(16)
