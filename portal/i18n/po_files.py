"""Writing .po files: always the same way, so that a change of one message is a change of its lines only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polib

if TYPE_CHECKING:
    from pathlib import Path

    from portal.i18n.languages import Language

NO_WRAP = 1_000_000


def new_po(language: Language | None = None) -> polib.POFile:
    """An empty catalog with its header; without a language, a template."""
    po = polib.POFile(wrapwidth=NO_WRAP)
    set_header(po, language)
    return po


def set_header(po: polib.POFile, language: Language | None) -> None:
    """Give a catalog the header its language asks for: no dates, no names, so that nothing changes by itself."""
    po.metadata = {
        "Language": language.babel if language else "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    if language:
        po.metadata["Plural-Forms"] = language.plural
    po.header = ""


def read_po_file(path: Path) -> polib.POFile:
    """Open a catalog for changing it."""
    return polib.pofile(str(path), wrapwidth=NO_WRAP)


def po_text(po: polib.POFile) -> str:
    """The text of a catalog: sorted by key, no places in the code, one line a string."""
    po.wrapwidth = NO_WRAP
    for entry in po:
        entry.occurrences = []
    po.sort(key=lambda entry: (entry.obsolete, entry.msgctxt or "", entry.msgid))
    return str(po).rstrip("\n") + "\n"


def write_po(path: Path, po: polib.POFile) -> bool:
    """Write a catalog whole or not at all; tells whether anything changed."""
    text = po_text(po)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return True
