"""`python -m tests.faults [--only NAMES] [--quick]`: one JSON object a line; exit 1 on a fault or a missed control."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.faults.log_watch import codes_in_logs, keep_logs
from tests.faults.system_calls import StraceMissing
from tests.faults.verdict import Verdict, say


def main(arguments: list[str]) -> int:
    """Run what was asked for, in order; 0 when no fault was found and no control missed, 2 for wrong use."""
    names = ", ".join(TESTS)
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", default="", help=f"names, or how they begin, by comma or space: {names}")
    parser.add_argument("--quick", action="store_true", help="the short form, for every commit")
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only.replace(",", " ").split())
    if not chosen:
        parser.error(f"no fault test of that name; there are {names}")
    good = True
    try:
        with ExitStack() as stack:
            bench = _Bench(stack, quick=options.quick)
            for name in chosen:
                say(name)
                verdict = TESTS[name](bench)
                verdict.look_into(codes_in_logs(bench.server_logs()))
                print(verdict.line(), flush=True)
                good = good and verdict.is_good
    except StraceMissing as missing:
        say(str(missing))
        return 2
    return 0 if good else 1


def _chosen(wanted: list[str]) -> list[str]:
    if any(not any(name.startswith(each) for name in TESTS) for each in wanted):
        return []
    return [name for name in TESTS if not wanted or any(name.startswith(each) for each in wanted)]


class _Bench:
    """Databases and keys for the tests of one run, made when first asked for."""

    def __init__(self, stack: ExitStack, *, quick: bool) -> None:
        from registry_core.storage.keys import new_keyring_file

        self.stack, self.quick = stack, quick
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        self.keys_file = self.folder / "data-keys.json"
        keep_logs(self.folder / "logs")
        new_keyring_file(self.keys_file)
        self.templates = {}
        self.killable = None

    def own_server(self):
        """A server that may be killed, and a template on it."""
        from tests.databases import PostgresqlTemplate, migrated
        from tests.faults.own_postgresql import own_server

        if self.killable is None:
            server = self.stack.enter_context(own_server("faults-server"))
            self.killable = server, PostgresqlTemplate(server.url, "faults", migrated)
        return self.killable

    def server_logs(self) -> list[Path]:
        """Of the servers of this run: what PostgreSQL itself says of statements that failed."""
        shared = self.templates.get("postgresql")
        logs = [Path(shared.server.query["host"]) / "log"] if shared else []
        return [*logs, self.killable[0].log] if self.killable else logs

    def template(self, backend: str):
        from tests.databases import PostgresqlTemplate, SqliteTemplate, migrated, postgresql_server

        if backend not in self.templates:
            if backend == "sqlite":
                self.templates[backend] = SqliteTemplate(self.folder / "sqlite", migrated)
            else:
                server = self.stack.enter_context(postgresql_server("portal-faults"))
                self.templates[backend] = PostgresqlTemplate(server, "faults", migrated)
        return self.templates[backend]


def _races(bench: _Bench, backend: str) -> Verdict:
    from tests.faults.races import races_on

    return races_on(backend, bench.template(backend), bench.keys_file, quick=bench.quick)


def _kills(bench: _Bench, backend: str) -> Verdict:
    from tests.faults.kills import kills_on

    return kills_on(backend, bench.template(backend), bench.keys_file, quick=bench.quick)


def _crash_states(bench: _Bench) -> Verdict:
    from tests.faults.crash_states import crash_states

    return crash_states(bench.template("sqlite"), bench.keys_file, quick=bench.quick)


def _io_errors_on_sqlite(bench: _Bench) -> Verdict:
    from tests.faults.io_errors import io_errors_on_sqlite

    return io_errors_on_sqlite(bench.keys_file, bench.folder)


def _stolen_files(bench: _Bench, backend: str) -> Verdict:
    from tests.faults.stolen_files import stolen_files

    return stolen_files(backend, bench.template(backend), bench.keys_file, bench.folder, quick=bench.quick)


def _postgresql_killed(bench: _Bench) -> Verdict:
    from tests.faults.postgresql_killed import postgresql_killed

    return postgresql_killed(*bench.own_server(), bench.keys_file, quick=bench.quick)


def _io_errors_on_postgresql(bench: _Bench) -> Verdict:
    from tests.faults.io_errors_postgresql import io_errors_on_postgresql

    return io_errors_on_postgresql(*bench.own_server(), bench.keys_file, quick=bench.quick)


def _canary(bench: _Bench) -> Verdict:
    from tests.faults.canary import canary_codes

    return canary_codes(bench.template("sqlite"), bench.keys_file, bench.folder, quick=bench.quick)


def _ledger_tampering(bench: _Bench) -> Verdict:
    from tests.faults.ledger_tampering import ledger_tampering

    return ledger_tampering(bench.template("sqlite"), bench.template("postgresql"), quick=bench.quick)


def _restores(bench: _Bench, backend: str) -> Verdict:
    from tests.faults.restores import restores_on

    return restores_on(backend, bench.template(backend), bench.keys_file, bench.folder, quick=bench.quick)


def _hostile_catalogs(bench: _Bench) -> Verdict:
    from tests.faults.hostile_catalogs import hostile_catalogs

    return hostile_catalogs(bench.template("sqlite"), bench.keys_file, quick=bench.quick)


#: Each test by its name, in the order in which they run.
TESTS: dict[str, Callable[[_Bench], Verdict]] = {
    "races-sqlite": lambda bench: _races(bench, "sqlite"),
    "races-postgresql": lambda bench: _races(bench, "postgresql"),
    "kills-sqlite": lambda bench: _kills(bench, "sqlite"),
    "kills-postgresql": lambda bench: _kills(bench, "postgresql"),
    "postgresql-killed": _postgresql_killed,
    "crash-states": _crash_states,
    "io-errors-sqlite": _io_errors_on_sqlite,
    "io-errors-postgresql": _io_errors_on_postgresql,
    "stolen-files-sqlite": lambda bench: _stolen_files(bench, "sqlite"),
    "stolen-files-postgresql": lambda bench: _stolen_files(bench, "postgresql"),
    "canary-codes": _canary,
    "ledger-tampering": _ledger_tampering,
    "restore-sqlite": lambda bench: _restores(bench, "sqlite"),
    "restore-postgresql": lambda bench: _restores(bench, "postgresql"),
    "hostile-catalogs": _hostile_catalogs,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
