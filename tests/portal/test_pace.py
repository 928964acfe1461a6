"""How many rows a transaction has follows from how long the one before held the lock."""

from portal.pace import Pace


def test_batch_grows_while_it_is_quick_and_shrinks_at_once_when_it_is_slow() -> None:
    pace = Pace(seconds=0.04, most=1000, rows=100)
    sizes = []
    for seconds in (0.001, 0.001, 0.04, 0.08, 4.0, 4.0, 4.0, 4.0, 0.04):
        pace.took(pace.rows, seconds)
        sizes.append(pace.rows)
    assert sizes == [200, 400, 400, 200, 100, 50, 25, 12, 12]
    assert pace.longest == 4.0
    for _ in range(20):
        pace.took(pace.rows, 0.0)
    assert pace.rows == 1000
