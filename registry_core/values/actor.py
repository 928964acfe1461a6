"""Who acts: a person (told apart by the person claim), with an account, in a role, for a municipality."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """Closed list of roles (claim `roles`), and the two that no claim gives."""

    RESIDENT = "resident"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    PREFECTURE_OFFICER = "prefecture_officer"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """One person in one role.

    `person` tells people apart: the provider's person claim, for a resident "resident:<record id>".
    `account` is the sign-in account; one person may have several.
    `municipality` is the six-digit code of the register the actor works with; `name` is shown to colleagues.
    """

    person: str
    account: str
    role: Role
    municipality: str
    name: str = ""

    @property
    def is_staff(self) -> bool:
        """Clerks and supervisors work on requests."""
        return self.role in {Role.CLERK, Role.SUPERVISOR}

    def is_resident_of(self, record_id: UUID) -> bool:
        """The actor is the person of this record."""
        return self.role is Role.RESIDENT and self.person == resident_person(record_id)


def resident_person(record_id: UUID) -> str:
    """How the person of a record is named among actors."""
    return f"resident:{record_id}"


def system_actor(municipality: str) -> Actor:
    """The worker and the commands, acting for the municipality."""
    return Actor(person="system", account="system", role=Role.SYSTEM, municipality=municipality)
