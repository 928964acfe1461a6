"""The resident records: entering, correcting, erasing, looking, searching, confirming."""

from registry_core.register.alias import delete_alias, enter_alias
from registry_core.register.as_it_stood import RecordAsItStood, record_at
from registry_core.register.bulk_entry import Newcomer, PreparedEntries, enter_prepared, prepare_entries
from registry_core.register.code_assignment import code_index
from registry_core.register.confirmation import (
    CONFIRMABLE_ITEMS,
    WRONG_REASONS,
    ConfirmationView,
    ItemAnswer,
    confirm_record,
    latest_confirmation,
)
from registry_core.register.correction_case import (
    IMMIGRATION_ITEMS,
    ITEMS_OF_CASE,
    CaseDeclined,
    CaseOutcome,
    CorrectionCase,
    Examined,
)
from registry_core.register.corrections import (
    case_of,
    cases_of,
    correct_by_case,
    decline_case,
    look_at_case,
    open_cases,
    release_case,
    send_case_on,
    take_case,
)
from registry_core.register.enter import card_numbers_in_use, correct_record, enter_resident
from registry_core.register.export import ExportedRecord, begin_export, export_page
from registry_core.register.file_import import (
    ImportOutcome,
    ImportView,
    begin_import,
    end_import,
    go_on_with_import,
    unfinished_import,
)
from registry_core.register.history import RecordChange, changed_on
from registry_core.register.household import link_staff_to_record, shares_household
from registry_core.register.item_rules import checked_items
from registry_core.register.known_codes import hide_codes, hide_known_codes
from registry_core.register.look import look_at_record, record_history
from registry_core.register.resident_record import (
    ITEM_NAMES,
    ResidentItems,
    ResidentRecordView,
)
from registry_core.register.returning import returning_record
from registry_core.register.same_person import PersonMark, people_here, person_marks
from registry_core.register.search import SHORTEST_PART, RecordHit, RecordQuery, matching_records, search_records
from registry_core.values.alias_history import AliasEntry
from registry_core.values.residence import ResidenceCategory
from registry_core.values.sex import Sex

__all__ = [
    "CONFIRMABLE_ITEMS",
    "IMMIGRATION_ITEMS",
    "ITEMS_OF_CASE",
    "ITEM_NAMES",
    "SHORTEST_PART",
    "WRONG_REASONS",
    "AliasEntry",
    "CaseDeclined",
    "CaseOutcome",
    "ConfirmationView",
    "CorrectionCase",
    "Examined",
    "ExportedRecord",
    "ImportOutcome",
    "ImportView",
    "ItemAnswer",
    "Newcomer",
    "PersonMark",
    "PreparedEntries",
    "RecordAsItStood",
    "RecordChange",
    "RecordHit",
    "RecordQuery",
    "ResidenceCategory",
    "ResidentItems",
    "ResidentRecordView",
    "Sex",
    "begin_export",
    "begin_import",
    "card_numbers_in_use",
    "case_of",
    "cases_of",
    "changed_on",
    "checked_items",
    "code_index",
    "confirm_record",
    "correct_by_case",
    "correct_record",
    "decline_case",
    "delete_alias",
    "end_import",
    "enter_alias",
    "enter_prepared",
    "enter_resident",
    "export_page",
    "go_on_with_import",
    "hide_codes",
    "hide_known_codes",
    "latest_confirmation",
    "link_staff_to_record",
    "look_at_case",
    "look_at_record",
    "matching_records",
    "open_cases",
    "people_here",
    "person_marks",
    "prepare_entries",
    "record_at",
    "record_history",
    "release_case",
    "returning_record",
    "search_records",
    "send_case_on",
    "shares_household",
    "take_case",
    "unfinished_import",
]
