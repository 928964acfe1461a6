"""Somebody outside: holds the public keys and the checkpoints, and proves an export with `docs/verify_ledger.py` alone."""

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from portal.config import PROJECT_ROOT

VERIFIER = PROJECT_ROOT / "docs" / "verify_ledger.py"


def verifier(source: str | None = None) -> ModuleType:
    """The verifier as a module of its own, or a build of it with other source."""
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("verify_ledger", VERIFIER))
    exec(compile(VERIFIER.read_text() if source is None else source, VERIFIER, "exec"), module.__dict__)
    return module


@dataclass
class Auditor:
    """What an auditor was given over time: lines of public keys, lines of checkpoints."""

    keys: list[bytes] = field(default_factory=list)
    checkpoints: list[bytes] = field(default_factory=list)
    program: ModuleType = field(default_factory=verifier)

    def verifies(self, export: Iterable[bytes]):
        """The findings in one export. Raises what the program raises."""
        outside = self.program.read_outside("holder.jsonl", self.checkpoints)
        found = self.program.Verification(self.program.read_keys(self.keys), outside.values())
        found.walk(export)
        return found

    def types(self, folder: Path, export: Sequence[bytes], *options: str) -> list[str]:
        """The files on a disk, and the words to type."""
        files = {"ledger.jsonl": export, "keys.jsonl": self.keys, "holder.jsonl": self.checkpoints}
        for name, lines in files.items():
            (folder / name).write_bytes(b"".join(lines))
        ledger, keys, holder = (str(folder / name) for name in files)
        return [ledger, "--keys", keys, "--checkpoints", holder, *options]
