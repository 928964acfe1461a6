"""What free text may hold before it is kept: any script, no control, bidi or surrogate characters."""

import unicodedata

from registry_core.values.errors import InvalidText, TooLong

_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ALLOWED_CONTROLS = frozenset("\n\t")
_WIDE_SPACE = "\u3000"
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


def plain_text(text: str, *, item: str, limit: int, held: int | None = None) -> str:
    """The text, outer spaces removed, exactly as received else. Raises InvalidText, TooLong (facts: item, limit).

    `limit` counts code points; where `held` says how many of those there is room for, it counts what a reader would count, so
    that a script with many marks has no less room.
    """
    stripped = text.replace("\r\n", "\n").strip()
    # Nothing that is printable is refused, and a reader counts no more than there is. A wide space is not printable to Python.
    if len(stripped) <= limit and stripped.replace(_WIDE_SPACE, " ").isprintable():
        return stripped
    if len(stripped) > (held or limit) or length_as_read(stripped) > limit:
        raise TooLong(item=item, limit=limit)
    if any(_is_refused(character) for character in stripped):
        raise InvalidText(item=item)
    return stripped


def length_as_read(text: str) -> int:
    """How many characters a reader would count: marks that sit on a letter, and joiners, are not counted.

    >>> length_as_read("नि"), length_as_read("Nguyễn")
    (1, 6)
    """
    return sum(1 for character in unicodedata.normalize("NFC", text) if not _sits_on_another(character))


def _sits_on_another(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in _JOINERS


def _is_refused(character: str) -> bool:
    if character in _ALLOWED_CONTROLS:
        return False
    return character in _BIDI or unicodedata.category(character) in _REFUSED_CATEGORIES
