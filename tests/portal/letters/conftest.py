"""A counter whose requests come as far as a slip."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from portal.worker import work_once
from registry_core.codes import CodeChangeRequestView, DocumentKind, approve_code_change, check_identity
from registry_core.values import Actor, Role
from tests.portal.staff.conftest import Counter, auditor, clerk, come_in, counter, second_clerk, supervisor

__all__ = ["auditor", "clerk", "come_in", "counter", "second_clerk", "supervisor"]


@pytest.fixture
def approved(counter: Counter) -> Callable[..., CodeChangeRequestView]:
    """A request two people behind the counter have approved: `approved("resident-1", "vi")`."""

    def approve(login: str = "resident-1", language: str = "vi", role: Role = Role.CLERK) -> CodeChangeRequestView:
        view = counter.receives_request(login, language)
        first, second = (Actor(f"person-{name}", name, role, counter.municipality, name) for name in ("sato", "suzuki"))
        with counter.registry.write() as session:
            check_identity(
                session,
                request_id=view.id,
                kind=DocumentKind.RESIDENCE_CARD,
                last_resort_reason=None,
                differences_accepted=False,
                actor=first,
                at=datetime.now(UTC),
            )
            approve_code_change(session, request_id=view.id, actor=second, at=datetime.now(UTC))
        return view

    return approve


@pytest.fixture
def work(counter: Counter) -> Callable[[], int]:
    """One round of the worker."""

    def once() -> int:
        with counter.server.app.test_request_context(base_url=counter.server.url):
            return work_once()

    return once
