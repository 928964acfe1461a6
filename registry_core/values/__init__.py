"""Values the law speaks of: immutable, standard library only."""

from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import ChangeReason
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.municipality_code import MunicipalityCode
from registry_core.values.person_name import PersonNames
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.search_key import search_key

__all__ = [
    "Actor",
    "ChangeReason",
    "LegalPurpose",
    "MunicipalityCode",
    "PersonNames",
    "RegisterDate",
    "ResidentRecordCode",
    "Role",
    "search_key",
]
