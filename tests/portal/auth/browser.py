"""A browser that stops at every redirect, so that a test can look at each step of a sign-in and bend it."""

import re
from urllib.parse import parse_qs, urlsplit

import requests

from portal.auth.signed_in import SignedIn
from tests.live_server import PortalServer


class Browser:
    """Cookies of one browser; no step is taken by itself."""

    def __init__(self, portal: PortalServer) -> None:
        self.portal = portal
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, url: str) -> requests.Response:
        return self.session.get(self._full(url), allow_redirects=False, timeout=30)

    def begin(self, page: str = "/vi/sign-in") -> str:
        """Press the button of a sign-in page; the provider's address with the request."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert token, page
        answer = self.session.post(self._full(page), data={"csrf_token": token[1]}, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def ask_provider(self, address: str) -> str:
        """Be sent to the provider; the address it sends the browser back to."""
        return self.get(address).headers["Location"]

    def sign_in(self, page: str = "/vi/sign-in") -> requests.Response:
        """All the steps; the portal's answer to the callback."""
        return self.get(self.ask_provider(self.begin(page)))

    def is_signed_in(self, page: str = "/vi/record") -> bool:
        return self.get(page).status_code == 200

    @property
    def session_id(self) -> str | None:
        return self.session.cookies.get("portal_session")

    def _full(self, url: str) -> str:
        return url if url.startswith("http") else self.portal.url + url


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def held_about(browser: Browser) -> SignedIn:
    """What the server holds about who is signed in with this browser."""
    headers = {"Cookie": f"portal_session={browser.session_id}", "Host": "127.0.0.1"}
    with browser.portal.app.test_request_context("/", headers=headers):
        signed_in = SignedIn.load()
    assert signed_in is not None
    return signed_in
