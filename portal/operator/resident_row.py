"""One row of a file of residents, read as the register's items, or what is wrong with it, without repeating a value."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from portal.operator.bad_rows import BadRow
from portal.operator.resident_file import FileRow, RowFault
from registry_core.register import Newcomer, ResidenceCategory, ResidentItems, changed_on, checked_items
from registry_core.values.alias_history import AliasEntry, alias_history_of
from registry_core.values.change_reason import ENTRY_REASONS, ChangeReason
from registry_core.values.errors import InvalidCode, InvalidDate, RegistryError
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.sex import sex_of

_YES, _NO = frozenset({"yes", "1", "true"}), frozenset({"", "no", "0", "false"})
_DAYS_REMEMBERED = 50_000  # birth dates repeat; a day takes about 200 bytes
_CHECK_DIGIT = "the check digit of the code does not fit: was it typed?"


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """A row that can be entered. `hint` is a typing hint: the check digit of the code does not fit."""

    line: int
    newcomer: Newcomer
    hint: str | None


def read_row(row: FileRow, *, today: date) -> Newcomer | BadRow:
    """Who stands in a row, not checked yet by the rules of the register; entered today where it tells no day."""
    text = row.fields
    try:
        code, reason = _code(text["code"]), _reason(text["reason"])
        return Newcomer(_items(text), code, reason, _entered_on(text["on"], reason) or today)
    except RowFault as fault:
        return BadRow(row.line, str(fault))


def checked_row(row: FileRow, *, today: date) -> ResidentRow | BadRow:
    """Who stands in a row, as the register will take them."""
    read = read_row(row, today=today)
    if isinstance(read, BadRow):
        return read
    try:
        newcomer = replace(read, items=checked_items(read.items))
    except RegistryError as refused:
        return BadRow(row.line, _words(refused))
    return ResidentRow(row.line, newcomer, None if read.code.check_digit_matches else _CHECK_DIGIT)


def _items(text: dict[str, str]) -> ResidentItems:
    sex = sex_of(text["sex"])
    if sex is None:
        raise RowFault("sex: 1 (male), 2 (female), 0 (unknown) or 9 (not applicable)")
    category = _CATEGORIES.get(text["residence_category"])
    if category is None:
        raise RowFault(f"residence_category: one of {', '.join(ResidenceCategory)}")
    protected = text["protected"].lower()
    if protected not in _YES and protected not in _NO:
        raise RowFault("protected: yes or no")
    return ResidentItems(
        latin_name=text["latin_name"] or None,
        kanji_name=text["kanji_name"] or None,
        reading=text["reading"] or None,
        alias=text["alias"] or None,
        alias_history=_aliases(text["alias_history"]),
        birth_date=_date("birth_date", text),
        sex=sex,
        address=text["address"],
        address_since=_date("address_since", text),
        notified_on=_day(text["notified_on"], "notified_on"),
        previous_address=text["previous_address"],
        became_foreign_resident=_date("became_foreign_resident", text),
        nationality=text["nationality"],
        residence_category=category,
        residence_status=text["residence_status"],
        period_of_stay=text["period_of_stay"],
        end_of_stay=text["end_of_stay"] or None,
        card_number=text["card_number"] or None,
        household_number=text["household_number"],
        household_head=text["household_head"],
        relationship=text["relationship"],
        protected=protected in _YES,
    )


_CATEGORIES = {category.value: category for category in ResidenceCategory}


def _code(text: str) -> ResidentRecordCode:
    try:
        return ResidentRecordCode.parse(text)
    except InvalidCode as refused:
        raise RowFault("code: eleven digits") from refused


def _date(name: str, text: dict[str, str]) -> RegisterDate:
    try:
        return _parsed(text[name])
    except InvalidDate as refused:
        raise RowFault(f"{name}: a day such as 1990-02-28, zeros for a part that is not known") from refused


@lru_cache(_DAYS_REMEMBERED)
def _read(text: str) -> RegisterDate:
    return RegisterDate.read(text)


@lru_cache(_DAYS_REMEMBERED)
def _parsed(text: str) -> RegisterDate:
    return RegisterDate.parse(text)


def _reason(text: str) -> ChangeReason:
    reason = _REASONS.get(text)
    if reason is None:
        raise RowFault(f"reason: one of {', '.join(sorted(ENTRY_REASONS))}")
    return reason


_REASONS = {reason.value: reason for reason in ENTRY_REASONS} | {"": ChangeReason.ENTERED_EX_OFFICIO}


def _aliases(text: str) -> tuple[AliasEntry, ...]:
    try:
        return alias_history_of(text)
    except RegistryError as refused:
        raise RowFault(_words(refused)) from refused


def _entered_on(text: str, reason: ChangeReason) -> RegisterDate | None:
    """The day of a birth need not be known."""
    try:
        return changed_on(_read(text), reason=reason) if text else None
    except RegistryError as refused:
        raise RowFault("on: a calendar day such as 2026-04-01") from refused


def _day(text: str, name: str) -> date | None:
    day: date | None
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # weeks and shortened forms are ISO too, and too easily something else
        raise RowFault(f"{name}: a calendar day such as 2026-04-01")
    return day


_FORMS = {
    "card_number": "two letters, eight digits, two letters, as on the residence card",
    "nationality": "three capital letters of ISO 3166-1, such as VNM; XXA is stateless",
    "alias_history": "JSON, as docs/register-files.md shows; what is not deleted is the alias of the record",
    "period_of_stay": "of the form 1年3月, or 無期限 of those without limit, and of this category and status",
    "residence_status": "one of the 29 statuses of residence with its class (特定技能1号), where the category has one",
    "relationship": "世帯主, 縁故者, 同居人, or up to four of 夫 妻 子 父 母 兄 姉 弟 妹 ... joined by の",
    "end_of_stay": "a calendar day such as 2029-03-31, or empty without a limit of stay",
}


def _words(refused: RegistryError) -> str:
    item = refused.facts.get("item", "")
    reasons = {
        "missing-item": "must not be empty",
        "invalid-item": _FORMS.get(str(item), "is not of its form"),
        "unknown-relationship": _FORMS["relationship"],
        "invalid-text": "holds control or direction characters",
        "too-long": f"is longer than {refused.facts.get('limit')} characters",
    }
    return f"{item}: {reasons.get(refused.code, refused.code)}"
