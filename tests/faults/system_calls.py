"""What a program writes to its disk: its system calls, recorded by strace in the order in which they were made."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_RECORDED = (
    "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,pwritev,fallocate"
)
_LONGEST_WRITE = 70_000  # bytes; SQLite writes a page of at most 65,536
_LONGEST_LIFE = 120  # seconds
_HEX = r'"?((?:\\x[0-9a-f]{2})*)"?'
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)")
_ON_FILE = re.compile(rf"\d+<{_HEX}>(?:, (.*))?$")
_OPENED = re.compile(rf"AT_FDCWD(?:<[^>]*>)?, {_HEX}, ([A-Z_|]+)")
_WRITTEN = re.compile(rf"{_HEX}(\.\.\.)?, (\d+)(?:, (\d+))?$")
_UNLINKED = re.compile(rf"^{_HEX}$")


class StraceMissing(Exception):
    """The program that records and injects is not installed."""


@dataclass(frozen=True, slots=True)
class Created:
    """A file was opened that may be made by that."""

    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes at an offset; None: at the end."""

    path: str
    offset: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file was cut, or lengthened, to a size."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What was written to the file (or done in the directory) before is on the disk."""

    path: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A name was taken out of its directory."""

    path: str


Call = Created | Written | Truncated | Synced | Unlinked


def strace() -> str:
    """Where it is. Raises StraceMissing, with what to do."""
    found = shutil.which("strace")
    if found is None:
        raise StraceMissing("strace is not installed. Debian, Ubuntu: sudo apt-get install strace")
    return found


def record(module: str, arguments: list[str], log: Path, *, below: Path) -> list[Call]:
    """Run `python -m module arguments` to its end; its calls on files below a folder, in order.

    Raises RuntimeError when the program fails, or did what is not understood here.
    """
    command = [strace(), "-y", "-xx", "-s", str(_LONGEST_WRITE), "-e", f"trace={_RECORDED}", "-o", str(log)]
    done = subprocess.run(
        [*command, sys.executable, "-m", module, *arguments], check=False, capture_output=True, timeout=_LONGEST_LIFE
    )
    if done.returncode:
        raise RuntimeError(f"the recorded program failed: {done.stderr.decode()[-2000:]}")
    with log.open() as lines:
        return [call for line in lines for call in _call(line, str(below))]


def _call(line: str, below: str) -> Iterator[Call]:
    match = _CALL.match(line)
    if match is None or match[3].startswith("-"):
        return
    name, arguments = match[1], match[2]
    if name == "openat":
        opened = _OPENED.match(arguments)
        if opened and "O_CREAT" in opened[2] and _path(opened[1]).startswith(below):
            yield Created(_path(opened[1]))
    elif name == "unlink":
        unlinked = _UNLINKED.match(arguments)
        if unlinked and _path(unlinked[1]).startswith(below):
            yield Unlinked(_path(unlinked[1]))
    elif file := _ON_FILE.match(arguments):
        path = _path(file[1])
        if path.startswith(below):
            yield _on_file(name, path, file[2] or "", int(match[3]))
    elif below.encode().hex() in arguments.replace("\\x", ""):
        raise RuntimeError(f"a call that the replayer does not know: {name}")


def _on_file(name: str, path: str, rest: str, result: int) -> Call:
    if name in {"fsync", "fdatasync"}:
        return Synced(path)
    if name == "ftruncate":
        return Truncated(path, int(rest))
    written = _WRITTEN.match(rest)
    if name not in {"pwrite64", "write"} or written is None or written[2]:
        raise RuntimeError(f"a call that the replayer does not know: {name} on {Path(path).name}")
    return Written(path, int(written[4]) if written[4] else None, _bytes(written[1])[:result])


def _path(text: str) -> str:
    return _bytes(text).decode()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
