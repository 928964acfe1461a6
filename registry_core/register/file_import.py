"""How far a file of residents was entered: written in the transaction of each batch, so that a run that breaks off goes on.

At most one import of a municipality is unfinished. The file is known by its digest, which is kept sealed: that of a short file
would let a code in it be found by trying.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Uuid, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant, Sealed
from registry_core.storage.keys import Keyring, keyring
from registry_core.values.actor import Actor
from registry_core.values.errors import ImportMovedOn, ImportUnfinished

_Number = BigInteger().with_variant(Integer, "sqlite")


class ImportOutcome(StrEnum):
    """How an import ended."""

    FINISHED = "finished"
    GIVEN_UP = "given-up"


class FileImport(Base):
    """One import; only its own methods change it."""

    __tablename__ = "file_import"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_somehow"),
        Index(
            "uq_file_import_unfinished",
            "municipality_code",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    municipality_code: Mapped[str] = mapped_column(String(6))
    source_sealed: Mapped[bytes] = mapped_column(Sealed())
    begun_at: Mapped[datetime] = mapped_column(Instant)
    through_line: Mapped[int] = mapped_column(_Number)
    entered: Mapped[int] = mapped_column(_Number)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[ImportOutcome | None] = mapped_column(Closed(ImportOutcome))

    @classmethod
    def begin(cls, source: str, *, municipality_code: str, at: datetime, keyring: Keyring) -> "FileImport":
        """Nothing of it is entered yet."""
        import_id = uuid4()
        return cls(
            id=import_id,
            municipality_code=municipality_code,
            source_sealed=keyring.seal(source.encode(), bound_to=import_id.bytes),
            begun_at=at,
            through_line=0,
            entered=0,
        )

    def source(self, keyring: Keyring) -> str:
        """What is entered: the SHA-256 of a file, or what it is else known by."""
        return keyring.open(self.source_sealed, bound_to=self.id.bytes).decode()

    def go_on(self, *, after: int, through: int, entered: int) -> None:
        """The lines after one and through another are in the register. Raises ImportMovedOn."""
        if self.ended_at is not None or self.through_line != after:
            raise ImportMovedOn
        self.through_line = through
        self.entered += entered

    def end(self, outcome: ImportOutcome, *, at: datetime) -> None:
        """It is over. Raises ImportMovedOn when it is already."""
        if self.ended_at is not None:
            raise ImportMovedOn
        self.outcome, self.ended_at = outcome, at


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import that is not finished: `through_line` is the last line that is in the register, or was left out as bad.

    `source`: the SHA-256 of the file in hexadecimal digits, or what else it is known by.
    """

    id: UUID
    source: str
    begun_at: datetime
    through_line: int
    entered: int


def unfinished_import(session: Session, *, municipality_code: str) -> ImportView | None:
    """The one that is under way, or broke off."""
    query = select(FileImport).where(FileImport.municipality_code == municipality_code, FileImport.ended_at.is_(None))
    found = session.scalars(query).one_or_none()
    return _view(session, found) if found else None


def begin_import(session: Session, *, source: str, actor: Actor, at: datetime) -> ImportView:
    """Begin with a file. Raises ImportUnfinished while another is not ended."""
    if unfinished_import(session, municipality_code=actor.municipality):
        raise ImportUnfinished
    begun = FileImport.begin(source, municipality_code=actor.municipality, at=at, keyring=keyring(session))
    session.add(begun)
    session.flush()
    return _view(session, begun)


def go_on_with_import(session: Session, *, import_id: UUID, after: int, through: int, entered: int) -> None:
    """In the transaction that enters the lines after one and through another. Raises ImportMovedOn: somebody else did."""
    _held(session, import_id).go_on(after=after, through=through, entered=entered)


def end_import(session: Session, *, import_id: UUID, outcome: ImportOutcome, at: datetime) -> None:
    """Nothing of it is to come. Raises ImportMovedOn."""
    _held(session, import_id).end(outcome, at=at)


def _held(session: Session, import_id: UUID) -> FileImport:
    return session.scalars(select(FileImport).where(FileImport.id == import_id).with_for_update()).one()


def _view(session: Session, found: FileImport) -> ImportView:
    return ImportView(found.id, found.source(keyring(session)), found.begun_at, found.through_line, found.entered)
