"""What free text may hold before it is kept: any script, no control, bidi or surrogate characters."""

import unicodedata

from registry_core.values.errors import InvalidText, TooLong

_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ALLOWED_CONTROLS = frozenset("\n\t")


def plain_text(text: str, *, item: str, limit: int) -> str:
    """The text, outer spaces removed, exactly as received else. Raises InvalidText, TooLong (facts: item, limit)."""
    stripped = text.replace("\r\n", "\n").strip()
    if len(stripped) > limit:
        raise TooLong(item=item, limit=limit)
    if any(_is_refused(character) for character in stripped):
        raise InvalidText(item=item)
    return stripped


def _is_refused(character: str) -> bool:
    if character in _ALLOWED_CONTROLS:
        return False
    return character in _BIDI or unicodedata.category(character) in _REFUSED_CATEGORIES
