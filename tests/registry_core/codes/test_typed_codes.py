"""A code that staff type where there is room for words is masked before it is kept, however people write it."""

from datetime import UTC, datetime

import pytest

from registry_core.codes import DocumentKind, ask_resident, check_identity, open_request
from registry_core.register.find import find_record
from tests.faults.code_scanner import SPELLINGS
from tests.faults.town import TOWN, ask, clerk, enter_residents

NOW = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)
MASKED = "It is •••••••••••."
TYPED = ("plain", "in groups", "hyphens", "full width", "Arabic-Indic")


@pytest.mark.parametrize("spelling", TYPED)
def test_code_in_a_question_or_a_reason_is_masked(register, spelling):
    with register.write() as session:
        [record_id] = enter_residents(session, 1)
        request_id = ask(session, record_id)
        _, assignment = find_record(session, record_id=record_id, municipality_code=TOWN)
        words = f"It is {SPELLINGS[spelling](assignment.code(register.keyring).reveal())}."
        check_identity(
            session,
            request_id=request_id,
            kind=DocumentKind.LAST_RESORT,
            last_resort_reason=words,
            differences_accepted=False,
            actor=clerk(1),
            at=NOW,
        )
        ask_resident(session, request_id=request_id, phrase="other", text=words, actor=clerk(1), at=NOW)
        request, _, _ = open_request(session, request_id=request_id, actor=clerk(1), at=NOW)
    assert (request.identity.last_resort_reason, request.question.text) == (MASKED, MASKED)
