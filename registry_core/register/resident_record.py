"""The resident record (住民票) of a foreign resident: its items (Act art. 7 and 30-45) and who may change them.

Not held: Individual Number, insurance, pension.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Boolean, CheckConstraint, Date, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.base import Base
from registry_core.storage.column_types import AliasHistoryType, Closed, RegisterDateType
from registry_core.storage.keys import Keyring
from registry_core.values.alias_history import AliasEntry, alias_history_of, alias_history_text
from registry_core.values.errors import InvalidItem, RecordErased
from registry_core.values.person_name import PersonNames
from registry_core.values.register_date import RegisterDate
from registry_core.values.residence import ResidenceCategory
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.sex import Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentItems:
    """The items as they are entered. Japanese official words stay as received (status, period, relationship).

    nationality: ISO 3166-1 alpha-3 or an own code (STATELESS "XXA"); end_of_stay: "YYYY-MM-DD" or None; sex: ISO 5218;
    notified_on: the day the person notified the address here, or it was entered ex officio (Act art. 7 item 8), if known.
    """

    latin_name: str | None
    kanji_name: str | None = None
    reading: str | None = None
    alias: str | None = None
    alias_history: tuple[AliasEntry, ...] = ()
    birth_date: RegisterDate
    sex: Sex
    address: str
    address_since: RegisterDate
    notified_on: date | None = None
    previous_address: str = ""
    became_foreign_resident: RegisterDate
    nationality: str
    residence_category: ResidenceCategory
    residence_status: str = ""
    period_of_stay: str = ""
    end_of_stay: str | None = None
    card_number: str | None = None
    household_number: str
    household_head: str
    relationship: str
    protected: bool = False

    def as_text(self) -> dict[str, str | None]:
        """Every item as text, for history, snapshots and comparison."""
        texts = ((value or None) if type(value) is str else _text(value) for value in _values(self))
        return dict(zip(ITEM_NAMES, texts, strict=True))

    @classmethod
    def from_text(cls, texts: Mapping[str, str | None]) -> "ResidentItems":
        """The items of such texts; one that an older row lacks is as it was before there was the item."""
        given: dict[str, Any] = {"latin_name": None}
        for name in ITEM_NAMES:
            text = texts.get(name)
            if text is not None:
                given[name] = _READERS[name](text) if name in _READERS else text
        return cls(**given)


#: Code points a name may have: 120 characters of any script, each with its marks or its variation selector.
NAME_HELD = 400
_READERS: dict[str, Callable[[str], object]] = {
    "alias_history": alias_history_of,
    "birth_date": RegisterDate.read,
    "sex": Sex,
    "address_since": RegisterDate.read,
    "notified_on": date.fromisoformat,
    "became_foreign_resident": RegisterDate.read,
    "residence_category": ResidenceCategory,
    "protected": lambda text: text == "yes",
}
ITEM_NAMES = tuple(field.name for field in fields(ResidentItems))
_values = attrgetter(*ITEM_NAMES)


class ResidentRecord(Base):
    """One person's record. Only its own methods change it; `version` rises by one with each change."""

    __tablename__ = "resident_record"
    __table_args__ = (
        CheckConstraint("latin_name IS NOT NULL OR kanji_name IS NOT NULL", name="has_a_name"),
        CheckConstraint("sex IN ('0', '1', '2', '9')", name="sex_is_iso_5218"),
        # The household first: nearly all records are of one municipality, which is no way to find any.
        Index("ix_resident_record_household", "household_number", "municipality_code"),
        Index(
            "ix_resident_record_protected",
            "household_number",
            "municipality_code",
            sqlite_where=text("protected = 1"),
            postgresql_where=text("protected"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    version: Mapped[int] = mapped_column()
    municipality_code: Mapped[str] = mapped_column(String(6))
    latin_name: Mapped[str | None] = mapped_column(String(NAME_HELD))
    kanji_name: Mapped[str | None] = mapped_column(String(NAME_HELD))
    reading: Mapped[str | None] = mapped_column(String(NAME_HELD))
    alias: Mapped[str | None] = mapped_column(String(NAME_HELD))
    alias_history: Mapped[tuple[AliasEntry, ...]] = mapped_column(AliasHistoryType)
    birth_date: Mapped[RegisterDate] = mapped_column(RegisterDateType, index=True)
    sex: Mapped[Sex] = mapped_column(Closed(Sex))
    address: Mapped[str] = mapped_column(String(300))
    address_since: Mapped[RegisterDate] = mapped_column(RegisterDateType)
    notified_on: Mapped[date | None] = mapped_column(Date)
    previous_address: Mapped[str] = mapped_column(String(300))
    became_foreign_resident: Mapped[RegisterDate] = mapped_column(RegisterDateType)
    nationality: Mapped[str] = mapped_column(String(3))
    residence_category: Mapped[ResidenceCategory] = mapped_column(Closed(ResidenceCategory))
    residence_status: Mapped[str] = mapped_column(String(60))
    period_of_stay: Mapped[str] = mapped_column(String(40))
    end_of_stay: Mapped[str | None] = mapped_column(String(10))
    card_number: Mapped[str | None] = mapped_column(String(12), unique=True)
    household_number: Mapped[str] = mapped_column(String(40))
    household_head: Mapped[str] = mapped_column(String(NAME_HELD))
    relationship: Mapped[str] = mapped_column(String(60))
    protected: Mapped[bool] = mapped_column(Boolean)
    erased_on: Mapped[date | None] = mapped_column(Date)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @classmethod
    def enter(cls, items: ResidentItems, *, municipality_code: str) -> "ResidentRecord":
        """A new record, version 1."""
        return cls(**new_record_values(items, record_id=uuid4(), municipality_code=municipality_code))

    def items(self) -> ResidentItems:
        """The items as they are now."""
        return ResidentItems(**{name: getattr(self, name) for name in ITEM_NAMES})

    def correct(self, items: ResidentItems) -> None:
        """Take the corrected items (修正). Raises RecordErased."""
        self.guard_not_erased()
        for name, value in _columns(items).items():
            setattr(self, name, value)
        self.version += 1

    def erase(self, *, on: date) -> None:
        """Erase (消除): the row stays, 150 years (Cabinet Order art. 34). Raises RecordErased."""
        self.guard_not_erased()
        self.erased_on = on
        self.version += 1

    def enter_again(self, items: ResidentItems) -> None:
        """The person came back: the record goes on. Raises InvalidItem when it was not erased."""
        if self.erased_on is None:
            raise InvalidItem(item="erased_on")
        self.erased_on = None
        for name, value in _columns(items).items():
            setattr(self, name, value)
        self.version += 1

    def code_changed(self) -> None:
        """Its code was changed: a change of the record like any other. Raises RecordErased."""
        self.guard_not_erased()
        self.version += 1

    def guard_not_erased(self) -> None:
        """Raises RecordErased."""
        if self.erased_on is not None:
            raise RecordErased

    @property
    def names(self) -> PersonNames:
        """Every form of the name."""
        return PersonNames(self.latin_name, self.kanji_name, self.reading, self.alias)


@dataclass(frozen=True, slots=True)
class ResidentRecordView:
    """A record as shown, after its ledger entry is written. `code` is masked in every text form.

    withheld: shown to a supervisor, and kept from other staff, because the person or somebody they live with is protected.
    previous_address: None where it is left to supervisors, which says nothing of what it is; "" where there is none.
    """

    id: UUID
    version: int
    municipality_code: str
    names: PersonNames
    alias_history: tuple[AliasEntry, ...]
    birth_date: RegisterDate
    sex: Sex
    address: str
    address_since: RegisterDate
    notified_on: date | None
    previous_address: str | None
    became_foreign_resident: RegisterDate
    nationality: str
    residence_category: ResidenceCategory
    residence_status: str
    period_of_stay: str
    end_of_stay: str | None
    card_number: str | None
    household_number: str
    household_head: str
    relationship: str
    code: ResidentRecordCode
    code_since: date
    protected: bool
    erased_on: date | None
    withheld: bool = False


def view_of(record: ResidentRecord, assignment: CodeAssignment, keyring: Keyring) -> ResidentRecordView:
    """The frozen view of a record and its current code."""
    return shown_view(
        record,
        record_id=record.id,
        version=record.version,
        municipality_code=record.municipality_code,
        code=assignment.code(keyring),
        code_since=assignment.since_day,
        erased_on=record.erased_on,
    )


def shown_view(
    items: "ResidentItems | ResidentRecord",
    *,
    record_id: UUID,
    version: int,
    municipality_code: str,
    code: ResidentRecordCode,
    code_since: date,
    erased_on: date | None,
) -> ResidentRecordView:
    """The frozen view of a record's items, of today or of another version."""
    held = {name: getattr(items, name) for name in ITEM_NAMES if name not in _NAME_ITEMS}
    return ResidentRecordView(
        id=record_id,
        version=version,
        municipality_code=municipality_code,
        names=PersonNames(items.latin_name, items.kanji_name, items.reading, items.alias),
        code=code,
        code_since=code_since,
        erased_on=erased_on,
        **held,
    )


def with_changes(items: ResidentItems, changes: dict[str, object]) -> ResidentItems:
    """The items with some replaced."""
    return replace(items, **changes)  # type: ignore[arg-type]


_NAME_ITEMS = ("latin_name", "kanji_name", "reading", "alias")


def new_record_values(items: ResidentItems, *, record_id: UUID, municipality_code: str) -> dict[str, Any]:
    """The columns of a new record, version 1."""
    return {"id": record_id, "version": 1, "municipality_code": municipality_code} | _columns(items)


def _columns(items: ResidentItems) -> dict[str, Any]:
    return dict(zip(ITEM_NAMES, _values(items), strict=True))


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return alias_history_text(value) or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
