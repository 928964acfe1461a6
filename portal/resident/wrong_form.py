"""What is wrong with my record: for each item one choice, and words in any script."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal.i18n.gettext import _, _l, official_lazy
from portal.web.forms import MaxLength, PortalForm
from registry_core.register import CONFIRMABLE_ITEMS, ITEMS_OF_CASE, WRONG_REASONS, ItemAnswer

LONGEST_TEXT = 500
RIGHT = "right"


def _answer(legend: object) -> RadioField:
    """The choice for one item: right, or wrong for one of the closed reasons."""
    return RadioField(
        legend,
        default=RIGHT,
        choices=[
            SelectChoice(RIGHT, _l("This is right.")),
            *(SelectChoice(reason, official_lazy(f"wrong.{reason}")) for reason in WRONG_REASONS),
        ],
    )


def _words() -> TextAreaField:
    return TextAreaField(
        _l("What should it say? You may write in your own language."), validators=[MaxLength(LONGEST_TEXT)]
    )


class WrongForm(PortalForm):
    """What can be said to be wrong (ITEMS_OF_CASE); `record_version` is the state of the record the person is looking at."""

    record_version = HiddenField()
    name_answer = _answer(_l("Your name, in any of its forms"))
    name_text = _words()
    alias_answer = _answer(_l("Your registered alias"))
    alias_text = _words()
    birth_date_answer = _answer(_l("Your date of birth"))
    birth_date_text = _words()
    sex_answer = _answer(_l("Your sex on the record"))
    sex_text = _words()
    address_answer = _answer(_l("Your address"))
    address_text = _words()
    code_held_answer = _answer(_l("Your resident record code"))
    code_held_text = _words()
    nationality_answer = _answer(official_lazy("term.nationality"))
    nationality_text = _words()
    residence_answer = _answer(official_lazy("term.residence-status"))
    residence_text = _words()
    household_answer = _answer(official_lazy("term.household"))
    household_text = _words()

    def questions(self) -> list[tuple[str, Field, Field]]:
        """Each item with its choice and its words."""
        return [(item, self[f"{item}_answer"], self[f"{item}_text"]) for item in ITEMS_OF_CASE]

    def answers(self) -> dict[str, ItemAnswer]:
        """The answers as the core takes them; what is not on the page is told only where it is wrong."""
        return {
            item: ItemAnswer(
                right=choice.data == RIGHT,
                reason=None if choice.data == RIGHT else choice.data,
                text="" if choice.data == RIGHT else (words.data or "").strip(),
            )
            for item, choice, words in self.questions()
            if item in CONFIRMABLE_ITEMS or choice.data != RIGHT
        }

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for words where the choice says nothing by itself, and for one wrong item at least."""
        valid = bool(super().validate(extra_validators))
        for _item, choice, words in self.questions():
            if choice.data == "other" and not (words.data or "").strip():
                words.errors = [*words.errors, _("Write what is wrong.")]
                valid = False
            if choice.data == RIGHT and (words.data or "").strip():
                choice.errors = [*choice.errors, _("You have written something here. Choose what is wrong as well.")]
                valid = False
        if valid and all(choice.data == RIGHT for _item, choice, _words in self.questions()):
            self.form_errors.append(_("Choose at least one item that is wrong. If all is right, go back and confirm."))
            valid = False
        return valid
