"""Why a record is looked at or changed: the closed list of legal purposes, each with its article."""

from enum import StrEnum


class LegalPurpose(StrEnum):
    """Closed list; every ledger entry names one. `article` quotes where the purpose stands in law."""

    OWN_RECORD = "own-record"
    CODE_CHANGE = "code-change"
    CODE_CHANGE_CHECK = "code-change-check"
    RECORD_CORRECTION = "record-correction"
    SIGN_IN_LINK = "sign-in-link"
    COUNTER_SERVICE = "counter-service"
    REGISTER_MAINTENANCE = "register-maintenance"
    STAFF_LINK = "staff-link"
    NOTICE_DELIVERY = "notice-delivery"
    AUDIT = "audit"
    SYSTEM_UPKEEP = "system-upkeep"

    @property
    def article(self) -> str:
        """The article the purpose rests on, in the form the statutes are cited in."""
        return _ARTICLES[self]


_ARTICLES = {
    LegalPurpose.OWN_RECORD: "住民基本台帳法第14条第2項",
    LegalPurpose.CODE_CHANGE: "住民基本台帳法第30条の4",
    LegalPurpose.CODE_CHANGE_CHECK: "住民基本台帳法施行令第30条の3",
    LegalPurpose.RECORD_CORRECTION: "住民基本台帳法第14条",
    LegalPurpose.SIGN_IN_LINK: "住民基本台帳法第36条の2",
    LegalPurpose.COUNTER_SERVICE: "住民基本台帳法第12条",
    LegalPurpose.REGISTER_MAINTENANCE: "住民基本台帳法第8条",
    LegalPurpose.STAFF_LINK: "住民基本台帳法第36条の2",
    LegalPurpose.NOTICE_DELIVERY: "住民基本台帳法第30条の4第4項",
    LegalPurpose.AUDIT: "住民基本台帳法第36条の2",
    LegalPurpose.SYSTEM_UPKEEP: "住民基本台帳法第3条",
}
