"""The people at the counter and behind it."""

from tests.html_page import HtmlPage, text_of
from tests.people.visitor import Person


class Staff(Person):
    """Anybody of the staff; works in Japanese or English."""

    sign_in_path = "/{lang}/staff/sign-in"

    def opens_staff(self, path: str = "", *, expect: int = 200) -> HtmlPage:
        """Open a staff page by the rest of its address."""
        return self.opens(f"staff/{path}", expect=expect)

    def opens_own_looks(self) -> HtmlPage:
        return self.opens_staff("my-looks")


class Clerk(Staff):
    """`clerk-1`, `clerk-2`: works on requests, residents and corrections."""

    # ---- the queue

    def opens_queue(self, view: str = "new") -> HtmlPage:
        return self.opens_staff(f"?view={view}")

    def searches_queue(self, reference: str) -> HtmlPage:
        page = self.opens_queue()
        [search] = [form for form in page.forms if form.method == "get"]
        return self.sends({"text": reference}, button=text_of(search.buttons[0]))

    def scans(self, reference: str, *, expect: int = 200) -> HtmlPage:
        """Scan the QR code on the resident's page."""
        return self.opens_staff(f"find?ref={reference}", expect=expect)

    def takes(self) -> HtmlPage:
        """Take the request that is open."""
        return self.sends(action="/take")

    def releases(self) -> HtmlPage:
        return self.sends(action="/release")

    # ---- a case

    def checks_identity(
        self, document: str = "residence-card", *, reason: str = "", accepted: bool = False, expect: int = 200
    ) -> HtmlPage:
        values: dict[str, object] = {"identity-kind": document, "identity-last_resort_reason": reason}
        if accepted:
            values["identity-differences_accepted"] = True
        return self.sends(values, button="step=identity", expect=expect)

    def asks(self, phrase: str = "confirm-address", text: str = "", *, expect: int = 200) -> HtmlPage:
        return self.sends({"ask-phrase": phrase, "ask-text": text}, button="step=ask", expect=expect)

    def declines(self, reason: str = "document-not-accepted", *, expect: int = 200) -> HtmlPage:
        return self.sends({"decline-reason": reason}, button="step=decline", expect=expect)

    def approves(self) -> HtmlPage:
        """Read what an approval does, then approve."""
        self.follows("/approve")
        return self.sends(button="approve")

    def records_slip(self, step: str, on: str, *, expect: int = 200) -> HtmlPage:
        return self.sends({"slip-step": step, "slip-on": on}, button="step=slip", expect=expect)

    def records_card(self, outcome: str, on: str, note: str = "", *, expect: int = 200) -> HtmlPage:
        values: dict[str, object] = {"card-outcome": outcome, "card-on": on, "card-note": note}
        return self.sends(values, button="step=card", expect=expect)

    # ---- residents

    def searches(
        self,
        name: str = "",
        born: str = "",
        card: str = "",
        *,
        address: str = "",
        code: str = "",
        purpose: str = "counter-service",
        expect: int = 200,
    ) -> HtmlPage:
        self.opens_staff("search")
        values: dict[str, object] = {
            "purpose": purpose,
            "name": name,
            "birth_date": born,
            "address": address,
            "card_number": card,
            "resident_record_code": code,
        }
        return self.sends(values, button="search", expect=expect)

    def issues_pin(self, document: str = "residence-card", *, reason: str = "", expect: int = 200) -> HtmlPage:
        """On the page of a found resident: note the document and issue the PIN."""
        return self.sends({"kind": document, "last_resort_reason": reason}, button="issue", expect=expect)

    # ---- corrections

    def takes_correction(self) -> HtmlPage:
        return self.sends(action="/take")

    def compares(
        self, *, examined: tuple[str, ...] = ("residence-card",), note: str = "", expect: int = 200, **items: str
    ) -> HtmlPage:
        """Say what was examined and how the items should stand: `compares(latin_name="LEE")`."""
        values: dict[str, object] = {f"to-{item}": value for item, value in items.items()}
        values |= {"found-examined": list(examined), "found-note": note}
        return self.sends(values, button="step=compare", expect=expect)

    def corrects(self, *, expect: int = 200, **items: str) -> HtmlPage:
        """From the case over the comparison to the corrected record."""
        self.compares(**items)
        return self.sends(button="step=correct", expect=expect)

    def corrects_nothing(self, reason: str = "was_right", *, expect: int = 200) -> HtmlPage:
        return self.sends({"decline-reason": reason}, button="step=decline", expect=expect)

    def sends_to_immigration(self, *, expect: int = 200) -> HtmlPage:
        return self.sends(button="step=immigration", expect=expect)


class Supervisor(Clerk):
    """`supervisor-1`: a second person, and the one who releases what others have taken."""


class Administrator(Staff):
    """`administrator-1`: ties staff to their own records."""

    def searches_record(self, *, card: str, expect: int = 200) -> HtmlPage:
        self.opens_staff("links")
        return self.sends({"card_number": card}, button="search", expect=expect)

    def links(self, person: str, *, expect: int = 200) -> HtmlPage:
        return self.sends({"person": person}, button="link", expect=expect)


class Auditor(Staff):
    """`auditor-1`: nothing to do here yet."""
