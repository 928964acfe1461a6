"""The items of a record as rows of a page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from portal.i18n.formats import country_name, format_day, official_day
from portal.i18n.gettext import _s, current_language, plain
from portal.i18n.languages import source_language
from portal.i18n.register_words import period_word, relationship_word, status_word
from portal.staff import words
from registry_core.codes import CodeChangeRequestView, Difference
from registry_core.register import ResidentRecordView
from registry_core.values.alias_history import AliasEntry, alias_history_of, alias_history_text

_WORDS: dict[str, Callable[[str], str]] = {
    "residence_status": status_word,
    "period_of_stay": period_word,
    "relationship": relationship_word,
}
_DAYS = frozenset({"birth_date", "address_since", "became_foreign_resident", "end_of_stay", "notified_on"})


@dataclass(frozen=True, slots=True)
class Row:
    """One item: what it held at request time (None: not part of the request), what it holds now.

    Beside a word of the reader's language stands the Japanese of the record, "" where they are the same.
    """

    item: str
    words: str
    at_request: str | None
    now: str
    is_changed: bool
    japanese_at_request: str = ""
    now_japanese: str = ""


def rows_of_request(
    change: CodeChangeRequestView, record: ResidentRecordView, differences: Iterable[Difference]
) -> list[Row]:
    """The register at request time beside the register now."""
    changed = {difference.item: difference for difference in differences}
    rows = []
    for item, at_request in change.snapshot.items():
        difference = changed.get(item)
        now = difference.now if difference else at_request
        rows.append(
            Row(
                item=item,
                words=words.items().get(item, item),
                at_request=_left_to_supervisors() if item in change.left_out else shown(item, at_request),
                now=_left_to_supervisors() if _is_left_out(item, record) else shown(item, now),
                is_changed=difference is not None,
                japanese_at_request=japanese_beside(item, at_request),
                now_japanese=japanese_beside(item, now),
            )
        )
    return rows


def rows_of_record(record: ResidentRecordView) -> list[Row]:
    """The register now, item by item."""
    return [
        Row(
            item=item,
            words=words.items()[item],
            at_request=None,
            now=_left_to_supervisors() if _is_left_out(item, record) else shown(item, value),
            is_changed=False,
            now_japanese=japanese_beside(item, value),
        )
        for item, value in items_of(record)
    ]


def items_of(record: ResidentRecordView) -> list[tuple[str, str | None]]:
    """The items of a foreign resident's record in the order staff read them (Act art. 7 and 30-45)."""
    return [
        ("latin_name", record.names.latin),
        ("kanji_name", record.names.kanji),
        ("reading", record.names.reading),
        ("alias", record.names.alias),
        ("alias_history", alias_history_text(record.alias_history)),
        ("birth_date", str(record.birth_date)),
        ("sex", record.sex.value),
        ("address", record.address),
        ("address_since", str(record.address_since)),
        ("notified_on", str(record.notified_on or "")),
        ("previous_address", record.previous_address),
        ("became_foreign_resident", str(record.became_foreign_resident)),
        ("nationality", record.nationality),
        ("residence_category", record.residence_category.value),
        ("residence_status", record.residence_status),
        ("period_of_stay", record.period_of_stay),
        ("end_of_stay", record.end_of_stay),
        ("card_number", record.card_number),
        ("household_number", record.household_number),
        ("household_head", record.household_head),
        ("relationship", record.relationship),
        ("protected", "yes" if record.protected else "no"),
        ("code", record.code.masked),
    ]


def _is_left_out(item: str, record: ResidentRecordView) -> bool:
    return item == "previous_address" and record.previous_address is None


def _left_to_supervisors() -> str:
    return _s("Only supervisors see this.")


def shown(item: str, value: str | None) -> str:
    """One value as staff read it."""
    if value is None or value == "":
        return _s("Not on the register")
    if item in _DAYS:
        return day_shown(item, value)
    if item in _WORDS and current_language() == source_language():
        return value
    if item in _READ:
        return _READ[item](value) or value
    coded = {"sex": words.sexes, "residence_category": words.categories, "protected": yes_or_no}.get(item)
    return coded().get(value, value) if coded else value


def japanese_beside(item: str, value: str | None) -> str:
    """The official Japanese of a day or a word of the register, for who reads another language; "" of every other item."""
    if not value or current_language() == source_language():
        return ""
    if item in _DAYS:
        return official_day(item, value)
    return value if item in _WORDS and _WORDS[item](value) not in {"", value} else ""


def day_shown(item: str, value: str) -> str:
    """A day as the counter writes it: in the era, but birth dates and ends of stay in Western years (STD 1.1.9)."""
    if current_language() == source_language():
        return official_day(item, value)
    return format_day(value)


def _aliases_shown(value: str) -> str:
    return "; ".join(plain(_alias_shown(entry)) for entry in alias_history_of(value))


def _alias_shown(entry: AliasEntry) -> str:
    """One alias with the municipalities and days that are known, as one line of the record (Cabinet Order art. 30-17)."""
    entered = _where_and_when(entry.entered_in, entry.entered_on)
    if not entry.is_deleted:
        return _s("%(name)s, entered: %(entry)s", name=entry.alias, entry=entered)
    return _s(
        "%(name)s, entered: %(entry)s, deleted: %(deletion)s",
        name=entry.alias,
        entry=entered,
        deletion=_where_and_when(entry.deleted_in, entry.deleted_on),
    )


def _where_and_when(municipality: str | None, day: date | None) -> str:
    """The municipality and the day, as far as known."""
    known = [municipality or "", day_shown("alias", str(day)) if day else ""]
    return " ".join(filter(None, known)) or _s("Not known")


def yes_or_no() -> dict[str, str]:
    """Words for a mark."""
    return {"yes": _s("Marked as protected"), "no": _s("Not marked")}


_READ: dict[str, Callable[[str], str]] = {**_WORDS, "nationality": country_name, "alias_history": _aliases_shown}
