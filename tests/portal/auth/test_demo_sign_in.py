"""The whole way through the built-in provider: in, once more, out."""

from tests.people.resident import Resident


def test_resident_comes_to_her_record_in_her_language(client):
    page = Resident(client, "resident-1", "vi").signs_in()

    assert page.path == "/vi/record"
