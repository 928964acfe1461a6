"""The bytes of an entry that the chain covers: compact JSON with sorted keys, one line, UTF-8.

They are made from the columns as the database gives them, without entities: a ledger of years is walked, exported and verified at
many ten thousand entries a second.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import Any

from sqlalchemy import SQLColumnExpression, String, Text, cast, type_coerce

from registry_core.ledger.entry import LedgerEntry

_UUID_HEX = 32

#: What `canonical` takes, in its order; each comes as text on both databases.
ENTRY_COLUMNS: tuple[SQLColumnExpression[Any], ...] = (
    LedgerEntry.actor_account,
    LedgerEntry.action,
    type_coerce(LedgerEntry.at, String),
    cast(LedgerEntry.facts, Text),
    cast(LedgerEntry.id, Text),
    LedgerEntry.municipality_code,
    LedgerEntry.actor_person,
    type_coerce(LedgerEntry.purpose, String),
    cast(LedgerEntry.record_id, Text),
    cast(LedgerEntry.request_id, Text),
    type_coerce(LedgerEntry.actor_role, String),
)

_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(values: Sequence[Any]) -> bytes:
    """The canonical bytes of one row of ENTRY_COLUMNS."""
    account, action, at, facts, entry_id, municipality, person, purpose, record, request, role = values
    return (
        f'{{"account":{_quoted(account)},"action":{_quoted(action)},"at":"{at[:-1]}+00:00","facts":{_facts(facts)},'
        f'"id":"{dashed(entry_id)}","municipality":{_quoted(municipality)},"person":{_quoted(person)},'
        f'"purpose":{_quoted(purpose)},"record":"{dashed(record)}","request":"{dashed(request)}","role":{_quoted(role)}}}'
    ).encode()


def dashed(uuid: str | None) -> str:
    """A UUID as people write it, from the text of either database; empty for none."""
    if not uuid or len(uuid) != _UUID_HEX:
        return uuid or ""
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


@lru_cache(maxsize=4096)  # most facts are of few kinds
def _facts(text: str) -> str:
    return text if text == "{}" else _sorted(json.loads(text))
