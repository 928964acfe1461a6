"""A request opened on the desk: opening is the look, and its ledger entry commits before anything is shown."""

from dataclasses import dataclass
from uuid import UUID

from portal.registry import registry
from portal.staff.record_items import Row, rows_of_request
from portal.staff.steps import Steps, steps_open
from registry_core import codes
from registry_core.codes import CodeChangeRequestView, Difference, PoolLevel
from registry_core.register import ResidentRecordView
from registry_core.values import Actor


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """What one look at a request brings to the desk."""

    request: CodeChangeRequestView
    record: ResidentRecordView
    differences: list[Difference]
    #: The record is not what the request was made from; where it was changed and changed back, without any difference.
    has_changed: bool
    pool: PoolLevel
    steps: Steps
    rows: list[Row]


def open_case(request_id: UUID, actor: Actor) -> OpenedCase:
    """Look at the request in one transaction. Raises RequestNotFound, OwnHousehold."""
    with registry().write() as session:
        change, record, differences = codes.open_request(
            session, request_id=request_id, actor=actor, at=registry().now()
        )
        pool = codes.pool_level(session, municipality_code=actor.municipality)
    has_changed = change.status.is_open and record.version != change.record_version
    return OpenedCase(
        request=change,
        record=record,
        differences=differences,
        has_changed=has_changed,
        pool=pool,
        steps=steps_open(change, actor, has_changed=has_changed),
        rows=rows_of_request(change, record, differences),
    )
