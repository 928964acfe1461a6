"""A portal whose residents and staff sign in at a provider that tests can bend."""

from collections.abc import Iterator

import pytest

from tests.live_server import PortalServer, portal_serving
from tests.portal.auth.browser import Browser
from tests.portal.auth.provider import CLIENT_ID, CLIENT_SECRET, Bent, Provider, provider_serving

STEP_UP_ACR = "aal3"


@pytest.fixture(scope="module")
def serving_provider() -> Iterator[Provider]:
    with provider_serving() as provider:
        yield provider


@pytest.fixture(scope="module")
def oidc_settings(serving_provider: Provider) -> dict[str, str]:
    """Environment of a portal at that provider; a module overrides it to authenticate in another way."""
    settings = {"PORTAL_RESIDENT_OIDC_TRUST_ATTRIBUTES": "yes"}
    for whose in ("RESIDENT", "STAFF"):
        settings |= {
            f"PORTAL_{whose}_OIDC_ISSUER": serving_provider.url,
            f"PORTAL_{whose}_OIDC_CLIENT_ID": CLIENT_ID,
            f"PORTAL_{whose}_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            f"PORTAL_{whose}_OIDC_STEP_UP_ACR": STEP_UP_ACR,
        }
    return settings


@pytest.fixture(scope="module")
def bent_portal(demo_templates, keys_file, tmp_path_factory, oidc_settings) -> Iterator[PortalServer]:
    url = demo_templates["sqlite"].fresh()
    with portal_serving(tmp_path_factory.mktemp("bent"), url, keys_file, oidc_settings) as portal:
        yield portal


@pytest.fixture
def provider(serving_provider: Provider, bent_portal: PortalServer) -> Provider:
    """The provider, right again, and the portal without what it remembers of it."""
    serving_provider.bent = Bent()
    for audience in ("resident", "staff"):
        client = bent_portal.app.extensions["portal.auth.oidc"].create_client(audience)
        client.server_metadata = {}
    return serving_provider


@pytest.fixture
def browser(bent_portal: PortalServer, provider: Provider) -> Browser:
    return Browser(bent_portal)
