"""A correction on the desk: what was examined, before and after, one step that corrects the record and ends the case."""

import pytest

from registry_core.register import CONFIRMABLE_ITEMS, ITEMS_OF_CASE, cases_of, look_at_record
from registry_core.values import LegalPurpose
from registry_core.values.actor import system_actor
from tests.databases import BACKENDS
from tests.html_page import text_of

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)


def the_case(counter, login="resident-1"):
    with counter.registry.read() as session:
        return cases_of(session, record_id=counter.record_id(login))[0]


def the_record(counter, login="resident-1"):
    with counter.registry.write() as session:
        return look_at_record(
            session,
            record_id=counter.record_id(login),
            actor=system_actor(counter.municipality),
            at=counter.registry.now(),
            purpose=LegalPurpose.SYSTEM_UPKEEP,
        )


def on_the_desk(counter, person, item="name", login="resident-1", text="x"):
    counter.hears_of_a_mistake(login, item, text)
    return person.opens_staff(f"corrections/{the_case(counter, login).id}")


@both_databases
def test_record_is_corrected_after_before_and_after_were_seen(counter, clerk):
    on_the_desk(counter, clerk, text="It is NGUYEN THI MAI.")
    clerk.takes_correction()
    before = the_record(counter).names.latin
    page = clerk.compares(latin_name="NGUYEN THI MAI", note="The card says so.")
    row = next(text_of(each) for each in page.all("tr") if "NGUYEN THI MAI" in text_of(each))
    assert before in row
    assert "Residence card" in page.text
    assert the_record(counter).names.latin == before, "nothing is corrected before it is confirmed"
    page = clerk.sends(button="step=correct")
    assert "The record is corrected and the case is closed." in page.text
    assert the_record(counter).names.latin == "NGUYEN THI MAI"
    case = the_case(counter)
    assert (case.outcome, case.record_version) == ("corrected", 2)
    assert "The card says so." in clerk.opens_staff(f"corrections/{case.id}").text
    actions = [entry.action for entry in counter.looks_at("resident-1")]
    assert actions.count("record.corrected") == actions.count("case.closed") == actions.count("case.taken") == 1


def test_going_back_from_the_comparison_loses_nothing_that_was_typed(counter, clerk):
    on_the_desk(counter, clerk)
    clerk.compares(latin_name="NEW NAME", note="N", examined=("passport", "residence-card"))
    page = clerk.sends(button="step=edit")
    values = page.form("step=compare").values()
    assert (values["to-latin_name"], values["found-note"]) == (["NEW NAME"], ["N"])
    assert values["found-examined"] == ["residence-card", "passport"]


def test_language_switched_on_the_comparison_keeps_it(counter, clerk):
    on_the_desk(counter, clerk)
    clerk.compares(latin_name="NEW NAME")
    page = clerk.sends(button="_switch=ja")
    assert (page.lang, "NEW NAME" in page.text) == ("ja", True)
    clerk.sends(button="step=correct")
    assert the_record(counter).names.latin == "NEW NAME"


@pytest.mark.parametrize(
    ("item", "forged"),
    [
        ("sex", {}),
        ("sex", {"to-sex": "zzz"}),
        ("residence", {"to-residence_category": "x"}),
        ("residence", {"to-reason": "zzz"}),
    ],
)
@pytest.mark.parametrize("button", ["_switch=ja", "step=compare", "step=correct"])
def test_post_that_no_page_of_ours_sends_is_answered_with_the_page(counter, clerk, item, forged, button):
    on_the_desk(counter, clerk, item)
    clerk.takes_correction()
    values = {name: values[0] for name, values in clerk.page.form("step=compare").values().items() if values}
    values = {name: value for name, value in values.items() if not name.startswith("to-")} | forged
    name, _, value = button.partition("=")
    answer = clerk.visitor.ask("POST", clerk.page.url, data=values | {"comparing": "yes", "item": item, name: value})
    assert answer.status_code in {200, 422}
    assert the_case(counter).is_open


@pytest.mark.parametrize(
    ("item", "typed", "refusal"),
    [
        ("name", {"latin_name": "", "kanji_name": ""}, "Name in Latin letters: this cannot stay empty."),
        ("nationality", {"nationality": "Vietnam"}, "Nationality or region: this cannot be used. Look at it again."),
        ("household", {"relationship": "friend of a friend"}, "Relationship to the head: this cannot be used."),
        ("residence", {"card_number": "12"}, "Number of the residence card: this cannot be used."),
        ("residence", {"card_number": "UV11000010WX"}, "Number of the residence card: this cannot be used."),
    ],
)
def test_what_cannot_be_corrected_is_told_and_the_case_stays(counter, clerk, item, typed, refusal):
    on_the_desk(counter, clerk, item)
    clerk.compares(**typed)
    page = clerk.sends(button="step=correct", expect=422)
    assert refusal in page.text
    assert the_case(counter).is_open


@pytest.mark.parametrize(
    ("item", "typed", "error"),
    [
        ("birth_date", {"birth_date": "yesterday"}, "This is not a date. Write it like this: 1990-03-27"),
        ("address", {"address_since": ""}, "Enter the day as year, month and day."),
        ("name", {"examined": ("other",)}, "Say what else was examined."),
        ("name", {"examined": (), "latin_name": "NEW"}, "Tick what was examined."),
    ],
)
def test_what_was_typed_wrongly_is_told_field_by_field(counter, clerk, item, typed, error):
    on_the_desk(counter, clerk, item)
    assert clerk.compares(**typed, expect=422).errors == [error]


def test_nothing_different_is_nothing_to_confirm(counter, clerk):
    on_the_desk(counter, clerk)
    assert "Nothing is different. Change at least one item." in clerk.compares(expect=422).text


@pytest.mark.parametrize("item", ITEMS_OF_CASE)
def test_case_of_every_item_opens_with_its_fields(counter, clerk, item):
    page = on_the_desk(counter, clerk, item)
    fields = {name.removeprefix("to-") for form in page.forms for name in form.controls if name.startswith("to-")}
    assert fields - {"reason"} == set(ITEMS_OF_CASE[item])
    assert ("reason" in fields) is (item in {"name", "address"})


def test_every_item_is_corrected_as_it_is_typed(counter, clerk):
    typed = {
        "birth_date": {"birth_date": "1991-02-00"},
        "sex": {"sex": "9"},
        "address": {"address": "緑が丘市東町二丁目2番2号", "reason": "minor-correction"},
        "nationality": {"nationality": "LAO"},
        "household": {"household_head": "TRAN VAN A"},
        "alias": {"alias": "青木"},
    }
    for item, values in typed.items():
        on_the_desk(counter, clerk, item)
        clerk.corrects(**values)
    record = the_record(counter)
    assert (str(record.birth_date), record.sex.value, record.address) == ("1991-02-00", "9", "緑が丘市東町二丁目2番2号")
    assert (record.nationality, record.household_head, record.names.alias) == ("LAO", "TRAN VAN A", "青木")


def test_record_that_changed_meanwhile_is_read_again_and_nothing_typed_is_lost(counter, clerk):
    on_the_desk(counter, clerk)
    clerk.compares(latin_name="NEW NAME")
    counter.corrects("resident-1", address="緑が丘市東町1番")
    page = clerk.sends(button="step=correct", expect=409)
    assert "The record changed while you were reading it. Look at it again." in page.text
    assert page.form("step=compare").values()["to-latin_name"] == ["NEW NAME"]
    clerk.corrects(latin_name="NEW NAME")
    assert the_record(counter).names.latin == "NEW NAME"


def test_correction_in_the_hands_of_a_colleague_is_theirs(counter, clerk, supervisor):
    on_the_desk(counter, clerk)
    clerk.takes_correction()
    page = supervisor.opens_staff(f"corrections/{the_case(counter).id}")
    assert "佐藤 花子" in page.text
    assert not [form for form in page.forms if "decline-reason" in form.controls]
    assert "佐藤 花子" in supervisor.opens_staff("corrections").text
    supervisor.opens_staff(f"corrections/{the_case(counter).id}")
    supervisor.sends(action="/release")
    supervisor.corrects_nothing()


def test_card_that_is_wrong_sends_the_resident_to_immigration(counter, clerk):
    on_the_desk(counter, clerk, "birth_date")
    clerk.sends_to_immigration()
    assert the_case(counter).outcome == "ask_immigration"
    page = on_the_desk(counter, clerk, "address")
    assert not [button for form in page.forms for button in form.buttons if button.get("value") == "immigration"]
    clerk.visitor.post(page.url, {"step": "immigration", "item": "address", "seen": "x"}, expect=409)


def test_forms_of_another_item_change_nothing(counter, clerk):
    page = on_the_desk(counter, clerk, "address")
    values = {"step": "correct", "item": "name", "version": "1", "to-latin_name": "EVIL", "found-examined": "other"}
    clerk.visitor.post(page.url, values, expect=422)
    clerk.visitor.post(page.url, values | {"found-note": "n", "seen": the_case(counter).mark}, expect=422)
    assert the_record(counter).names.latin != "EVIL"


def test_words_about_corrections_are_there_in_japanese(counter, come_in, clerk):
    from tests.people.staff import Clerk

    japanese = come_in(Clerk, "clerk-1", "ja")
    for item in CONFIRMABLE_ITEMS:
        page = on_the_desk(counter, japanese, item)
        assert (page.lang, page.heading) == ("ja", "訂正の申出の内容")
