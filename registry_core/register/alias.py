"""An alias (通称) is entered, or deleted, with the municipality and the day beside it (Cabinet Order art. 30-16 and 30-17)."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry_core.register.enter import correct_record
from registry_core.register.find import find_record
from registry_core.values.actor import Actor
from registry_core.values.alias_history import AliasEntry
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import InvalidItem, MissingItem


def enter_alias(
    session: Session, *, record_id: UUID, alias: str, municipality: str, on: date, actor: Actor, at: datetime
) -> int:
    """Enter an alias (art. 30-16 par. 2); `municipality` is the name of ours. The new version.

    Raises MissingItem, InvalidItem when there is an alias already (delete it first), and what `correct_record` raises.
    """
    if not alias.strip():
        raise MissingItem(item="alias")
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    if record.alias:
        raise InvalidItem(item="alias", why="has-one-already")
    entered = AliasEntry(alias=alias.strip(), entered_in=municipality, entered_on=on)
    changes: dict[str, object] = {"alias": alias, "alias_history": (*record.alias_history, entered)}
    return _correct(session, record_id=record_id, changes=changes, on=on, actor=actor, at=at)


def delete_alias(session: Session, *, record_id: UUID, municipality: str, on: date, actor: Actor, at: datetime) -> int:
    """Delete the alias, asked for or no longer needed (art. 30-16 par. 4 and 5); its history stays. The new version.

    Raises MissingItem when there is none, and what `correct_record` raises.
    """
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    if not record.alias:
        raise MissingItem(item="alias")
    # Of an alias that came here without its history nothing but the deletion is known.
    past = record.alias_history
    if not any(not entry.is_deleted for entry in past):
        past = (*past, AliasEntry(alias=record.alias))
    deleted = tuple(
        entry if entry.is_deleted else replace(entry, deleted_in=municipality, deleted_on=on) for entry in past
    )
    changes: dict[str, object] = {"alias": None, "alias_history": deleted}
    return _correct(session, record_id=record_id, changes=changes, on=on, actor=actor, at=at)


def amend_alias(
    session: Session, *, record_id: UUID, alias: str, municipality: str, on: date, actor: Actor, at: datetime
) -> int:
    """The alias as it should always have stood: entered, deleted ("") or, written wrongly, written rightly in its history too.

    Raises MissingItem, InvalidItem, and what `correct_record` raises.
    """
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    named = {"record_id": record_id, "municipality": municipality, "on": on, "actor": actor, "at": at}
    if not record.alias:
        return enter_alias(session, alias=alias, **named)  # type: ignore[arg-type]
    if not alias.strip():
        return delete_alias(session, **named)  # type: ignore[arg-type]
    history = tuple(
        entry if entry.is_deleted else replace(entry, alias=alias.strip()) for entry in record.alias_history
    )
    changes: dict[str, object] = {"alias": alias, "alias_history": history}
    return _correct(session, record_id=record_id, changes=changes, on=on, actor=actor, at=at)


def _correct(
    session: Session, *, record_id: UUID, changes: dict[str, object], on: date, actor: Actor, at: datetime
) -> int:
    """The alias is notified like a name: neither a move nor a minor correction (Regulation art. 46, 11 par. 3 item 3)."""
    reason = ChangeReason.CORRECTED_EX_OFFICIO
    return correct_record(session, record_id=record_id, changes=changes, reason=reason, on=on, actor=actor, at=at)
