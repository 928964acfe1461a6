"""How every sequence begins: a small town, made once and copied."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes import designate_codes
from registry_core.codes.pool import DesignatedCode, pool_reach
from registry_core.register import ResidentItems, enter_resident, link_staff_to_record
from registry_core.storage.keys import keyring
from registry_core.values import ChangeReason, ResidentRecordCode
from tests.conftest import Register
from tests.registry_core import people
from tests.registry_core.people import ADMINISTRATOR, CITY, NOW, SECOND, SYSTEM, TODAY
from tests.registry_core.whole_core.model import Person, Town

PEOPLE = 4
TOGETHER = (2, 3)  # one household; SECOND is the person of the last


@dataclass
class Founding:
    """The town, and what each of its people stands in the register with, or will."""

    town: Town
    items: list[ResidentItems]
    first_codes: list[ResidentRecordCode]

    @classmethod
    def of(cls, register: Register) -> "Founding":
        """Three people are entered, of whom the last works here; the first one is still to come. A pool of six codes."""
        founded = cls(
            Town(),
            [people.items(household_number="T" if slot in TOGETHER else f"H{slot}") for slot in range(PEOPLE)],
            [people.code() for _ in range(PEOPLE)],
        )
        with register.write() as session:
            for slot in range(1, PEOPLE):
                code, items = founded.first_codes[slot], founded.items[slot]
                reason, system = ChangeReason.MOVED_IN, SYSTEM
                record = enter_resident(session, items=items, code=code, reason=reason, on=TODAY, actor=system, at=NOW)
                founded.town.people[slot] = Person(record, [code.reveal()], items.household_number)
            home = founded.town.people[TOGETHER[-1]].id
            link_staff_to_record(session, person=SECOND.person, record_id=home, actor=ADMINISTRATOR, at=NOW)
            founded.town.homes_of_staff[SECOND.person] = TOGETHER[-1]
            codes = [people.code() for _ in range(6)]
            founded.town.pool += designated(session, codes=codes, at=NOW, rng=Random(7))
        return founded


def designated(session: Session, *, codes: list[ResidentRecordCode], at: datetime, rng: Random) -> list[str]:
    """The digits of a new batch, in the order in which they will be taken."""
    before = pool_reach(session, municipality_code=CITY).designated
    designate_codes(session, codes=codes, batch="b", actor=SYSTEM, at=at, rng=rng)
    session.flush()
    query = select(DesignatedCode).where(DesignatedCode.position > before).order_by(DesignatedCode.position)
    return [row.code(keyring(session)).reveal() for row in session.scalars(query)]
