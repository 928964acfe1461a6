"""A register with one request in it."""

import pytest

from tests.conftest import Register
from tests.registry_core.people import (
    ask,
    designate,
    enter,
)


@pytest.fixture
def asked(register: Register):
    """A register with a pool of three, one resident, and her request."""
    with register.write() as session:
        her = enter(session)
        pool = designate(session)
        request = ask(session, her, email="her@example.org")
    return register, her, request, pool
