"""Anyone who comes to the portal, whatever they hold in their hands."""

from typing import Protocol

from tests.html_page import HtmlPage


class Visitor(Protocol):
    """What a person does with a page: the page client and the browser both offer it."""

    @property
    def page(self) -> HtmlPage | None:
        """The page in front of the visitor."""

    def get(self, path: str, *, expect: int = 200) -> HtmlPage:
        """Open an address of the portal."""

    def follow(self, link: str, *, expect: int = 200) -> HtmlPage:
        """Follow a link by its words or a part of its address."""

    def submit(
        self, values: dict[str, object] | None = None, *, button: str | None = None, action: str = "", expect: int = 200
    ) -> HtmlPage:
        """Fill a form and press its button."""


class Person:
    """A person with a way to visit, a language and a login name at the demo provider."""

    sign_in_path = "/{lang}/sign-in"

    def __init__(self, visitor: Visitor, login: str, lang: str = "ja") -> None:
        self.visitor = visitor
        self.login = login
        self.lang = lang

    @property
    def page(self) -> HtmlPage:
        page = self.visitor.page
        assert page is not None, "open a page first"
        return page

    def opens(self, path: str = "", *, expect: int = 200) -> HtmlPage:
        """Open a page of the portal in this person's language."""
        return self.visitor.get(f"/{self.lang}/{path.lstrip('/')}", expect=expect)

    def follows(self, link: str, *, expect: int = 200) -> HtmlPage:
        return self.visitor.follow(link, expect=expect)

    def sends(
        self, values: dict[str, object] | None = None, *, button: str | None = None, action: str = "", expect: int = 200
    ) -> HtmlPage:
        return self.visitor.submit(values, button=button, action=action, expect=expect)

    def signs_in(self) -> HtmlPage:
        """Sign in by the portal's page and the demo provider's list of people."""
        self.visitor.get(self.sign_in_path.format(lang=self.lang))
        return self.goes_on_to_the_provider()

    def goes_on_to_the_provider(self) -> HtmlPage:
        """From a sign-in page: to the provider, and back as this person."""
        self.sends(action="sign-in")
        return self.is_recognised()

    def is_recognised(self) -> HtmlPage:
        """On the demo provider's page: choose this person."""
        return self.sends(button=f"login={self.login}")
