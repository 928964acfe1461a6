"""What the file of keys holds, and the steps in which its keys are replaced while the register serves.

Each change of the file is a new generation. A transaction remembers the generation it began with, and is refused at its
commit when that is older than `oldest`: so after each step there comes a moment from which nobody writes as before it.

KNOWN     new keys stand beside the old ones: they open and find, nothing is sealed or indexed with them alone; `code_index_next`
          of every new row is filled with the new key, so that no code can be entered twice under two keys
SEALING   the new keys seal, mark and sign; old rows are sealed anew, and their `code_index_next` is filled
INDEXING  the new key makes `code_index` too; old rows get it from `code_index_next`
CLEARING  the old keys are gone; `code_index_next` is emptied
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_KEY_BYTES = 32
_NAME = re.compile(r"([a-z])([0-9]{1,9})(?:-[0-9a-f]{6})?")


class KeysUnusable(Exception):
    """The key file is absent, unreadable or not of its form; the message says what to do."""


class RotationStep(StrEnum):
    """How far a replacement of the keys has come."""

    KNOWN = "known"
    SEALING = "sealing"
    INDEXING = "indexing"
    CLEARING = "clearing"


@dataclass(frozen=True, slots=True, repr=False)
class KeyGroup:
    """Keys of one use, oldest first, 32 bytes each; `active` names the one for new values."""

    active: str
    keys: Mapping[str, bytes]

    @property
    def newest(self) -> str:
        """The name of the last one."""
        return list(self.keys)[-1]

    def with_new(self) -> "KeyGroup":
        """One more key, not yet active.

        Its name never comes back. A number alone would: where the file was lost and an older one is gone on from.
        """
        name = f"{self.newest[0]}{key_number(self.newest) + 1}-{secrets.token_hex(3)}"
        return replace(self, keys={**self.keys, name: secrets.token_bytes(_KEY_BYTES)})

    def switched(self) -> "KeyGroup":
        """The newest is active."""
        return replace(self, active=self.newest)

    def trimmed(self, keep: int) -> "KeyGroup":
        """The last `keep` keys alone."""
        return replace(self, keys=dict(list(self.keys.items())[-keep:]))


@dataclass(frozen=True, slots=True)
class Signer:
    """A public key of the ledger's checkpoints, 32 bytes, and the first sequence it signs."""

    first: int
    public: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeySet:
    """The keys of one deployment, and how far their replacement has come (`step`, None: none is under way)."""

    generation: int
    oldest: int
    step: RotationStep | None
    sealing: KeyGroup
    index: KeyGroup
    marks: KeyGroup
    checkpoint: bytes
    #: The key that signs next: made with the other new keys, so that one copy of the file holds them all.
    next_checkpoint: bytes | None
    signers: tuple[Signer, ...]

    @property
    def next_signer(self) -> bytes | None:
        """The public key of `next_checkpoint`, 32 bytes."""
        return _public(self.next_checkpoint) if self.next_checkpoint else None

    @classmethod
    def new(cls) -> "KeySet":
        """Fresh keys."""
        checkpoint = secrets.token_bytes(_KEY_BYTES)
        groups = {letter: KeyGroup(f"{letter}1", {f"{letter}1": secrets.token_bytes(_KEY_BYTES)}) for letter in "kim"}
        signers = (Signer(1, _public(checkpoint)),)
        return cls(0, 0, None, groups["k"], groups["i"], groups["m"], checkpoint, None, signers)

    def begun(self) -> "KeySet":
        """New keys, known and not used."""
        return self._next(
            RotationStep.KNOWN,
            sealing=self.sealing.with_new(),
            index=self.index.with_new(),
            marks=self.marks.with_new(),
            next_checkpoint=secrets.token_bytes(_KEY_BYTES),
        )

    def sealing_anew(self, *, first_sequence: int) -> "KeySet":
        """The new keys seal and mark; checkpoints from this sequence on have a new signer."""
        checkpoint = self.next_checkpoint or secrets.token_bytes(_KEY_BYTES)
        return self._next(
            RotationStep.SEALING,
            sealing=self.sealing.switched(),
            marks=self.marks.switched(),
            checkpoint=checkpoint,
            next_checkpoint=None,
            signers=(*self.signers, Signer(first_sequence, _public(checkpoint))),
        )

    def indexing_anew(self) -> "KeySet":
        """The new key makes every index."""
        return self._next(RotationStep.INDEXING, index=self.index.switched())

    def without_old(self) -> "KeySet":
        """The old keys are gone. Marks are short-lived, and those of the key before are recognised until the next time."""
        return self._next(
            RotationStep.CLEARING,
            sealing=self.sealing.trimmed(1),
            index=self.index.trimmed(1),
            marks=self.marks.trimmed(2),
        )

    def done(self) -> "KeySet":
        """Nothing is under way any more."""
        return self._next(None)

    def fenced(self) -> "KeySet":
        """Who began with an older generation may no longer commit."""
        return replace(self, oldest=self.generation)

    def _next(self, step: RotationStep | None, **changed: Any) -> "KeySet":
        return replace(self, generation=self.generation + 1, step=step, **changed)


def key_number(name: str) -> int:
    """How many keys of its use came before it, and itself; 0 of what names no key."""
    found = _NAME.fullmatch(name)
    return int(found[2]) if found else 0


def read_key_set(path: Path) -> KeySet:
    """Read the file. Raises KeysUnusable with what to do."""
    try:
        content = json.loads(path.read_text())
        keys = _parsed(content)
    except FileNotFoundError as missing:
        raise KeysUnusable(f"No key file at {path}. Run `portal init`, or restore the file from its safe.") from missing
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as broken:
        raise KeysUnusable(
            f"The key file {path} cannot be read. Restore it from its safe; do not make a new one."
        ) from broken
    for group in (keys.sealing, keys.index, keys.marks):
        names_fit = all(_NAME.fullmatch(name) for name in group.keys)
        if group.active not in group.keys or not names_fit or {len(key) for key in group.keys.values()} != {_KEY_BYTES}:
            raise KeysUnusable(f"The key file {path} names no usable active key. Restore it from its safe.")
    return keys


def write_key_set(path: Path, keys: KeySet) -> None:
    """Put a new file in place of the old one, at once and for good: whoever reads it sees the one or the other.

    Its owner and mode stay those of the old one. Raises OSError.
    """
    before = path.stat()
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, before.st_mode & 0o777)
        if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, before.st_uid, before.st_gid)
        file.write(_written(keys))
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)
    _sync_folder(path.parent)


def new_keyring_file(path: Path) -> None:
    """Make fresh keys in a file only its owner reads. Raises FileExistsError rather than overwrite one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_written(KeySet.new()))
        file.flush()
        os.fsync(descriptor)
    _sync_folder(path.parent)


def _written(keys: KeySet) -> str:
    content = {
        "version": 2,
        "generation": keys.generation,
        "oldest": keys.oldest,
        "step": keys.step,
        "sealing": _group_written(keys.sealing),
        "index": _group_written(keys.index),
        "marks": _group_written(keys.marks),
        "checkpoint": _encoded(keys.checkpoint),
        "next_checkpoint": _encoded(keys.next_checkpoint) if keys.next_checkpoint else None,
        "signers": [{"first": signer.first, "public": _encoded(signer.public)} for signer in keys.signers],
    }
    return json.dumps(content, indent=1) + "\n"


def _parsed(content: dict[str, Any]) -> KeySet:
    checkpoint = _decoded(content["checkpoint"])
    if "version" not in content:
        return _parsed_first_form(content, checkpoint)
    step = content["step"]
    signers = tuple(Signer(int(each["first"]), _decoded(each["public"])) for each in content["signers"])
    if not signers or signers[-1].public != _public(checkpoint):
        raise ValueError("the last signer is not the one that signs")
    return KeySet(
        generation=int(content["generation"]),
        oldest=int(content["oldest"]),
        step=RotationStep(step) if step else None,
        sealing=_group_parsed(content["sealing"]),
        index=_group_parsed(content["index"]),
        marks=_group_parsed(content["marks"]),
        checkpoint=checkpoint,
        next_checkpoint=_decoded(content["next_checkpoint"]) if content.get("next_checkpoint") else None,
        signers=signers,
    )


def _parsed_first_form(content: dict[str, Any], checkpoint: bytes) -> KeySet:
    """As files were made before keys could be replaced: one key for every index, short-lived or not."""
    index = _decoded(content["index"])
    return KeySet(
        generation=0,
        oldest=0,
        step=None,
        sealing=KeyGroup(content["active"], {name: _decoded(key) for name, key in content["sealing"].items()}),
        index=KeyGroup("i1", {"i1": index}),
        marks=KeyGroup("m1", {"m1": index}),
        checkpoint=checkpoint,
        next_checkpoint=None,
        signers=(Signer(1, _public(checkpoint)),),
    )


def _group_written(group: KeyGroup) -> dict[str, Any]:
    return {"active": group.active, "keys": {name: _encoded(key) for name, key in group.keys.items()}}


def _group_parsed(content: dict[str, Any]) -> KeyGroup:
    return KeyGroup(content["active"], {name: _decoded(key) for name, key in content["keys"].items()})


def _public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _sync_folder(folder: Path) -> None:
    """A file that was put in place stays there over a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
