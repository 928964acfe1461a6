"""`python -m tests.benchmarks [--only NAMES] [--quick]`: one JSON object a line. A slow figure is a figure, not a failure."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from portal.i18n.languages import languages
from tests.benchmarks.filled import FILLED
from tests.benchmarks.measurement import Figure, say

_TAGS = tuple(language.tag for language in languages())
#: Languages whose scripts differ most in bytes.
_PAGES = tuple(tag for tag in ("ja", "my", "km", "ur") if tag in _TAGS)
_READS = ("lookup-by-code", "birth-and-name", "name-search", "record-with-history")
GROUPS = {
    "main": ("faq-page", "faq-bytes", "approvals-sqlite", "approvals-postgresql"),
    "register": (
        "import-sqlite",
        "import-postgresql",
        "bytes-per-record-sqlite",
        "bytes-per-record-postgresql",
        *(f"{name}-{backend}" for backend in ("sqlite", "postgresql") for name in _READS),
        "ledger-verify-sqlite",
        "ledger-verify-postgresql",
    ),
    "i18n": (
        *(f"faq-page-{tag}" for tag in _PAGES),
        *(f"faq-bytes-{tag}" for tag in _TAGS),
        "i18n-first-load",
        "i18n-memory",
        "i18n-page-of-100",
    ),
}
NAMES = tuple(name for names in GROUPS.values() for name in names)
#: Kept over a restart, so on a disk: /tmp may be memory, where nothing costs what being durable costs.
_DISK = Path("/var/tmp")


def main(arguments: list[str]) -> int:
    """Measure what was asked for, in order; 0 when it ran, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--only", default="", help=f"names or groups, by comma or space: {', '.join([*GROUPS, *NAMES])}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    options = parser.parse_args(arguments)
    chosen, unknown = _chosen(options.only.replace(",", " ").split())
    if unknown:
        parser.error(f"no benchmark or group named {', '.join(unknown)}; there are {', '.join([*GROUPS, *NAMES])}")
    _own_environment()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder, closing(FILLED):
        for name in chosen:
            say(name)
            print(_benchmark(name)(Path(folder) / name, quick=options.quick).line(), flush=True)
    return 0


def _chosen(wanted: list[str]) -> tuple[list[str], list[str]]:
    """Names in their order, and what is neither a name nor a group."""
    unknown = [each for each in wanted if each not in GROUPS and each not in NAMES]
    names = {name for each in wanted for name in GROUPS.get(each, (each,))} if wanted else set(NAMES)
    return [name for name in NAMES if name in names], unknown


def _benchmark(name: str) -> Callable[..., Figure]:
    """What measures it; loaded when needed, so that a wrong name is told at once."""
    if name.startswith("approvals-"):
        from tests.benchmarks import approvals

        return approvals.approvals_sqlite if name == "approvals-sqlite" else approvals.approvals_postgresql
    if name in GROUPS["register"]:
        return _of_the_register(name)
    if name.startswith("i18n-"):
        from tests.benchmarks import i18n

        return {
            "i18n-first-load": i18n.first_load,
            "i18n-memory": i18n.memory,
            "i18n-page-of-100": i18n.page_of_100,
        }[name]
    from tests.benchmarks import faq

    if name.startswith("faq-page-"):
        tag = name.removeprefix("faq-page-")
        return lambda folder, *, quick: faq.faq_page(folder, quick=quick, name=name, path=f"/{tag}/faq")
    if name.startswith("faq-bytes-"):
        return lambda folder, *, quick: faq.faq_bytes_of(name.removeprefix("faq-bytes-"), folder)
    return faq.faq_page if name == "faq-page" else faq.faq_bytes


def _of_the_register(name: str) -> Callable[..., Figure]:
    if name.startswith(("import-", "bytes-per-record-")):
        from tests.benchmarks import importing

        return {
            "import-sqlite": importing.import_sqlite,
            "import-postgresql": importing.import_postgresql,
            "bytes-per-record-sqlite": importing.bytes_per_record_sqlite,
            "bytes-per-record-postgresql": importing.bytes_per_record_postgresql,
        }[name]
    if name.startswith(_READS):
        from tests.benchmarks.register_reads import register_read

        return partial(register_read, name)
    from tests.benchmarks import ledger

    return ledger.ledger_verify_sqlite if name == "ledger-verify-sqlite" else ledger.ledger_verify_postgresql


def _own_environment() -> None:
    """No setting of whoever measures reaches what is measured; temporary folders on a disk."""
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    if "TMPDIR" not in os.environ and _DISK.is_dir() and os.access(_DISK, os.W_OK):
        tempfile.tempdir = os.environ["TMPDIR"] = str(_DISK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
