from urllib.parse import unquote_plus

import pytest

from portal.web.fields import digits_of
from portal.web.typed_text import without_refused
from registry_core.values.plain_text import length_as_read

GOOD = {"title": "A note"}


def send(visitor, **fields):
    return visitor.send("/en/note", data={"csrf_token": visitor.token(), **GOOD, **fields})


@pytest.fixture(autouse=True)
def _signed_in(visitor):
    visitor.sign_in("ann")


def test_changing_the_language_shows_what_was_typed_unvalidated(visitor):
    answer = send(visitor, title="", text="half a sent", _switch="ja")
    assert answer.status_code == 200
    assert "half a sent" in answer.text
    assert "<i>" not in answer.text


@pytest.mark.parametrize("hostile", ["\x00", "\x1b", "\u202e", "\u2066", "\u200f", "\ufeff", "\ufffd", "\ue000"])
def test_what_cannot_be_seen_or_kept_is_refused_and_taken_out(visitor, hostile):
    answer = send(visitor, title=f"No{hostile}te", text=f"a{hostile}\nb")
    assert answer.status_code == 422
    assert answer.text.count("characters that cannot be seen or kept") == 2
    assert hostile not in answer.text
    assert 'value="Note"' in answer.text


def test_bytes_that_are_no_text_are_refused(visitor):
    token = visitor.token()
    parts = [("csrf_token", token.encode()), ("title", b"a\xed\xa0\x80\xff")]
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (n.encode(), v) for n, v in parts
    )
    answer = visitor.send("/en/note", data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert 'value="a"' in answer.text


def test_texts_have_limits_that_count_what_a_reader_sees(visitor):
    assert send(visitor, title="न" * 20).status_code == 302
    assert send(visitor, title="नि" * 20).status_code == 302
    assert "at most 20 characters" in send(visitor, title="x" * 21).text
    assert "at most 20 characters" in send(visitor, title="a" + "\u0301" * 500).text
    assert "at most 2000 characters" in send(visitor, text="x" * 2001).text


def test_outer_spaces_are_dropped_and_every_script_is_taken(visitor):
    answer = send(visitor, title="  阮 اردو ไทย  ")
    assert unquote_plus(answer.location) == "/en/note?saved=阮 اردو ไทย"


@pytest.mark.parametrize("typed", ["1234", "１２３４", "۱۲۳۴", "12-34", " १२३४ "])
def test_digits_of_any_script_are_read(visitor, typed):
    assert send(visitor, pin=typed).status_code == 302
    assert digits_of(typed) == "1234"


@pytest.mark.parametrize("typed", ["123", "12345", "12a4", "①②③④⑤"])
def test_what_are_not_the_digits_asked_for_is_shown_again(visitor, typed):
    answer = send(visitor, pin=typed)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "status"),
    [
        ("born", "1990-02-00", 302),
        ("born", "平成2年2月29日", 302),
        ("born", "१९९०-०२-०३", 302),
        ("born", "yesterday", 422),
        ("on", "２０２６/１１/２３", 302),
        ("on", "2026-02-29", 422),
        ("on", "2026-02-00", 422),
    ],
)
def test_days_are_read_as_people_write_them(visitor, field, typed, status):
    answer = send(visitor, **{field: typed})
    assert answer.status_code == status
    if status == 422:
        assert f'value="{typed}"' in answer.text


def test_joiners_stay():
    assert without_refused("می‌خواهم", lines=False) == "می‌خواهم"
    assert length_as_read("می‌خواهم") == 7
