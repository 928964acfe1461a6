"""Finding a record inside the core: absent and foreign records are told alike."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.errors import RecordNotFound


def find_record(
    session: Session, *, record_id: UUID, municipality_code: str, lock: bool = False
) -> tuple[ResidentRecord, CodeAssignment]:
    """The record and its current code; `lock` holds both rows until the transaction ends. Raises RecordNotFound."""
    query = (
        select(ResidentRecord, CodeAssignment)
        .join(CodeAssignment, CodeAssignment.record_id == ResidentRecord.id)
        .where(
            ResidentRecord.id == record_id,
            ResidentRecord.municipality_code == municipality_code,
            CodeAssignment.until.is_(None),
        )
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise RecordNotFound
    return row
