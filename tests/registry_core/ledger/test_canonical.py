"""The bytes of an entry that are sealed: the same from every database, and for ever."""

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from registry_core.ledger import record_entry, seal_entries
from registry_core.ledger.canonical import canonical
from registry_core.ledger.seal import links
from registry_core.values import LegalPurpose
from tests.conftest import Register
from tests.registry_core.people import NOW, staff

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FACTS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | WORDS, max_size=3)


@given(
    account=WORDS, person=WORDS, facts=FACTS, entry_id=st.uuids(), record=st.none() | st.uuids(), dashes=st.booleans()
)
def test_they_are_compact_json_with_sorted_keys(account, person, facts, entry_id, record, dashes):
    def stored(uuid: UUID | None) -> str | None:
        return uuid and (str(uuid) if dashes else uuid.hex)

    at = "2026-11-23T03:00:00.000001Z"
    made = canonical(
        (
            account,
            "a.b",
            at,
            json.dumps(facts),
            stored(entry_id),
            "990019",
            person,
            "audit",
            stored(record),
            None,
            "clerk",
        )
    )
    fields = {
        "id": str(entry_id),
        "at": datetime(2026, 11, 23, 3, 0, 0, 1, UTC).isoformat(timespec="microseconds"),
        "action": "a.b",
        "purpose": "audit",
        "record": str(record or ""),
        "request": "",
        "person": person,
        "account": account,
        "role": "clerk",
        "municipality": "990019",
        "facts": facts,
    }
    assert made == json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert b"\n" not in made


def test_both_databases_give_the_bytes_that_were_always_sealed(register: Register):
    facts = {"b": 'quoted " and \\', "a": "line\nbreak, 王芳 \u2028 葛\U000e0100", "n": 0, "yes": True, "none": None}
    with register.write() as session:
        record = UUID(int=1)
        request = UUID(int=2)
        entry_id = record_entry(
            session,
            action="record.looked-at",
            actor=staff('o"brien'),
            at=NOW,
            purpose=LegalPurpose.AUDIT,
            record_id=record,
            request_id=request,
            facts=facts,
        )
        session.flush()
        assert seal_entries(session, at=NOW) == 1
        [(number, _, sealed_id, sealed)] = links(session, until=1)
    assert (number, sealed_id) == (1, str(entry_id))
    assert sealed.decode() == (
        '{"account":"o\\"brien-account","action":"record.looked-at","at":"2026-11-23T03:00:00.000000+00:00",'
        '"facts":{"a":"line\\nbreak, 王芳 \u2028 葛\U000e0100","b":"quoted \\" and \\\\","n":0,"none":null,"yes":true},'
        f'"id":"{entry_id}","municipality":"990019","person":"o\\"brien","purpose":"audit",'
        '"record":"00000000-0000-0000-0000-000000000001","request":"00000000-0000-0000-0000-000000000002","role":"clerk"}'
    )
