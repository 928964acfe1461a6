"""Where words for people may stand, and where a whole code may."""

import ast
import re
import unicodedata
from collections.abc import Callable, Iterator

from jinja2 import Environment

from tests.architecture.source import ROOT, Module, assert_none, at, breaches, found_in

# Letters that stand in the core as facts of writing, not as words for people.
WRITING = {
    "registry_core/values/legal_purpose.py",  # the articles of the law, cited
    "registry_core/values/sex.py",  # as registers and providers write it
    "registry_core/values/digits.py",  # native digits
    "registry_core/values/search_key.py",  # which letters count as the same in a search
    "registry_core/values/kanji_variants.py",  # which kanji do
    "registry_core/values/register_date.py",  # the signs of a day, as people type it
    "registry_core/values/era.py",  # the names of the eras
    "registry_core/values/japanese_date.py",  # the legal forms of a day
    "registry_core/values/relationship.py",  # the closed list of relationships
    "registry_core/values/residence.py",  # the statuses of residence
}

# Who may ask a code for its digits; everybody else sees it masked.
MAY_REVEAL = {
    "registry_core/values/resident_record_code.py": "defines it",
    "registry_core/codes/pool.py": "seals it and makes its index: how it is stored",
    "registry_core/register/code_assignment.py": "seals it and makes its index: how it is stored",
    "registry_core/register/enter.py": "makes its index: is it in use?",
    "registry_core/register/returning.py": "makes its index: whose was it?",
    "registry_core/register/search.py": "makes its index: whose is it?",
    "portal/letters/slip.py": "the slip, the paper a code is notified on",
    "portal/resident/record.py": "the 30-second page after step-up",
}

# The same in every language: how who cannot read the page finds the control, and the name of Japanese in Japanese.
FIXED = {"Language 言語", "日本語"}

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
_SPOKEN = re.compile(r"""\s(?:title|alt|placeholder|aria-label|content)\s*=\s*["']([^"'{]*[A-Za-z]{3}[^"'{]*)["']""")


def speaks_to_people(each: Module) -> Iterator[str]:
    """Strings with letters beyond ASCII, docstrings aside."""
    if each.path in WRITING:
        return
    docstrings = {id(node.body[0].value) for node in ast.walk(each.tree) if _has_docstring(node)}
    for node in ast.walk(each.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and _has_letters(node.value)
        ):
            yield f"{at(each, node)} {node.value!r}"


def _has_letters(text: str) -> bool:
    return any(not letter.isascii() and unicodedata.category(letter) in {"Lo", "Ll", "Lu"} for letter in text)


def _has_docstring(node: ast.AST) -> bool:
    holds = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return (
        holds
        and bool(node.body)
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    )


def reveals_a_code(each: Module) -> Iterator[str]:
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Attribute) and node.attr == "reveal" and each.path not in MAY_REVEAL:
            yield f"{at(each, node)} asks a code for its digits"


def test_the_core_has_no_words_for_people():
    assert_none(breaches(speaks_to_people, "registry_core"))
    assert found_in(speaks_to_people, 'name = "住民票コード"')


def test_a_whole_code_is_asked_for_only_where_the_house_allows_it():
    assert_none(breaches(reveals_a_code))
    assert found_in(reveals_a_code, "print(code.reveal())")


def test_no_permission_to_reveal_is_left_over():
    unused = {path for path in MAY_REVEAL if not (ROOT / path).exists() or "reveal" not in (ROOT / path).read_text()}
    assert unused == set()


def inline_code_of(source: str) -> list[str]:
    """Inline style, script and handlers of a template, and text that is let through unescaped."""
    patterns = (
        r"<style\b",
        r"\sstyle\s*=",
        r"<script\b(?![^>]*(\ssrc=|application/json))",
        r"\son[a-z]+\s*=\s*[\"']",
        r"javascript:",
        r"\|\s*safe\b",
        r"autoescape\s+false",
    )
    return [match.group() for pattern in patterns for match in re.finditer(pattern, source, re.IGNORECASE)]


def bare_words_of(source: str) -> list[str]:
    """Words of a template that are no message: text between tags, and spoken attributes."""
    for fixed in FIXED:
        source = re.sub(rf"""(?<=["'>}}]){fixed}(?=["'<{{])""", "", source)
    source = re.sub(r"\{%-? block \w+_class -?%\}[\w -]*\{%", "{% block of_class %}{%", source)
    pieces = [
        text if kind == "data" else "{}"
        for _, kind, text in Environment().lex(source)
        if kind == "data" or "_end" in kind
    ]
    markup = re.sub(r"<!--.*?-->|<wbr>", "", "".join(pieces), flags=re.DOTALL)
    # Words marked with a language of their own are meant to stay in it, whatever the page's language.
    markup = re.sub(r"""<(\w+)\b[^>]*\slang="[a-zA-Z-]+"[^>]*>[^<]*</\1>""", " ", markup)
    between = re.sub(r"<[^>]*>", " ", markup)
    between = re.sub(r"\b[a-z]+(-[a-z]+)+\b", " ", between)  # what a macro gives back as an id
    between = re.sub(r"&[a-z#0-9]+;", " ", between)
    words = re.findall(r"[^\W\d_]{2,}", between)
    return words + [spoken for spoken in _SPOKEN.findall(markup) if not spoken.startswith(("width=", "telephone="))]


def faults_of_templates(rule: Callable[[str], list[str]]) -> list[str]:
    found = {path.relative_to(ROOT).as_posix(): rule(path.read_text("utf-8")) for path in TEMPLATES}
    return [f"{path}: {fault}" for path, faults in found.items() for fault in faults]


def test_templates_carry_no_inline_code():
    assert_none(faults_of_templates(inline_code_of))
    for planted in ("<p style='a'>", "<script>x</script>", "<a onclick='x'>", "{{ a|safe }}"):
        assert inline_code_of(planted)


def test_every_word_of_a_template_is_a_message():
    assert_none(faults_of_templates(bare_words_of))
    assert bare_words_of("<p>Hello {{ name }}</p>") == ["Hello"]
    assert bare_words_of('<img alt="A flag">') == ["A flag"]
    assert bare_words_of('<p class="note">{{ _("Hello") }} &nbsp; ※</p>') == []
