"""Staff words for the closed lists of the core: one sentence or term for each coded value.

Functions, not tables: the words depend on the language of the page being made.
"""

from portal.i18n.gettext import _s


def statuses() -> dict[str, str]:
    """Words for each RequestStatus."""
    return {
        "submitted": _s("Waiting for the identity check"),
        "identity-checked": _s("Waiting for a second person"),
        "question-asked": _s("Waiting for the resident's answer"),
        "approved": _s("Approved, the code has changed"),
        "declined": _s("Declined, with a reason"),
        "withdrawn": _s("Withdrawn by the resident"),
        "lapsed": _s("Lapsed, nobody came to the counter"),
        "closed": _s("Closed, the record was erased"),
    }


def document_kinds() -> dict[str, str]:
    """Words for each DocumentKind, in the order of Cabinet Order art. 30-3 and Regulation art. 9-2."""
    return {
        "my-number-card": _s("My Number card (個人番号カード)"),
        "residence-card": _s("Residence card (在留カード)"),
        "special-permanent-resident-certificate": _s("Special permanent resident certificate (特別永住者証明書)"),
        "driving-licence": _s("Driving licence (運転免許証)"),
        "eligibility-certificate": _s("Health insurance eligibility certificate (資格確認書)"),
        "other-issued-by-law": _s("Another document issued under a law or an order (法令の規定により交付された書類)"),
        "last-resort": _s("Another document, because none of the above can be shown (やむを得ない理由)"),
    }


def decline_reasons() -> dict[str, str]:
    """Words for each DeclineReason: the only three grounds the law leaves, and the one to end what the city has begun itself."""
    return {
        "not-recorded-here": _s("The person is not recorded in this municipality."),
        "not-the-person": _s("It is not the person, nor a legal representative."),
        "document-not-accepted": _s("No document was shown, or the document cannot be accepted."),
        "code-found-out": _s("The code is known, or right, after all."),
    }


def code_grounds() -> dict[str, str]:
    """Words for each CodeGround on which the city begins itself."""
    return {
        "not-found-out": _s("The last code cannot be found out (令第30条の2)"),
        "written-wrong": _s("The code on the record is written wrongly (令第30条の4)"),
    }


def question_phrases() -> dict[str, str]:
    """Words for each phrase of the phrase book; the resident reads it in the language of the request."""
    return {
        "come-to-counter": _s("Please come to the counter with a document that shows who you are."),
        "bring-another-document": _s("Please bring another document. The one you showed cannot be used."),
        "confirm-address": _s("Please tell us whether your address on the register is right."),
        "call-us": _s("Please call us."),
        "other": _s("Something else. Write it below."),
    }


def card_outcomes() -> dict[str, str]:
    """Words for each CardOutcome."""
    return {
        "returned": _s("The card was returned."),
        "not-held": _s("The resident holds no card."),
        "lost": _s("The resident has lost the card."),
        "returned-later": _s("The resident will return the card later."),
    }


def slip_steps() -> dict[str, str]:
    """Words for each step of the slip."""
    return {
        "printed": _s("The slip was printed."),
        "posted": _s("The slip was posted."),
        "handed-over": _s("The slip was handed over at the counter."),
    }


def correction_outcomes() -> dict[str, str]:
    """Words for each CaseOutcome."""
    return {
        "corrected": _s("The record was wrong and has been corrected."),
        "declined": _s("Nothing was corrected, with a reason"),
        "ask_immigration": _s("The Immigration Services Agency has to change it first."),
        "new_code": _s("Another code was begun ex officio."),
        "closed": _s("Closed, the record was erased"),
    }


def case_declined() -> dict[str, str]:
    """Words for each CaseDeclined."""
    return {
        "was_right": _s("The record is right as it is."),
        "not_shown": _s("It was not shown that the record is wrong."),
        "needs_notification": _s(
            "The law asks for a notification or an application at the counter, not for a correction"
            " (a move, a change of the household, an alias)."
        ),
    }


def examined() -> dict[str, str]:
    """Words for each Examined."""
    kinds = document_kinds()
    return {
        "residence-card": kinds["residence-card"],
        "special-permanent-resident-certificate": kinds["special-permanent-resident-certificate"],
        "passport": _s("Passport (旅券)"),
        "home-country-paper": _s("A paper of the home country, with its translation (本国の証明書)"),
        "immigration-notice": _s("A notice of the Immigration Services Agency (法第30条の50の通知)"),
        "earlier-records": _s("Earlier records, here or of another municipality (従前の住民票等)"),
        "visit": _s("A visit to the place (実態調査)"),
        "other": _s("Something else. Say what below."),
    }


def correction_reasons() -> dict[str, str]:
    """Words for the reasons of a correction by a case (Regulation art. 11 para. 3)."""
    return {
        "corrected-ex-officio": _s("The record was wrong (職権修正等)"),
        "minor-correction": _s("Only letters, or the name of a place or building, changed (軽微な修正)"),
    }


def wrong_reasons() -> dict[str, str]:
    """Words for each reason a resident gives for an item being wrong."""
    return {
        "misspelt": _s("It is misspelt."),
        "outdated": _s("It is out of date."),
        "not_mine": _s("It is not about this person."),
        "missing": _s("Something is missing."),
        "other": _s("Something else is wrong."),
    }


def delivery_kinds() -> dict[str, str]:
    """Words for each OutboxKind."""
    return {
        "mail": _s("E-mail to a resident"),
        "slip": _s("Slip with the new code"),
        "change-notice": _s("Change notice to the network"),
        "erasure-notice": _s("Notice of an erasure to the network"),
    }


def purposes() -> dict[str, str]:
    """Words for each purpose a look at the counter may have; the resident reads it in the list of looks."""
    return {
        "sign-in-link": _s("To issue a PIN for signing in"),
        "record-correction": _s("To correct the record"),
        "counter-service": _s("To serve the resident at the counter"),
    }


def all_purposes() -> dict[str, str]:
    """Words for every legal purpose staff can have had, for the list of their own looks."""
    return {
        **purposes(),
        "code-change": _s("To decide a request for another code"),
        "code-change-check": _s("To check the identity for a request"),
        "register-maintenance": _s("To keep the register"),
        "staff-link": _s("To link staff to their own record"),
        "notice-delivery": _s("To deliver a notice"),
        "audit": _s("To audit the looks"),
        "system-upkeep": _s("To keep the system running"),
        "own-record": _s("To see one's own record"),
    }


def sexes() -> dict[str, str]:
    """Words for ISO 5218."""
    return {
        "0": _s("Not known"),
        "1": _s("Male (男)"),
        "2": _s("Female (女)"),
        "9": _s("Not applicable"),
    }


def categories() -> dict[str, str]:
    """Words for each category of Act art. 30-45."""
    return {
        "mid-to-long-term": _s("Mid- to long-term resident (中長期在留者)"),
        "special-permanent": _s("Special permanent resident (特別永住者)"),
        "temporary-refuge": _s("Person granted permission for temporary refuge (一時庇護許可者)"),
        "provisional-stay": _s("Person granted permission for provisional stay (仮滞在許可者)"),
        "transitional-birth": _s("Transitional resident by birth (出生による経過滞在者)"),
        "transitional-nationality": _s("Transitional resident by loss of nationality (国籍喪失による経過滞在者)"),
    }


def items() -> dict[str, str]:
    """Words for each item of the record, and for those a resident confirms as one ("name", "code_held")."""
    return {
        "name": _s("Full name"),
        "latin_name": _s("Name in Latin letters"),
        "kanji_name": _s("Name in kanji"),
        "reading": _s("Reading of the name"),
        "alias": _s("Registered alias (通称)"),
        "alias_history": _s("Aliases entered and deleted"),
        "birth_date": _s("Date of birth"),
        "sex": _s("Sex on the register"),
        "address": _s("Present address"),
        "address_since": _s("Living there since"),
        "notified_on": _s("Day of the notification"),
        "previous_address": _s("Previous address"),
        "became_foreign_resident": _s("Foreign resident since"),
        "nationality": _s("Nationality or region"),
        "residence_category": _s("Category under article 30-45"),
        "residence_status": _s("Status of residence"),
        "period_of_stay": _s("Period of stay"),
        "end_of_stay": _s("End of the period of stay"),
        "card_number": _s("Number of the residence card"),
        "household_number": _s("Household number"),
        "household_head": _s("Head of the household"),
        "relationship": _s("Relationship to the head"),
        "protected": _s("Protected person (支援措置)"),
        "code": _s("Resident record code"),
        "code_held": _s("Code held on the register"),
        "residence": _s("Status of residence and residence card"),
        "household": _s("Household of the resident"),
    }


def events() -> dict[str, str]:
    """Words for each event of a request's timeline."""
    return {
        "submitted": _s("The request was sent."),
        "begun": _s("Another code was begun ex officio."),
        "taken": _s("A member of staff took the request."),
        "released": _s("The request was given back to the queue."),
        "identity-checked": _s("The identity was checked at the counter."),
        "question-asked": _s("A question was sent to the resident."),
        "question-answered": _s("The resident answered."),
        "approved": _s("The request was approved and the code changed."),
        "declined": _s("The request was declined."),
        "withdrawn": _s("The resident withdrew the request."),
        "lapsed": _s("The request lapsed."),
        "closed": _s("The request was closed, because the record was erased."),
        "slip-printed": _s("The slip was printed."),
        "slip-posted": _s("The slip was posted."),
        "slip-handed-over": _s("The slip was handed over at the counter."),
        "card-returned": _s("The card was returned."),
        "card-not-held": _s("The resident holds no card."),
        "card-lost": _s("The resident has lost the card."),
        "card-returned-later": _s("The resident will return the card later."),
    }


def actions() -> dict[str, str]:
    """Words for what staff do that stands in the ledger."""
    return {
        "record.looked-at": _s("Looked at a record"),
        "record.history-looked-at": _s("Looked at the history of a record"),
        "record.found": _s("Found a record by searching"),
        "register.searched": _s("Searched for a resident"),
        "code-change.begun": _s("Began another code ex officio"),
        "code-change.taken": _s("Took a request"),
        "code-change.released": _s("Released a request"),
        "code-change.identity-checked": _s("Checked the identity for a request"),
        "code-change.asked": _s("Asked the resident"),
        "code-change.approved": _s("Approved a request"),
        "code-change.declined": _s("Declined a request"),
        "slip.opened": _s("Opened a slip"),
        "slip.printed": _s("Noted a slip as printed"),
        "slip.posted": _s("Noted a slip as posted"),
        "slip.handed-over": _s("Noted a slip as handed over"),
        "card.recorded": _s("Noted what became of a My Number card"),
        "case.taken": _s("Took a correction"),
        "case.released": _s("Released a correction"),
        "case.closed": _s("Decided a correction"),
        "record.corrected": _s("Corrected a record"),
        "staff.linked-to-record": _s("Linked a member of staff to a record"),
        "sign-in.pin-issued": _s("Issued a PIN"),
        "sign-in.document-shown": _s("Noted the document shown for a PIN"),
    }
