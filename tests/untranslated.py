"""What of a page in a pseudo-locale stands outside of its brackets: words of no catalog, attributes, glue between messages."""

import re
from xml.etree.ElementTree import Element

from portal.i18n.pseudo import CLOSE, OPEN
from tests.html_page import HtmlPage

_SPOKEN = ("aria-label", "title", "placeholder", "alt")
_UNSEEN = {"script", "style", "template", "svg"}
#: The name of the language control is the same on every page, so that whoever cannot read the page finds it.
_IN_TWO_LANGUAGES = {"Language 言語"}
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def untranslated(page: HtmlPage) -> list[str]:
    """The words that are in no message, in the order of the page; empty when all are."""
    walk = _Walk(page.lang)
    walk.element(page.tree)
    return walk.found


class _Walk:
    """Goes through a page in the order of its text; `depth` tells whether a message is open."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.depth = 0
        self.found: list[str] = []

    def element(self, element: Element) -> None:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        # Names, values and texts in a language of their own are meant to stay as they are.
        if element.get("translate") == "no" or (element.tag != "html" and "lang" in element.attrib):
            return
        if element.tag == "time":  # days and hours come from the CLDR, not from the catalogs
            return
        for name in _SPOKEN:
            if (
                OPEN not in element.get(name, OPEN)
                and element.get(name) not in _IN_TWO_LANGUAGES
                and _LETTERS.search(element.get(name, ""))
            ):
                self.found.append(f"{name}={element.get(name)!r}")
        self.text(element.text)
        for child in element:
            self.element(child)
            self.text(child.tail)

    def text(self, text: str | None) -> None:
        outside = []
        for letter in text or "":
            if letter == OPEN:
                self.depth += 1
            elif letter == CLOSE:
                self.depth -= 1
            elif self.depth == 0:
                outside.append(letter)
        self.found += _LETTERS.findall("".join(outside))
