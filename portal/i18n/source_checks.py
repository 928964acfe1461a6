"""Checks of the sources: every message can be translated, and every official text that is asked for exists.

A message must be one whole sentence written as a literal (an f-string or a sum is not extracted), without markup or a
bare per cent sign; a single word tells its context, a placeholder what stands there; every official key a page asks for exists.
"""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes

from portal.i18n.checker import ENTITY, PLACEHOLDER, TAG_START
from portal.i18n.extraction import KEYWORDS, PROJECT_ROOT
from portal.i18n.placeholders import MEANINGS, placeholder_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import polib

CALLABLES = frozenset(name for keywords in KEYWORDS.values() for name in keywords)
CONTEXTUAL = frozenset({"pgettext", "npgettext", "_lp", "_sp", "_slp"})
BY_NUMBER = frozenset({"ngettext", "npgettext", "_sn"})
OFFICIAL_CALLABLES = frozenset({"official", "official_ja", "official_lazy"})
THE_CALLABLES_THEMSELVES = ("portal/i18n/gettext.py", "portal/i18n/install.py")
TRANS_BLOCK = re.compile(r"{%-?\s*trans\b")


class SourceFault(NamedTuple):
    """Where, what, and the text it is about."""

    place: str
    code: str
    detail: str


def message_faults(po: polib.POFile) -> Iterator[SourceFault]:
    """Faults of the messages of a template."""
    for entry in po:
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            bare = PLACEHOLDER.sub("", text)
            if text != text.strip():
                yield SourceFault(text, "edges", "space or line break at the start or end")
            if "%" in bare:
                yield SourceFault(text, "bare-percent", "write it in words")
            if TAG_START.search(text) or ENTITY.search(text):
                yield SourceFault(text, "markup", "markup comes in through placeholders")
            for name in placeholder_names(text):
                if name not in MEANINGS:
                    yield SourceFault(text, "no-meaning", f"tell translators what %({name})s is (placeholders.py)")
        if not entry.msgctxt and entry.msgid.isalpha():
            yield SourceFault(entry.msgid, "one-word", "a single word needs a context (pgettext)")


def code_faults(keys: Iterable[str], tell: Callable[[str], None] | None = None) -> list[SourceFault]:
    """Faults of the calls in Python and templates; ``keys`` are the official keys there are."""
    known = frozenset(keys)
    found: list[SourceFault] = []
    for path in sorted((PROJECT_ROOT / "portal").rglob("*.py")):
        place = path.relative_to(PROJECT_ROOT).as_posix()
        if place not in THE_CALLABLES_THEMSELVES:
            found += _python_faults(path, place, known)
    for path in sorted((PROJECT_ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            if tell:
                tell(path.name)
            found += _template_faults(path, path.relative_to(PROJECT_ROOT).as_posix(), known)
    return found


def _python_faults(path: Path, place: str, keys: frozenset[str]) -> Iterator[SourceFault]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            where = f"{place}:{node.lineno}"
            yield from _call_faults(node.func.id, [_python_text(arg) for arg in node.args], where, keys)


def _template_faults(path: Path, place: str, keys: frozenset[str]) -> Iterator[SourceFault]:
    text = path.read_text(encoding="utf-8")
    if TRANS_BLOCK.search(text):
        yield SourceFault(place, "trans-block", "use the callables: they escape the translation")
        return
    try:
        tree = Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(text)
    except TemplateSyntaxError as error:
        yield SourceFault(f"{place}:{error.lineno}", "syntax", str(error))
        return
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            texts = [_template_text(arg) for arg in call.args]
            yield from _call_faults(call.node.name, texts, f"{place}:{call.lineno}", keys)


Text = tuple[str, bool] | None
"""The literal start of an argument, and whether it is the whole; None when it starts with something else."""


def _python_text(node: ast.expr) -> Text:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, True
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value), False
    if isinstance(node, ast.BinOp):
        start = _python_text(node.left)
        return (start[0], False) if start else None
    return None


def _template_text(node: nodes.Expr) -> Text:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value, True
    if isinstance(node, nodes.Concat):
        start = _template_text(node.nodes[0])
        return (start[0], False) if start else None
    if isinstance(node, nodes.Add):
        start = _template_text(node.left)
        return (start[0], False) if start else None
    return None


def _call_faults(name: str, texts: list[Text], where: str, keys: frozenset[str]) -> Iterator[SourceFault]:
    fault = partial(SourceFault, where)
    if name in CALLABLES:
        wanted = 1 + (name in CONTEXTUAL) + (name in BY_NUMBER)
        if len(texts) < wanted or any(text is None or not text[1] for text in texts[:wanted]):
            yield fault("not-literal", f"{name}(...) takes whole literal strings")
    elif name in OFFICIAL_CALLABLES and texts and texts[0]:
        key, is_whole = texts[0]
        exists = key in keys if is_whole else any(known.startswith(key) for known in keys)
        if not exists:
            yield fault("no-such-key", key)
