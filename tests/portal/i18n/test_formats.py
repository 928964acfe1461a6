from datetime import UTC, date, datetime

import pytest

from portal.i18n.formats import country_name, format_day, format_instant, official_day, wareki
from portal.i18n.gettext import official, plain, speaking
from portal.i18n.languages import language_by_tag, languages
from portal.i18n.register_words import period_word, relationship_word, status_word
from registry_core.values.change_reason import ChangeReason
from registry_core.values.date_form import DateForm
from registry_core.values.register_date import RegisterDate
from registry_core.values.relationship import KIN
from registry_core.values.residence import STATUSES, ResidenceCategory
from tests.registry_core.values.test_register_date import UNKNOWN_DAYS


@pytest.mark.parametrize(
    ("day", "era"),
    [
        ("1873-01-01", "明治6年1月1日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1912-07-30", "大正元年7月30日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1989-01-08", "平成元年1月8日"),
        ("2013-07-08", "平成25年7月8日"),
        ("2019-04-30", "平成31年4月30日"),
        ("2019-05-01", "令和元年5月1日"),
    ],
)
def test_the_era_is_right_on_its_first_and_last_days(day, era):
    assert wareki(date.fromisoformat(day)) == era


@pytest.mark.parametrize(
    ("day", "era"),
    [
        ("2013-07-00", "平成25年7月日不詳"),
        ("2013-00-00", "平成25年月日不詳"),
        ("1989-00-00", "1989年月日不詳"),
        ("2019-01-00", "平成31年1月日不詳"),
        ("0000-00-00", "年月日不詳"),
        ("1990-02-29", "平成2年2月29日"),
    ],
)
def test_unknown_and_impossible_days_have_the_words_of_the_register(day, era):
    assert wareki(RegisterDate.parse(day)) == era


def test_there_is_no_era_before_the_gregorian_calendar():
    with pytest.raises(ValueError, match="1873"):
        wareki(date(1872, 12, 31))


def test_birth_date_and_end_of_stay_stay_gregorian_officially():
    assert official_day("birth_date", "1990-03-27") == "1990年3月27日"
    assert official_day("end_of_stay", date(2027, 1, 2)) == "2027年1月2日"
    assert official_day("birth_date", "1990-03-00") == "1990年3月日不詳"
    assert official_day("address_since", "2019-05-01") == "令和元年5月1日"
    assert official_day("address_since", "1870-05-01") == "1870年5月1日"


@pytest.mark.parametrize(
    ("tag", "words"),
    [("en", "July 8, 2013"), ("ja", "2013年7月8日"), ("vi", "8 tháng 7 năm 2013"), ("ur", "8 جولائی، 2013")],
)
def test_a_day_is_written_in_the_readers_language_with_latin_digits(tag, words):
    with speaking(tag):
        assert format_day(date(2013, 7, 8)) == words
    assert format_day("2013-07-08", language_by_tag(tag)) == words


def test_what_is_unknown_is_said():
    with speaking("en"):
        assert format_day("1990-02-00") == "February 1990 (day unknown)"
        assert format_day("1990-00-00") == "1990 (month and day unknown)"
        assert format_day("0000-00-00") == "Date unknown"
        assert format_day(RegisterDate.parse("1990-02-29")) == "1990-02-29"
    assert format_day("1990-02-29", language_by_tag("ur")) == "\u200e1990-02-29"
    assert format_day("1990-02-29", language_by_tag("ja")) == "1990年2月29日"


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.tag)
def test_every_form_of_a_day_has_its_own_words_in_every_language(language):
    days = [RegisterDate.read(kept) for _, kept, _ in UNKNOWN_DAYS]
    said = [plain_words(format_day(day, language)) for day in days]
    assert len(set(said)) == len(DateForm) - 1
    assert not [words for words in said if "%" in words or "{" in words]


def test_unknown_days_are_said_as_one_sentence():
    days = ["1990-03-00/spring", "1990-02-11/around-middle", "1990-02-03/between/03-05"]
    with speaking("en"):
        assert [format_day(day) for day in days] == [
            "Spring 1990",
            "Around the middle of February 1990",
            "Between February 3, 1990 and around March 5, 1990",
        ]
    with speaking("ja"):
        assert [format_day(day) for day in days] == [
            "1990年春",
            "1990年2月中旬頃",
            "1990年2月3日から1990年3月5日頃までの間",
        ]
    with speaking("vi"):
        assert format_day(days[0]) == "Mùa xuân năm 1990"


def plain_words(text: str) -> str:
    """Without the signs that keep a value's direction."""
    return text.translate({0x2068: None, 0x2069: None, 0x200E: None})


def test_an_instant_is_shown_in_japans_time():
    at = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert format_instant(at, language_by_tag("ja")) == "2026年11月23日 0:30"
    assert format_instant(at, language_by_tag("vi")) == "00:30 ngày 23 tháng 11 năm 2026"
    assert format_instant(at, language_by_tag("en")) == "November 23, 2026, 12:30\u202fAM"
    assert format_instant(at, language_by_tag("ur")) == "23 نومبر، 2026، 00:30"


def test_digits_are_latin_in_every_language():
    at = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    for language in languages():
        text = format_instant(at, language) + format_day("2013-07-08", language)
        assert not [letter for letter in text if letter.isdecimal() and not letter.isascii()]


def test_countries_have_names_from_cldr_and_our_own_codes_ours():
    with speaking("en"):
        assert [country_name(code) for code in ("VNM", "TWN", "PSE", "XXA", "QQQ")] == [
            "Vietnam",
            "Taiwan",
            "Palestine",
            "Stateless",
            "QQQ",
        ]
    assert country_name("BRA", language_by_tag("ja")) == "ブラジル"


def test_words_of_the_register_are_explained_and_never_glued():
    with speaking("en"):
        assert relationship_word("妻の母") == "Mother of the wife"
        assert relationship_word("子の妻の父") == "Child → Wife → Father"
        assert relationship_word("祖父") == ""
        assert status_word("特定技能１号") == status_word("特定技能1号") == "Specified Skilled Worker (i)"
        assert relationship_word("子（子の夫）の母") == "Child (husband of a child) → Mother"
        assert status_word("永住者") == "Permanent Resident"
        assert status_word("何か") == ""
        assert [period_word(text) for text in ("５年", "1年3月", "90日", "無期限", "いつか")] == [
            "5 years",
            "1 year, 3 months",
            "90 days",
            "No limit",
            "",
        ]
    with speaking("ur"):
        assert " ← " in relationship_word("子の妻の父")


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.tag)
def test_every_word_of_the_closed_lists_is_said_in_every_language(language):
    statuses = [name + kind for name, kinds in STATUSES.items() for kind in kinds or ("",)]
    with speaking(language):
        said = {status: status_word(status) for status in statuses}
        said |= {word: relationship_word(word) for word in ("世帯主", "縁故者", "同居人", *KIN)}
        keys = [f"reason.{reason}" for reason in ChangeReason]
        keys += [f"value.category.{category}" for category in ResidenceCategory]
        said |= {key: plain(official(key)) for key in keys}
    assert [word for word, words in said.items() if not words] == []
    japanese = {word for word, words in said.items() if word == words}
    # Chinese writes some of them with the same characters.
    assert japanese == set() or language.html_lang.startswith(("ja", "zh"))
