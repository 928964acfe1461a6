"""Each class of error seeded into a translation is caught; good translations raise nothing."""

import pytest

from portal.i18n.catalogs import is_identity, po_path, read_po
from portal.i18n.checker import check_message, warnings_of
from portal.i18n.compiling import domains_of
from portal.i18n.languages import language_by_tag, languages
from portal.i18n.messages import OFFICIAL, UI, Message

SENT = "Sent to %(name)s on %(day)s."
SEEDED = [
    ("placeholder missing", SENT, "Gửi cho %(name)s.", "placeholders"),
    ("placeholder misspelt", SENT, "Gửi cho %(nmae)s ngày %(day)s.", "placeholders"),
    ("placeholder extra", SENT, "Gửi %(name)s %(day)s %(code)s.", "placeholders"),
    ("conversion changed", "Days left: %(n)d", "Còn %(n)s ngày", "placeholders"),
    ("conversion without its letter", SENT, "Gửi cho %(name) ngày %(day)s.", "bare-percent"),
    ("bare per cent sign", "All of it", "Tất cả 100 %", "bare-percent"),
    ("format of another kind", "Sent to %(name)s", "Gửi cho {name}", "placeholders"),
    ("attribute access", "All of it", "{x.__class__}", "braces"),
    ("link not closed", "See %(a_start)sthis%(a_end)s", "Xem %(a_end)sđây%(a_start)s", "placeholders"),
    ("script", "All of it", "Tất cả<script>alert(1)</script>", "tags"),
    ("tag left open", "All of it", "<b>Tất cả", "tags"),
    ("handler", "All of it", "Tất cả onclick=alert(1)", "script"),
    ("javascript link", "All of it", "javascript:alert(1)", "script"),
    ("hidden entity", "All of it", "Tất cả &#x202e;", "entity"),
    ("right-to-left override", "All of it", "Tất cả \u202e", "bidi"),
    ("mark in a left-to-right language", "All of it", "Tất cả\u200f nhé", "bidi"),
    ("isolate left open", "All of it", "\u2068Tất cả", "isolates"),
    ("isolate closed only", "All of it", "Tất cả\u2069", "isolates"),
    ("zero-width space", "All of it", "Tất\u200b cả", "zero-width"),
    ("soft hyphen", "All of it", "Tất\u00ad cả", "zero-width"),
    ("host of a look-alike", "See www.soumu.go.jp", "Xem www.sоumu.go.jp", "url"),
    ("other host", "See https://www.soumu.go.jp/a", "Xem https://example.com/a", "url"),
    ("mail address", "Write to a@city.jp", "Viết cho b@city.jp", "url"),
    ("example digits changed", "Like 12345678903", "Như 12345678930", "number-lost"),
    ("year changed", "Since 2013", "Từ năm 2031", "number-added"),
    ("day changed", "On 8 July", "Ngày 9 tháng 7", "number-added"),
    ("native digits", "Like 123", "Như १२३", "native-digits"),
    ("full-width digits", "Like 123", "Như １２３", "native-digits"),
    ("line break added", "All of it", "Tất cả\n", "edges"),
    ("blank", "All of it", "  ", "blank"),
    ("too long", "All of it", "rất dài " * 30 + "nhé", "too-long"),
    ("replacement character", "All of it", "T\ufffdt cả", "replacement-character"),
    ("control character", "All of it", "Tất\x07 cả", "control"),
    ("private character", "All of it", "Tất\ue000 cả", "control"),
    ("not composed", "All of it", "Ta\u0302\u0301t cả", "not-nfc"),
    ("link's address written in", "See %(a_start)sthis%(a_end)s", 'Xem <a href="https://evil.example">đây</a>', "url"),
    ("brace placeholder lost", "Sent to {name}", "Đã gửi", "placeholders"),
    ("Zawgyi", "All of it", "\u1031\u1000", "zawgyi"),
    ("notation of readings", "All of it", "{Tất cả|tat ca}", "braces"),
    ("term lost", "Your residence card", "Hộ chiếu của bạn", "term-missing"),
    ("term confused", "Your resident record code", "Mã bưu chính của bạn", "term-forbidden"),
]
GOOD = [
    ("vi", UI, SENT, "Đã gửi cho %(name)s vào %(day)s."),
    ("vi", UI, "See %(a_start)sthis page%(a_end)s.", "Xem %(a_start)strang này%(a_end)s."),
    ("vi", UI, "Two people check it.", "2 người kiểm tra."),
    ("vi", UI, "A fine of up to 500,000 yen", "Phạt đến 500.000 yên"),
    ("ur", UI, "Like 12345678903", "جیسے \u206612345678903\u2069"),
    ("ur", UI, "All of it", "یہ\u200cسب\u200f"),
    ("ja", UI, "On 8 July 2013", "２０１３年７月８日"),
    ("vi", OFFICIAL, "平成 25年 12月 8日", "ngày 8 tháng 12 năm 2013"),
    ("en", OFFICIAL, "午後5時まで", "until 17:00"),
    ("en", OFFICIAL, "50万円以下の罰金", "a fine of up to 500,000 yen"),
    ("en", OFFICIAL, "住民票コードの変更", "Change of the resident record code"),
]


def _check(tag, domain, source, translation):
    return check_message(Message(None, source, None, (translation,)), language_by_tag(tag), domain)


@pytest.mark.parametrize(("source", "translation", "code"), [row[1:] for row in SEEDED], ids=[row[0] for row in SEEDED])
def test_a_seeded_error_is_caught(source, translation, code):
    assert code in {fault.code for fault in _check("vi", UI, source, translation)}


@pytest.mark.parametrize(("tag", "domain", "source", "translation"), GOOD)
def test_a_good_translation_raises_nothing(tag, domain, source, translation):
    assert _check(tag, domain, source, translation) == []


def test_a_plural_form_that_is_missing_is_caught():
    message = Message(None, "%(n)d day", "%(n)d days", ("%(n)d دن",))
    assert [fault.code for fault in check_message(message, language_by_tag("ur"), UI)] == ["plural-forms"]


def test_a_plural_form_that_is_empty_is_caught():
    message = Message(None, "%(n)d day", "%(n)d days", ("%(n)d دن", ""))
    assert "blank" in {fault.code for fault in check_message(message, language_by_tag("ur"), UI)}


def test_the_limit_of_a_place_on_the_page_is_kept():
    message = Message(None, "Continue now", None, ("Tiếp tục ngay bây giờ",), limit=12)
    assert [fault.code for fault in check_message(message, language_by_tag("vi"), UI)] == ["too-long"]


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.tag)
def test_the_catalogs_we_ship_raise_nothing(language):
    found = []
    for domain in domains_of(language):
        messages, _reviewed = read_po(language, domain, po_path(language, domain))
        assert messages or not is_identity(language, domain)
        found += [(message.key, check_message(message, language, domain)) for message in messages]
    assert [row for row in found if row[1]] == []
    assert len(found) > 200 or language.tag == "en", "too few sentences to tell a false alarm"


@pytest.mark.parametrize(
    ("source", "translation", "codes"),
    [
        ("All of it.", "Tất cả", ["final-stop"]),
        ("All of it.", "Tất cả tất cả.", []),
        ("All of it.", "Xem xem toàn bộ.", ["doubled-word"]),
        ("Is it all?", "Tất cả ạ?", []),
        ("All of it.", "全部です。", []),
        ("All of it (here).", "Tất cả (ở đây.", ["bracket"]),
        ("All of it here.", "All of it here.", ["same-as-source"]),
    ],
)
def test_what_is_often_wrong_is_told_and_not_refused(source, translation, codes):
    message = Message(None, source, None, (translation,))
    assert [fault.code for fault in warnings_of(message, language_by_tag("vi"))] == codes


def test_a_language_whose_sentences_have_no_stop_is_not_asked_for_one():
    message = Message(None, "All of it.", None, ("ทั้งหมด",))
    assert warnings_of(message, language_by_tag("th")) == []
