"""The slip: made once, opened by whoever works on the case, and by nobody else."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from portal.i18n.languages import language_by_tag, languages
from portal.letters.slip import PrintableSlip
from registry_core.codes import reference_in_groups
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.keys import keyring
from registry_core.values import Role
from tests.databases import BACKENDS
from tests.html_page import text_of
from tests.people.resident import WHOLE, Resident
from tests.people.staff import Administrator, Auditor, Clerk

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)


def address_of(request) -> str:
    return f"requests/{request.id}/slip"


def actions_about(counter, login="resident-1") -> list[str]:
    """What was done with the slip, oldest first."""
    from registry_core.ledger import entries_about

    with counter.registry.read() as session:
        entries = entries_about(session, record_id=counter.record_id(login))
    return [entry.action for entry in entries[::-1] if entry.action.startswith("slip.")]


def codes_of(counter, login="resident-1") -> tuple[str, str]:
    """The old and the new code."""
    query = select(CodeAssignment).where(CodeAssignment.record_id == counter.record_id(login))
    with counter.registry.read() as session:
        old, new = sorted(session.scalars(query), key=lambda each: each.until is None)
        return old.code(keyring(session)).reveal(), new.code(keyring(session)).reveal()


@both_databases
def test_slip_holds_the_new_code_whole_and_opening_it_is_an_entry(counter, approved, work, clerk):
    request = approved()
    work()
    page = clerk.opens_staff(address_of(request))
    old, new = codes_of(counter)
    [shown] = page.by_class("big-code")
    assert re.sub(r"\s", "", text_of(shown)) == new
    assert old not in re.sub(r"\s", "", page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert new not in page.title + page.url
    assert actions_about(counter) == ["slip.made", "slip.opened"]
    clerk.opens_staff(address_of(request))
    assert actions_about(counter) == ["slip.made", "slip.opened", "slip.opened"]


@pytest.mark.parametrize("lang", [language.tag for language in languages()])
def test_slip_speaks_japanese_and_the_resident_s_language(counter, approved, work, clerk, lang):
    request = approved(language=lang)
    work()
    page = clerk.opens_staff(address_of(request))
    language = language_by_tag(lang)
    assert page.text.count("住民票コード変更通知票") == (
        2 if language.readings else 1
    )  # plain Japanese says the word too
    own = [each for each in page.all("p") if each.get("lang")]
    assert {each.get("lang") for each in own} == (set() if lang == "ja" else {language.html_lang})
    assert {each.get("dir") for each in own} <= {language.direction}
    assert len(own) == (0 if lang == "ja" else 4)
    assert counter.items("resident-1").latin_name in page.text
    assert reference_in_groups(request.reference) in page.text


def test_slip_not_made_yet_says_so_and_nobody_has_looked(counter, approved, work, clerk):
    request = approved()
    page = clerk.opens_staff(address_of(request))
    assert page.headers["Refresh"] == "3"
    assert not WHOLE.search(page.text)
    assert actions_about(counter) == []
    work()
    assert "Refresh" not in clerk.opens_staff(address_of(request)).headers


def test_request_that_is_not_approved_has_no_slip(counter, work, clerk):
    request = counter.receives_request("resident-1")
    work()
    clerk.opens_staff(address_of(request), expect=404)


def test_unknown_request_looks_like_one_without_a_slip(clerk):
    clerk.opens_staff("requests/6f9619ff-8b86-4011-b42d-00c04fc964ff/slip", expect=404)


def test_slip_of_the_own_household_stays_shut(counter, approved, work, come_in):
    request = approved("resident-5")
    work()
    relative = come_in(Clerk, "clerk-2")
    page = relative.opens_staff(address_of(request), expect=403)
    assert not WHOLE.search(page.text.replace(" ", ""))
    assert actions_about(counter, "resident-5") == ["slip.made"]


@pytest.mark.parametrize(("kind", "login"), [(Auditor, "auditor-1"), (Administrator, "administrator-1")])
def test_other_staff_do_not_open_slips(counter, approved, work, come_in, kind, login):
    request = approved()
    work()
    come_in(kind, login).opens_staff(address_of(request), expect=403)
    assert actions_about(counter) == ["slip.made"]


def test_neither_the_resident_nor_a_stranger_opens_it(counter, approved, work, portal_server):
    request = approved()
    work()
    visitors = [portal_server.client(), portal_server.client()]
    resident = Resident(visitors[0], "resident-1", "en")
    resident.signs_in()
    new = codes_of(counter)[1]
    for visitor in visitors:
        answer = visitor.ask("GET", f"/en/staff/{address_of(request)}")
        assert new not in re.sub(r"\s", "", answer.text)
        assert "/sign-in" in answer.url or answer.status_code in {403, 404}
        visitor.close()
    assert actions_about(counter) == ["slip.made"]


@both_databases
def test_two_workers_make_one_slip(counter, approved, work):
    requests = [approved(f"resident-{number}", "en") for number in (1, 2, 3)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    with counter.registry.read() as session:
        assert set(session.scalars(select(PrintableSlip.request_id))) == {request.id for request in requests}
    for number in (1, 2, 3):
        assert actions_about(counter, f"resident-{number}") == ["slip.made"]


@both_databases
def test_slip_queued_again_is_not_made_again(counter, approved, work):
    request = approved()
    work()
    with counter.registry.write() as session:
        session.execute(text("UPDATE outbox_message SET delivered_at = NULL, next_try_at = created_at"))
        before = session.get_one(PrintableSlip, request.id).page_sealed
    work()
    with counter.registry.read() as session:
        assert session.get_one(PrintableSlip, request.id).page_sealed == before
    assert actions_about(counter) == ["slip.made"]


@both_databases
def test_page_in_the_database_does_not_show_the_code(counter, approved, work):
    request = approved()
    work()
    new = codes_of(counter)[1]
    with counter.registry.read() as session:
        sealed = session.get_one(PrintableSlip, request.id).page_sealed
    assert new.encode() not in sealed
    assert b"<html" not in sealed


def test_slip_of_a_protected_person_is_printed_by_a_supervisor(counter, approved, work, clerk, supervisor):
    login = next(f"resident-{number}" for number in range(1, 13) if counter.items(f"resident-{number}").protected)
    request = approved(login, role=Role.SUPERVISOR)
    work()
    assert counter.items(login).address not in clerk.opens_staff(address_of(request), expect=404).text
    assert actions_about(counter, login) == ["slip.made"]
    assert counter.items(login).address in supervisor.opens_staff(address_of(request)).text
