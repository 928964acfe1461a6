"""The register of the demonstration: the invented people entered, a batch of codes designated, clerk-2 linked to his record.

Loading again changes nothing. The codes are drawn with a fixed seed, so that every demonstration has the same ones; they are
nobody's, as no municipality has the number 990019.
"""

import random
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.demo.households import HOUSEHOLDS
from portal.demo.people import CLERK_2_PERSON
from registry_core.codes import designate_codes
from registry_core.register import ResidentItems, enter_resident, link_staff_to_record
from registry_core.values.actor import Actor, system_actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import CodeInUse
from registry_core.values.resident_record_code import ResidentRecordCode

#: The six-digit code of the municipality in ``municipality.toml``.
DEMO_MUNICIPALITY = "990019"
#: How many codes are designated for new assignments.
POOL_SIZE = 500

_SEED = "midorigaoka"
_BATCH = "demo-1"
#: The record of the person who signs in as clerk-2.
_CLERK_2_CARD = "KL11000013NP"


def load_demo(session: Session, at: datetime, municipality: str = DEMO_MUNICIPALITY) -> int:
    """Enter whoever is not entered yet and return how many that were. Needs an empty or a demo register."""
    actor = system_actor(municipality)
    codes = _demo_codes(len(HOUSEHOLDS) + POOL_SIZE)
    entered = 0
    for resident, code in zip(HOUSEHOLDS, codes, strict=False):
        record_id = _entered(session, resident.items, code, actor, at)
        if record_id is None:
            continue
        entered += 1
        if resident.items.card_number == _CLERK_2_CARD:
            link_staff_to_record(session, person=CLERK_2_PERSON, record_id=record_id, actor=actor, at=at)
    if entered:
        designate_codes(
            session,
            codes=codes[len(HOUSEHOLDS) :],
            batch=_BATCH,
            actor=actor,
            at=at,
            rng=random.Random(_SEED),  # noqa: S311 - a demonstration that can be repeated
        )
    return entered


def _entered(
    session: Session, items: ResidentItems, code: ResidentRecordCode, actor: Actor, at: datetime
) -> UUID | None:
    """Enter one person; None when the code is somebody's already, that is, when the demonstration was loaded before."""
    try:
        return enter_resident(
            session,
            items=items,
            code=code,
            reason=ChangeReason.MOVED_IN,
            on=at.astimezone(ZoneInfo("Asia/Tokyo")).date(),
            actor=actor,
            at=at,
        )
    except CodeInUse:
        return None


def _demo_codes(count: int) -> list[ResidentRecordCode]:
    """Draw different codes, the same ones each time."""
    chance = random.Random(_SEED)  # noqa: S311 - invented codes that are the same in every demonstration
    bodies: dict[str, None] = {}
    while len(bodies) < count:
        bodies[f"{chance.randrange(1, 10**10):010d}"] = None
    return [ResidentRecordCode.from_body(body) for body in bodies]
