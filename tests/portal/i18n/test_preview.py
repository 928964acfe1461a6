"""What translators look at: their files as they are now, and languages made of brackets."""

import pytest

from portal.i18n.catalogs import po_path
from portal.i18n.languages import language_by_tag
from portal.i18n.messages import OFFICIAL, UI
from portal.i18n.po_files import read_po_file, write_po
from portal.i18n.preview import UNFINISHED, PreviewedLanguage
from portal.i18n.pseudo import pseudo_languages, pseudo_voice


@pytest.fixture
def urdu(tmp_path, monkeypatch):
    """Urdu, previewed from files of the test."""

    def copied(_language, domain):
        copy = tmp_path / f"{domain}.po"
        if not copy.exists():
            copy.write_bytes(po_path(language_by_tag("ur"), domain).read_bytes())
        return copy

    monkeypatch.setattr("portal.i18n.preview.po_path", copied)
    return PreviewedLanguage(language_by_tag("ur")), copied


def _change(path, key, text):
    po = read_po_file(path)
    next(entry for entry in po if key in {entry.msgctxt, entry.msgid}).msgstr = text
    write_po(path, po)


def test_a_saved_word_is_spoken_at_once(urdu):
    previewed, copied = urdu
    state = previewed.state
    _change(copied(None, OFFICIAL), "term.residence-card", "نیا ریزیڈنس کارڈ")
    assert previewed.state != state
    assert str(previewed.voice().official("term.residence-card", {})) == "نیا ریزیڈنس کارڈ"


@pytest.mark.parametrize("text", ["", "بھیجا <b>گیا</b>"])
def test_what_is_empty_or_refused_shows_its_source_with_a_flag(urdu, text):
    previewed, copied = urdu
    _change(copied(None, UI), "Your request is sent", text)
    assert str(previewed.voice().say(UI, "Your request is sent", None, {})) == UNFINISHED + "Your request is sent"


def test_pseudo_locales_wrap_every_message_and_keep_its_values():
    left, right = (pseudo_voice(language) for language in pseudo_languages())
    assert str(left.say(UI, "Sent on %(day)s.", None, {"day": 1})) == "⟦Séñt óñ 1.~~~~⟧"
    assert str(left.count(UI, "You have %(n)s more try.", "You have %(n)s more tries.", 3, None, {})).endswith("⟧")
    assert right.language.is_right_to_left
    assert str(right.official("term.address", {})).startswith("⟦")
