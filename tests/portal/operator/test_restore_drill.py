"""The drill: 20,000 residents backed up while the town works, lost, restored by the commands, and everything compared."""

from pathlib import Path

import pytest

from tests.databases import BACKENDS
from tests.faults.restore_steps import ByCommand
from tests.faults.restores import drill_in

RESIDENTS = 20_000


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_twenty_thousand_residents_come_back_and_no_code_is_given_twice(
    backend: str, request: pytest.FixtureRequest, keys_file: Path, tmp_path: Path
):
    template = request.getfixturevalue(f"{backend}_template")
    with drill_in(template, keys_file, tmp_path, RESIDENTS) as drill:
        assert drill.run(ByCommand(drill.url, drill.empty, keys_file, tmp_path)) == []
    told = drill.figures
    assert told["residents"] == RESIDENTS
    assert told["lost_entries"] > 0
    assert told["burned"] > told["lost_approvals_after_the_last_checkpoint"] > 0
    assert told["approved_meanwhile"] > 0
    assert max(told["backup_peak_mb"], told["restore_peak_mb"]) < 350
