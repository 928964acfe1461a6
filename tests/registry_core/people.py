"""Invented people and staff for tests of the core, and the steps of a request."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes import (
    CodeChangeRequestView,
    DocumentKind,
    check_identity,
    designate_codes,
    request_code_change,
)
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import (
    CaseDeclined,
    CorrectionCase,
    ResidenceCategory,
    ResidentItems,
    Sex,
    decline_case,
    enter_resident,
)
from registry_core.values import Actor, ChangeReason, RegisterDate, ResidentRecordCode, Role
from registry_core.values.actor import resident_person, system_actor

CITY = "990019"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # noon in Japan
TODAY = date(2026, 11, 23)
SYSTEM = system_actor(CITY)
_numbers = count(1)


def later(**parts: float) -> datetime:
    return NOW + timedelta(**parts)


def staff(name: str, role: Role = Role.CLERK, account: str | None = None, city: str = CITY) -> Actor:
    return Actor(person=name, account=account or f"{name}-account", role=role, municipality=city, name=name.upper())


CLERK, SECOND, SUPERVISOR = staff("sato"), staff("suzuki"), staff("tanaka", Role.SUPERVISOR)
ADMINISTRATOR = staff("admin", Role.ADMINISTRATOR)


def resident(record_id: UUID, city: str = CITY) -> Actor:
    return Actor(person=resident_person(record_id), account="subject", role=Role.RESIDENT, municipality=city)


def code(number: int | None = None) -> ResidentRecordCode:
    return ResidentRecordCode.from_body(f"{number or next(_numbers) * 7919 + 10**9:010d}")


def items(**changes: object) -> ResidentItems:
    number = next(_numbers)
    values: dict[str, object] = {
        "latin_name": "NGUYEN VAN DUC",
        "birth_date": RegisterDate.parse("1990-02-28"),
        "sex": Sex.MALE,
        "address": "緑が丘市中央一丁目1番1号",
        "address_since": RegisterDate.parse("2020-04-01"),
        "became_foreign_resident": RegisterDate.parse("2020-04-01"),
        "nationality": "VNM",
        "residence_category": ResidenceCategory.MID_TO_LONG_TERM,
        "residence_status": "技術・人文知識・国際業務",
        "period_of_stay": "5年",
        "end_of_stay": "2030-04-01",
        "card_number": f"AB{number:08d}CD",
        "household_number": f"H{number}",
        "household_head": "NGUYEN VAN DUC",
        "relationship": "世帯主",
    }
    return ResidentItems(**(values | changes))


def enter(session: Session, *, city: str = CITY, its_code: ResidentRecordCode | None = None, **changes: object) -> UUID:
    return enter_resident(
        session,
        items=items(**changes),
        code=its_code or code(),
        reason=ChangeReason.MOVED_IN,
        on=TODAY,
        actor=system_actor(city),
        at=NOW,
    )


def designate(session: Session, number: int = 3) -> list[ResidentRecordCode]:
    codes = [code() for _ in range(number)]
    designate_codes(session, codes=codes, batch="b", actor=SYSTEM, at=NOW, rng=Random(5))
    return codes


def ask(session: Session, record_id: UUID, key: str = "key", **changes: object) -> CodeChangeRequestView:
    values = {"language": "vi", "email": None, "idempotency_key": key, "at": NOW} | changes
    return request_code_change(session, record_id=record_id, actor=resident(record_id), **values)


def check(session: Session, request_id: UUID, by: Actor = CLERK, **changes: object) -> None:
    values = {
        "kind": DocumentKind.RESIDENCE_CARD,
        "last_resort_reason": None,
        "differences_accepted": False,
        "at": NOW,
    } | changes
    check_identity(session, request_id=request_id, actor=by, **values)


def decline(session: Session, case: CorrectionCase, by: Actor = CLERK) -> None:
    decline_case(
        session,
        case_id=case.id,
        seen=case.mark,
        reason=CaseDeclined.WAS_RIGHT,
        examined=(),
        note="",
        actor=by,
        at=NOW,
    )


def actions(session: Session, record_id: UUID | None = None) -> list[str]:
    """What the ledger says was done, in order of writing within equal instants by name."""
    query = select(LedgerEntry.action)
    if record_id:
        query = query.where(LedgerEntry.record_id == record_id)
    return sorted(session.scalars(query))
