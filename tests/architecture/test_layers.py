"""Who may import whom: the contracts of import-linter, and what it cannot say."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.architecture.source import ROOT, Module, assert_none, at, breaches, found_in, modules


def imports_beyond_the_standard_library(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("registry_core.values"):
                yield f"{at(each, node)} imports {name}"


def test_the_contracts_hold():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(cache_dir=None))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_values_import_the_standard_library_only():
    assert_none(breaches(imports_beyond_the_standard_library, "registry_core/values"))
    assert found_in(imports_beyond_the_standard_library, "from sqlalchemy import text")


def test_only_the_way_to_the_core_opens_storage():
    # A schema that is not there yet cannot be opened as a register: the command that makes it opens the bare database.
    allowed = {"portal/registry.py", "portal/operator/setting_up.py", "registry_core/storage/engine.py"}
    opening = {each.path for each in modules() if re.search(r"\bopen_engine\(|\bcreate_engine\(", each.text)}
    assert opening - allowed == set()


def test_no_drawer_takes_what_nobody_wanted_to_name():
    drawers = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?)(\.py|/)")
    assert [each.path for each in modules() if drawers.search(each.path)] == []


def test_no_room_stands_empty():
    rooms = {each.path.rpartition("/")[0] for each in modules()}
    holding = {each.path.rpartition("/")[0] for each in modules() if len(each.tree.body) > 1}
    parents = {room for room in rooms if any(other.startswith(f"{room}/") for other in holding)}
    assert rooms - holding - parents == set()
