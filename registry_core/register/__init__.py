"""The resident records: entering, correcting, erasing, looking, searching, confirming."""

from registry_core.register.alias import delete_alias, enter_alias
from registry_core.register.as_it_stood import record_at
from registry_core.register.bulk_entry import Newcomer, PreparedEntries, enter_prepared, prepare_entries
from registry_core.register.code_assignment import code_index
from registry_core.register.confirmation import (
    CONFIRMABLE_ITEMS,
    WRONG_REASONS,
    ConfirmationView,
    ItemAnswer,
    confirm_record,
    hide_known_codes,
    latest_confirmation,
)
from registry_core.register.correction_case import (
    CASE_OUTCOMES,
    CorrectionCase,
    cases_of,
    close_case,
    look_at_case,
    open_cases,
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
from registry_core.register.look import look_at_record, record_history
from registry_core.register.resident_record import (
    ITEM_NAMES,
    ResidentItems,
    ResidentRecordView,
)
from registry_core.register.returning import returning_record
from registry_core.register.same_person import people_here, person_marks
from registry_core.register.search import SHORTEST_PART, RecordHit, RecordQuery, matching_records, search_records
from registry_core.values.alias_history import AliasEntry
from registry_core.values.residence import ResidenceCategory
from registry_core.values.sex import Sex

__all__ = [
    "CASE_OUTCOMES",
    "CONFIRMABLE_ITEMS",
    "ITEM_NAMES",
    "SHORTEST_PART",
    "WRONG_REASONS",
    "AliasEntry",
    "ConfirmationView",
    "CorrectionCase",
    "ExportedRecord",
    "ImportOutcome",
    "ImportView",
    "ItemAnswer",
    "Newcomer",
    "PreparedEntries",
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
    "cases_of",
    "changed_on",
    "checked_items",
    "close_case",
    "code_index",
    "confirm_record",
    "correct_record",
    "delete_alias",
    "end_import",
    "enter_alias",
    "enter_prepared",
    "enter_resident",
    "export_page",
    "go_on_with_import",
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
    "returning_record",
    "search_records",
    "shares_household",
    "unfinished_import",
]
