"""How far a translation has come: written by tools into the translator comment of its .po entry.

``# state: machine; by=draft; on=2026-11-23; src=03a8c30b``: ``src`` is the digest of what was translated, so a source
that changed makes the translation stale without anybody saying so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.i18n.messages import source_digest

if TYPE_CHECKING:
    from datetime import date

    import polib

PREFIX = "state: "


class MessageState(StrEnum):
    """State of a message in one language; stale is derived, never stored."""

    EMPTY = "empty"
    MACHINE = "machine"
    TRANSLATED = "translated"
    REVIEWED = "reviewed"
    STALE = "stale"


def state_of(entry: polib.POEntry) -> MessageState:
    """The state an entry is in; a translation without a comment counts as machine-made."""
    texts = entry.msgstr_plural.values() if entry.msgid_plural else (entry.msgstr,)
    if not texts or not all(texts):
        return MessageState.EMPTY
    facts = facts_of(entry)
    if "src" in facts and facts["src"] != digest_of_entry(entry):
        return MessageState.STALE
    try:
        return MessageState(facts.get("state", MessageState.MACHINE))
    except ValueError:
        return MessageState.MACHINE


def set_state(entry: polib.POEntry, state: MessageState, *, by: str, on: date) -> None:
    """Write the state comment; the entry's other comments stay."""
    line = f"{PREFIX}{state}; by={by}; on={on.isoformat()}; src={digest_of_entry(entry)}"
    others = [row for row in (entry.tcomment or "").splitlines() if not row.startswith(PREFIX)]
    entry.tcomment = "\n".join([*others, line])


def restamp(entry: polib.POEntry) -> None:
    """Say that the translation is of today's source; its state and by whom stay."""
    digest = f"src={digest_of_entry(entry)}"
    rows = (entry.tcomment or "").splitlines()
    entry.tcomment = "\n".join(re.sub(r"src=\w+", digest, row) if row.startswith(PREFIX) else row for row in rows)


def digest_of_entry(entry: polib.POEntry) -> str:
    """Digest of an entry's source and context."""
    return source_digest(entry.msgid, entry.msgctxt, entry.msgid_plural or None)


def facts_of(entry: polib.POEntry) -> dict[str, str]:
    """What the comment of an entry says: ``state``, ``by``, ``on``, ``src``; empty when there is none."""
    for row in (entry.tcomment or "").splitlines():
        if row.startswith(PREFIX):
            state, *rest = (part.strip() for part in row.removeprefix(PREFIX).split(";"))
            return {"state": state} | dict(part.split("=", 1) for part in rest if "=" in part)
    return {}
