"""Digits as people type them: full-width, Arabic-Indic, Devanagari, Burmese ... to ASCII."""

import unicodedata


def ascii_digits(text: str) -> str:
    """Replace every decimal digit of any script by its ASCII digit; leave all else alone.

    >>> ascii_digits("１２ ۳۴ ५६")
    '12 34 56'
    """
    return text if text.isascii() else "".join(_ascii(character) for character in text)


def _ascii(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
