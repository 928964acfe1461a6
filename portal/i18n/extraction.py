"""Takes the interface messages out of templates and Python: domain ``ui``, and ``staff`` by the callables ``_s...``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polib
from babel.messages.extract import extract_from_dir

from portal.i18n.languages import TRANSLATIONS
from portal.i18n.messages import STAFF, UI
from portal.i18n.placeholders import placeholder_notes
from portal.i18n.po_files import new_po

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT_ROOT = TRANSLATIONS.parent
KEYWORDS: dict[str, dict[str, Any]] = {
    UI: {
        "_": None,
        "_l": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
        "_lp": ((1, "c"), 2),
    },
    STAFF: {"_s": None, "_sl": None, "_sn": (1, 2), "_sp": ((1, "c"), 2), "_slp": ((1, "c"), 2)},
}
"""The callables of each domain and which of their arguments are text."""

FOLDERS = {
    "portal": [("**.py", "python")],
    "templates": [("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")],
}
COMMENT_TAGS = ("NOTE:", "MAX:")


def extract_template(domain: str, tell: Callable[[str], None] | None = None) -> polib.POFile:
    """The template of a domain: every message of the code once, with the notes for translators."""
    po = new_po()
    entries: dict[tuple[str | None, str], polib.POEntry] = {}
    for message, comments, context in _found(domain, tell):
        source, plural = (message[0], message[-1]) if isinstance(message, tuple) else (message, "")
        if not source:
            continue
        entry = entries.get((context, source))
        if entry is None:
            entry = entries[context, source] = polib.POEntry(msgid=source, msgctxt=context, msgid_plural=plural)
            if plural:
                entry.msgstr_plural = {0: "", 1: ""}
            po.append(entry)
        elif plural and not entry.msgid_plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = {0: "", 1: ""}
        known = entry.comment.splitlines() if entry.comment else []
        entry.comment = "\n".join(dict.fromkeys([*known, *comments, *placeholder_notes(source + plural)]))
    return po


def _found(
    domain: str, tell: Callable[[str], None] | None
) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    for folder, methods in FOLDERS.items():
        for path, _line, message, comments, context in extract_from_dir(
            PROJECT_ROOT / folder,
            method_map=methods,
            options_map={"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}},
            keywords=KEYWORDS[domain],
            comment_tags=COMMENT_TAGS,
            callback=(lambda name, _method, _options: tell(name)) if tell else None,
        ):
            del path
            yield message, comments, context
