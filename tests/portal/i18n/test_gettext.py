import logging
from functools import partial

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from portal.i18n.catalogs import Catalog
from portal.i18n.gettext import (
    LazyMessage,
    _,
    _l,
    _s,
    is_reviewed,
    ngettext,
    official,
    official_ja,
    pgettext,
    plain,
    speaking,
    wtforms_translations,
)
from portal.i18n.languages import language_by_tag, languages
from portal.i18n.messages import OFFICIAL, UI, Message
from portal.i18n.voices import Voice, voice_of
from portal.i18n.wtforms_messages import wtforms_messages


@pytest.fixture
def speaks(monkeypatch):
    """Give a language these interface messages, unchecked, as if a bad catalog had slipped through."""

    def give(tag, messages):
        language = language_by_tag(tag)
        entries = {source: Message(None, source, None, (text,)) for source, text in messages.items()}
        voice = Voice(language, {UI: Catalog(language, UI, entries, 0)})
        monkeypatch.setattr("portal.i18n.gettext.voice_of", lambda _language: voice)
        return speaking(tag)

    return give


@pytest.fixture
def vietnamese(speaks):
    return partial(speaks, "vi")


def test_a_translation_is_escaped(vietnamese):
    with vietnamese({"All of it": "<script>"}):
        assert _("All of it") == Markup("&lt;script&gt;")


def test_a_value_is_escaped_and_isolated(vietnamese):
    with vietnamese({"For %(name)s": "Cho %(name)s"}):
        assert _("For %(name)s", name="<b>") == Markup("Cho <bdi>&lt;b&gt;</bdi>")


def test_markup_made_in_code_and_numbers_pass(vietnamese):
    with vietnamese({}):
        text = _("See %(a_start)sthis%(a_end)s in %(n)d", a_start=Markup("<a>"), a_end=Markup("</a>"), n=3)
    assert text == Markup("See <a>this</a> in 3")


@pytest.mark.parametrize("tag", [language.tag for language in languages() if language.is_right_to_left])
@pytest.mark.parametrize("number", ["30-4", "1990-03-27", "03-0000-0000"])
def test_a_hyphenated_number_keeps_its_order_between_letters_that_run_from_the_right(speaks, tag, number):
    with speaks(tag, {"See %(what)s": f"م {number}، \u200e{number} %(what)s"}):
        assert _("See %(what)s", what=7) == Markup(f"م \u200e{number}، \u200e{number} 7")
    with speaks("vi", {"All of it": f"Điều {number}"}):
        assert _("All of it") == Markup(f"Điều {number}")


@pytest.mark.parametrize("broken", ["Cho %(nmae)s", "Cho %(name)", "Cho %(name)d", "Cho %", "100 % o %(name)s"])
def test_a_translation_that_cannot_be_filled_gives_way_to_its_source(vietnamese, broken, caplog):
    with vietnamese({"For %(name)s": broken}), caplog.at_level(logging.ERROR):
        assert _("For %(name)s", name="An") == Markup("For <bdi>An</bdi>")
    assert "its source is shown" in caplog.text


def test_a_source_that_cannot_be_filled_is_shown_as_it_is():
    with speaking("en"):
        assert _("For %(name)s and %(other)s", name="An") == Markup("For %(name)s and %(other)s")


def test_plain_is_text_for_mail_and_titles():
    with speaking("en"):
        assert plain(_("For %(name)s & co", name="<An>")) == "For <An> & co"
    with speaking("ur"):
        assert plain(_("For %(name)s & co", name="<An>")) == "For \u2068<An>\u2069 & co"


def test_the_form_follows_the_number():
    with speaking("en"):
        assert [plain(ngettext("%(n)s step", "%(n)s steps", n)) for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


def test_a_lazy_message_is_said_when_shown_and_safe_in_an_f_string(vietnamese):
    label = _l("All of it")
    assert isinstance(label, LazyMessage)
    with vietnamese({"All of it": "<i>"}):
        assert f"<label>{label}</label>" == "<label>&lt;i&gt;</label>"
        assert str(label) == "&lt;i&gt;"
        assert Markup("%s") % label == Markup("&lt;i&gt;")
        assert _l("For %(n)s") % {"n": "<b>"} == Markup("For &lt;b&gt;")


def test_staff_words_are_english_for_those_who_read_neither_language_of_staff():
    with speaking("vi"):
        assert _s("Take the request") == "Take the request"


def test_an_official_text_speaks_its_reader_and_its_source():
    with speaking("vi"):
        assert official("term.residence-card") == "Thẻ lưu trú"
        assert official("term.residence-card", "en") == "Residence card"
        assert official("term.residence-card", language_by_tag("ur")) == "ریزیڈنس کارڈ"
        assert plain(official_ja("term.residence-card")) == "在留カード"


def test_an_unknown_official_key_is_logged_and_takes_no_page_down(caplog):
    with speaking("vi"):
        assert official("term.<nothing>") == Markup("term.&lt;nothing&gt;")
    assert "no official text" in caplog.text


def test_what_no_person_reviewed_says_so():
    assert is_reviewed("term.residence-card", language_by_tag("ja"))
    assert not is_reviewed("term.residence-card", language_by_tag("vi"))


def test_the_messages_of_wtforms_are_all_translated():
    spoken = wtforms_translations()
    english = wtforms_messages(lambda text: text, lambda _single, plural, _n: plural)
    assert len(english) == 44
    for tag in ("ja", "vi", "ur"):
        with speaking(tag):
            translated = wtforms_messages(spoken.gettext, lambda single, plural, _n: spoken.ngettext(single, plural, 2))
        assert [pair for pair in zip(english, translated, strict=True) if pair[0] == pair[1]] == []


def test_wtforms_fills_in_its_own_placeholders():
    with speaking("vi"):
        text = wtforms_translations().ngettext(
            "Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long.", 3
        )
        assert text % {"min": 3, "max": -1, "length": 0} == "Hãy nhập ít nhất 3 ký tự."


def test_outside_of_a_request_japanese_is_spoken():
    assert plain(official("term.residence-card")) == "在留カード"


def test_a_template_takes_the_words_as_globals():
    app = Flask(__name__)
    app.jinja_env.globals.update(_=_, pgettext=pgettext)
    with app.app_context(), speaking("en"):
        page = render_template_string("{{ _('For %(name)s', name=name) }} {{ pgettext('page', 'Home') }}", name="<b>")
    assert page == "For <bdi>&lt;b&gt;</bdi> Home"


def test_official_is_a_domain_of_every_voice():
    assert OFFICIAL in voice_of(language_by_tag("vi")).catalogs
