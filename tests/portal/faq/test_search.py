"""The search: what it folds together, what it marks, what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from portal.faq.reading import texts_of
from portal.faq.search import Trouble, find_questions, folded, marked, read_search
from portal.i18n.gettext import speaking


def found(language: str, query: str) -> list[str]:
    with speaking(language):
        return [question.id for question in find_questions(read_search(query, language).terms, texts_of)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mã phiếu cư trú", "ma phieu cu tru"),
        ("Đổi", "doi"),
        ("ＪＵＫＩ　ｎｅｔ", "juki net"),
        ("コード", "こーど"),
        ("ｺｰﾄﾞ", "コード"),
        ("ガ", "カ\u3099"),
        ("کوڈ", "كوڈ"),
        ("رہائشی", "رهائشى"),
        ("مُلک", "ملک"),
        ("Straße", "STRASSE"),
        ("ＱＱ１１", "qq11"),
    ],
)
def test_ways_of_writing_the_same_are_found_alike(one, other):
    assert folded(one) == folded(other)


def test_marks_of_other_scripts_are_letters_and_stay():
    assert folded("के") != folded("क")
    assert folded("が") != folded("か")


def test_a_vietnamese_syllable_is_marked_whole_or_not_at_all():
    terms = read_search("mã", "vi").terms
    assert marked("Mã, mạng mất (ma)", terms) == "<mark>Mã</mark>, mạng mất (<mark>ma</mark>)"
    assert marked("a ¨", read_search("¨", "vi").terms) == "a<mark> ¨</mark>"
    assert marked("住民票コード", read_search("コー", "vi").terms) == "住民票<mark>コー</mark>ド"


@pytest.mark.parametrize(
    ("language", "query", "expected"),
    [
        ("vi", "矢祭町", ["q3"]),
        ("vi", "yamatsuri", ["q3"]),
        ("vi", "xâm nhập", ["q5"]),
        ("vi", "XAM NHAP", ["q5"]),
        ("vi", "xa nh", []),
        ("en", "hack", ["q5"]),
        ("en", "acking", []),
        ("ja", "ハッキング", ["q5"]),
        ("en", "hacking", ["q5"]),
        ("en", "random 11-digit", ["q6"]),
        ("ur", "ہیکنگ", ["q5"]),
        ("ur", "无", []),
        ("en", "there is no such word", []),
    ],
)
def test_both_languages_are_searched_at_once(language, query, expected):
    assert found(language, query) == expected


def test_every_word_must_stand_in_the_question_in_either_language():
    assert found("vi", "矢祭町 thẻ") == ["q3"]
    assert found("vi", "矢祭町 hacking") == []


def test_hits_are_marked_and_everything_is_escaped():
    assert marked("Mã <b> phiếu", ["ma", "phieu"]) == Markup("<mark>Mã</mark> &lt;b&gt; <mark>phiếu</mark>")
    assert marked("ﬁ&ﬁ", ["fi&f"]) == Markup("<mark>ﬁ&amp;ﬁ</mark>")


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        ("x" * 101, Trouble.TOO_LONG),
        ("a\x00b", Trouble.NOT_TEXT),
        ("a\ud800b", Trouble.NOT_TEXT),
        ("a\u202eb", Trouble.NOT_TEXT),
        (f"a{chr(0xFFFD)}b", Trouble.NOT_TEXT),
        ("24727059608", Trouble.LOOKS_LIKE_A_CODE),
        ("２４７２-７０５９-６０８", Trouble.LOOKS_LIKE_A_CODE),
        ("123456789018", Trouble.LOOKS_LIKE_A_CODE),
    ],
)
def test_what_cannot_or_must_not_be_searched_is_not_shown_again(raw, trouble):
    search = read_search(raw)
    assert (search.text, search.terms, search.trouble) == ("", (), trouble)


@given(st.text(max_size=120), st.text(max_size=60))
def test_whatever_is_typed_is_answered_and_no_letter_of_the_text_is_lost(raw, text):
    for lang in ("en", "vi"):
        terms = read_search(raw, lang).terms
        assert marked(text, terms).striptags().split() == Markup.escape(text).striptags().split()
        assert Markup(str(marked(text, terms)).replace("<mark>", "").replace("</mark>", "")) == Markup.escape(text)
