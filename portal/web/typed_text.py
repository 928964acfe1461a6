"""What a form field may hold: any script, but no characters that hide, reorder or break text.

Refused: control characters, direction controls, halves of surrogate pairs, characters that are not assigned or private, and the
mark that stands for bytes that are no text. Joiners (U+200C, U+200D) stay: several scripts are written with them.
"""

import unicodedata
from typing import Final

_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_REFUSED: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffd")
_LINES: Final = frozenset("\n\t")


def without_refused(text: str, *, lines: bool) -> str:
    r"""The text without what is refused; `lines` allows line feeds and tabs (a text area).

    >>> without_refused("a\u202eb\x00", lines=False)
    'ab'
    """
    return "".join(character for character in text if not _is_refused(character, lines=lines))


def length_as_read(text: str) -> int:
    """How many characters a reader would count: marks that sit on a letter, and joiners, are not counted.

    >>> length_as_read("नि"), length_as_read("Nguyễn")
    (1, 6)
    """
    return sum(1 for character in unicodedata.normalize("NFC", text) if not _sits_on_another(character))


def _sits_on_another(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in "\u200c\u200d\ufe0e\ufe0f"


def _is_refused(character: str, *, lines: bool) -> bool:
    if character in _LINES:
        return not lines
    return character in _REFUSED or unicodedata.category(character) in _REFUSED_CATEGORIES
