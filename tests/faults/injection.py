"""Making the system calls of a running process fail: strace attached to it for a moment, and only for some files."""

import ctypes
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.system_calls import strace

_PR_SET_PTRACER, _ANYBODY = 0x59616D61, ctypes.c_ulong(-1).value
_PATIENCE = 20  # seconds


@dataclass(frozen=True, slots=True)
class Fault:
    """The `number`-th call of this name fails with this error; `lasting`: and every one after it."""

    call: str
    error: str
    number: int
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.error} at {self.call} {self.number}{' and on' if self.lasting else ''}"

    @property
    def option(self) -> str:
        """As strace wants it."""
        return f"inject={self.call}:error={self.error}:when={self.number}{'+' if self.lasting else ''}"


class Injection:
    """What strace did while it was attached."""

    def __init__(self, log: Path) -> None:
        self.log = log

    @property
    def happened(self) -> bool:
        """At least one call was made to fail; known once strace is gone."""
        return "(INJECTED)" in self.log.read_text(errors="replace")


@contextmanager
def injected(fault: Fault, *, into: int, log: Path, files: Sequence[Path] = ()) -> Iterator[Injection]:
    """While the block runs, process `into` meets the fault, counted from now, in its calls on these files (none: on any)."""
    paths = [option for file in files for option in ("-P", str(file))]
    command = [strace(), "-p", str(into), *paths, "-e", f"trace={fault.call}", "-e", fault.option, "-o", str(log)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        said = tracer.stderr.readline()
        if "attached" not in said:
            raise RuntimeError(f"strace could not attach: {said.strip()}{tracer.stderr.read()}")
        yield Injection(log)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(_PATIENCE)
        tracer.stderr.close()


def let_be_traced() -> None:
    """Let this process be attached to by others of its user, where Linux (Yama) forbids that by itself."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
