"""The slip (住民票コード変更通知票): written once by the worker, kept sealed, opened by staff to print it.

The written notice of Act art. 30-4 par. 4: that the code was changed, and the new code.
"""

from datetime import datetime
from uuid import UUID

from flask import render_template
from sqlalchemy import Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.config import Municipality
from portal.i18n.gettext import official, official_ja, speaking
from portal.i18n.languages import Language
from registry_core.codes import KeptSummary, KeptThing, SlipContent, reference_in_groups, slip_content
from registry_core.register.code_assignment import JAPAN
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor
from registry_core.values.retention import KeptKind


class PrintableSlip(Base):
    """One slip as a page; one for each request, sealed like the code on it."""

    __tablename__ = "printable_slip"

    request_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    page_sealed: Mapped[bytes] = mapped_column(Sealed)
    made_at: Mapped[datetime] = mapped_column(Instant)


def make_slip(
    session: Session,
    *,
    request_id: UUID,
    municipality: Municipality,
    languages: dict[str, Language],
    actor: Actor,
    at: datetime,
) -> None:
    """Write the page of one slip; again is harmless. Raises RequestNotFound."""
    if session.get(PrintableSlip, request_id) is not None:
        return
    content = slip_content(session, request_id=request_id, actor=actor, at=at)
    language = languages.get(content.language, languages["ja"])
    page = _written(content, municipality, language)
    sealed = keyring(session).seal(page.encode(), bound_to=request_id.bytes)
    session.add(PrintableSlip(request_id=request_id, page_sealed=sealed, made_at=at))


def open_slip(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> str | None:
    """The page to print, after its ledger entry; None, and no entry, while the worker has not written it.

    Raises RequestNotFound, OwnHousehold, NotPermitted.
    """
    with session.begin_nested() as opening:
        slip_content(session, request_id=request_id, actor=actor, at=at)
        row = session.get(PrintableSlip, request_id)
        if row is None:
            opening.rollback()  # nothing is shown: nobody has looked
            return None
    return keyring(session).open(row.page_sealed, bound_to=request_id.bytes).decode()


def kept_slips(session: Session) -> KeptSummary:
    """All slips of the register, of which no article says when they may go, and the oldest."""
    oldest = session.scalars(select(PrintableSlip).order_by(PrintableSlip.made_at).limit(1)).first()
    kept = session.scalar(select(func.count()).select_from(PrintableSlip)) or 0
    first = (KeptThing(str(oldest.request_id), oldest.made_at.astimezone(JAPAN).date(), None),) if oldest else ()
    return KeptSummary(KeptKind.SLIP, kept, 0, first)


def _written(content: SlipContent, municipality: Municipality, language: Language) -> str:
    with speaking(language):
        return render_template(
            "letters/slip.html",
            slip=content,
            reference=reference_in_groups(content.reference),
            whole_code=_in_groups(content.code.reveal()),
            municipality=municipality,
            official=official,
            official_ja=official_ja,
            lang=language,
        )


def _in_groups(digits: str) -> str:
    """Four, four and three digits: as people read them aloud."""
    return f"{digits[:4]} {digits[4:8]} {digits[8:]}"
