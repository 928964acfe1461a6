"""The races: who runs at what, and how each may end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from tests.faults.race_runner import RUNNERS, Attempt, Outcome
from tests.faults.town import TOWN, ask, enter_residents, fill_pool, ready_requests

Judge = Callable[[list[Outcome]], Iterator[str]]
_CODES_FOR_ALL_BUT = 3  # of the pool's race: so many runners find it empty


@dataclass(frozen=True)
class Race:
    """One round: who runs, and what is wrong about its outcomes."""

    name: str
    attempts: list[Attempt]
    judge: Judge


def races(session: Session, *, approvals: int, others: int) -> list[Race]:
    """`approvals` rounds at one request's approval, `others` rounds of every other kind."""
    made = [_approval(*each) for each in ready_requests(session, approvals).items()]
    fill_pool(session, approvals + 40 * others + 10)
    made += [_decision(*each) for each in ready_requests(session, others).items()]
    made += [_crossing(*each) for each in ready_requests(session, others).items()]
    for record_id in enter_residents(session, others):
        made.append(_taking(ask(session, record_id), record_id))
    made += [_asking(record_id, keys=RUNNERS) for record_id in enter_residents(session, others)]
    made += [_asking(record_id, keys=1) for record_id in enter_residents(session, others)]
    made += [_erasing(record_id) for record_id in enter_residents(session, others)]
    made += [_last_codes(session, f"{number:06d}") for number in range(others)]
    return made


def _approval(request_id: UUID, record_id: UUID) -> Race:
    attempts = [Attempt("approve", runner + 1, record_id, request_id, TOWN) for runner in range(RUNNERS)]
    return Race("approve", attempts, _one_decides)


def _decision(request_id: UUID, record_id: UUID) -> Race:
    deeds = ("approve", "decline", "withdraw", "approve", "decline", "approve", "decline", "withdraw")
    attempts = [Attempt(what, runner + 1, record_id, request_id, TOWN) for runner, what in enumerate(deeds)]
    return Race("decide", attempts, _one_decides)


def _taking(request_id: UUID, record_id: UUID) -> Race:
    attempts = [Attempt("take", runner + 1, record_id, request_id, TOWN) for runner in range(RUNNERS)]
    return Race("take", attempts, _one_takes)


def _asking(record_id: UUID, *, keys: int) -> Race:
    attempts = [Attempt("ask", runner % keys, record_id, None, TOWN) for runner in range(RUNNERS)]
    return Race("ask" if keys > 1 else "ask-with-one-key", attempts, _one_asks if keys > 1 else _all_ask_once)


def _crossing(request_id: UUID, record_id: UUID) -> Race:
    """What a record meets on a busy day, all in one moment."""
    deeds = ("approve", "correct", "ask", "approve", "correct", "ask", "erase", "release")
    attempts = [Attempt(what, runner + 1, record_id, request_id, TOWN) for runner, what in enumerate(deeds)]
    return Race("crossing", attempts, _nobody_breaks)


def _erasing(record_id: UUID) -> Race:
    attempts = [Attempt("erase", runner + 1, record_id, None, TOWN) for runner in range(RUNNERS)]
    return Race("erase", attempts, _one_erases)


def _last_codes(session: Session, town: str) -> Race:
    """More approvals than codes left, in a municipality of its own."""
    ready = ready_requests(session, RUNNERS, town=town)
    fill_pool(session, RUNNERS - _CODES_FOR_ALL_BUT, town=town)
    attempts = [Attempt("approve", 1, record_id, request_id, town) for request_id, record_id in ready.items()]
    return Race("last-codes", attempts, _as_many_as_codes)


# ---------------------------------------------------------------- judges


def _one_decides(outcomes: list[Outcome]) -> Iterator[str]:
    winner = yield from _one_winner(outcomes)
    if winner is None:
        return
    status = {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"}[winner.attempt.what]
    by = None if status == "withdrawn" else f"Clerk {winner.attempt.number}"
    told = {"status": status, "by": by, "at": winner.at}
    yield from _losers_told(outcomes, "request-already-decided", told)


def _one_takes(outcomes: list[Outcome]) -> Iterator[str]:
    winner = yield from _one_winner(outcomes)
    if winner is not None:
        told = {"by": f"Clerk {winner.attempt.number}", "at": winner.at}
        yield from _losers_told(outcomes, "taken-by-another", told)


def _one_asks(outcomes: list[Outcome]) -> Iterator[str]:
    winner = yield from _one_winner(outcomes)
    if winner is not None:
        yield from _losers_told(outcomes, "open-request-exists", winner.facts)


def _all_ask_once(outcomes: list[Outcome]) -> Iterator[str]:
    references = {outcome.facts.get("reference") for outcome in outcomes}
    if len(references) != 1 or any(outcome.end != "done" for outcome in outcomes):
        yield f"one key gave {sorted(map(str, references))}: {_ends(outcomes)}"


def _one_erases(outcomes: list[Outcome]) -> Iterator[str]:
    winner = yield from _one_winner(outcomes)
    if winner is not None:
        yield from _losers_told(outcomes, "record-erased", {})


def _as_many_as_codes(outcomes: list[Outcome]) -> Iterator[str]:
    done = [outcome for outcome in outcomes if outcome.end == "done"]
    if len(done) != RUNNERS - _CODES_FOR_ALL_BUT:
        yield f"{RUNNERS - _CODES_FOR_ALL_BUT} codes, {len(done)} approvals: {_ends(outcomes)}"
    yield from _losers_told(outcomes, "pool-empty", {})


_REFUSALS = {
    "approve": {"request-already-decided", "differences-not-accepted", "record-erased"},
    "correct": {"record-erased"},
    "ask": {"open-request-exists", "record-erased"},
    "release": {"request-already-decided"},
    "erase": set(),
}


def _nobody_breaks(outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        allowed = outcome.end == "done" or outcome.code in _REFUSALS[outcome.attempt.what]
        if outcome.end == "broke" or not allowed:
            yield f"{outcome.attempt.what} {outcome.end}: {outcome.code}"


def _one_winner(outcomes: list[Outcome]) -> Iterator[str]:
    winners = [outcome for outcome in outcomes if outcome.end == "done"]
    if len(winners) == 1:
        return winners[0]
    yield f"{len(winners)} winners: {_ends(outcomes)}"
    return None


def _losers_told(outcomes: list[Outcome], code: str, facts: dict[str, object]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.end != "done" and (outcome.code, outcome.facts) != (code, facts):
            yield f"a loser was told {outcome.code} {outcome.facts}, and not {code} {facts}"


def _ends(outcomes: list[Outcome]) -> list[str]:
    return [f"{outcome.attempt.what} {outcome.end} {outcome.code}".strip() for outcome in outcomes]
