"""Mind the tail: files and functions that outgrow one idea."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, assert_none, at, breaches, found_in

LONGEST_FILE = 350
LONGEST_FUNCTION = 60

# Files and functions that are long for a reason, with the reason.
LONG_ON_PURPOSE: dict[str, str] = {}


def is_long(each: Module) -> Iterator[str]:
    if "/migrations/versions/" in each.path or each.path in LONG_ON_PURPOSE:
        return  # a migration is a list, and never changes again
    lines = each.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{each.path} has {lines} lines"
    for node in ast.walk(each.tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{at(each, node)} {node.name} has {length} lines"


def test_no_file_and_no_function_outgrows_one_idea():
    assert_none(breaches(is_long))
    assert found_in(is_long, "def a():\n" + "    b()\n" * 70)
