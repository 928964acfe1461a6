"""What the items of a record may hold, before anything is kept: each rule with its article."""

import re
from collections.abc import Mapping
from datetime import date

from registry_core.register.resident_record import NAME_HELD, ResidentItems, with_changes
from registry_core.values.alias_history import AliasEntry
from registry_core.values.errors import InvalidItem, MissingItem
from registry_core.values.plain_text import plain_text
from registry_core.values.relationship import checked_relationship
from registry_core.values.residence import guard_residence

#: Characters as a reader counts them: marks and variation selectors sit on a letter and are not counted.
LENGTHS = {
    "latin_name": 200,
    "kanji_name": 200,
    "reading": 200,
    "alias": 200,
    "address": 300,
    "previous_address": 300,
    "residence_status": 60,
    "period_of_stay": 40,
    "household_number": 40,
    "household_head": 200,
    "relationship": 60,
}
_NAMES = frozenset({"latin_name", "kanji_name", "reading", "alias", "household_head"})
_REQUIRED = ("address", "household_number", "household_head", "relationship")
_NATIONALITY = re.compile(r"[A-Z]{3}")
_MOST_ALIASES = 50


def checked_items(items: ResidentItems) -> ResidentItems:
    """The items in the form the register keeps: names exactly as received, but for the spaces around them.

    A name is any form in Latin letters or kanji (Act art. 7 item 1), the alias beside it (Cabinet Order art. 30-16); the other
    items are those of Act art. 7 and 30-45. Raises MissingItem, InvalidItem, UnknownRelationship, InvalidText, TooLong, each
    with the fact `item`.
    """
    texts = {
        name: plain_text(value, item=name, limit=limit, held=NAME_HELD if name in _NAMES else None)
        for name, limit in LENGTHS.items()
        if (value := getattr(items, name)) is not None
    }
    clean = _with_changed(items, texts)
    if not (clean.latin_name or clean.kanji_name):
        raise MissingItem(item="latin_name")
    for name in _REQUIRED:
        if not getattr(clean, name):
            raise MissingItem(item=name)
    if not _NATIONALITY.fullmatch(clean.nationality):
        raise InvalidItem(item="nationality")
    if clean.end_of_stay is not None and not _is_day(clean.end_of_stay):
        raise InvalidItem(item="end_of_stay")
    guard_residence(
        clean.residence_category,
        residence_status=clean.residence_status,
        period_of_stay=clean.period_of_stay,
        end_of_stay=clean.end_of_stay,
        card_number=clean.card_number,
    )
    return _with_changed(
        clean,
        {
            # A foreign resident's birth date is kept and shown in Western years only (standard specification 1.1.2, 1.1.9).
            "birth_date": clean.birth_date.without_era,
            "relationship": checked_relationship(clean.relationship),
            "alias_history": _checked_history(clean),
        },
    )


def _with_changed(items: ResidentItems, values: Mapping[str, object]) -> ResidentItems:
    """The very items where nothing is different, as it mostly is: millions are checked one after another."""
    changed = {name: value for name, value in values.items() if getattr(items, name) != value}
    return with_changes(items, changed) if changed else items


def _checked_history(items: ResidentItems) -> tuple[AliasEntry, ...]:
    """Cabinet Order art. 30-17: an alias on the record is entered once, those deleted say so; days in their order."""
    if not items.alias_history:
        return ()
    history = tuple(_checked_entry(entry) for entry in items.alias_history)
    if len(history) > _MOST_ALIASES:
        raise InvalidItem(item="alias_history")
    on_record = [entry.alias for entry in history if not entry.is_deleted]
    if on_record not in ([], [items.alias]):
        raise InvalidItem(item="alias_history", why="not-the-alias-of-the-record")
    return history


def _checked_entry(entry: AliasEntry) -> AliasEntry:
    texts = {
        name: plain_text(value, item="alias_history", limit=LENGTHS["alias"], held=NAME_HELD)
        for name in ("alias", "entered_in", "deleted_in")
        if (value := getattr(entry, name)) is not None
    }
    if not texts["alias"] or "" in texts.values():
        raise InvalidItem(item="alias_history")
    if entry.entered_on and entry.deleted_on and entry.deleted_on < entry.entered_on:
        raise InvalidItem(item="alias_history", why="deleted-before-entered")
    return AliasEntry(**texts, entered_on=entry.entered_on, deleted_on=entry.deleted_on)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
