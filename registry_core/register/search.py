"""Finding a person: two items at least, twenty hits at most, and the search and each hit are entries of the ledger."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from registry_core.ledger import entry_values, record_entries, record_entry
from registry_core.ledger.entry import Facts
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.household import is_own_household
from registry_core.register.protection import is_withheld, may_know
from registry_core.register.resident_record import ResidentRecord
from registry_core.register.search_index import SearchEntry, grams_of_parts, has_name
from registry_core.storage.among import Numbers, among
from registry_core.storage.gram_posting import numbers_holding
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.digits import ascii_digits
from registry_core.values.era import Era
from registry_core.values.errors import NotPermitted, TwoItemsNeeded
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.person_name import PersonNames
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.search_key import address_key, keys_of_part, search_key
from registry_core.values.sex import sex_of

MOST_HITS = 20
#: A part of a name, or of an address, that is asked without a birth date.
SHORTEST_PART = 2
#: Hits that are kept from the searcher do not take the place of others.
_READ_AT_MOST = 2 * MOST_HITS
_FIRST_CANDIDATES, _MORE_CANDIDATES = 64, 512

_Row = Row[*tuple[Any, ...]]
_Query = Select[*tuple[Any, ...]]
_SEARCHING_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What is known of the person; a record has to fit all of it.

    Enough are: the whole code; the whole card number; birth date and a part of a name, from one character up; a part of a name
    and a part of the address, from two characters up. Parts are of any registered form, in any script.
    """

    name: str | None = None
    birth_date: RegisterDate | None = None
    address: str | None = None
    card_number: str | None = None
    code: ResidentRecordCode | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The names of the items that are given, for the ledger: never what they hold."""
        given = {name: getattr(self, name) for name in ("name", "birth_date", "address", "card_number", "code")}
        return tuple(name for name, value in given.items() if value)


@dataclass(frozen=True, slots=True)
class RecordHit:
    """A hit, told apart by name and birth date; of the own household: nothing.

    `birth_date` is None unless the search named it, or was by code or card: a list of a street's birth dates is no answer to
    where somebody lives. `birth_year` is there where it is known. protected: the person, or somebody they live with, is.
    """

    id: UUID
    names: PersonNames | None
    birth_date: RegisterDate | None
    birth_year: int | None
    protected: bool
    own_household: bool


def search_records(
    session: Session, *, query: RecordQuery, actor: Actor, at: datetime, purpose: LegalPurpose
) -> list[RecordHit]:
    """At most twenty hits, after the entry of the search and one for each person. Raises TwoItemsNeeded, NotPermitted.

    A person who is kept from the searcher (支援措置) is no hit: she alone sees that she was searched for.
    """
    if actor.role not in _SEARCHING_ROLES:
        raise NotPermitted
    rows = matching_rows(session, query=query, actor=actor)
    kept = [] if may_know(actor) else [row for row in rows if row.is_withheld]
    shown = [row for row in rows if row not in kept][:MOST_HITS]
    facts: Facts = {"items": " ".join(query.items), "hits": len(shown)}
    search = entry_values(action="register.searched", actor=actor, at=at, purpose=purpose, facts=facts)
    found = [
        entry_values(
            action="record.searched-for" if row in kept else "record.found",
            actor=actor,
            at=at,
            purpose=purpose,
            record_id=row.id,
            facts={"search": str(search["id"])},
        )
        for row in [*shown, *kept]
    ]
    record_entries(session, entries=[search, *found])
    is_whole = bool(query.birth_date or query.card_number or query.code)
    return [_hit(row, is_whole=is_whole) for row in shown]


def matching_rows(session: Session, *, query: RecordQuery, actor: Actor) -> list[_Row]:
    """What a search reads, before its entries are written; nothing is shown of it. Raises TwoItemsNeeded."""
    name, address = search_key(query.name or ""), address_key(query.address or "")
    if query.code or query.card_number or (query.birth_date and name):
        statement, values = _asked(session, query, actor)
        return list(session.execute(statement, values | {"most": _READ_AT_MOST}))
    if min(len(name), len(address)) < SHORTEST_PART:
        raise TwoItemsNeeded
    return _by_parts(session, query, actor)


def _by_parts(session: Session, query: RecordQuery, actor: Actor) -> list[_Row]:
    """Those among the records whose grams fit."""
    statement, values = _asked(session, query, actor, among_numbers=True)
    fields = grams_of_parts(name=query.name or "", address=query.address or "")
    candidates = numbers_holding(session, fields=fields)
    found: list[_Row] = []
    size = _FIRST_CANDIDATES
    while len(found) < _READ_AT_MOST and (numbers := list(islice(candidates, size))):
        found += session.execute(statement, values | {"numbers": numbers, "most": _READ_AT_MOST - len(found)}).all()
        size = _MORE_CANDIDATES
    return found


def _asked(
    session: Session, query: RecordQuery, actor: Actor, *, among_numbers: bool = False
) -> tuple[_Query, dict[str, object]]:
    """The statement for what is asked, and its values."""
    names = keys_of_part(query.name) if query.name and search_key(query.name) else ()
    values: dict[str, object] = {f"name_{place}": key for place, key in enumerate(names)}
    values |= {"municipality": actor.municipality, "person": actor.person}
    if query.code:
        values["code"] = keyring(session).indexes(query.code.reveal())
    if query.card_number:
        values["card"] = _card_number(query.card_number)
    if query.birth_date:
        values["birth_date"] = [replace(query.birth_date, era=era) for era in (None, *Era)]
    if query.address and (address := address_key(query.address)):
        values["address"] = address
    given = frozenset(values) | ({"numbers"} if among_numbers else set())
    return _statement(given, len(names)), values


@cache
def _statement(given: frozenset[str], names: int) -> _Query:
    """The columns of a hit, where a record fits everything that is given; built once for each way to ask."""
    conditions: dict[str, ColumnElement[bool]] = {
        "code": CodeAssignment.code_index.in_(bindparam("code", expanding=True)),
        "card": ResidentRecord.card_number == bindparam("card"),
        "birth_date": ResidentRecord.birth_date.in_(bindparam("birth_date", expanding=True)),
        "address": SearchEntry.address.contains(bindparam("address")),
        "numbers": among(SearchEntry.number, bindparam("numbers", type_=Numbers())),
        "municipality": ResidentRecord.municipality_code == bindparam("municipality"),
    }
    statement = select(
        ResidentRecord.id,
        ResidentRecord.latin_name,
        ResidentRecord.kanji_name,
        ResidentRecord.reading,
        ResidentRecord.alias,
        ResidentRecord.birth_date,
        is_own_household(bindparam("person")).label("is_own_household"),
        is_withheld().label("is_withheld"),
    ).join(SearchEntry, SearchEntry.record_id == ResidentRecord.id)
    if "code" in given:
        statement = statement.join(CodeAssignment, CodeAssignment.record_id == ResidentRecord.id)
        statement = statement.where(CodeAssignment.until.is_(None))
    statement = statement.where(
        ResidentRecord.erased_on.is_(None), *(condition for name, condition in conditions.items() if name in given)
    )
    if names:
        statement = statement.where(
            or_(*(SearchEntry.names.contains(bindparam(f"name_{place}")) for place in range(names)))
        )
    return statement.order_by(SearchEntry.number).limit(bindparam("most"))


def matching_records(
    session: Session, *, name: str, birth_date: str, sex: str, address: str, actor: Actor, at: datetime
) -> list[UUID]:
    """Records whose four attributes all match, in normalised form (design.md 3): any form of the name, "NAME（通称）" too."""
    wanted_sex, keys = sex_of(sex), _name_candidates(name)
    if wanted_sex is None or not keys or not address_key(address):
        return []
    statement = (
        select(ResidentRecord.id)
        .join(SearchEntry, SearchEntry.record_id == ResidentRecord.id)
        .where(
            ResidentRecord.municipality_code == actor.municipality,
            ResidentRecord.erased_on.is_(None),
            ResidentRecord.birth_date == RegisterDate.parse(birth_date),
            ResidentRecord.sex == wanted_sex,
            SearchEntry.address == address_key(address),
            or_(*map(has_name, keys)),
        )
    )
    found = list(session.scalars(statement))
    for record_id in found:
        record_entry(
            session,
            action="sign-in.compared",
            actor=actor,
            at=at,
            purpose=LegalPurpose.SIGN_IN_LINK,
            record_id=record_id,
        )
    return found


def _name_candidates(name: str) -> list[str]:
    """The whole text, and what stands before and inside a bracket."""
    plain = unicodedata.normalize("NFKC", name)
    before, _, rest = plain.partition("(")
    parts = (plain, before, rest.partition(")")[0])
    return sorted({key for part in parts if (key := search_key(part))})


def _card_number(text: str) -> str:
    return ascii_digits(unicodedata.normalize("NFKC", text)).replace(" ", "").replace("-", "").upper()


def _hit(row: _Row, *, is_whole: bool) -> RecordHit:
    own = row.is_own_household
    return RecordHit(
        id=row.id,
        names=None if own else PersonNames(row.latin_name, row.kanji_name, row.reading, row.alias),
        birth_date=row.birth_date if is_whole and not own else None,
        birth_year=None if own else row.birth_date.year,
        protected=row.is_withheld,
        own_household=own,
    )
