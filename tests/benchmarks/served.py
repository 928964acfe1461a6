"""Applications under gunicorn, each in processes of its own on loopback, all with the same settings."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from portal.config import PROJECT_ROOT

#: One process, so that it is the server that is saturated and not the machine; the threads of `portal serve`.
_SETTINGS = ("--workers", "1", "--threads", "4", "--keep-alive", "30", "--log-level", "warning")
_START_SECONDS = 60
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Served:
    """A running server: its port and the id of gunicorn's first process."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float | None:
        """Processor time its workers have used so far; None where the system does not tell (no /proc)."""
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            fields = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
        except OSError:
            return None
        user, system = 11, 12  # places after the name, see proc(5)
        return sum(int(each[user]) + int(each[system]) for each in fields) / os.sysconf("SC_CLK_TCK")


@contextmanager
def gunicorn_serving(application: str, environment: Mapping[str, str], log: Path, path: str) -> Iterator[Served]:
    """Serve `module:factory()` until the block ends; ready once `path` is answered. What it logs goes into a file."""
    with socket.socket() as listening, log.open("w") as log_file:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *_SETTINGS, "--bind", f"fd://{number}", application],
            cwd=PROJECT_ROOT,
            env=dict(os.environ) | dict(environment),
            pass_fds=[number],
            stdout=log_file,
            stderr=log_file,
        )
        served = Served(listening.getsockname()[1], process.pid)
        try:
            _wait_until_ready(served, process, log, path)
            yield served
        finally:
            _stop(process)


def _wait_until_ready(served: Served, process: subprocess.Popen, log: Path, path: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(served.url + path, timeout=_START_SECONDS).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not answer; it said:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
