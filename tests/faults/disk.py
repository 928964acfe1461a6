"""A disk that loses its power: of what was written and not yet synced, any part may be there afterwards.

What was synced is there, whole. Of the rest each write is there, or not, or torn between two sectors; a lengthened file may
hold zeros where nothing arrived; names made, or taken away, since the last sync of their directory are there up to some moment.
"""

from collections.abc import Callable
from random import Random

from tests.faults.system_calls import Call, Created, Synced, Truncated, Unlinked, Written

_SECTORS = (512, 4096)
_Pending = Written | Truncated


class _File:
    """What is on the disk of one file, and what is on its way there."""

    def __init__(self, content: bytes = b"") -> None:
        self.synced = bytearray(content)
        self.size = len(content)
        self.pending: list[_Pending] = []

    def add(self, change: _Pending) -> None:
        if isinstance(change, Truncated):
            self.size = change.size
        else:
            offset = self.size if change.offset is None else change.offset
            self.size = max(self.size, offset + len(change.data))
            change = Written(change.path, offset, change.data)
        self.pending.append(change)

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.synced, change)
        self.pending = []

    def after_a_crash(self, rng: Random) -> bytes:
        content = bytearray(self.synced)
        for change in rng.choice(_LOSSES)(list(self.pending), rng):
            _apply(content, change)
        if self.pending and len(content) < self.size and rng.random() < 1 / 4:
            content.extend(bytes(self.size - len(content)))
        return bytes(content)


class Disk:
    """A folder with files, and the calls done on it so far."""

    def __init__(self, folder: str, files: dict[str, bytes]) -> None:
        """Begin with files that are all synced."""
        self.folder = folder
        self.synced_names = {path: _File(content) for path, content in files.items()}
        self.names = dict(self.synced_names)
        self.renamed: list[tuple[str, _File | None]] = []

    def do(self, call: Call) -> None:
        """The next call of the program."""
        if isinstance(call, Created):
            if call.path not in self.names:
                self._name(call.path, _File())
        elif isinstance(call, Unlinked):
            self._name(call.path, None)
        elif isinstance(call, Synced) and call.path == self.folder:
            self.synced_names, self.renamed = dict(self.names), []
        elif call.path in self.names:
            file = self.names[call.path]
            file.sync() if isinstance(call, Synced) else file.add(call)

    def after_a_crash(self, rng: Random) -> dict[str, bytes]:
        """What may be found when the power comes back, one of many; all files by path."""
        names = dict(self.synced_names)
        for path, file in self.renamed[: rng.randint(0, len(self.renamed))]:
            _set(names, path, file)
        return {path: file.after_a_crash(rng) for path, file in names.items()}

    def _name(self, path: str, file: _File | None) -> None:
        _set(self.names, path, file)
        self.renamed.append((path, file))


def _set(names: dict[str, _File], path: str, file: _File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _apply(content: bytearray, change: _Pending) -> None:
    if isinstance(change, Truncated):
        if change.size < len(content):
            del content[change.size :]
        else:
            content.extend(bytes(change.size - len(content)))
        return
    offset = change.offset or 0
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(change.data)] = change.data


# ---------------------------------------------------------------- how writes are lost


def _all_lost(_changes: list[_Pending], _rng: Random) -> list[_Pending]:
    return []


def _all_there(changes: list[_Pending], _rng: Random) -> list[_Pending]:
    return changes


def _some_there(changes: list[_Pending], rng: Random) -> list[_Pending]:
    share = rng.random()
    return [change for change in changes if rng.random() < share]


def _one_lost(changes: list[_Pending], rng: Random) -> list[_Pending]:
    if changes:
        del changes[rng.randrange(len(changes))]
    return changes


def _cut_off(changes: list[_Pending], rng: Random) -> list[_Pending]:
    """In order up to one that is torn."""
    if not changes:
        return []
    last = rng.randrange(len(changes))
    return [*changes[:last], *_torn(changes[last], rng)]


def _all_torn(changes: list[_Pending], rng: Random) -> list[_Pending]:
    return [part for change in changes for part in _torn(change, rng)]


def _torn(change: _Pending, rng: Random) -> list[_Pending]:
    """Some of the sectors of a write."""
    if isinstance(change, Truncated):
        return rng.choice(([], [change]))
    offset, sector, parts = change.offset or 0, rng.choice(_SECTORS), []
    begin = 0
    while begin < len(change.data):
        end = min(len(change.data), (offset + begin) // sector * sector + sector - offset)
        if rng.random() < 1 / 2:
            parts.append(Written(change.path, offset + begin, change.data[begin:end]))
        begin = end
    return parts


_LOSSES: tuple[Callable[[list[_Pending], Random], list[_Pending]], ...] = (
    _all_lost,
    _all_there,
    _some_there,
    _one_lost,
    _cut_off,
    _all_torn,
)
