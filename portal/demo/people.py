"""The people of the demonstration, all invented: who can sign in, and what the provider tells about each.

The login names are stable: ``resident-1`` to ``resident-12``, ``newcomer-1`` (whose sign-in finds no record by itself, so
that the one-time PIN can be tried), and staff.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from portal.demo.households import HOUSEHOLDS
from portal.demo.resident import Resident
from registry_core.register import ResidentItems

#: The portal's own claims of the demonstration; ``DEMO_ROLE_CLAIM`` and ``DEMO_PERSON_CLAIM`` go into the settings.
DEMO_ROLE_CLAIM = "roles"
DEMO_PERSON_CLAIM = "person"

RESIDENT, STAFF = "resident", "staff"


@dataclass(frozen=True)
class DemoPerson:
    """One button of the demo provider. ``claims`` are what the provider tells, beside ``sub``, which is the login."""

    login: str
    kind: str
    name: str
    #: Language tag of the name's script, for ``lang`` on the button.
    name_lang: str
    #: What is special, as a stable key; the words stand in ``templates/demo/``. Empty: nothing.
    remark: str = ""
    claims: dict[str, Any] = field(default_factory=dict)


#: login, name, role, person. Two accounts of one person would have the same person.
_STAFF = (
    ("clerk-1", "佐藤 花子", "clerk", "staff-0001"),
    ("clerk-2", "新井 志勲", "clerk", "staff-0002"),
    ("supervisor-1", "鈴木 一郎", "supervisor", "staff-0003"),
    ("supervisor-2", "山口 由美", "supervisor", "staff-0008"),
    ("auditor-1", "高橋 直子", "auditor", "staff-0004"),
    ("translator-1", "Trần Thị Hoa", "translator", "staff-0005"),
    ("reviewer-1", "Lê Minh Châu", "reviewer", "staff-0006"),
    ("administrator-1", "田中 健", "administrator", "staff-0007"),
)
_REMARKS = {"clerk-2": "lives-with-resident-5"}

#: The person claim of the clerk who lives with resident-5.
CLERK_2_PERSON = "staff-0002"


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    """Return everybody who can sign in, residents first."""
    residents = tuple(_resident(resident) for resident in HOUSEHOLDS if resident.login)
    staff = tuple(
        DemoPerson(
            login=login,
            kind=STAFF,
            name=name,
            name_lang="vi" if login in {"translator-1", "reviewer-1"} else "ja",
            remark=_REMARKS.get(login, ""),
            claims={"name": name, DEMO_ROLE_CLAIM: [role], DEMO_PERSON_CLAIM: person},
        )
        for login, name, role, person in _STAFF
    )
    return residents + staff


def demo_person(login: str) -> DemoPerson | None:
    """Look somebody up by login."""
    return next((person for person in demo_people() if person.login == login), None)


def _resident(resident: Resident) -> DemoPerson:
    items = resident.items
    return DemoPerson(
        login=resident.login,
        kind=RESIDENT,
        name=resident.own_script,
        name_lang=resident.language,
        remark=resident.remark,
        claims={
            "name": _claimed_name(items),
            "birthdate": str(items.birth_date).replace("-", ""),
            "gender": items.sex.value,
            "address": {"formatted": resident.told_address or items.address},
        },
    )


def _claimed_name(items: ResidentItems) -> str:
    """Write the name as sign-in by card tells it: with the alias in brackets where there is one."""
    main = items.latin_name or items.kanji_name or ""
    return f"{main}（{items.alias}）" if items.alias else main
