"""Resident record codes: the designated pool, the request for another code, the change, the slip."""

from registry_core.codes.change_request import (
    CardOutcome,
    CodeGround,
    DeclineReason,
    DocumentKind,
    RequestStatus,
    SlipStep,
)
from registry_core.codes.counter import (
    Difference,
    ask_resident,
    check_identity,
    open_request,
    release_request,
    take_request,
)
from registry_core.codes.decide import CodeChanged, approve_code_change, decline_code_change
from registry_core.codes.ending import erase_resident, lapse_requests
from registry_core.codes.ex_officio import AnsweredCase, begin_new_code
from registry_core.codes.pool import (
    PoolLevel,
    PoolReach,
    burn_codes,
    codes_in_use,
    designate_codes,
    pool_level,
    pool_reach,
)
from registry_core.codes.queue import QUEUE_VIEWS, QueueItem, QueuePage, find_reference, queue
from registry_core.codes.reference import normal_reference, reference_in_groups
from registry_core.codes.request import (
    answer_question,
    request_code_change,
    request_of,
    request_status,
    requests_of,
    withdraw_request,
)
from registry_core.codes.retention import KeptSummary, KeptThing, retention
from registry_core.codes.slips import SlipContent, record_card, record_slip, reveal_code, slip_content
from registry_core.codes.views import (
    QUESTION_PHRASES,
    CodeChangeRequestView,
    FollowUp,
    IdentityCheck,
    PublicStatus,
    QuestionView,
    RequestEvent,
)

__all__ = [
    "QUESTION_PHRASES",
    "QUEUE_VIEWS",
    "AnsweredCase",
    "CardOutcome",
    "CodeChangeRequestView",
    "CodeChanged",
    "CodeGround",
    "DeclineReason",
    "Difference",
    "DocumentKind",
    "FollowUp",
    "IdentityCheck",
    "KeptSummary",
    "KeptThing",
    "PoolLevel",
    "PoolReach",
    "PublicStatus",
    "QuestionView",
    "QueueItem",
    "QueuePage",
    "RequestEvent",
    "RequestStatus",
    "SlipContent",
    "SlipStep",
    "answer_question",
    "approve_code_change",
    "ask_resident",
    "begin_new_code",
    "burn_codes",
    "check_identity",
    "codes_in_use",
    "decline_code_change",
    "designate_codes",
    "erase_resident",
    "find_reference",
    "lapse_requests",
    "normal_reference",
    "open_request",
    "pool_level",
    "pool_reach",
    "queue",
    "record_card",
    "record_slip",
    "reference_in_groups",
    "release_request",
    "request_code_change",
    "request_of",
    "request_status",
    "requests_of",
    "retention",
    "reveal_code",
    "slip_content",
    "take_request",
    "withdraw_request",
]
