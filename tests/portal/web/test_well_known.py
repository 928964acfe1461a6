import re
from datetime import date, timedelta

import pytest

from portal.web.well_known import telephone_uri


def test_who_found_a_weakness_is_told_whom_to_tell(site, visitor):
    answer = visitor.open("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    lines = [tuple(line.split(": ", 1)) for line in answer.text.splitlines()]
    assert [name for name, _ in lines] == ["Contact", "Contact", "Expires", "Preferred-Languages", "Canonical"]
    told = dict(lines)
    base_url = site.registry.config.base_url
    assert lines[0][1] == telephone_uri(site.registry.config.municipality.phone)
    assert told["Contact"] == f"{base_url}/ja/help"
    assert told["Canonical"] == f"{base_url}/.well-known/security.txt"
    expires = re.fullmatch(r"(\d{4}-\d\d-\d\d)T00:00:00Z", told["Expires"])
    assert date.fromisoformat(expires[1]) - site.registry.today() == timedelta(days=180)


@pytest.mark.parametrize(
    ("phone", "uri"),
    [
        ("03-1234-5678", "tel:+81-3-1234-5678"),
        ("03(1234)5678", "tel:+81-3-1234-5678"),
        ("０１２０－１２３－４５６（代表）", "tel:+81-120-123-456"),
        ("+81 3 1234 5678", "tel:+81-3-1234-5678"),
    ],
)
def test_telephone_as_japan_writes_it_becomes_an_international_one(phone, uri):
    assert telephone_uri(phone) == uri
