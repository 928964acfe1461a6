"""Cells: nothing that a spreadsheet could take for a formula, and what is read back is what there was."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from portal.spreadsheet import FORMULA_BEGINNINGS, defused, plain_cell

_DANGEROUS = "=+-@\t\r\n\0\N{MINUS SIGN}"


def looks_like_a_formula(cell: str) -> bool:
    """To a program that folds compatibility forms, too."""
    return unicodedata.normalize("NFKC", cell)[:1] in set(_DANGEROUS)


def test_no_first_character_of_unicode_makes_a_formula_and_each_is_read_back() -> None:
    for point in range(sys.maxunicode + 1):
        for text in (chr(point), chr(point) + "1+1", "'" + chr(point)):
            cell = defused(text)
            assert not looks_like_a_formula(cell), hex(point)
            assert plain_cell(cell) == text, hex(point)


def test_only_what_looks_like_a_formula_is_touched() -> None:
    touched = {chr(point) for point in range(sys.maxunicode + 1) if defused(chr(point) + "x") != chr(point) + "x"}
    assert touched == FORMULA_BEGINNINGS
    assert all(map(looks_like_a_formula, touched))


@given(st.text(alphabet=st.sampled_from("'=+-@＝x\t")) | st.text())
def test_any_text_is_read_back_and_no_cell_is_a_formula(text: str) -> None:
    assert plain_cell(defused(text)) == text
    assert not looks_like_a_formula(defused(text))
