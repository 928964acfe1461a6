"""An official text whose Japanese changed and whose meaning did not: its translations stay, with the reason beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.i18n.catalogs import is_identity, po_path, source_path
from portal.i18n.messages import OFFICIAL
from portal.i18n.po_files import read_po_file, write_po
from portal.i18n.states import MessageState, restamp, state_of

if TYPE_CHECKING:
    from datetime import date

    from portal.i18n.languages import Language

MARK = "meaning-same: "


class NoSuchKey(Exception):
    """There is no official text of this key."""


def touch_key(language: Language, key: str, *, reason: str, on: date) -> bool:
    """Keep the translation of a text in one language; whether it was stale. Raises NoSuchKey.

    Its state (machine, translated, reviewed) and by whom stay; the digest becomes that of today's Japanese.
    """
    if not any(entry.msgctxt == key for entry in read_po_file(source_path(OFFICIAL))):
        raise NoSuchKey(key)
    path = po_path(language, OFFICIAL)
    if is_identity(language, OFFICIAL) or not path.exists():
        return False
    po = read_po_file(path)
    entry = next((entry for entry in po if entry.msgctxt == key and not entry.obsolete), None)
    if entry is None or not entry.msgstr or state_of(entry) is not MessageState.STALE:
        return False
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    entry.previous_msgid = None
    restamp(entry)
    rows = [row for row in (entry.tcomment or "").splitlines() if not row.startswith(MARK)]
    entry.tcomment = "\n".join([*rows, f"{MARK}{on:%Y-%m-%d}; {' '.join(reason.split())}"])
    return write_po(path, po)
