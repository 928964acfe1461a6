"""How much memory a command had at its highest, together with the processes it begins.

The kernel keeps the highest of each process. It is asked now and then until the process ends: what `wait` tells of a child counts
the memory of its parent too.
"""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

_OFTEN = 0.02  # seconds


def watched(*words: str, environment: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """`portal` with these words, run to its end, and megabytes (a million bytes): the sum of the highest of each process."""
    command = [sys.executable, "-c", "from portal.cli import main; main(prog_name='portal')", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        highest: dict[int, int] = {}
        ended = Event()
        watcher = Thread(target=_watch, args=(process.pid, highest, ended))
        watcher.start()
        try:
            out, err = process.communicate()
        finally:
            ended.set()
            watcher.join()
    said = subprocess.CompletedProcess(command, process.returncode, out, err)
    return said, round(sum(highest.values()) * 1024 / 1e6, 1)


def _watch(pid: int, highest: dict[int, int], ended: Event) -> None:
    while not ended.wait(_OFTEN):
        for each in [pid, *_children(pid)]:
            with suppress(OSError):
                told = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{each}/status").read_text())
                if told:  # one that has ended has none any more
                    highest[each] = int(told[1])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found
