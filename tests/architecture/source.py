"""The project's own source, read as text and as syntax trees, for the rules of the house."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("registry_core", "portal")


@dataclass(frozen=True)
class Module:
    """One file of Python."""

    path: str  # from the project's root, with slashes
    text: str
    tree: ast.Module


def module(path: str, text: str) -> Module:
    return Module(path, text, ast.parse(text))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module below these folders (both packages when none is named)."""
    paths = sorted(path for folder in folders or PACKAGES for path in (ROOT / folder).rglob("*.py"))
    return tuple(module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


Rule = Callable[[Module], Iterator[str]]


def breaches(rule: Rule, *folders: str) -> list[str]:
    """What a rule finds in the source."""
    return [fault for each in modules(*folders) for fault in rule(each)]


def assert_none(faults: list[str]) -> None:
    """One breach a line, which reads better than the difference of two lists."""
    __tracebackhide__ = True
    assert not faults, "\n".join(["", *faults])


def found_in(rule: Rule, text: str, path: str = "registry_core/codes/planted.py") -> list[str]:
    """What a rule finds in planted text: each rule is shown one breach it has to find."""
    return list(rule(module(path, text)))


def dotted(node: ast.AST) -> str:
    """The name of an expression such as `datetime.datetime.now`, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


def at(each: Module, node: ast.AST) -> str:
    return f"{each.path}:{getattr(node, 'lineno', 0)}"
