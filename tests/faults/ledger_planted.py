"""Faults planted in the verifier and in what is sealed: with each, an attack is missed or a false alarm raised; that is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from unittest import mock

from registry_core.ledger import seal
from tests.people.auditor import VERIFIER, verifier

#: What is written instead of what, once, in the source of `docs/verify_ledger.py`.
PLANTED: dict[str, tuple[str, str]] = {
    "signature-not-checked": ("key.verify(bytes.fromhex(signed[1]), signed[0])", "key"),
    "chain-not-checked": (".digest() != seal:", ".digest() == b'':"),
    "outside-ignored": ("self.against_outside()", "self.proved = self.rows"),
    "end-not-compared": (':= checkpoint["checkpoint"]) > self.rows:', ':= checkpoint["checkpoint"]) < 0:'),
    "trail-not-compared": ("if ours[start : start + TRAIL] != known[start : start + TRAIL]:", "if not known:"),
    "orphans-not-told": ("self.fault(0, ", "(lambda *_: None)(0, "),
    "own-checkpoints-not-checked": ("if not self.is_signed(content):", "if not content:"),
    "any-key-for-any-row": (
        '[key for first, key in self.keys if first <= checkpoint["checkpoint"]][-1]',
        "self.keys[0][1]",
    ),
    "waiting-is-a-fault": ("self.waiting += 1", "self.fault(self.rows + 1, 'waits')"),
    "column-not-sealed": ("", ""),  # in our own code
}


@contextmanager
def planted(name: str) -> Iterator[ModuleType]:
    """The verifier with a fault in it; or the right one, and the fault in what is sealed."""
    right, wrong = PLANTED[name]
    source = VERIFIER.read_text()
    if right and source.count(right) != 1:
        raise LookupError(f"{name}: the verifier does not have {right!r} once")
    if right:
        yield verifier(source.replace(right, wrong))
        return
    whole = seal.canonical

    def without_the_person(values):
        return whole([*values[:6], "", *values[7:]])

    with mock.patch.object(seal, "canonical", without_the_person):
        yield verifier()
