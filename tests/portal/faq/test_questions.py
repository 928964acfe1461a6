"""The seven questions: the Ministry's words, what holds today, and their translations."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from portal.faq.questions import CLOSING, CLOSING_TODAY, QUESTIONS, TITLE_KEY
from portal.i18n.languages import TRANSLATIONS

SOURCE_TEXT = Path(__file__).with_name("faq_2013_ja.txt")


def official_japanese() -> dict[str, str]:
    return {entry.msgctxt: entry.msgid for entry in polib.pofile(str(TRANSLATIONS / "source" / "official.po"))}


def without_space(text: str) -> str:
    return "".join(text.split())


def printed_in_2013(words: dict[str, str]) -> Iterator[str]:
    yield words[TITLE_KEY]
    for question in QUESTIONS:
        yield question.label + words[question.key]
        yield question.answer_label
        yield from (words[paragraph.key] for paragraph in question.answer)
        yield from (link.url for link in question.links)
    yield from (words[paragraph.key] for paragraph in CLOSING)


def test_the_japanese_is_the_ministrys_word_for_word():
    assert without_space("".join(printed_in_2013(official_japanese()))) == without_space(SOURCE_TEXT.read_text("utf-8"))


def test_the_questions_keep_their_anchors():
    assert [question.anchor for question in QUESTIONS] == ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]


def test_what_holds_today_is_said_for_every_answer_with_its_source():
    words = official_japanese()
    for question in QUESTIONS:
        assert question.today
    for today in [*(each for question in QUESTIONS for each in question.today), *CLOSING_TODAY]:
        assert words[today.key]
        assert words[today.source.key]


@pytest.mark.parametrize("language", ["en", "vi", "ur"])
def test_every_text_is_translated_and_honest_about_its_state(language):
    entries = {
        entry.msgctxt: entry for entry in polib.pofile(str(TRANSLATIONS / language / "LC_MESSAGES" / "official.po"))
    }
    for key, japanese in official_japanese().items():
        if not key.startswith(("faq.", "home.")):
            continue
        entry = entries[key]
        assert (entry.msgid, "fuzzy" in entry.flags) == (japanese, False)
        assert entry.msgstr
        assert entry.tcomment.startswith("state: ")


@pytest.mark.parametrize("language", ["en", "vi", "ur"])
def test_no_translation_reorders_its_reader_or_brings_other_digits(language):
    for entry in polib.pofile(str(TRANSLATIONS / language / "LC_MESSAGES" / "official.po")):
        if entry.msgctxt.startswith(("faq.", "home.")):
            assert not [character for character in entry.msgstr if unicodedata.category(character) == "Cf"]
            assert all(character in "0123456789" for character in entry.msgstr if character.isdecimal())
            assert unicodedata.is_normalized("NFC", entry.msgstr)
