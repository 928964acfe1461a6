"""How much memory a command had at its highest, as its process says: the kernel's figure for a child counts the parent too."""

import re

#: `python -c PROGRAM backup FILE` is `portal backup FILE`, which writes its figures behind all else that it says to stderr.
PROGRAM = """
import atexit, pathlib, sys
atexit.register(lambda: sys.stderr.write(pathlib.Path("/proc/self/status").read_text()))
from portal.cli import main
main(prog_name="portal")
"""


def peak_mb(stderr: str) -> float | None:
    """Megabytes (a million bytes); None of a process that did not come to its end."""
    told = re.search(r"VmHWM:\s+(\d+) kB", stderr)
    return round(int(told[1]) * 1024 / 1e6, 1) if told else None
