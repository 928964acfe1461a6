"""Any sequence of steps by anybody, deaths and a lost database among them, leaves the register as the model has it."""

import os
from itertools import count
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from registry_core.storage.engine import open_engine
from registry_core.storage.keys import Keyring
from tests.conftest import Register
from tests.databases import Template
from tests.registry_core.whole_core.founding import Founding
from tests.registry_core.whole_core.machine import WholeCore
from tests.registry_core.whole_core.seeded_bugs import BUGS

#: 300 on every commit, the same each time but for what hypothesis finds loaded beside it; with SEQUENCES=20000 so many,
#: and others each time.
SEQUENCES = int(os.environ.get("SEQUENCES", "300"))
IS_USUAL = "SEQUENCES" not in os.environ
PARTS = 4
NEVER_REFUSED = {"lapse", "seal", "deliver", "restore"}
EVERY_STEP = NEVER_REFUSED | {
    "enter",
    "correct",
    "erase",
    "designate",
    "request",
    "withdraw",
    "check",
    "approve",
    "decline",
    "ask",
    "answer",
    "take",
    "release",
    "begin",
    "say wrong",
    "take case",
    "release case",
    "correct by case",
    "decline case",
}
#: What the sequences have to meet, and nothing else. Chance makes some ends rare: then more follow, to so many times as many.
TO_MEET = (
    {(name, "done") for name in EVERY_STEP}
    | {(name, "refused") for name in EVERY_STEP - NEVER_REFUSED}
    | {("any step", "died in")}
)
MOST_IN_ALL = 4
ON_POSTGRESQL = SEQUENCES // 25
STEPS = 20
AT_MOST_FOR_A_BUG = 60
#: How a bug shows: the model or an invariant says otherwise, or the database's own rules refuse it.
FOUND = (AssertionError, IntegrityError)


class Databases:
    """One engine for all sequences, which is led to one database after the other: what it has compiled stays compiled."""

    def __init__(self, template: Template, bare: Template, keyring: Keyring) -> None:
        self.keyring, self.bare = keyring, bare
        self.founded = template.derived(self._found)
        self.used: list[tuple[Template, str]] = []
        self.engine = open_engine(self.founded.fresh())
        event.listen(self.engine, "do_connect", self._lead)
        if self.engine.dialect.name == "sqlite":
            # Nobody pulls a plug here: what is lost then is tested by `make faults ONLY=crash-states`.
            event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))

    def opened(self, of: Template) -> Register:
        self.engine.dispose()
        self.used.append((of, of.fresh()))
        return Register(self.used[-1][1], self.engine, self.keyring)

    def done(self) -> None:
        self.engine.dispose()
        for of, url in self.used:
            of.dispose(url)
        self.used.clear()

    def _found(self, url: str) -> None:
        engine = open_engine(url)
        self.founding = Founding.of(Register(url, engine, self.keyring))
        engine.dispose()

    def _lead(self, _dialect, _record, arguments: list, named: dict) -> None:
        database = make_url(self.used[-1][1]).database
        if self.engine.dialect.name == "sqlite":
            arguments[0] = database
        else:
            named["dbname"] = database


def machine_on(databases: Databases, made: list[WholeCore]) -> type[WholeCore]:
    """The machine on these; what was made is collected, for the figures."""

    class Machine(WholeCore):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

        def opened(self) -> tuple[Register, Founding]:
            return databases.opened(databases.founded), databases.founding

        def bare(self) -> Register:
            return databases.opened(databases.bare)

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                databases.done()

    return Machine


def walk(machine: type[WholeCore], number: int, *, sown: int | None, shrinks: bool = True) -> None:
    """So many sequences. Fails as hypothesis does, with the steps that led there, as few as it can if it `shrinks`."""
    options = settings(
        max_examples=number,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if shrinks else [])],
    )
    # Hypothesis would spend two sequences of three on copies of one with a step repeated: they find nothing new here.
    with mock.patch.object(ConjectureRunner, "generate_mutations_from", return_value=None):
        run_state_machine_as_test(seed(sown)(machine) if sown else machine, settings=options)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_any_sequence_of_steps_is_as_the_model_has_it(sqlite_template, bare_sqlite, keyring, part: int) -> None:
    made: list[WholeCore] = []
    machine = machine_on(Databases(sqlite_template, bare_sqlite, keyring), made)
    number = (SEQUENCES - ON_POSTGRESQL) // PARTS
    walk(machine, number, sown=part if IS_USUAL else None)
    if IS_USUAL:
        further = count(part + PARTS, PARTS)
        while _met(made) != TO_MEET and len(made) < number * MOST_IN_ALL:
            walk(machine, number // 4, sown=next(further))
        assert _met(made) == TO_MEET


def _met(made: list[WholeCore]) -> set[tuple[str, str]]:
    """How steps ended in these sequences; of whatever step, that the process died in it."""
    ends = {each for walked in made for each in walked.taken}
    return {("any step" if end == "died in" else name, end) for name, end in ends}


@pytest.mark.slow
def test_any_sequence_of_steps_is_as_the_model_has_it_on_postgresql(
    postgresql_template, bare_postgresql, keyring
) -> None:
    machine = machine_on(Databases(postgresql_template, bare_postgresql, keyring), [])
    walk(machine, ON_POSTGRESQL, sown=1 if IS_USUAL else None)


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS)
def test_seeded_bug_is_found(sqlite_template, bare_sqlite, keyring, bug: str) -> None:
    databases, made = Databases(sqlite_template, bare_sqlite, keyring), []
    with BUGS[bug](), pytest.raises(FOUND):
        walk(machine_on(databases, made), AT_MOST_FOR_A_BUG, sown=1, shrinks=False)
    assert len(made) <= AT_MOST_FOR_A_BUG
