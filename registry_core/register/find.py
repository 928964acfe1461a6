"""Finding a record inside the core: absent and foreign records are told alike."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.errors import RecordNotFound

#: Built once: every look at a record asks this.
_RECORD_AND_CODE = (
    select(ResidentRecord, CodeAssignment)
    .join(CodeAssignment, CodeAssignment.record_id == ResidentRecord.id)
    .where(
        ResidentRecord.id == bindparam("record_id"),
        ResidentRecord.municipality_code == bindparam("municipality_code"),
        CodeAssignment.until.is_(None),
    )
)


def find_record(
    session: Session, *, record_id: UUID, municipality_code: str, lock: bool = False
) -> tuple[ResidentRecord, CodeAssignment]:
    """The record and its current code; `lock` holds the record until the transaction ends. Raises RecordNotFound.

    Whoever changes a record or its code holds the record first. It is locked by a statement of its own: PostgreSQL joins with
    what it saw before it waited, and would miss the code that the transaction waited for has just begun.
    """
    if lock:
        session.execute(select(ResidentRecord.id).where(ResidentRecord.id == record_id).with_for_update())
    query = _RECORD_AND_CODE.execution_options(populate_existing=lock)
    row = session.execute(query, {"record_id": record_id, "municipality_code": municipality_code}).one_or_none()
    if row is None:
        raise RecordNotFound
    return row
