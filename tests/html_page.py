"""A page as its reader gets it: parsed as a browser parses it, asked by headings, links, forms and texts."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element

import html5lib

#: Readings above kanji are left out of a page's words: in Japanese they are hidden until asked for.
_UNSEEN = {"script", "style", "template", "head", "rt"}
_BLOCKS = {
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th", "table", "section", "article", "main", "header",
    "footer", "nav", "form", "fieldset", "legend", "label", "button", "h1", "h2", "h3", "h4", "br", "details", "summary",
    "option", "select", "aside", "figure", "blockquote",
}  # fmt: skip


def words(text: str) -> str:
    """Text with every run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()


def text_of(element: Element) -> str:
    """What a reader sees of an element (not what only a screen reader is told)."""
    pieces: list[str] = []
    _collect(element, pieces)
    return words("".join(pieces))


def _collect(element: Element, pieces: list[str]) -> None:
    if "turned" in element.get("class", "").split():  # the Japanese of a sentence, shown when its reader asks for it
        return
    if element.tag in _UNSEEN or not isinstance(element.tag, str) or "hidden" in element.attrib:
        return
    is_block = element.tag in _BLOCKS
    if is_block:
        pieces.append(" ")
    pieces.append(element.text or "")
    for child in element:
        _collect(child, pieces)
        pieces.append(child.tail or "")
    if is_block:
        pieces.append(" ")


@dataclass
class Form:
    """A form with what its fields hold now."""

    element: Element
    page_url: str
    controls: dict[str, list[Element]] = field(default_factory=dict)
    buttons: list[Element] = field(default_factory=list)

    @property
    def action(self) -> str:
        return self.element.get("action") or self.page_url

    @property
    def method(self) -> str:
        return self.element.get("method", "get").lower()

    def values(self) -> dict[str, list[str]]:
        """What a browser would send without a button."""
        sent = {name: _held(controls) for name, controls in self.controls.items()}
        return {name: held for name, held in sent.items() if held}

    def filled(self, values: dict[str, object]) -> dict[str, list[str]]:
        """What a browser would send after the visitor has filled these fields; a choice must be one that is offered."""
        sent = self.values()
        for name, value in values.items():
            if name not in self.controls:
                raise AssertionError(f"the form {self.action} has no field {name!r}, only {sorted(self.controls)}")
            wanted = [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
            if value is None or value is False:
                sent.pop(name, None)
                continue
            offered = _offered(self.controls[name])
            if value is True and offered:
                wanted = offered[:1]
            if offered is not None and not set(wanted) <= set(offered):
                raise AssertionError(f"the field {name!r} offers {offered}, not {wanted}")
            sent[name] = [each.replace("\r\n", "\n").replace("\n", "\r\n") for each in wanted]
        return sent

    def button(self, wanted: str | None) -> Element | None:
        """A button by its words, its name, `name=value`, or the first one that does not switch the language."""
        for button in self.buttons:
            name, value = button.get("name"), button.get("value", "")
            if wanted is None:
                if name != "_switch":
                    return button
            elif wanted in {text_of(button) or value, name, f"{name}={value}"}:
                return button
        return None


def _held(controls: list[Element]) -> list[str]:
    held: list[str] = []
    for control in controls:
        if control.tag == "textarea":
            held.append((control.text or "").removeprefix("\n").replace("\n", "\r\n"))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if "selected" in option.attrib] or options[:1]
            held += [option.get("value", text_of(option)) for option in chosen]
        elif control.get("type", "text") in {"checkbox", "radio"}:
            if "checked" in control.attrib:
                held.append(control.get("value", "on"))
        else:
            held.append(control.get("value", ""))
    return held


def _offered(controls: list[Element]) -> list[str] | None:
    """The values one can choose from; None where one types freely."""
    offered: list[str] | None = None
    for control in controls:
        if control.tag == "select":
            offered = [option.get("value", text_of(option)) for option in control.iter("option")]
        elif control.get("type") in {"checkbox", "radio"}:
            offered = [*(offered or []), control.get("value", "on")]
    return offered


class HtmlPage:
    """A parsed page and the answers to what tests ask of it."""

    def __init__(self, source: bytes, url: str) -> None:
        self.url = url
        self.source = source
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.tree: Element = parser.parse(source, transport_encoding="utf-8")
        self.parse_errors = [f"{code} at {position}: {facts}" for position, code, facts in parser.errors]

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.tree.iter() if element.tag in tags]

    def by_id(self, wanted: str) -> Element | None:
        return next((element for element in self.tree.iter() if element.get("id") == wanted), None)

    def by_class(self, wanted: str) -> list[Element]:
        return [element for element in self.tree.iter() if wanted in element.get("class", "").split()]

    @cached_property
    def text(self) -> str:
        """All the reader sees."""
        return text_of(self.tree.find("body"))

    @property
    def title(self) -> str:
        title = self.tree.find("head/title")
        return words("" if title is None else title.text or "")

    @property
    def heading(self) -> str:
        return " / ".join(text_of(heading) for heading in self.all("h1"))

    @property
    def lang(self) -> str:
        return self.tree.get("lang", "")

    @property
    def direction(self) -> str:
        return self.tree.get("dir", "ltr")

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [text_of(link) for summary in self.by_class("error-summary") for link in summary.iter("li")]

    @cached_property
    def forms(self) -> list[Form]:
        forms = [Form(element, self.url) for element in self.all("form")]
        by_id = {form.element.get("id"): form for form in forms}
        owner = {id(child): form for form in forms for child in form.element.iter()}
        for element in self.all("input", "select", "textarea", "button"):
            form = by_id.get(element.get("form")) if "form" in element.attrib else owner.get(id(element))
            # What is hidden from everybody (the button that Enter presses) is nothing a visitor can find.
            if form is None or "disabled" in element.attrib or element.get("aria-hidden") == "true":
                continue
            kind = element.get("type", "submit" if element.tag == "button" else "text")
            if kind in {"submit", "image"}:
                form.buttons.append(element)
            elif kind not in {"button", "reset"} and element.get("name"):
                form.controls.setdefault(element.get("name"), []).append(element)
        return forms

    def form(self, button: str | None = None, action: str = "") -> Form:
        """The form that has this button, or whose action contains this; of several, the first that posts."""
        fitting = [form for form in self.forms if action in form.action and form.button(button) is not None]
        if button is None:
            fitting.sort(key=lambda form: form.method != "post")
        if not fitting:
            there = [(form.action, [text_of(each) for each in form.buttons]) for form in self.forms]
            raise AssertionError(f"{self.url} has no form with button {button!r} and action {action!r}, only {there}")
        return fitting[0]

    def link(self, wanted: str) -> str:
        """The target of the link with these words, or whose address contains this."""
        links = [link for link in self.all("a") if link.get("href")]
        for link in links:
            if text_of(link) == wanted:
                return link.get("href")
        for link in links:
            if wanted in link.get("href"):
                return link.get("href")
        raise AssertionError(f"{self.url} has no link {wanted!r}, only {[(text_of(a), a.get('href')) for a in links]}")
