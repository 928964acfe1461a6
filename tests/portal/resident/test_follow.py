"""Follow a request without signing in: the state, for whoever has the reference and the birth date."""

import pytest

from portal.demo.people import demo_person
from portal.resident.references import reference_from
from registry_core.codes import reference_in_groups


@pytest.fixture
def sent(another) -> tuple[str, str]:
    """Reference and birth date of a request of `resident-1`."""
    day = demo_person("resident-1").claims["birthdate"]
    return another("resident-1").asks_for_another_code(), f"{day[:4]}-{day[4:6]}-{day[6:]}"


def follow(client, reference: str, birth_date: str, *, expect: int = 200):
    client.get("/en/follow")
    return client.submit({"reference": reference, "birth_date": birth_date}, button="Show how far it is", expect=expect)


def test_the_state_is_shown_and_nothing_of_the_person(client, sent):
    reference, birth_date = sent
    page = follow(client, reference, birth_date)
    assert "Sent. Next, show a document at the counter." in page.text
    name = demo_person("resident-1").claims["name"]
    assert name not in page.text
    assert birth_date not in page.text
    assert page.path == "/en/follow"


def test_the_reference_is_read_however_it_is_copied(client, sent):
    reference, birth_date = sent
    typed = reference_in_groups(reference).lower().replace("0", "o").replace("1", "l").replace("-", " — ")
    typed = typed.translate({ord("2"): "２", ord("3"): "۳"})
    assert follow(client, typed, birth_date).status == 200


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("o1il-2345-6789", "011123456789"),
        ("7k3m 9pqr x2tv", "7K3M9PQRX2TV"),
        ("７Ｋ３Ｍ９ＰＱＲＸ２ＴＶ", "7K3M9PQRX2TV"),
        ("7K3M", None),
        ("", None),
        ("x" * 100, None),
    ],
)
def test_a_reference_is_twelve_characters_with_look_alikes_read_as_meant(text, read):
    assert reference_from(text) == read


def test_a_wrong_reference_and_a_wrong_birth_date_are_answered_alike(client, sent):
    reference, birth_date = sent
    wrong_day = follow(client, reference, "1900-01-01", expect=404)
    wrong_reference = follow(client, "0" * 12, birth_date, expect=404)
    assert wrong_day.errors == wrong_reference.errors != []


def test_after_five_tries_a_reference_rests_for_a_quarter_of_an_hour(client, sent, time_passes, portal_server):
    reference, birth_date = sent
    for _try in range(5):
        follow(client, reference, "1900-01-01", expect=404)
    page = follow(client, reference_in_groups(reference).lower(), birth_date, expect=429)
    assert page.errors == ["Too many tries for this reference. Please wait 15 minutes."]
    assert int(page.headers["Retry-After"]) > 0
    time_passes(minutes=16)
    assert follow(client, reference, birth_date).status == 200


@pytest.mark.parametrize("birth_date", ["", "yesterday", "1990-13-01", "\x00", "9" * 500])
def test_what_is_no_date_is_told_and_the_reference_kept(client, sent, birth_date):
    reference, _ = sent
    page = follow(client, reference, birth_date, expect=422)
    assert page.errors
    assert page.form(button="Show how far it is").values()["reference"] == [reference]


def test_the_one_who_asked_sees_that_somebody_followed(client, sent, another):
    follow(client, *sent)
    looks = another("resident-1").sees_who_looked()
    assert "Saw how far the request is, with the reference and the date of birth." in looks.text
