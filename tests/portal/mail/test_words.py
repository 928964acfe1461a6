"""What a mail says, in every language: reviewed as text in snapshots/ (written anew with WRITE_SNAPSHOTS=yes)."""

import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal.i18n.languages import languages
from portal.mail.message import PARAGRAPHS
from registry_core.codes import (
    DocumentKind,
    SlipStep,
    answer_question,
    approve_code_change,
    ask_resident,
    check_identity,
    record_slip,
    request_code_change,
)
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values import Actor, Role
from tests.databases import BACKENDS
from tests.portal.mail.conftest import ADDRESS, PostOffice
from tests.portal.staff.conftest import Counter

SNAPSHOTS = Path(__file__).parent / "snapshots"
REVIEWED = ("ja", "en", "vi", "ur")
RULE = "――――――――――"


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def as_reviewed(message: EmailMessage, base_url: str) -> str:
    """Headers a person sees, and the text, with the portal's address made the same everywhere."""
    names = ("From", "To", "Subject", "Content-Language", "Auto-Submitted")
    head = "\n".join(f"{name}: {message[name]}" for name in names)
    return f"{head}\n\n{text_of(message)}".replace(base_url, "https://portal.example").replace("\r\n", "\n")


@pytest.mark.parametrize("lang", REVIEWED)
@pytest.mark.parametrize("template", sorted(PARAGRAPHS))
def test_the_words_are_the_reviewed_ones(office: PostOffice, template: str, lang: str) -> None:
    office.queues(template=template, language=lang, digits="314159")
    office.works()
    [message] = office.mailbox.messages
    said = as_reviewed(message, office.server.url)
    file = SNAPSHOTS / f"{template}.{lang}.txt"
    if os.environ.get("WRITE_SNAPSHOTS"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", [language.tag for language in languages() if language.tag != "ja"])
def test_the_addressee_s_language_comes_first_and_the_japanese_below(office: PostOffice, lang: str) -> None:
    office.queues("own", language=lang)
    office.queues("japanese", language="ja", to="ja@example.org")
    office.works()
    own, japanese = text_of(office.mailbox.sent_to(ADDRESS)[0]), text_of(office.mailbox.sent_to("ja@example.org")[0])
    above, _, below = own.partition(f"\n\n{RULE}\n\n")
    assert below == japanese
    assert above != below
    assert f"/{lang}/sign-in" in above
    assert "/ja/sign-in" in below


def test_a_language_no_longer_served_gets_the_japanese(office: PostOffice) -> None:
    office.queues("gone", language="tlh")
    office.queues("japanese", language="ja", to="ja@example.org")
    office.works()
    assert text_of(office.mailbox.sent_to(ADDRESS)[0]) == text_of(office.mailbox.sent_to("ja@example.org")[0])


@pytest.mark.parametrize("backend", BACKENDS, indirect=True)
def test_no_mail_of_a_whole_request_names_a_code_a_person_or_a_reference(office: PostOffice) -> None:
    counter, registry = Counter(office.server), office.registry
    town = registry.config.municipality.code
    first, second = (Actor(name, name, Role.CLERK, town, name) for name in ("sato", "suzuki"))
    login = "resident-4"
    with registry.write() as session:
        view = request_code_change(
            session,
            record_id=counter.record_id(login),
            language="ur",
            email=ADDRESS,
            idempotency_key="key",
            actor=counter.resident(login),
            at=registry.now(),
        )
    with registry.write() as session:
        by_first = {"request_id": view.id, "actor": first, "at": registry.now()}
        ask_resident(session, phrase="call-us", text="Please call 03-1234-5678", **by_first)
    with registry.write() as session:
        answer_question(session, request_id=view.id, text="I did", actor=counter.resident(login), at=registry.now())
        check_identity(
            session, kind=DocumentKind.RESIDENCE_CARD, last_resort_reason=None, differences_accepted=False, **by_first
        )
    with registry.write() as session:
        approve_code_change(session, request_id=view.id, actor=second, at=registry.now())
    with registry.write() as session:
        record_slip(session, step=SlipStep.POSTED, on=registry.today(), **by_first)
    office.works()
    assert len(office.mailbox.messages) >= 3
    assert office.undelivered() == 0
    secrets = secrets_of(office, view.record_id) | {view.reference, str(view.id), "call-us", "03-1234"}
    for message in office.mailbox.messages:
        said = f"{message.as_string()} {message['Subject']} {text_of(message)}"
        assert [secret for secret in secrets if secret in said] == []


def secrets_of(office: PostOffice, record_id) -> set[str]:
    """Both codes, each word of each name, the address, the card number, the record's id."""
    with office.registry.read() as session:
        record = session.get_one(ResidentRecord, record_id)
        codes = {
            each.code(keyring(session)).reveal()
            for each in session.query(CodeAssignment).filter_by(record_id=record_id)
        }
        names = {word for name in (record.latin_name, record.kanji_name, record.alias) for word in (name or "").split()}
        assert len(codes) == 2
        return codes | names | {record.address, record.card_number, str(record_id)}
