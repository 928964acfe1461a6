"""Which steps the case page offers: the core decides whether they succeed, this only spares useless buttons."""

from dataclasses import dataclass

from registry_core.codes import CodeChangeRequestView, RequestStatus
from registry_core.values import Actor, Role


@dataclass(frozen=True, slots=True)
class Steps:
    """What may be tried next by this person."""

    take: bool
    release: bool
    taken_by_another: bool
    check: bool
    approve: bool
    begun_by_oneself: bool
    checked_by_oneself: bool
    decline: bool
    ask: bool
    follow_up: bool

    @property
    def nothing_left(self) -> bool:
        """The request has ended in a way that leaves no work."""
        return not (self.take or self.release or self.taken_by_another or self.decline or self.follow_up)


def steps_open(change: CodeChangeRequestView, actor: Actor, *, has_changed: bool) -> Steps:
    """Tell which steps to offer this person; `has_changed`: the record is not what the request was made from."""
    asked_for = not change.ground.is_ex_officio
    is_free = change.taken_by in {None, actor.person}
    works = change.status.is_open and is_free
    is_checked = change.status is RequestStatus.IDENTITY_CHECKED
    waits_for_answer = change.status is RequestStatus.QUESTION_ASKED
    by_oneself = change.identity is not None and change.identity.by_person == actor.person
    may_release = change.taken_by == actor.person or actor.role is Role.SUPERVISOR
    return Steps(
        take=change.status.is_open and change.taken_by is None,
        release=change.status.is_open and change.taken_by is not None and may_release,
        taken_by_another=change.status.is_open and not is_free,
        check=asked_for and works and (change.status is RequestStatus.SUBMITTED or (is_checked and has_changed)),
        approve=works and is_checked and not by_oneself and not (asked_for and has_changed),
        begun_by_oneself=is_checked and by_oneself and not asked_for,
        checked_by_oneself=is_checked and by_oneself and asked_for,
        decline=works,
        ask=asked_for and works and not waits_for_answer,
        follow_up=change.status is RequestStatus.APPROVED,
    )
