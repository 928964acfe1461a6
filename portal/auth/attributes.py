"""The four attributes of a resident's sign-in (name, address, birthdate, gender) as a provider tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry_core.values.errors import RegistryError
from registry_core.values.register_date import RegisterDate
from registry_core.values.sex import Sex, sex_of

_LONGEST = 500


@dataclass(frozen=True)
class Attributes:
    """All four, readable; names and addresses as received."""

    name: str
    address: str
    birth_date: RegisterDate
    sex: Sex


def attributes_of(claims: Mapping[str, Any]) -> Attributes | None:
    """Read the four claims; None when one is absent or unreadable (then the counter helps).

    ``birthdate`` is ``YYYYMMDD`` or ISO, ``gender`` an ISO 5218 digit or a word, ``address`` a text or the object of
    OpenID Connect Core 5.1.1 with ``formatted``.
    """
    address = claims.get("address")
    if isinstance(address, Mapping):
        address = address.get("formatted")
    texts = [claims.get("name"), address, claims.get("birthdate"), claims.get("gender")]
    if not all(isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST for text in texts):
        return None
    name, formatted, born, gender = (str(text).strip() for text in texts)
    sex = sex_of(gender)
    try:
        birth_date = RegisterDate.parse(born)
    except RegistryError:
        return None
    return None if sex is None else Attributes(name=name, address=formatted, birth_date=birth_date, sex=sex)
