"""`python -m tests.faults [--only NAMES] [--quick]`: one JSON object a line; exit 1 on a fault or a missed control."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

NAMES = ("races-sqlite", "races-postgresql", "kills-sqlite", "kills-postgresql", "canary-codes")


def main(arguments: list[str]) -> int:
    """Run what was asked for, in order; 0 when no fault was found and no control missed, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--only", default="", help=f"names, by comma or space: {', '.join(NAMES)}; or races, kills, canary"
    )
    parser.add_argument("--quick", action="store_true", help="the short form, for every commit")
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only.replace(",", " ").split())
    if not chosen:
        parser.error(f"no fault test of that name; there are {', '.join(NAMES)}")
    good = True
    with ExitStack() as stack:
        bench = _Bench(stack)
        for name in chosen:
            verdict = bench.run(name, quick=options.quick)
            print(verdict.line(), flush=True)
            good = good and verdict.is_good
    return 0 if good else 1


def _chosen(wanted: list[str]) -> list[str]:
    unknown = [each for each in wanted if not any(name.startswith(each) for name in NAMES)]
    if unknown:
        return []
    return [name for name in NAMES if not wanted or any(name.startswith(each) for each in wanted)]


class _Bench:
    """Databases and keys for the tests of one run, made when first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        from registry_core.storage.keys import new_keyring_file

        self.stack = stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        self.keys_file = self.folder / "data-keys.json"
        new_keyring_file(self.keys_file)
        self.templates = {}

    def run(self, name: str, *, quick: bool):
        from tests.faults.verdict import say

        say(name)
        test, _, backend = name.partition("-")
        if test == "races":
            from tests.faults.races import races_on

            return races_on(backend, self.template(backend), self.keys_file, quick=quick)
        if test == "kills":
            from tests.faults.kills import kills_on

            return kills_on(backend, self.template(backend), self.keys_file, quick=quick)
        from tests.faults.canary import canary_codes

        return canary_codes(self.template("sqlite"), self.keys_file, self.folder, quick=quick)

    def template(self, backend: str):
        from tests.databases import PostgresqlTemplate, SqliteTemplate, migrated, postgresql_server

        if backend not in self.templates:
            if backend == "sqlite":
                self.templates[backend] = SqliteTemplate(self.folder / "sqlite", migrated)
            else:
                server = self.stack.enter_context(postgresql_server("portal-faults"))
                self.templates[backend] = PostgresqlTemplate(server, "faults", migrated)
        return self.templates[backend]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
