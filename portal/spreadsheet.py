"""Cells that a spreadsheet would take for a formula, made harmless, and read back as they were.

A cell that begins like a formula gets an apostrophe in front, and so does one that begins with an apostrophe and then like a
formula, or with two apostrophes: taking one apostrophe off such a cell gives back exactly what there was.

>>> [defused(text) for text in ("=1+1", "＋81", "'Alipate", "'=x", "NGUYEN")]
["'=1+1", "'＋81", "'Alipate", "''=x", 'NGUYEN']
>>> [plain_cell(defused(text)) for text in ("=1+1", "＋81", "'Alipate", "'=x", "NGUYEN")]
['=1+1', '＋81', "'Alipate", "'=x", 'NGUYEN']
"""

_APOSTROPHE = "'"
#: What begins a formula, and every character that becomes one of these where compatibility forms are folded: full-width, small,
#: superscript, subscript.
FORMULA_BEGINNINGS = frozenset("\0\t\n\r=+-@−⁺⁻⁼₊₋₌⩵⩶﬩﹢﹣﹦﹫＋－＝＠")
_TAKEN_OFF_BEFORE = FORMULA_BEGINNINGS | {_APOSTROPHE}


def defused(text: str) -> str:
    """The text as it may stand in a cell."""
    return _APOSTROPHE + text if text[:1] in FORMULA_BEGINNINGS or _is_marked(text) else text


def plain_cell(text: str) -> str:
    """What a cell holds, the apostrophe of `defused` taken off."""
    return text[1:] if _is_marked(text) else text


def _is_marked(text: str) -> bool:
    return text[:1] == _APOSTROPHE and text[1:2] in _TAKEN_OFF_BEFORE
