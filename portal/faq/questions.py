"""The Ministry's seven questions and answers of 2013, and what has changed since: their structure; the words are official texts.

The Japanese of every paragraph is the Ministry's, word for word; only the line breaks of the PDF are joined.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.i18n.gettext import LazyMessage, _l

ACT = "https://laws.e-gov.go.jp/law/342AC0000000081"
"""Basic Resident Registration Act."""
ORDER = "https://laws.e-gov.go.jp/law/342CO0000000292"
"""Its Enforcement Order."""
REGULATION = "https://laws.e-gov.go.jp/law/411M50000008035"
"""Its Enforcement Regulation."""
NUMBER_ACT = "https://laws.e-gov.go.jp/law/425AC0000000027"
"""My Number Act."""
NUMBER_ORDER = "https://laws.e-gov.go.jp/law/426CO0000000155"
"""Its Enforcement Order."""
IMMIGRATION_ORDER = "https://laws.e-gov.go.jp/law/410CO0000000178"
"""Enforcement Order of the Immigration Control and Refugee Recognition Act."""
MINISTRY_CARD_PAGE = (
    "https://www.soumu.go.jp/main_sosiki/jichi_gyousei/c-gyousei/zairyu/english/basic_resident_registration_card.html"
)


class ParagraphKind(StrEnum):
    """What a paragraph of an answer is."""

    TEXT = "text"
    HEADING = "heading"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the answer of 2013; ``key`` names its official text."""

    key: str
    kind: ParagraphKind = ParagraphKind.TEXT


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement about today comes from: an official text that names it, and its page if one is to be had."""

    key: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """What holds today, as far as it differs from 2013 or adds to it."""

    key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Link:
    """A page that the text of 2013 names, with the address it gave."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a reader may want to do after an answer."""

    endpoint: str
    words: LazyMessage
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer. ``label`` and ``answer_label`` are as printed: Ｑ１, Ａ１ (full-width)."""

    id: str
    label: str
    answer_label: str
    answer: tuple[Paragraph, ...]
    today: tuple[Today, ...]
    links: tuple[Link, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def key(self) -> str:
        """The official text of the question itself."""
        return f"faq.{self.id}.q"

    @property
    def anchor(self) -> str:
        """Where on the page it stands; never changes, others link to it."""
        return self.id

    @property
    def keys(self) -> tuple[str, ...]:
        """The official texts a search looks through."""
        return (self.key, *(paragraph.key for paragraph in self.answer), *(today.key for today in self.today))


TITLE_KEY = "faq.title"
CLOSING = (Paragraph("faq.closing.p1", ParagraphKind.NOTE), Paragraph("faq.closing.p2"))
CLOSING_TODAY = (Today("faq.closing.now.p1", Source("faq.source.ministry-card", MINISTRY_CARD_PAGE)),)


def _text(key: str) -> Paragraph:
    return Paragraph(f"faq.{key}")


def _heading(key: str) -> Paragraph:
    return Paragraph(f"faq.{key}", ParagraphKind.HEADING)


def _note(key: str) -> Paragraph:
    return Paragraph(f"faq.{key}", ParagraphKind.NOTE)


def _today(key: str, source: str, url: str | None = None) -> Today:
    return Today(f"faq.{key}", Source(f"faq.source.{source}", url))


QUESTIONS = (
    Question(
        "q1",
        "Ｑ１",
        "Ａ１",
        (_text("q1.a.p1"), _text("q1.a.p2"), _note("q1.note1")),
        (_today("q1.now.p1", "act-30-7", ACT),),
    ),
    Question(
        "q2",
        "Ｑ２",
        "Ａ２",
        (_text("q2.a.p1"), _text("q2.a.p2"), _note("q2.note1")),
        (
            _today("q2.now.p1", "act-30-9", ACT),
            _today("q2.now.p2", "act-22", ACT),
            _today("q2.now.p3", "act-12", ACT),
        ),
        tasks=(
            Task("resident.record", _l("Check my record")),
            Task("faq.help_page", _l("I have lost my slip"), "lost-slip"),
        ),
    ),
    Question(
        "q3",
        "Ｑ３",
        "Ａ３",
        (
            _text("q3.a.p1"),
            _note("q3.note1"),
            _heading("q3.a.h1"),
            _text("q3.a.p2"),
            _heading("q3.a.h2"),
            _text("q3.a.p3"),
            _text("q3.a.p4"),
        ),
        (
            _today("q3.now.p1", "press-2015"),
            _today("q3.now.p2", "ministry-card", MINISTRY_CARD_PAGE),
            _today("q3.now.p3", "act-12-4", ACT),
            _today("q3.now.p4", "act-24-2", ACT),
        ),
        links=(
            Link(
                "faq.link.card-faq",
                "http://www.soumu.go.jp/main_sosiki/jichi_gyousei/c-gyousei/pdf/card_FAQ/card_FAQ_jpn.pdf",
            ),
        ),
    ),
    Question(
        "q4",
        "Ｑ４",
        "Ａ４",
        (_text("q4.a.p1"),),
        (_today("q4.now.p1", "act-30-6", ACT), _today("q4.now.p2", "act-30-45", ACT)),
        tasks=(Task("resident.record", _l("See my record")),),
    ),
    Question(
        "q5",
        "Ｑ５",
        "Ａ５",
        (_text("q5.a.p1"),),
        (
            _today("q5.now.p1", "answer-2013"),
            _today("q5.now.p2", "prefectures"),
            _today("q5.now.p3", "act-30-32", ACT),
            _today("q5.now.p4", "order-30-6", ORDER),
        ),
        tasks=(Task("resident.who_looked", _l("See who looked at my record")),),
    ),
    Question(
        "q6",
        "Ｑ６",
        "Ａ６",
        (_text("q6.a.p1"),),
        (
            _today("q6.now.p1", "number-order-14", NUMBER_ORDER),
            _today("q6.now.p2", "act-30-4", ACT),
            _today("q6.now.p3", "order-30-3", ORDER),
            _today("q6.now.p4", "regulation-1", REGULATION),
        ),
        tasks=(Task("resident.code_change_start", _l("Ask for another code")),),
    ),
    Question(
        "q7",
        "Ｑ７",
        "Ａ７",
        (_text("q7.a.p1"), _text("q7.a.p2")),
        (_today("q7.now.p1", "act-30-38", ACT), _today("q7.now.p2", "number-14", NUMBER_ACT)),
        tasks=(Task("faq.help_page", _l("A company asked for my code"), "asked-for-my-code"),),
    ),
)
