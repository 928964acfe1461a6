"""How a step is taken, may be refused, and may be died in; the steps of the register and of the pool."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry_core.codes import erase_resident
from registry_core.register import correct_record, enter_resident
from registry_core.values import ChangeReason, ResidentRecordCode
from registry_core.values.errors import RegistryError
from tests.conftest import Register
from tests.registry_core import people
from tests.registry_core.people import CLERK, NOW, SECOND, SUPERVISOR, SYSTEM, TODAY
from tests.registry_core.whole_core.founding import TOGETHER, Founding, designated
from tests.registry_core.whole_core.model import Person

STAFF = st.sampled_from([CLERK, SECOND, SUPERVISOR])
SLOTS = st.integers(0, 3)


class Killed(BaseException):
    """The process dies here."""


class RegisterSteps(RuleBasedStateMachine):
    """Four people, three members of staff, a pool."""

    def opened(self) -> tuple[Register, Founding]:
        """A database in which the town was founded. A subclass gives it."""
        raise NotImplementedError

    @initialize()
    def a_town_begins(self) -> None:
        self.register, founding = self.opened()
        self.at, self.rng = NOW, Random(7)
        self.town, self.items, self.first_codes = deepcopy(founding.town), founding.items, founding.first_codes
        self.dies_in: int | None = None
        self.taken: Counter[tuple[str, str]] = Counter()
        #: What the world outside remembers, whatever becomes of the database: whose each code was, checkpoints, approvals.
        self.ever = {person.codes[0]: slot for slot, person in self.town.people.items()}
        self.held: list[bytes] = []
        self.checkpoints: list[bytes] = []
        self.acknowledged: set[UUID] = set()
        self.given_since = 0

    # ------------------------------------------------------------ how a step is taken

    def attempt(self, name: str, step: Callable[[Session], Any], *, may: bool, then: Callable[[Any], object]) -> None:
        """One step in its own transaction. It succeeds exactly when it may; a refusal, or a death, changes nothing."""
        self.at += timedelta(minutes=1)
        try:
            with self.dying(), self.register.write() as session:
                done = step(session)
        except Killed:
            self.taken[name, "died in"] += 1
            self.register.engine.dispose()
            return
        except RegistryError as error:
            refused = error.code
        else:
            refused = None
        assert (refused is None) == may, f"refused: {refused}" if may else "done, and it is forbidden"
        self.taken[name, "done" if may else "refused"] += 1
        if may:
            then(done)

    @contextmanager
    def dying(self) -> Iterator[None]:
        """Die before the statement that was chosen, if one was; whoever gets past the end lives."""
        if self.dies_in is None:
            yield
            return
        left, self.dies_in = self.dies_in, None

        def count(*_arguments: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        event.listen(self.register.engine, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(self.register.engine, "before_cursor_execute", count)

    def person(self, slot: int) -> Person | None:
        return self.town.people.get(slot)

    def knows(self, digits: str, slot: int) -> None:
        """A code was given, and somebody was told: it is nobody else's ever."""
        assert self.ever.setdefault(digits, slot) == slot, "a code that was somebody else's was given"

    # ------------------------------------------------------------ the register

    @rule(slot=SLOTS, by=st.sampled_from([CLERK, SUPERVISOR, SYSTEM]))
    def somebody_is_entered(self, slot: int, by) -> None:
        """With the first code, or, coming back, with the last one; who is here already is refused."""
        person = self.person(slot)
        code = ResidentRecordCode(person.codes[-1]) if person else self.first_codes[slot]
        items, reason = self.items[slot], ChangeReason.MOVED_IN

        def entered(record_id) -> None:
            if person is not None:
                person.is_erased = False
                person.changes()
            else:
                self.town.people[slot] = Person(record_id, [code.reveal()], items.household_number)
            self.knows(code.reveal(), slot)

        self.attempt(
            "enter",
            lambda s: enter_resident(s, items=items, code=code, reason=reason, on=TODAY, actor=by, at=self.at),
            may=person is None or person.is_erased,
            then=entered,
        )

    @rule(slot=SLOTS, by=STAFF)
    def a_record_is_corrected(self, slot: int, by) -> None:
        if person := self.person(slot):
            changes = {"address": f"緑が丘市{self.at:%d%H%M}番地"}
            values = {"record_id": person.id, "changes": changes, "reason": ChangeReason.MOVED_WITHIN, "on": TODAY}
            self.attempt(
                "correct",
                lambda s: correct_record(s, **values, actor=by, at=self.at),
                may=self.town.may_maintain(by, person),
                then=lambda _version: person.changes(),
            )

    @rule(slot=SLOTS, by=STAFF)
    def a_record_is_erased(self, slot: int, by) -> None:
        if person := self.person(slot):
            values = {"record_id": person.id, "reason": ChangeReason.MOVED_ABROAD, "on": TODAY}
            self.attempt(
                "erase",
                lambda s: erase_resident(s, **values, actor=by, at=self.at),
                may=self.town.may_maintain(by, person),
                then=lambda _done: person.is_erased_now(),
            )

    # ------------------------------------------------------------ the pool

    @rule(number=st.integers(1, 4), one_is_used=st.booleans())
    def codes_are_designated(self, number: int, one_is_used: bool) -> None:
        used = [self.first_codes[TOGETHER[-1]]] if one_is_used else []
        self.designate([people.code() for _ in range(number)] + used, may=not used)

    @precondition(lambda self: 0 not in self.town.people and self.first_codes[0].reveal() not in self.town.pool)
    @rule()
    def a_code_is_designated_that_somebody_brings_along(self) -> None:
        """It stands in the pool when its bearer is entered: it is burned then, not given a second time."""
        self.designate([self.first_codes[0]], may=True)

    def designate(self, codes: list[ResidentRecordCode], *, may: bool) -> None:
        step = partial(designated, codes=codes, at=self.at, rng=self.rng)
        self.attempt("designate", step, may=may, then=self.town.pool.extend)
