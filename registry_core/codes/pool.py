"""The pool of designated codes (Act art. 30-2): shuffled once, when a batch is loaded, and taken in that order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger import record_entry
from registry_core.register.code_assignment import CodeAssignment, next_index_is_unique
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import Keyring, keyring
from registry_core.storage.present_values import present_values
from registry_core.values.actor import Actor
from registry_core.values.errors import CodeInUse, PoolEmpty
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.resident_record_code import ResidentRecordCode

LOW_WATER = 50


class DesignatedCode(Base):
    """One designated code; `position` is its place in the order of taking."""

    __tablename__ = "designated_code"
    __table_args__ = (
        UniqueConstraint("municipality_code", "position"),
        Index(
            "ix_designated_code_free",
            "municipality_code",
            "position",
            sqlite_where=text("taken_at IS NULL"),
            postgresql_where=text("taken_at IS NULL"),
        ),
        Index(
            "ix_designated_code_taken",  # how far the pool is taken: every checkpoint tells it
            "position",
            sqlite_where=text("taken_at IS NOT NULL"),
            postgresql_where=text("taken_at IS NOT NULL"),
        ),
        next_index_is_unique("designated_code"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    municipality_code: Mapped[str] = mapped_column(String(6))
    batch: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    code_sealed: Mapped[bytes] = mapped_column(Sealed(is_code=True))
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_index_next: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_for: Mapped[UUID | None] = mapped_column(Uuid)

    @classmethod
    def designated(
        cls, code: ResidentRecordCode, *, municipality_code: str, batch: str, position: int, keyring: Keyring
    ) -> "DesignatedCode":
        """A code that may be used from now on."""
        row_id = uuid4()
        return cls(
            id=row_id,
            municipality_code=municipality_code,
            batch=batch,
            position=position,
            code_sealed=keyring.seal(code.reveal().encode(), bound_to=row_id.bytes),
            **keyring.code_indexes(code.reveal()),
        )

    def burn(self, *, at: datetime) -> None:
        """Take it for nobody: there is doubt about it. Raises CodeInUse."""
        if self.taken_at is not None:
            raise CodeInUse
        self.taken_at = at

    def take(self, *, record_id: UUID, at: datetime, keyring: Keyring) -> ResidentRecordCode:
        """Take it, once. Raises CodeInUse."""
        if self.taken_at is not None:
            raise CodeInUse
        self.taken_at, self.taken_for = at, record_id
        return self.code(keyring)

    def code(self, keyring: Keyring) -> ResidentRecordCode:
        """The code, opened. Raises SealBroken when the row was tampered with."""
        return ResidentRecordCode(keyring.open(self.code_sealed, bound_to=self.id.bytes).decode())

    def is_indexed(self, keyring: Keyring) -> bool:
        """The code is found by its index. Raises SealBroken."""
        return self.code_index in keyring.indexes(self.code(keyring).reveal())

    def will_be_indexed(self, keyring: Keyring) -> bool:
        """Its next index is one of these keys: it is found by it once their replacement is through. Raises SealBroken."""
        return self.code_index_next in keyring.indexes(self.code(keyring).reveal())


_IS_SOMEBODYS = select(CodeAssignment.id).where(CodeAssignment.code_index.in_(bindparam("indexes", expanding=True)))
_NEXT_FREE = (
    select(DesignatedCode)
    .where(DesignatedCode.municipality_code == bindparam("municipality_code"), DesignatedCode.taken_at.is_(None))
    .order_by(DesignatedCode.position)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class PoolLevel:
    """How many codes are left; `low`: ask the designating body for more (Regulation art. 9)."""

    left: int
    low: bool


@dataclass(frozen=True, slots=True)
class PoolReach:
    """How far a pool goes: the last position taken, and the last there is; 0 for none."""

    taken: int
    designated: int


def codes_in_use(session: Session, *, codes: Iterable[ResidentRecordCode]) -> set[ResidentRecordCode]:
    """Those that are, or were, somebody's, or stand in a pool already."""
    ring = keyring(session)
    by_index = {index: code for code in codes for index in ring.indexes(code.reveal())}
    columns = (CodeAssignment.code_index, DesignatedCode.code_index)
    return {by_index[index] for column in columns for index in present_values(session, column, by_index)}


def designate_codes(
    session: Session, *, codes: list[ResidentRecordCode], batch: str, actor: Actor, at: datetime, rng: Random
) -> int:
    """Load a batch for the actor's municipality, in an order drawn by `rng`; how many. Raises CodeInUse for the whole batch."""
    if len(set(codes)) != len(codes) or codes_in_use(session, codes=codes):
        raise CodeInUse
    shuffled = list(codes)
    rng.shuffle(shuffled)
    highest = select(func.max(DesignatedCode.position)).where(DesignatedCode.municipality_code == actor.municipality)
    first = (session.scalar(highest) or 0) + 1
    session.add_all(
        DesignatedCode.designated(
            code,
            municipality_code=actor.municipality,
            batch=batch,
            position=first + offset,
            keyring=keyring(session),
        )
        for offset, code in enumerate(shuffled)
    )
    record_entry(
        session,
        action="pool.designated",
        actor=actor,
        at=at,
        purpose=LegalPurpose.REGISTER_MAINTENANCE,
        facts={"batch": batch, "count": len(codes)},
    )
    return len(codes)


def take_code(session: Session, *, municipality_code: str, record_id: UUID, at: datetime) -> ResidentRecordCode:
    """The next code of the order, taken in the caller's transaction. Raises PoolEmpty.

    A code that somebody was entered with after it was designated is burned, not given twice.
    """
    query, ring = _NEXT_FREE.with_for_update(skip_locked=True), keyring(session)
    while row := session.scalars(query, {"municipality_code": municipality_code}).one_or_none():
        if session.scalar(_IS_SOMEBODYS, {"indexes": ring.indexes(row.code(ring).reveal())}) is None:
            return row.take(record_id=record_id, at=at, keyring=ring)
        row.burn(at=at)
        session.flush()
    raise PoolEmpty


def pool_level(session: Session, *, municipality_code: str) -> PoolLevel:
    """How many are left, and whether that is low."""
    query = (
        select(func.count())
        .select_from(DesignatedCode)
        .where(DesignatedCode.municipality_code == municipality_code, DesignatedCode.taken_at.is_(None))
    )
    left = session.scalar(query) or 0
    return PoolLevel(left=left, low=left < LOW_WATER)


def pool_reach(session: Session, *, municipality_code: str) -> PoolReach:
    """How far the pool is taken, and how far it goes."""
    here = DesignatedCode.municipality_code == municipality_code
    highest = select(func.max(DesignatedCode.position)).where(here)
    taken = session.scalar(highest.where(DesignatedCode.taken_at.is_not(None)))
    return PoolReach(taken=taken or 0, designated=session.scalar(highest) or 0)


def burn_codes(session: Session, *, municipality_code: str, up_to: int, at: datetime) -> int:
    """Burn every code not taken up to a position, one left over by a transaction that was given up too; how many."""
    free = (DesignatedCode.municipality_code == municipality_code, DesignatedCode.taken_at.is_(None))
    doubtful = select(DesignatedCode).where(*free, DesignatedCode.position <= up_to).with_for_update()
    codes = session.scalars(doubtful).all()
    for code in codes:
        code.burn(at=at)
    return len(codes)
