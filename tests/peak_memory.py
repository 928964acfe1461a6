"""How much memory a command had at its highest, together with the processes it begins; what they share counts once.

The kernel is asked again and again until the command ends: what it keeps of the highest of each process counts shared memory
in each of them.
"""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

_OFTEN = 0.05  # seconds


def watched(*words: str, environment: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """`portal` with these words, run to its end, and megabytes (a million bytes) it had at its highest."""
    command = [sys.executable, "-c", "from portal.cli import main; main(prog_name='portal')", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        seen: list[int] = []
        ended = Event()
        watcher = Thread(target=_watch, args=(process.pid, seen, ended))
        watcher.start()
        try:
            out, err = process.communicate()
        finally:
            ended.set()
            watcher.join()
    said = subprocess.CompletedProcess(command, process.returncode, out, err)
    return said, round(max(seen, default=0) * 1024 / 1e6, 1)


def _watch(pid: int, seen: list[int], ended: Event) -> None:
    while not ended.wait(_OFTEN):
        seen.append(sum(_share(each) for each in [pid, *_children(pid)]))


def _share(pid: int) -> int:
    """KiB of a process, what it shares with others divided among them; 0 of one that has ended."""
    with suppress(OSError):
        told = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        if told:
            return int(told[1])
    return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found
