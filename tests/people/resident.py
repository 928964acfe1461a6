"""A resident: reads, signs in, looks at the record, asks for another code."""

import re

from tests.html_page import Form, HtmlPage, text_of
from tests.people.visitor import Person

MASKED = re.compile(r"•{9}\d\d")
WHOLE = re.compile(r"(?<!\d)\d{11}(?!\d)")


class Resident(Person):
    """One of `resident-1` ... `resident-12`."""

    # ------------------------------------------------------------ the record

    def opens_the_record(self) -> HtmlPage:
        return self.opens("record")

    def confirms_the_record(self) -> HtmlPage:
        self.opens_the_record()
        return self.sends(action="/record/confirm")

    def says_what_is_wrong(self, *, expect: int = 200, **answers: str) -> HtmlPage:
        """`address_answer="outdated", address_text="..."`."""
        self.opens("record/wrong")
        return self.sends(dict(answers), button=self._main_button(), expect=expect)

    def asks_to_see_the_whole_code(self) -> HtmlPage:
        """From the record by the step-up, if one is needed, to the thirty seconds."""
        self.opens_the_record()
        page = self.sends(action="/record/code")
        if "/step-up" in page.url:
            self.proves_it_is_her()
            page = self.sends(action="/record/code")
        return page

    def proves_it_is_her(self) -> HtmlPage:
        """On the step-up page: to the provider once more, and back."""
        self.sends(action="/step-up")
        return self.is_recognised()

    # ------------------------------------------------------------ another code

    def begins_the_request(self) -> HtmlPage:
        self.opens("code-change")
        return self.sends(button=self._main_button())

    def finds_the_details_right(self) -> HtmlPage:
        return self.sends(button=self._main_button())

    def chooses_notices(self, *, email: str = "", language: str = "", expect: int = 200) -> HtmlPage:
        values: dict[str, object] = {"channel": "email" if email else "letters"}
        if email:
            values["email"] = email
        if language:
            values["language"] = language
        return self.sends(values, button=self._main_button(), expect=expect)

    def types_the_digits(self, digits: str, *, expect: int = 200) -> HtmlPage:
        return self.sends({"digits": digits}, button=self._main_button(), expect=expect)

    def sends_the_request(self) -> HtmlPage:
        """From the page that checks the answers, or from the step-up before it."""
        if "/step-up" in self.page.url:
            self.proves_it_is_her()
        assert self.page.url.endswith("/code-change/check"), self.page.url
        return self.sends(button=self._main_button())

    def asks_for_another_code(self, *, language: str = "") -> str:
        """The whole journey with letters only; the reference."""
        self.begins_the_request()
        self.finds_the_details_right()
        self.chooses_notices(language=language)
        self.sends_the_request()
        return self.reference

    @property
    def reference(self) -> str:
        """The reference in large type on the page in front."""
        return text_of(self.page.by_class("big-code")[0]).split(" ")[-1].replace("-", "")

    # ------------------------------------------------------------ after it

    def opens_the_request(self, reference: str, *, expect: int = 200) -> HtmlPage:
        return self.opens(f"requests/{reference}", expect=expect)

    def withdraws(self, reference: str) -> HtmlPage:
        self.opens(f"requests/{reference}/withdraw")
        return self.sends(button=self._main_button())

    def answers(self, reference: str, text: str, *, expect: int = 200) -> HtmlPage:
        self.opens_the_request(reference)
        return self.sends({"text": text}, button=self._main_button(), expect=expect)

    def sees_who_looked(self) -> HtmlPage:
        return self.opens("who-looked")

    def main_form(self) -> Form:
        """The page's own form."""
        return next(form for form in self.page.forms if form.element.get("id") == "main-form")

    def _main_button(self) -> str:
        """The first button of the page's own form that sends something, whatever language its words are in."""
        return text_of(next(button for button in self.main_form().buttons if button.get("name") is None))
