import pytest
from babel import Locale

from portal.i18n.availability import find_availability, reason_against
from portal.i18n.catalogs import plural_chooser
from portal.i18n.languages import LanguageTableError, languages, read_table
from portal.i18n.negotiation import negotiated_language

ROW = """
[[language]]
tag = "{tag}"
babel = "{babel}"
html_lang = "{html}"
direction = "ltr"
plural = "nplurals=1; plural=0;"
autonym = "{tag}"
line_height = 1.5
tier = 1
browser = [{browser}]
"""


def row(tag, babel=None, html=None, browser=""):
    return ROW.format(tag=tag, babel=babel or tag, html=html or tag, browser=browser)


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("vi", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("ur-PK", "ur"),
        ("ja-JP", "ja"),
        ("fa-IR", "fa"),
        ("fa-AF", "fa-af"),
        ("in", "id"),
        ("ar-EG", "ar"),
        ("mn-Cyrl-MN", "mn"),
        ("my-MM", "my"),
        ("zh-TW", "zh-hant"),
        ("zh-HK", "zh-hant"),
        ("zh-MO", "zh-hant"),
        ("zh-Hant-HK", "zh-hant"),
        ("zh", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("zh-SG", "zh-hans"),
        ("tl", "fil"),
        ("prs", "fa-af"),
        ("pt-PT", "pt-br"),
        ("sw, en;q=0.1", "en"),
        ("en;q=0.2, vi;q=0.9", "vi"),
        ("vi;q=0, en;q=0.5", "en"),
        ("tlh", "ja"),
        ("*", "ja"),
        ("", "ja"),
        ("../../etc/passwd", "ja"),
        ("en\x00", "ja"),
        ("x" * 100_000, "ja"),
    ],
)
def test_what_a_browser_asks_for_is_mapped_to_a_language(header, tag):
    assert negotiated_language(header, languages()).tag == tag


def test_a_language_we_do_not_serve_gives_way_to_the_next():
    served = [language for language in languages() if language.tag != "vi"]
    assert negotiated_language("vi, fr;q=0.5", served).tag == "fr"


def test_every_row_of_the_table_is_known_to_babel():
    for language in languages():
        locale = Locale.parse(language.babel)
        assert locale.text_direction == language.direction
        assert not set(language.html_lang) & {"_", "@"}


def test_the_plural_rules_are_those_of_cldr():
    for language in languages():
        names = Locale.parse(language.babel).plural_form
        chosen = plural_chooser(language)
        pairs = {(names(number), chosen(number)) for number in range(1000)}
        assert len({name for name, _ in pairs}) == len({form for _, form in pairs}) == len(pairs)


@pytest.mark.parametrize(
    "text",
    [
        row("vi") + row("vi"),
        row("vi", html="vi_VN"),
        row("vi").replace("ltr", "up"),
        row("vi").replace("nplurals=1; plural=0;", "two"),
        row("vi").replace("tier", "tear"),
        "not toml",
    ],
)
def test_a_bad_table_is_refused(text):
    with pytest.raises(LanguageTableError):
        read_table(text)


def test_an_incomplete_language_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr(
        "portal.i18n.availability.reason_against", lambda language: "3 messages" if language.tag == "vi" else None
    )
    found = find_availability(["ja", "en", "vi"])
    assert [language.tag for language in found.languages] == ["ja", "en"]
    assert found.left_out == {"vi": "3 messages"}


def test_a_language_nobody_reviewed_is_left_out_where_review_is_required(write_catalog, monkeypatch):
    monkeypatch.setattr("portal.i18n.availability.reason_against", lambda _language: None)
    saved = 'msgctxt "button"\nmsgid "Save"\nmsgstr "Lưu"'
    back = 'msgctxt "button"\nmsgid "Back"\nmsgstr "Quay lại"'
    reviewed = "# state: reviewed; by=hoa; on=2026-11-23\n"
    write_catalog("vi/LC_MESSAGES/official.po", 'msgctxt "faq.q1"\nmsgid "何"\nmsgstr "Gì"')
    found = {}
    for case, entries in {"one": (reviewed + saved, back), "both": (reviewed + saved, reviewed + back)}.items():
        write_catalog("vi/LC_MESSAGES/ui.po", *entries)
        found[case] = find_availability(["ja", "en", "vi"], require_reviewed=True).left_out
    assert found == {"one": {"vi": "1 messages of ui are not reviewed by a person"}, "both": {}}
    write_catalog("vi/LC_MESSAGES/official.po", 'msgctxt "term.sex"\nmsgid "性別"\nmsgstr "Giới tính"')
    assert find_availability(["ja", "en", "vi"], require_reviewed=True).left_out == {
        "vi": "1 messages of official are not reviewed by a person"
    }


@pytest.mark.parametrize("needed", ["ja", "en"])
def test_without_japanese_or_english_there_is_no_start(monkeypatch, needed):
    monkeypatch.setattr(
        "portal.i18n.availability.reason_against", lambda language: "absent" if language.tag == needed else None
    )
    with pytest.raises(LanguageTableError, match=needed):
        find_availability()


def test_a_configured_language_must_be_in_the_table():
    with pytest.raises(LanguageTableError, match="xx"):
        find_availability(["ja", "en", "xx"])


def test_a_language_without_catalogs_says_so(translations):
    (language,) = read_table(row("my"))
    assert reason_against(language) == "no catalog ui in my"
