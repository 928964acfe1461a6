"""Changes of one record that cross: the later waits for the earlier, and then sees what it left."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from registry_core.codes import approve_code_change, erase_resident
from registry_core.register import correct_record
from registry_core.register.find import find_record
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import RequestAlreadyDecided
from tests.faults.town import TOWN, clerk, fill_pool, ready_requests

NOW = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def waiting(register):
    """A request that waits for the second person: its id and its record's."""
    with register.write() as session:
        fill_pool(session, 3)
        [(request_id, record_id)] = ready_requests(session, 1).items()
    return request_id, record_id


@pytest.fixture
def meanwhile(register):
    """Begin something in another transaction, and give it the time to come to where it has to wait."""
    with ThreadPoolExecutor(1) as others:

        def begin(deed: Callable) -> Future:
            def transaction():
                with register.write() as session:
                    return deed(session)

            future = others.submit(transaction)
            time.sleep(0.3)
            return future

        yield begin


def correct(session, record_id):
    return correct_record(
        session,
        record_id=record_id,
        changes={"address": "緑が丘市中央1丁目2番3号"},
        reason=ChangeReason.MOVED_WITHIN,
        on=NOW.date(),
        actor=clerk(2),
        at=NOW,
    )


def test_a_correction_that_waited_for_an_approval_finds_the_record_with_its_new_code(register, waiting, meanwhile):
    request_id, record_id = waiting
    with register.write() as session:
        approve_code_change(session, request_id=request_id, actor=clerk(1), at=NOW)
        correction = meanwhile(lambda other: correct(other, record_id))
    assert correction.result(timeout=30) == 3


def test_an_approval_waits_for_an_erasure_and_does_not_lock_it_out(register, waiting, meanwhile):
    request_id, record_id = waiting
    with register.write() as session:
        find_record(session, record_id=record_id, municipality_code=TOWN, lock=True)
        approval = meanwhile(lambda other: approve_code_change(other, request_id=request_id, actor=clerk(1), at=NOW))
        erase_resident(
            session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=NOW.date(), actor=clerk(2), at=NOW
        )
    with pytest.raises(RequestAlreadyDecided) as refused:
        approval.result(timeout=30)
    assert refused.value.facts == {"status": "closed", "by": None, "at": NOW}
