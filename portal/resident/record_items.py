"""What a resident sees of a record: exactly the items of FAQ Q4 (Act art. 30-6, Order 30-16 para. 7) and their changes.

No value of anything else passes through here: of nationality, status of residence and household only the names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.i18n.formats import format_day, official_day
from portal.i18n.gettext import official, plain
from portal.resident.face import has_proved_again
from registry_core.register import RecordChange, ResidentRecordView
from registry_core.values.register_date import RegisterDate
from registry_core.values.sex import Sex

#: The item of the register -> the key of its official name; also the order on the page.
TERMS = {
    "latin_name": "term.name-latin",
    "kanji_name": "term.name-kanji",
    "reading": "term.name-reading",
    "alias": "term.alias",
    "address": "term.address",
    "birth_date": "term.birth-date",
    "sex": "term.sex",
    "code": "term.resident-record-code",
}
#: The item a person confirms (CONFIRMABLE_ITEMS) -> the items of the page that belong to it, and its name.
PARTS = {
    "name": ("latin_name", "kanji_name", "reading"),
    "alias": ("alias",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "address": ("address",),
    "code_held": ("code",),
}
#: What a person can say to be wrong -> its name; the last three stand on the resident record and not on this page.
ITEM_TERMS = {
    "name": "term.name",
    "alias": "term.alias",
    "birth_date": "term.birth-date",
    "sex": "term.sex",
    "address": "term.address",
    "code_held": "term.resident-record-code",
    "nationality": "term.nationality",
    "residence": "term.residence-status",
    "household": "term.household",
}
NAMES = frozenset({"latin_name", "kanji_name", "reading", "alias"})


@dataclass(frozen=True)
class ShownItem:
    """One item: its value as registered (`kind` as the item macro knows it), and what it means to the reader, or ""."""

    item: str
    term: str
    value: str
    kind: str
    meaning: str = ""


@dataclass(frozen=True)
class ShownChange:
    """One change of these items; `items` are (key of the official name, kind, value before, value after).

    Where the record was made there is no value before: `is_first`, and the items are left to the record above.
    """

    on: RegisterDate
    official_day: str
    reason: str
    is_first: bool
    items: tuple[tuple[str, str, str, str], ...]


def hides_address(record: ResidentRecordView) -> bool:
    """A protected person's address (支援措置) is shown to herself too only once she has proved again who she is."""
    return record.protected and not has_proved_again()


def items_of(record: ResidentRecordView) -> list[ShownItem]:
    """The items in the order of the page; a form of the name that is not registered is left out, a hidden address is hidden."""
    values = {
        "latin_name": record.names.latin,
        "kanji_name": record.names.kanji,
        "reading": record.names.reading,
        "alias": record.names.alias,
        "address": record.address,
        "birth_date": str(record.birth_date),
        "sex": str(record.sex),
        "code": record.code.masked,
    }
    shown = [_shown(item, value) for item, value in values.items() if value or item not in NAMES]
    return [_HIDDEN if each.item == "address" else each for each in shown] if hides_address(record) else shown


def changes_of(record: ResidentRecordView, history: Iterable[RecordChange]) -> list[ShownChange]:
    """The changes of these items, newest first; a change of other items alone is left out, a hidden address is hidden."""
    shown, hidden = [], hides_address(record)
    for change in history:
        is_first = all(before is None for before, _after in change.changed.values())
        items = tuple(
            (TERMS[item], "hidden", "", "")
            if hidden and item == "address"
            else (TERMS[item], _kind(item), official_value(item, before), official_value(item, after))
            for item, (before, after) in change.changed.items()
            if item in TERMS
        )
        if items:
            day = official_day("changed_on", change.on)
            shown.append(ShownChange(change.on, day, f"reason.{change.reason}", is_first, () if is_first else items))
    return shown


def official_value(item: str, value: str | None) -> str:
    """The value as a Japanese form writes it: birth dates in Western years (STD 1.1.9), the sex in words."""
    if not value:
        return ""
    if item == "birth_date":
        return official_day(item, value)
    if item == "sex":
        return plain(official(f"value.sex.{value}", "ja"))
    return value


_HIDDEN = ShownItem("address", TERMS["address"], "", "hidden")


def _shown(item: str, value: str | None) -> ShownItem:
    meaning = ""
    if item == "birth_date" and value:
        meaning = format_day(value)
    if item == "sex" and value:
        meaning = plain(official(f"value.sex.{Sex(value)}"))
    return ShownItem(item, TERMS[item], official_value(item, value), _kind(item), meaning)


def _kind(item: str) -> str:
    if item in {"latin_name", "alias"}:
        return "name"
    return "code" if item == "code" else "japanese"
