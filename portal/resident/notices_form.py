"""Screen 3's form: the language of notices, and an e-mail address if the person wants one."""

import re
import unicodedata
from typing import Any

from wtforms import EmailField, RadioField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from portal.i18n.gettext import _, _l
from portal.i18n.languages import languages
from portal.registry import registry
from portal.resident.drafts import CodeChangeDraft
from portal.web.forms import MaxLength, PortalForm

LONGEST_ADDRESS = 254
LETTERS, EMAIL = "letters", "email"
ADDRESS = re.compile(r"[!-?A-~]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


def address_from(text: str) -> str | None:
    """The address a person meant: full-width forms folded, a name of another script in the domain as IDNA. None if none."""
    local, at_sign, domain = unicodedata.normalize("NFKC", text).strip().rpartition("@")
    try:
        address = local + at_sign + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    too_long = len(address) > LONGEST_ADDRESS or ".." in address
    return address if not too_long and ADDRESS.fullmatch(address) and not set(local) & set('()<>[],;:\\"') else None


class NoticesForm(PortalForm):
    """`digits` is on the page only while an address waits to be proved; choices are tags and codes, never labels."""

    language = RadioField(
        _l("In which language shall we write to you?"),
        validators=[InputRequired(_l("Choose a language."))],
    )
    channel = RadioField(
        _l("How shall we tell you that there is news?"),
        choices=[
            SelectChoice(LETTERS, _l("By letter only")),
            SelectChoice(EMAIL, _l("By letter, and by e-mail as well")),
        ],
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    email = EmailField(
        _l("Your e-mail address"),
        description=_l("The e-mail only says that there is news. It never holds your code or your name."),
        validators=[MaxLength(LONGEST_ADDRESS)],
    )
    digits = StringField(_l("The six digits from our e-mail"), validators=[MaxLength(40)])
    again = SubmitField(_l("Send new digits"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the languages this portal serves, each by its own name."""
        super().__init__(*args, **kwargs)
        if not self.offers_email:
            self.channel.choices = self.channel.choices[:1]
        self.language.choices = [SelectChoice(language.tag, language.autonym) for language in languages()]

    @property
    def offers_email(self) -> bool:
        """Whether this portal sends mail at all; without it there are letters only, and nothing to choose."""
        return bool(registry().config.smtp_url)

    @classmethod
    def of_draft(cls, draft: CodeChangeDraft, reading: str) -> "NoticesForm":
        """The form as it was left; the language being read is offered to whoever has chosen none."""
        check = draft.email_check
        return cls(
            data={
                "language": draft.language or reading,
                "channel": EMAIL if draft.wants_email and registry().config.smtp_url else LETTERS,
                "email": draft.email or (check.address if check else ""),
            },
        )

    @property
    def address(self) -> str:
        """The address as it will be used; "" while letters are enough."""
        return (address_from(self.email.data or "") or "") if self.channel.data == EMAIL else ""

    def validate_email(self, field: EmailField) -> None:
        """Ask for an address where one is needed, and for one that mail can reach."""
        if self.channel.data != EMAIL:
            return
        if not (field.data or "").strip():
            raise ValidationError(_("Type your e-mail address, or choose letters only."))
        if address_from(field.data) is None:
            raise ValidationError(_("This is not an e-mail address. It looks like this: name@example.com"))
