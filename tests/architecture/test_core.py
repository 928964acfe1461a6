"""How functions of the core behave: what they are told, what they may not look at, what they give back."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import ROOT, Module, assert_none, at, breaches, dotted, found_in

CLOCKS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
)
ENVIRONMENT = ("os.environ", "os.getenv", "os.environb")

# The one place that reads the clock.
MAY_READ_THE_CLOCK = {"portal/registry.py"}
# The frozen configuration is made from an environment it is given; the commands give it the one they run in.
MAY_READ_THE_ENVIRONMENT = {"portal/cli.py", "portal/operator/opening.py", "portal/operator/serving.py"}

# Rooms whose functions are use cases or serve them.
ROOMS = ("registry_core/codes", "registry_core/register", "registry_core/outbox", "registry_core/ledger")


def reads_the_clock(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Attribute) and dotted(node).endswith(CLOCKS) and each.path not in MAY_READ_THE_CLOCK:
            yield f"{at(each, node)} reads the clock"


def reads_the_environment(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        if (
            isinstance(node, ast.Attribute)
            and dotted(node) in ENVIRONMENT
            and each.path not in MAY_READ_THE_ENVIRONMENT
        ):
            yield f"{at(each, node)} reads the environment"


def commits(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        called = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        # The blocks of the engine end transactions by design: they are the caller's blocks.
        if called in {"commit", "rollback"} and each.path != "registry_core/storage/engine.py":
            yield f"{at(each, node)} ends a transaction that is the caller's"


@cache
def offered_by(room: str) -> frozenset[str]:
    """Names that a room's door (its `__init__`) lets out."""
    door = ast.parse((ROOT / room / "__init__.py").read_text("utf-8"))
    names = [
        alias.asname or alias.name for node in door.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    return frozenset(names)


def takes_anything_but_session_then_keywords(each: Module) -> Iterator[str]:
    """Functions a room offers to others; what its files lend one another inside may be shaped as they like."""
    offered = offered_by(each.path.rpartition("/")[0])
    for node in each.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name not in offered:
            continue
        positional = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
        keywords = [argument.arg for argument in node.args.kwonlyargs]
        if "session" in [*positional, *keywords] and positional != ["session"]:
            yield f"{at(each, node)} {node.name}({', '.join(positional)}, *, {', '.join(keywords)})"


def has_an_unfrozen_value(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else []:
            call = decorator if isinstance(decorator, ast.Call) else None
            if dotted(call.func if call else decorator).rpartition(".")[2] != "dataclass":
                continue
            given = {keyword.arg: keyword.value for keyword in call.keywords} if call else {}
            frozen = given.get("frozen")
            if not (isinstance(frozen, ast.Constant) and frozen.value is True):
                yield f"{at(each, node)} {node.name} is not frozen"


def sets_a_state_from_outside(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "status" and dotted(target.value) != "self":
                yield f"{at(each, node)} sets {dotted(target)}"


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (reads_the_clock, "import datetime\nx = datetime.datetime.now(datetime.UTC)"),
        (reads_the_environment, "import os\nx = os.environ['A']"),
        (sets_a_state_from_outside, "request.status = 'approved'"),
    ],
)
def test_rule_of_both_packages(rule, planted):
    assert_none(breaches(rule))
    assert found_in(rule, planted)


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (commits, "session.commit()"),
        (has_an_unfrozen_value, "@dataclass(slots=True)\nclass A: ..."),
    ],
)
def test_rule_of_the_core(rule, planted):
    assert_none(breaches(rule, "registry_core"))
    assert found_in(rule, planted)


def test_functions_of_the_core_take_the_session_and_then_keywords():
    assert_none(breaches(takes_anything_but_session_then_keywords, *ROOMS))
    assert found_in(takes_anything_but_session_then_keywords, "def approve_code_change(session, request_id): ...")
