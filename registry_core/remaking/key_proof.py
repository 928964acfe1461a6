"""Which keys the values of a backup need: proofs that only these keys make, without saying anything about them."""

from dataclasses import replace
from typing import Final

from registry_core.storage.keys import Keyring, SealBroken

_PROVED: Final = b"key of a backup"


def key_proofs(keyring: Keyring) -> tuple[str, ...]:
    """One for each key that a stored value may need now: two of each use while the keys are being replaced. Hex."""
    sealed = (replace(keyring, active=name).seal(_PROVED, bound_to=_PROVED) for name in sorted(keyring.sealing))
    return tuple(proof.hex() for proof in (*sealed, *keyring.indexes(_PROVED.decode())))


def fits(keyring: Keyring, *, generation: int, proofs: tuple[str, ...]) -> bool:
    """Values stored under these keys are in good hands with this ring: it has every key that was proved.

    While keys are being replaced it is also of the same generation: a later one takes it for granted that stored values
    have gone through the steps before it, and throws the old keys away. Not so where the new keys are known and not used
    yet: that file, which every safe has, takes nothing for granted and opens what was stored before and after.
    """
    is_settled = len(keyring.sealing) == len(keyring.index_keys) == 1
    if not is_settled and keyring.next_signer is None and keyring.generation != generation:
        return False
    known = set(keyring.indexes(_PROVED.decode()))
    return all(proof in known or _opens(keyring, proof) for proof in map(bytes.fromhex, proofs))


def _opens(keyring: Keyring, proof: bytes) -> bool:
    try:
        return keyring.open(proof, bound_to=_PROVED) == _PROVED
    except SealBroken:
        return False
