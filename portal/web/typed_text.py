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


def _is_refused(character: str, *, lines: bool) -> bool:
    if character in _LINES:
        return not lines
    return character in _REFUSED or unicodedata.category(character) in _REFUSED_CATEGORIES
