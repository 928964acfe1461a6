"""Readings above kanji: from the notation of plain Japanese, and from the glossary in the official Japanese."""

import pytest
from markupsafe import Markup

from portal.i18n.gettext import _, official_ja, plain, speaking
from portal.i18n.ruby import (
    notation_faults,
    over_kanji,
    readings_only,
    with_known_readings,
    with_ruby,
    without_readings,
)

RESIDENT_RECORD = "<ruby>住民票<rt>じゅうみんひょう</rt></ruby>"


def test_three_forms_come_from_one_text():
    text = "{住民票|じゅうみんひょう}を {見|み}ます"
    assert with_ruby(text) == Markup(f"{RESIDENT_RECORD}を <ruby>見<rt>み</rt></ruby>ます")
    assert without_readings(text) == "住民票を 見ます"
    assert readings_only(text) == "じゅうみんひょうを みます"


@pytest.mark.parametrize("text", ["<script>", "{<b>|x", "{a|b|c}", "}{", "{住民票|<img src=x>}", "&amp;"])
def test_a_hostile_or_broken_text_stays_text(text):
    shown = with_ruby(text)
    assert not set(shown.replace("<ruby>", "").replace("</ruby>", "").split("<")[1:]) & {"script>", "b>", "img src=x>"}


def test_values_are_filled_in_after_the_readings_and_stay_escaped():
    assert with_ruby("{窓口|まどぐち} %(name)s") % {"name": "<i>"} == Markup(
        "<ruby>窓口<rt>まどぐち</rt></ruby> &lt;i&gt;"
    )


@pytest.mark.parametrize(
    ("word", "reading", "notation"),
    [
        ("住民票コード", "じゅうみんひょうこーど", "{住民票|じゅうみんひょう}コード"),
        ("転入届", "てんにゅうとどけ", "{転入届|てんにゅうとどけ}"),
        ("国籍・地域", "こくせき・ちいき", "{国籍|こくせき}・{地域|ちいき}"),
        ("窓口", "まどぐち", "{窓口|まどぐち}"),
    ],
)
def test_a_reading_stands_over_the_kanji_alone(word, reading, notation):
    assert over_kanji(word, reading) == notation


def test_official_japanese_shows_the_readings_the_glossary_knows_once_in_a_text():
    shown = with_known_readings("住民票は、住民票コードと住民票からなる。")
    assert shown.count(RESIDENT_RECORD) == 2  # the word, and the first part of the longer one
    assert plain(shown) == "住民票は、住民票コードと住民票からなる。"


def test_a_page_in_japanese_carries_readings_and_a_title_or_mail_does_not():
    with speaking("ja"):
        assert "<rt>" in official_ja("term.resident-record")
        assert plain(official_ja("term.resident-record")) == "住民票"
        assert "<rt>" in _("Your resident record code")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{住民票|じゅうみんひょう}を {見|み}ます。", []),
        ("住民票を みます。", ["without a reading: 住民票"]),
        ("{住民票|jūminhyō}", ["not kana: 住民票|jūminhyō"]),
        ("{コード|こーど}", ["no kanji: コード|こーど"]),
        ("{住民票|じゅうみんひょう", ["a brace or bar that is no reading", "without a reading: 住民票"]),
    ],
)
def test_what_is_wrong_with_readings_is_told(text, faults):
    assert [detail for _code, detail in notation_faults(text)] == faults
