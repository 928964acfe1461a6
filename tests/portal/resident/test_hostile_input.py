"""Whatever is sent to the residents' pages: a clear page, nothing of others, never a fault of the server."""

import pytest

from portal.i18n.languages import language_by_tag, languages

HOSTILE = {
    "absent": None,
    "empty": "",
    "long": "字" * 5_000,
    "nul": "a\x00b",
    "bidi": "a\u202eb\u2066c",
    "surrogate": b"\xed\xa0\x80",
    "markup": "<script>alert(1)</script>",
    "number": "-1",
    "percent": "%(name)s %s %",
}

FORMS = {
    "record/confirm": ("record_version",),
    "record/wrong": ("record_version", "name_answer", "name_text", "code_held_answer"),
    "record/code": (),
    "code-change": (),
    "code-change/details": (),
    "code-change/notices": ("language", "channel", "email", "digits", "again"),
    "code-change/check": ("key", "record_version"),
    "follow": ("reference", "birth_date"),
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_every_form_answers_hostile_values_with_a_page(resident, client, kind):
    resident.begins_the_request()
    for path, fields in FORMS.items():
        resident.opens("follow")
        values = {} if HOSTILE[kind] is None else dict.fromkeys(fields, HOSTILE[kind])
        token = resident.main_form().values()["csrf_token"][0]
        answer = client.ask("POST", f"/en/{path}", data={**values, "csrf_token": token})
        assert answer.status_code < 500
        assert b"<script>alert" not in answer.content, path


@pytest.mark.parametrize(
    "reference", ["x", "0" * 12, "o" * 12, "0" * 500, "%00", "%E2%80%AE", "..%2f..", "<script>", "%ED%A0%80"]
)
@pytest.mark.parametrize("tail", ["", "/sent", "/withdraw", "/counter", "/qr.svg"])
def test_a_reference_that_is_not_mine_is_not_found_whatever_it_is(resident, client, reference, tail):
    answer = client.ask("GET", f"/en/requests/{reference}{tail}")
    assert answer.status_code in {400, 404}


def test_a_request_of_somebody_else_is_neither_withdrawn_nor_answered(resident, another, client):
    other = another("resident-2")
    reference = other.asks_for_another_code()
    resident.opens("follow")
    token = resident.main_form().values()["csrf_token"][0]
    for tail in ("", "/withdraw"):
        answer = client.ask("POST", f"/en/requests/{reference}{tail}", data={"text": "x", "csrf_token": token})
        assert answer.status_code == 404
    assert "Withdraw this request" in other.opens_the_request(reference).text


@pytest.mark.parametrize("lang", [language.tag for language in languages()])
def test_every_page_speaks_the_language_of_its_address(another, lang):
    person = another("resident-4", lang)
    reference = person.asks_for_another_code()
    paths = [
        "record",
        "record/wrong",
        "record/reported",
        "record/code",
        "code-change",
        "requests",
        "who-looked",
        "follow",
    ]
    paths += [f"requests/{reference}{tail}" for tail in ("", "/sent", "/withdraw", "/counter")]
    for path in paths:
        page = person.opens(path)
        assert page.lang == language_by_tag(lang).html_lang
        assert "official." not in page.text
        assert "term." not in page.text
