"""The public pages, opened as a reader opens them."""

import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.config import PROJECT_ROOT
from portal.faq.questions import QUESTIONS
from portal.i18n.languages import languages
from tests.html_page import text_of

LANGUAGES = [language.tag for language in languages()]


@pytest.fixture
def reader(reading_server):
    client = reading_server.client()
    yield client
    client.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["", "faq", "help", "languages"])
def test_public_pages_are_the_same_bytes_for_everybody(reader, language, page):
    first = reader.ask("GET", f"/{language}/{page}")
    again = reader.ask(
        "GET", f"/{language}/{page}", headers={"Accept-Language": "ja", "Cookie": "language=ja; session=x"}
    )
    assert (first.status_code, again.content) == (200, first.content)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first.headers
    assert "Vary" not in first.headers
    assert not first.headers["ETag"].startswith("W/")


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"other", {}', "*"])
def test_a_browser_that_has_the_bytes_gets_none(reader, tag):
    etag = reader.ask("GET", "/vi/faq").headers["ETag"]
    answer = reader.ask("GET", "/vi/faq", headers={"If-None-Match": tag.format(etag)})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert reader.ask("GET", "/vi/faq", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_stands_at_its_anchor_with_the_japanese_beside(reader, language):
    page = reader.get(f"/{language}/faq")
    sections = {element.get("id"): text_of(element) for element in page.all("section")}
    for question in QUESTIONS:
        assert question.label in sections[question.anchor]
    assert "無作為の 11桁の番号" in sections["q6"]
    assert "福島県矢祭町（２０１３年３月１日現在）" in sections["q3"]
    assert "card_FAQ_jpn.pdf" in sections["q3"]


def test_alternates_name_every_language_and_the_choice(reader):
    page = reader.get("/vi/faq")
    alternates = {
        element.get("hreflang"): element.get("href")
        for element in page.all("link")
        if element.get("rel") == "alternate"
    }
    assert set(alternates) == {language.html_lang for language in languages() if language.hreflang} | {"x-default"}
    assert alternates["ur"].endswith("/ur/faq")
    assert alternates["x-default"].endswith("/")


def test_a_search_marks_its_hits_and_opens_the_japanese_that_has_them(reader):
    page = reader.get("/vi/faq", params={"q": "公証"})
    assert [text_of(mark) for mark in page.all("mark")]
    assert {text_of(mark) for mark in page.all("mark")} == {"公証"}
    assert [details for details in page.all("details") if "open" in details.attrib]
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("zzzz", 200),
        ("x" * 101, 422),
        ("x\u202ey", 422),
        ("24727059608", 200),
        ("<script>alert(1)</script>", 200),
        ("''\"", 200),
        ("%", 200),
        ("%(found)s", 200),
    ],
)
def test_a_search_that_finds_nothing_offers_all_questions(reader, language, query, status):
    page = reader.get(f"/{language}/faq", params={"q": query}, expect=status)
    assert len([element for element in page.all("section") if (element.get("id") or "").startswith("q")]) == 7


@pytest.mark.parametrize("number", ["24727059608", "２４７２-７０５９-６０８", "1234 5678 9018"])
def test_a_code_typed_into_the_search_leaves_the_address_and_is_not_shown_again(reader, number):
    page = reader.get("/vi/faq", params={"q": number})
    assert page.location == "/vi/faq?refused=looks-like-a-code"
    assert [address for address in page.passed if "refused" not in address] == page.passed[:1]
    assert number not in reader.ask("GET", page.location).text
    assert [text_of(element) for element in page.all("div") if element.get("id") == "found"]


@pytest.mark.parametrize(("query", "status"), [("%00", 400), ("%ed%a0%80", 200), ("%ff", 200), ("%", 200)])
def test_bytes_that_are_no_text_get_a_page_that_says_so(reader, query, status):
    reader.get(f"/vi/faq?q={query}", expect=status)


def test_the_language_is_kept_with_the_search(reader):
    page = reader.get("/vi/faq", params={"q": "住基ネット"})
    assert page.link("English").endswith("/en/faq?q=%E4%BD%8F%E5%9F%BA%E3%83%8D%E3%83%83%E3%83%88")


@pytest.mark.parametrize(
    ("wanted", "first"), [("vi-VN,en;q=0.5", "vi"), ("ur", "ur"), ("en-US", "en"), ("xx", "ja"), ("", "ja")]
)
def test_the_choice_offers_every_language_the_browsers_guess_first(reader, wanted, first):
    page = reader.get("/", headers={"Accept-Language": wanted})
    offered = [link.get("hreflang") for link in page.all("a") if "choose=" in link.get("href", "")]
    assert offered[0] == first
    assert sorted(offered) == sorted(language.html_lang for language in languages())
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers


def test_a_choice_is_remembered_for_a_year_and_can_be_made_again(reader):
    chosen = reader.ask("GET", "/?choose=vi", allow_redirects=False)
    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/vi/")
    assert "language=vi" in chosen.headers["Set-Cookie"]
    assert "Max-Age=31536000" in chosen.headers["Set-Cookie"]
    assert reader.get("/").path == "/vi/"
    assert reader.get("/languages").path == "/languages"
    assert reader.ask("GET", "/?choose=ur", allow_redirects=False).headers["Location"] == "/ur/"
    assert reader.get("/").path == "/ur/"


@pytest.mark.parametrize("choice", ["xx", "..%2f..", "vi%0d%0aX:y", "ja@easy", ""])
def test_a_choice_that_is_no_language_sets_nothing(reader, choice):
    answer = reader.ask("GET", f"/?choose={choice}", allow_redirects=False)
    assert (answer.status_code in {200, 400}, "Set-Cookie" in answer.headers) == (True, False)


def test_a_forged_language_cookie_leads_nowhere(reader):
    assert reader.get("/", headers={"Cookie": "language=//evil.example"}).path == "/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_leads_to_every_task(reader, language):
    page = reader.get(f"/{language}/")
    addresses = {link.get("href", "").partition("#")[0] for link in page.all("a")}
    for task in ("faq", "record", "code-change", "who-looked", "follow", "help"):
        assert f"/{language}/{task}" in addresses


def test_the_page_and_its_style_fit_the_first_window_of_a_connection(reader):
    page = gzip.compress(reader.ask("GET", "/vi/faq").content, 9)
    style = gzip.compress((PROJECT_ROOT / "static" / "portal.css").read_bytes(), 9)
    assert len(page) + len(style) <= 14_336


def test_many_readers_at_once_get_their_own_language(reader):
    def title(language):
        return reader.ask("GET", f"/{language.tag}/faq").text.count(f'<html lang="{language.html_lang}"')

    with ThreadPoolExecutor(8) as readers:
        assert set(readers.map(title, languages() * 10)) == {1}


def test_the_page_of_languages_says_how_far_each_is(reader):
    page = reader.get("/en/languages")
    rows = {text_of(row.find("th")): [text_of(cell) for cell in row.iter("td")] for row in page.all("tr")[1:]}
    assert set(rows) >= {"日本語", "English", "Tiếng Việt", "اردو"}
    done, _of, everything = rows["Tiếng Việt"][0].split()
    assert done == everything
    assert rows["Tiếng Việt"][1] == f"0 of {everything}"


@pytest.mark.parametrize("page", ["", "help", "languages"])
def test_what_one_reader_has_in_the_address_is_not_in_the_page_of_all(portal_server, page):
    reader = portal_server.client()
    assert "24727059608" not in reader.ask("GET", f"/my/{page}?q=24727059608").text
    assert "24727059608" not in reader.ask("GET", f"/my/{page}").text
    reader.close()
