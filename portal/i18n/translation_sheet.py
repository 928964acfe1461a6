"""Translations in a spreadsheet: out, edited by somebody who knows no git, and in again without harm.

One row for each form of a message. What comes in is the column ``new`` and the name of a reviewer, nothing else; what
the catalog has got meanwhile is never written over (the column ``current`` says what the sheet was made from).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

from portal.i18n.catalogs import is_identity, po_path
from portal.i18n.checker import check_message
from portal.i18n.languages import pivot_language, source_language
from portal.i18n.messages import OFFICIAL, UI, Message, message_of
from portal.i18n.po_files import read_po_file, write_po
from portal.i18n.states import MessageState, digest_of_entry, facts_of, set_state, state_of
from portal.spreadsheet import defused, plain_cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import polib

    from portal.i18n.languages import Language

COLUMNS = ("key", "form", "context", "note", "japanese", "english", "current", "state", "new", "reviewed_by")


class SheetError(Exception):
    """The file is no sheet of translations; the message says what to do."""


class Fate(StrEnum):
    """What became of a row that asks for something."""

    TAKEN = "taken"
    REVIEWED = "reviewed"
    REFUSED = "refused"
    NEWER = "newer in the catalog"
    GONE = "no such message any more"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message of a sheet: its key, what became of it, why."""

    key: str
    fate: Fate
    detail: str = ""


def write_sheet(language: Language, file: TextIO) -> int:
    """Write all messages of residents' pages in a language as CSV; the number of messages."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    japanese, english = _beside(source_language()), _beside(pivot_language())
    number = 0
    for key, entry in _entries(language):
        number += 1
        for form, text in enumerate(message_of(entry).forms):
            row = (
                key,
                str(form + 1) if entry.msgid_plural else "",
                entry.msgctxt or "",
                " ".join(entry.comment.split()),
                japanese.get(key, ""),
                english.get(key, ""),
                text,
                str(state_of(entry)),
                "",
                "",
            )
            writer.writerow([defused(cell) for cell in row])
    return number


def read_sheet(language: Language, file: TextIO, *, by: str, on: date, keep: bool) -> list[Outcome]:
    """Take in what a sheet asks for; with ``keep`` false nothing is written. Raises SheetError.

    ``by`` names who translated. Only rows with something in ``new`` or ``reviewed_by`` have an outcome.
    """
    rows = _rows(file)
    outcomes = []
    for domain in _domains(language):
        path = po_path(language, domain)
        po = read_po_file(path)
        for entry in po:
            key = _key(domain, entry)
            if not entry.obsolete and key in rows:
                outcome = _outcome(key, entry, rows.pop(key), language=language, domain=domain, by=by, on=on)
                outcomes += [outcome] if outcome else []
        if keep:
            write_po(path, po)
    asked = (key for key, forms in rows.items() if any(row["new"] or row["reviewed_by"] for row in forms))
    return outcomes + [Outcome(key, Fate.GONE, "its source changed; export the sheet again") for key in asked]


def _rows(file: TextIO) -> dict[str, list[dict[str, str]]]:
    reader = csv.DictReader(file)
    missing = [name for name in ("key", "current", "new", "reviewed_by") if name not in (reader.fieldnames or ())]
    if missing:
        raise SheetError(
            f"The sheet lacks the columns {', '.join(missing)}. Export it again and fill in its column new."
        )
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in reader:
        cells = {name: plain_cell(text or "") for name, text in row.items() if name in COLUMNS}
        rows[cells["key"]].append(cells)
    return rows


def _outcome(
    key: str,
    entry: polib.POEntry,
    rows: list[dict[str, str]],
    *,
    language: Language,
    domain: str,
    by: str,
    on: date,
) -> Outcome | None:
    new = [row["new"].strip() for row in rows]
    reviewer = next((row["reviewed_by"].strip() for row in rows if row["reviewed_by"].strip()), "")
    message = message_of(entry)
    if not any(new) and not reviewer:
        return None
    if [row["current"] for row in rows] != list(message.forms):
        return Outcome(key, Fate.NEWER, "somebody changed it after this sheet was made; nothing was written over")
    if not any(new):
        return _review(key, entry, reviewer, on=on)
    asked = Message(message.context, message.source, message.plural, tuple(new), message.limit)
    faults = check_message(asked, language, domain)
    if faults:
        return Outcome(key, Fate.REFUSED, "; ".join(f"{fault.code} {fault.detail}" for fault in faults))
    if entry.msgid_plural:
        entry.msgstr_plural = dict(enumerate(new))
    else:
        entry.msgstr = new[0]
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    set_state(entry, MessageState.TRANSLATED, by=by, on=on)
    return _review(key, entry, reviewer, on=on) if reviewer else Outcome(key, Fate.TAKEN)


def _review(key: str, entry: polib.POEntry, reviewer: str, *, on: date) -> Outcome:
    """A second person has read it: never the one who translated."""
    if state_of(entry) in {MessageState.EMPTY, MessageState.STALE}:
        return Outcome(key, Fate.REFUSED, "there is no translation of today's text to review")
    if facts_of(entry).get("by", "").casefold() == reviewer.casefold():
        return Outcome(key, Fate.REFUSED, f"{reviewer} translated it; another person reviews")
    set_state(entry, MessageState.REVIEWED, by=reviewer, on=on)
    return Outcome(key, Fate.REVIEWED)


def _domains(language: Language) -> tuple[str, ...]:
    return tuple(domain for domain in (UI, OFFICIAL) if not is_identity(language, domain))


def _entries(language: Language) -> Iterator[tuple[str, polib.POEntry]]:
    for domain in _domains(language):
        for entry in read_po_file(po_path(language, domain)):
            if not entry.obsolete:
                yield _key(domain, entry), entry


def _key(domain: str, entry: polib.POEntry) -> str:
    """Official texts: their stable key and a digest of the Japanese; others a digest of the English."""
    name = f"{entry.msgctxt}:" if domain == OFFICIAL else ""
    return f"{domain}:{name}{digest_of_entry(entry)}"


def _beside(language: Language) -> dict[str, str]:
    """Every message in Japanese or English, by key: what a translator reads."""
    texts = {}
    for domain in (UI, OFFICIAL):
        for entry in read_po_file(po_path(language, domain)):
            if not entry.obsolete:
                forms = message_of(entry).forms
                is_source = is_identity(language, domain)
                texts[_key(domain, entry)] = entry.msgid_plural or entry.msgid if is_source else forms[-1]
    return texts
