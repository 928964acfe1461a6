"""The reference of a request: twelve characters of Crockford's base 32, 60 random bits; no code, no date, no name in it.

>>> normal_reference("o1l2-abcd efgh")
'0112ABCDEFGH'
>>> reference_in_groups('0112ABCDEFGH')
'0112-ABCD-EFGH'
"""

import secrets
import unicodedata

from registry_core.values.digits import ascii_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_LOOK_ALIKES = str.maketrans("OIL", "011")
_LONGEST_INPUT = 60


def new_reference() -> str:
    """A fresh reference."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def reference_in_groups(reference: str) -> str:
    """As it is printed and read aloud: groups of four."""
    return "-".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def normal_reference(text: str) -> str:
    """What somebody typed, in the stored form; may still be no reference at all."""
    folded = ascii_digits(unicodedata.normalize("NFKC", text[:_LONGEST_INPUT])).upper().translate(_LOOK_ALIKES)
    return "".join(character for character in folded if character in ALPHABET)
