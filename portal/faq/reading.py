"""How official texts are read on a page: in the reader's language with the Japanese beside, hits of a search marked."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.faq.search import has_hit, marked
from portal.i18n.gettext import current_language, official, official_ja, plain
from portal.i18n.languages import source_language


class Reading:
    """The texts of a page; with ``terms`` (folded) their hits are marked and the Japanese that has one is open."""

    def __init__(self, terms: Sequence[str] = ()) -> None:
        """Take the terms of a search, none for a page as it stands."""
        self.terms = terms
        self.shows_japanese = current_language() == source_language()
        """Whether the reader reads the Japanese itself, so that nothing need stand beside it."""

    def text(self, key: str) -> Markup:
        """Say the text in the reader's language."""
        text = official(key)
        return marked(plain(text), self.terms) if self.terms else text

    def japanese(self, key: str) -> Markup:
        """Say the Japanese text."""
        text = official_ja(key)
        return marked(plain(text), self.terms) if self.terms else text

    def is_open(self, key: str) -> bool:
        """Whether the Japanese is shown at once, since what was searched for stands there only."""
        return (
            bool(self.terms)
            and has_hit(plain(official_ja(key)), self.terms)
            and not has_hit(plain(official(key)), self.terms)
        )


def texts_of(key: str) -> tuple[str, str]:
    """The texts of a key that are searched: in the reader's language and in Japanese."""
    return plain(official(key)), plain(official_ja(key))
