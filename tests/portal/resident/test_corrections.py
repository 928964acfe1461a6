"""What the resident says is wrong: who corrects it, what to bring, its steps and outcome."""

from uuid import UUID, uuid4

import pytest

from portal.i18n.gettext import plain, speaking
from portal.i18n.languages import language_by_tag, languages
from portal.resident.corrections import case_words
from registry_core.register import (
    CaseDeclined,
    CaseOutcome,
    Examined,
    cases_of,
    correct_by_case,
    decline_case,
    send_case_on,
    take_case,
)
from registry_core.register.correction_case import IMMIGRATION_ITEMS, ITEMS_OF_CASE
from registry_core.values import ChangeReason
from registry_core.values.actor import Actor, Role
from tests.html_page import text_of
from tests.people.resident import Resident

CLERK = Actor("staff-0001", "clerk-1", Role.CLERK, "990019", "SATO")
LANGUAGES = [language.tag for language in languages()]


@pytest.fixture
def office(portal_server, record_id):
    """What happens to the one case of the resident at the city."""

    her = record_id()

    class Office:
        def case(self):
            with portal_server.registry.read() as session:
                return cases_of(session, record_id=her)[0]

        def does(self, use_case, **named) -> None:
            case = self.case()
            if use_case is not take_case:
                named = {"seen": case.mark, "examined": (Examined.RESIDENCE_CARD,), "note": "for colleagues"} | named
            with portal_server.registry.write() as session:
                use_case(session, case_id=case.id, actor=CLERK, at=portal_server.registry.now(), **named)

        def corrects(self, **changes) -> None:
            reason = ChangeReason.CORRECTED_EX_OFFICIO
            self.does(correct_by_case, record_version=1, changes=changes, reason=reason, municipality="緑が丘市")

    return Office()


def test_each_item_tells_who_corrects_it_and_what_to_bring(resident):
    answers = {f"{item}_answer": "misspelt" for item in ITEMS_OF_CASE}
    page = resident.says_what_is_wrong(**answers)
    sections = {text_of(each.find("h2")).split(" ")[0]: text_of(each) for each in page.all("section")}
    assert len(sections) == len(ITEMS_OF_CASE)
    of_the_card = [text for text in sections.values() if "The city takes this from your residence card." in text]
    assert len(of_the_card) == len(IMMIGRATION_ITEMS)
    assert all("Immigration Services Agency" in text for text in of_the_card)
    assert "Have you moved?" in sections["Address"]
    assert all("What to bring when you come to the counter" in text for text in sections.values())


def test_steps_and_outcome_are_seen_among_my_requests(resident, office):
    resident.says_what_is_wrong(name_answer="misspelt", name_text="It is NGUYEN THI MAI.")
    page = resident.opens("requests")
    assert "The city looks into it." in page.text
    page = resident.follows("/record/corrections/")
    assert "It is NGUYEN THI MAI." in page.text
    office.does(take_case)
    page = resident.opens(f"record/corrections/{office.case().id}")
    assert "The city decides, and you see it here." in page.text
    office.corrects(latin_name="NGUYEN THI MAI")
    page = resident.opens(f"record/corrections/{office.case().id}")
    assert "Corrected." in page.text
    assert "for colleagues" not in page.text
    assert "SATO" not in page.text
    assert "NGUYEN THI MAI" in resident.opens_the_record().text


def test_both_sides_stand_among_who_looked(resident, office):
    resident.says_what_is_wrong(name_answer="misspelt", name_text="x")
    office.does(take_case)
    office.corrects(latin_name="NGUYEN THI MAI")
    seen = resident.sees_who_looked().text
    for words in (
        "Said that something in the record is wrong.",
        "Began to look into what was said to be wrong.",
        "Finished looking into what was said to be wrong.",
    ):
        assert words in seen


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", CaseDeclined)
def test_why_nothing_was_corrected_is_said_in_every_language(resident, office, client, lang, reason):
    resident.says_what_is_wrong(birth_date_answer="misspelt")
    office.does(decline_case, reason=reason)
    page = Resident(client, "resident-1", lang).opens(f"record/corrections/{office.case().id}")
    assert page.lang == language_by_tag(lang).html_lang
    assert "case-declined" not in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_card_that_is_wrong_leads_to_immigration(resident, office, client, lang):
    resident.says_what_is_wrong(sex_answer="misspelt")
    office.does(send_case_on, outcome=CaseOutcome.ASK_IMMIGRATION)
    page = Resident(client, "resident-1", lang).opens(f"record/corrections/{office.case().id}")
    with speaking(lang):
        said = plain(case_words(office.case()))
    assert said in page.text
    assert {"ja": "出入国在留管理庁", "en": "Immigration Services Agency"}.get(lang, said) in said


def test_case_of_somebody_else_and_of_nobody_are_answered_alike(resident, portal_server, office):
    resident.says_what_is_wrong(address_answer="outdated")
    other = Resident(portal_server.client(), "resident-2", "en")
    other.signs_in()

    def answer(case_id: UUID) -> tuple[int, str]:
        path = f"/en/record/corrections/{case_id}"
        given = other.visitor.ask("GET", path)
        return given.status_code, given.text.replace(str(case_id), "")

    assert answer(office.case().id) == answer(uuid4())
    assert answer(office.case().id)[0] == 404
