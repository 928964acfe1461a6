"""Staff need a role and a person that we know; everything else is a page that says so."""

import pytest

from tests.portal.auth.browser import Browser, held_about
from tests.portal.auth.provider import Bent, Provider

PAGE = "/ja/staff/sign-in"


@pytest.mark.parametrize("roles", ["clerk", ["clerk"], ["offline_access", "clerk"]])
def test_role_and_person_open_the_queue(browser: Browser, provider: Provider, roles):
    provider.bent = Bent(claims={"roles": roles, "person": "p-1"})

    assert browser.sign_in(PAGE).status_code == 303
    assert browser.is_signed_in("/ja/staff/")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": ["clerk"]},
        {"person": "p-1"},
        {"roles": ["mayor"], "person": "p-1"},
        {"roles": ["system"], "person": "p-1"},
        {"roles": ["resident"], "person": "p-1"},
        {"roles": ["clerk", "supervisor"], "person": "p-1"},
        {"roles": {"clerk": True}, "person": "p-1"},
        {"roles": [["clerk"]], "person": "p-1"},
        {"roles": ["clerk"], "person": ""},
        {"roles": ["clerk"], "person": " p-1"},
        {"roles": ["clerk"], "person": "system"},
        {"roles": ["clerk"], "person": "resident:1"},
        {"roles": ["clerk"], "person": ["p-1"]},
        {"roles": ["clerk"], "person": "p" * 300},
    ],
)
def test_anything_else_is_refused(browser: Browser, provider: Provider, claims):
    provider.bent = Bent(claims=claims)

    answer = browser.sign_in(PAGE)

    assert answer.status_code == 403
    assert '<html lang="ja"' in answer.text
    assert not browser.is_signed_in("/ja/staff/")


def test_role_is_read_again_at_each_sign_in(browser: Browser, provider: Provider):
    provider.bent = Bent(claims={"roles": ["clerk"], "person": "p-1"})
    browser.sign_in(PAGE)
    provider.bent = Bent(claims={"roles": ["auditor"], "person": "p-1"})
    browser.sign_in(PAGE)

    assert held_about(browser).role == "auditor"


def test_role_is_not_believed_for_ever(browser: Browser, provider: Provider, monkeypatch):
    from datetime import timedelta

    provider.bent = Bent(claims={"roles": ["clerk"], "person": "p-1"})
    browser.sign_in(PAGE)
    monkeypatch.setattr("portal.auth.signed_in.ROLE_LIFE", timedelta(seconds=-1))

    assert browser.get("/ja/staff/").status_code == 302
