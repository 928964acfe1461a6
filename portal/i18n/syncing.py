"""Brings the catalogs in step with their sources: new messages appear empty, gone ones are kept as obsolete.

Interface messages go through Babel's merge without guessing; official texts have a stable key, so when the Japanese of
a key changes its translation stays, marked fuzzy (not shown) with the former Japanese beside it, for a person to mend.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polib
from babel.messages.pofile import read_po as babel_read
from babel.messages.pofile import write_po as babel_write

from portal.i18n.catalogs import po_path, source_path
from portal.i18n.messages import OFFICIAL
from portal.i18n.placeholders import placeholder_notes
from portal.i18n.po_files import new_po, po_text, read_po_file, set_header, write_po
from portal.i18n.states import MessageState, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from portal.i18n.languages import Language


def sync_catalog(language: Language, domain: str) -> bool:
    """Merge the source of a domain into one catalog; tells whether the file changed."""
    path = po_path(language, domain)
    po = read_po_file(path) if path.exists() else new_po(language)
    merged = merged_official(po, read_po_file(source_path(domain))) if domain == OFFICIAL else _merged(po, domain)
    set_header(merged, language)
    _give_forms(merged, language)
    return write_po(path, merged)


def merged_official(po: polib.POFile, source: polib.POFile) -> polib.POFile:
    """Merge official texts by key: a changed Japanese text makes its translation fuzzy, with the former text kept."""
    have = {entry.msgctxt: entry for entry in po}
    merged = new_po()
    for wanted in source:
        entry = have.pop(wanted.msgctxt, None) or polib.POEntry(msgctxt=wanted.msgctxt, msgid=wanted.msgid)
        if entry.obsolete:
            entry.obsolete = 0
        if entry.msgid != wanted.msgid:
            if entry.msgstr:
                entry.previous_msgid = entry.previous_msgid or entry.msgid
                _flag(entry, "fuzzy")
            entry.msgid = wanted.msgid
        elif entry.fuzzy and state_of(entry) not in {MessageState.STALE, MessageState.EMPTY}:
            # Translated anew since: the digest in its state is that of the text of today.
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.previous_msgid = None
        entry.comment = "\n".join(filter(None, [wanted.comment, *placeholder_notes(wanted.msgid)]))
        merged.append(entry)
    for entry in have.values():
        if entry.msgstr:
            entry.obsolete = 1
            merged.append(entry)
    return merged


def _merged(po: polib.POFile, domain: str) -> polib.POFile:
    catalog = babel_read(BytesIO(po_text(po).encode()))
    template = babel_read(BytesIO(po_text(read_po_file(source_path(domain))).encode()))
    catalog.update(template, no_fuzzy_matching=True)
    written = BytesIO()
    babel_write(written, catalog, no_location=True, width=0)
    return polib.pofile(written.getvalue().decode())


def _give_forms(po: polib.POFile, language: Language) -> None:
    """Every message with a plural has as many forms as the language, empty ones for what is not translated."""
    for entry in po:
        if entry.msgid_plural:
            forms = entry.msgstr_plural
            entry.msgstr_plural = {number: forms.get(number, "") for number in range(language.plural_forms)}


def _flag(entry: polib.POEntry, flag: str) -> None:
    if flag not in entry.flags:
        entry.flags.append(flag)


def write_template(path: Path, template: polib.POFile) -> bool:
    """Write an extracted template; tells whether it changed."""
    return write_po(path, template)
