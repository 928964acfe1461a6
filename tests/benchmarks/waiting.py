"""Somebody else who writes now and then: `python -m tests.benchmarks.waiting FILE` tells each wait for SQLite's lock, in s."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

_ROOT = Path(__file__).parents[2]
_PAUSE = 0.02
_BUSY_MILLISECONDS = 20_000


@contextmanager
def others_waiting(url: str) -> Iterator[list[float]]:
    """While the block lasts somebody else writes; afterwards the list holds what they waited for each time."""
    command = [sys.executable, "-m", "tests.benchmarks.waiting", str(make_url(url).database)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    waited: list[float] = []
    try:
        if process.stdout is not None:
            process.stdout.readline()  # it has begun
        yield waited
    finally:
        told, _ = process.communicate("\n")
        waited.extend(float(line) for line in told.split())


def _write_now_and_then(file: str) -> None:
    """Until a line is typed."""
    import select

    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        print("begun", flush=True)
        while not select.select([sys.stdin], [], [], _PAUSE)[0]:
            begun = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            waited = time.perf_counter() - begun
            connection.execute("COMMIT")
            print(waited)


if __name__ == "__main__":
    _write_now_and_then(sys.argv[1])
