"""What staff tick and type about requests. Choices carry the core's stable codes, never words."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from portal.i18n.gettext import _s, _sl
from portal.i18n.negotiation import served_languages
from portal.registry import registry
from portal.staff import words
from portal.web.fields import DayField
from portal.web.forms import MaxLength, PortalForm
from registry_core.codes import CodeGround, DeclineReason

LONGEST_TEXT = 300
LONGEST_LINE = 200


class PlainForm(PortalForm):
    """A button with nothing to fill in: only the token against forged posts."""


class DocumentForm(PortalForm):
    """Which document was shown at the counter (Cabinet Order art. 30-3, Regulation art. 9-2); no image is kept."""

    kind = RadioField(
        _sl("Which document was shown?"),
        choices=lambda: list(words.document_kinds().items()),
        validators=[InputRequired(_sl("Choose the document that was shown."))],
    )
    last_resort_reason = StringField(
        _sl("Reason, if none of the other documents can be shown"),
        description=_sl(
            "Needed for the last choice only. Say which document it is and why the others cannot be shown."
        ),
        validators=[MaxLength(LONGEST_LINE)],
    )

    def validate_last_resort_reason(self, field: StringField) -> None:
        """Ask for the reason where Regulation art. 9-2 item 2 asks for one."""
        if self.kind.data == "last-resort" and not (field.data or "").strip():
            raise ValidationError(_s("Say why none of the other documents can be shown."))


class IdentityForm(DocumentForm):
    """The identity check of a request."""

    differences_accepted = BooleanField(
        _sl("The resident has seen what changed in the record since the request, and accepts it.")
    )


class DeclineForm(PortalForm):
    """One of the three grounds the law leaves (Act art. 30-4 para. 3 gives no discretion); ex officio, that the code is known."""

    reason = RadioField(
        _sl("Why can the request not be granted?"),
        choices=lambda: list((words.decline_reasons()).items()),
        validators=[InputRequired(_sl("Choose a reason."))],
    )

    def offers(self, ground: CodeGround) -> None:
        """Offer the reasons that the core takes for this ground."""
        of_ex_officio = DeclineReason.CODE_FOUND_OUT.value
        self.reason.choices = [
            choice for choice in self.reason.choices if (choice[0] == of_ex_officio) is ground.is_ex_officio
        ]


class NewCodeForm(PortalForm):
    """Another code ex officio (Cabinet Order art. 30-2, 30-4)."""

    case = HiddenField()
    seen = HiddenField()
    ground = RadioField(
        _sl("Why does the person get another code?"),
        choices=lambda: list(words.code_grounds().items()),
        validators=[InputRequired(_sl("Choose why."))],
    )
    words = StringField(
        _sl("How was it ascertained?"),
        description=_sl("For example: which municipality was asked, when, and what it answered. Write no code."),
        validators=[DataRequired(_sl("Say how it was ascertained.")), MaxLength(LONGEST_LINE)],
    )
    language = SelectField(
        _sl("Language of the slip, beside Japanese"),
        choices=lambda: [(language.tag, language.autonym) for language in served_languages()],
    )


class AskForm(PortalForm):
    """A question to the resident: a phrase that is translated, and words of one's own that are not."""

    phrase = RadioField(
        _sl("What do you want to ask?"),
        choices=lambda: list(words.question_phrases().items()),
        validators=[InputRequired(_sl("Choose a phrase."))],
    )
    text = TextAreaField(
        _sl("Words of your own (optional)"),
        description=_sl("Not translated: the resident sees these words as you write them, marked as not translated."),
        validators=[MaxLength(LONGEST_TEXT)],
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Ask for words where the phrase says nothing by itself."""
        if self.phrase.data == "other" and not (field.data or "").strip():
            raise ValidationError(_s("Write what you want to ask."))


class DayForm(PortalForm):
    """A step that happened on a day, not in the future; that it is not before the approval is the core's to say."""

    on = DayField(_sl("On which day?"), validators=[InputRequired(_sl("Enter the day as year, month and day."))])

    def validate_on(self, field: DayField) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > registry().today():
            raise ValidationError(_s("The day is in the future."))


class SlipForm(DayForm):
    """What was done with the slip, and when."""

    step = RadioField(
        _sl("What was done with the slip?"),
        choices=lambda: list(words.slip_steps().items()),
        validators=[InputRequired(_sl("Choose what was done."))],
    )


class CardForm(DayForm):
    """What became of the My Number card, which the change made void (Number Act Order art. 14 item 5, art. 15)."""

    outcome = RadioField(
        _sl("What about the My Number card?"),
        choices=lambda: list(words.card_outcomes().items()),
        validators=[InputRequired(_sl("Choose what became of the card."))],
    )
    note = StringField(
        _sl("Note (optional)"),
        description=_sl("Do not write the number of the card or of the person."),
        validators=[MaxLength(LONGEST_LINE)],
    )


class LinkForm(PortalForm):
    """A member of staff, named as the staff sign-in names them."""

    person = StringField(
        _sl("Identifier of the member of staff"),
        description=_sl("The person claim of the staff sign-in, the same for all accounts of one person."),
        validators=[DataRequired(_sl("Enter the identifier.")), MaxLength(LONGEST_LINE)],
    )
