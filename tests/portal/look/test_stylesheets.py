"""Both directions from one sheet, own files only, few bytes."""

import gzip
import re

import pytest

from tests.portal.look.stylesheets import ROOT, SHEETS, Declaration, declarations

BUDGET = {"portal.css": 3_328}
BUDGET_TOGETHER = 6_500

PHYSICAL = re.compile(
    r"(left|right|top|bottom)$|^(min-|max-)?(width|height)$|-(left|right|top|bottom)(-|$)|^(margin|padding|inset|border-(width|style|color))-?(left|right)"
)
HANDED = re.compile(r"\b(left|right)\b")
FOUR_SIDED = {
    "margin",
    "padding",
    "inset",
    "border-width",
    "border-style",
    "border-color",
    "scroll-margin",
    "scroll-padding",
}


def is_handed(each: Declaration) -> bool:
    """Tell whether a declaration means a side of the screen instead of a side of the text."""
    if each.name.startswith("--"):
        return False
    sides = re.sub(r"\([^()]*\)", "()", each.value).split()
    uneven = each.name in FOUR_SIDED and len(sides) == 4 and sides[1] != sides[3]
    return bool(PHYSICAL.search(each.name)) or bool(HANDED.search(each.value)) or uneven


def tears_letters(each: Declaration) -> bool:
    """Tell whether a declaration harms scripts that join, stack or have no capitals."""
    harmful = each.name in {"letter-spacing", "text-transform", "text-overflow"}
    return harmful or (each.name == "word-break" and each.value == "break-all")


def test_one_sheet_serves_both_directions():
    assert [str(each) for sheet in SHEETS for each in declarations(sheet.read_text()) if is_handed(each)] == []


@pytest.mark.parametrize(
    "rule",
    [
        "a{margin-left:1px}",
        "a{width:2rem}",
        "a{text-align:right}",
        "a{padding:0 1px 0 2px}",
        "a{border-top:0}",
        "a{left:0}",
        "a{max-height:1em}",
    ],
)
def test_a_handed_rule_is_found(rule):
    assert [is_handed(each) for each in declarations(rule)] == [True]


def test_no_script_is_torn_apart():
    assert [str(each) for sheet in SHEETS for each in declarations(sheet.read_text()) if tears_letters(each)] == []
    assert any(tears_letters(each) for each in declarations("h1 { letter-spacing: 1px }"))


def test_sheets_load_nothing():
    for sheet in SHEETS:
        assert re.findall(r"url\(|@import|@font-face|https?:", sheet.read_text()) == [], sheet.name


def test_sheets_stay_small():
    sizes = {sheet.name: len(gzip.compress(sheet.read_bytes(), 9)) for sheet in SHEETS}
    assert set(BUDGET) <= set(sizes)
    assert {name: size for name, size in sizes.items() if size > BUDGET.get(name, BUDGET_TOGETHER)} == {}
    assert sum(sizes.values()) <= BUDGET_TOGETHER


def test_templates_use_no_class_that_no_sheet_knows():
    known = set(re.findall(r"\.([a-z][a-z-]*)", "".join(sheet.read_text() for sheet in SHEETS)))
    used = {
        name
        for template in [*(ROOT / "templates").glob("*.html"), *(ROOT / "templates/parts").glob("*.html")]
        for classes in re.findall(r'class="([a-z -]+)"', template.read_text())
        for name in classes.split()
    }
    assert used - known == set()
