"""What staff tick and type about a correction: what was examined, the items as they should stand, or why nothing is corrected."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import escape
from wtforms import Field, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.i18n.gettext import LazyMessage, _s, _sl
from portal.staff import words
from portal.staff.forms import LONGEST_LINE
from portal.web.fields import DayField, RegisterDateField
from portal.web.forms import MaxLength, PortalForm
from registry_core.register import ITEMS_OF_CASE, ResidenceCategory, ResidentRecordView, Sex
from registry_core.register.correction_case import reasons_of
from registry_core.register.item_rules import LENGTHS
from registry_core.values import ChangeReason

#: Items that may be absent; every other text stands empty.
_MAY_BE_ABSENT = frozenset({"latin_name", "kanji_name", "reading", "alias", "card_number"})


class CaseForm(PortalForm):
    """What the page showed: the item, the mark of the resident's words, the version of the record."""

    item = HiddenField()
    seen = HiddenField()
    version = HiddenField()


class FoundForm(PortalForm):
    """What the fact was ascertained from (Cabinet Order art. 12 para. 3); no copy or picture is kept."""

    examined = SelectMultipleField(
        _sl("What was examined?"),
        choices=lambda: list(words.examined().items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    note = StringField(
        _sl("Note for colleagues (optional)"),
        description=_sl("Needed where something else was examined. The resident does not see it. Write no code."),
        validators=[MaxLength(LONGEST_LINE)],
    )

    needs_something = False

    def validate_examined(self, field: SelectMultipleField) -> None:
        """Before the record is corrected something was examined."""
        if self.needs_something and not field.data:
            raise ValidationError(_s("Tick what was examined."))

    def validate_note(self, field: StringField) -> None:
        """Ask for words where the tick says nothing by itself."""
        if "other" in (self.examined.data or ()) and not (field.data or "").strip():
            raise ValidationError(_s("Say what else was examined."))


class DeclineCaseForm(PortalForm):
    """Why nothing is corrected; the resident reads it in the language of the case."""

    reason = RadioField(
        _sl("Why is nothing corrected?"),
        choices=lambda: list(words.case_declined().items()),
        validators=[InputRequired(_sl("Choose why nothing is corrected."))],
    )


class CorrectForm(PortalForm):
    """The items as they should stand: the fields are those of the case's item."""

    @property
    def items(self) -> list[Field]:
        """The fields that are items of the record."""
        return [field for field in self if field.short_name in _FIELDS]

    def values(self) -> dict[str, object]:
        """The values as the core takes them."""
        return {field.short_name: _value(field) for field in self.items}

    @property
    def why(self) -> ChangeReason:
        """The reason of the correction (Regulation art. 11 para. 3)."""
        return self["reason"].data if "reason" in self else ChangeReason.CORRECTED_EX_OFFICIO


@dataclass(frozen=True, slots=True)
class CorrectionForms:
    """The parts of the one form; only the parts whose button was pressed are validated."""

    case: CaseForm
    found: FoundForm
    correct: CorrectForm
    decline: DeclineCaseForm


def correction_forms(item: str | None = None, record: ResidentRecordView | None = None) -> CorrectionForms:
    """Read the parts from the post; on a page that is opened the items stand as the record has them."""
    shown = CaseForm()
    named = item or shown.item.data
    kind = named if named in ITEMS_OF_CASE else "code_held"
    return CorrectionForms(
        case=shown,
        found=FoundForm(prefix="found-"),
        correct=_form_of(kind)(prefix="to-", data=_held(kind, record) if record else None),
        decline=DeclineCaseForm(prefix="decline-"),
    )


def _form_of(item: str) -> type[CorrectForm]:
    fields: dict[str, Any] = {name: _FIELDS[name]() for name in ITEMS_OF_CASE[item]}
    if len(reasons_of(item)) > 1:
        fields["reason"] = RadioField(
            _sl("Why does the record change?"),
            choices=lambda: list(words.correction_reasons().items()),
            coerce=ChangeReason,
            default=ChangeReason.CORRECTED_EX_OFFICIO,
        )
    return type("CorrectFormOfItem", (CorrectForm,), fields)


def _held(item: str, record: ResidentRecordView) -> dict[str, object]:
    names = {
        "latin_name": record.names.latin,
        "kanji_name": record.names.kanji,
        "reading": record.names.reading,
        "alias": record.names.alias,
    }
    return {name: names[name] if name in names else getattr(record, name) for name in ITEMS_OF_CASE[item]}


def _named(kind: type[Field], name: str, **options: Any) -> Field:
    return kind(LazyMessage(lambda: escape(words.items()[name])), **options)


def _text(name: str) -> Field:
    return _named(StringField, name, validators=[MaxLength(LENGTHS.get(name, LONGEST_LINE))])


def _day(name: str) -> Field:
    return _named(RegisterDateField, name, validators=[InputRequired(_sl("Enter the day as year, month and day."))])


_FIELDS: dict[str, Callable[[], Field]] = {
    "birth_date": lambda: _day("birth_date"),
    "address_since": lambda: _day("address_since"),
    "end_of_stay": lambda: _named(DayField, "end_of_stay"),
    "sex": lambda: _named(RadioField, "sex", coerce=Sex, choices=lambda: list(words.sexes().items())),
    "residence_category": lambda: _named(
        SelectField,
        "residence_category",
        coerce=ResidenceCategory,
        choices=lambda: list(words.categories().items()),
    ),
    **{
        name: partial(_text, name)
        for names in ITEMS_OF_CASE.values()
        for name in names
        if name not in {"birth_date", "address_since", "end_of_stay", "sex", "residence_category"}
    },
}


def _value(field: Field) -> object:
    name, data = field.short_name, field.data
    if isinstance(data, Sex | ResidenceCategory):
        return data
    if name == "end_of_stay":
        return data.isoformat() if data else None
    if isinstance(data, str):
        return data.strip() or (None if name in _MAY_BE_ABSENT else "")
    return data
