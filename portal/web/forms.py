"""The base of every form: words in our languages, clean text, limits, and nothing typed is ever lost.

    class NoticesForm(PortalForm):
        email = StringField(_l("E-mail address"), validators=[Optional(), MaxLength(254)])

    form = NoticesForm()
    if form.is_language_switch():          # the same page in another language: nothing is validated, nothing saved
        return render_template(..., form=form)
    if form.validate_on_submit(): ...

A form that was kept while its session was over (`kept_posts`) fills itself on the page that shows it.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Flask, flash, g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from portal.i18n.gettext import WtformsTranslations, _, wtforms_translations
from portal.web.kept_posts import kept_form, kept_notice
from portal.web.typed_text import without_refused
from registry_core.values.plain_text import length_as_read

#: Characters of a one-line and of a many-line field that sets no limit of its own.
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 2000
#: No field of any kind takes more than this, whatever its script (code points).
LONGEST_OF_ALL: Final = 10_000

_UNSET: Final = object()


def version_of(text: str | None) -> int:
    """The version of a record that a page was made of, as its hidden field brought it back; 0, which no record has, if not."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len("1000000000") else 0


class MaxLength:
    """At most `limit` characters as a reader counts them, so that a language with many marks has no less room."""

    def __init__(self, limit: int, *, held: int | None = None) -> None:
        """Take the limit, and how many code points there is room for: six times as many, unless told."""
        self.limit = limit
        self.held = held or 6 * limit

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Refuse what is longer, and what only marks make long."""
        text = field.data if isinstance(field.data, str) else ""
        if length_as_read(text) > self.limit or len(text) > self.held:
            raise ValidationError(_("Use at most %(limit)s characters.", limit=self.limit))


class PortalForm(FlaskForm):
    """A form of the portal. Fields without a limit of their own get one; outer spaces of a line are dropped."""

    class Meta(FlaskForm.Meta):
        """Our own translations; outer spaces dropped."""

        def get_translations(self, _form: BaseForm) -> WtformsTranslations:
            """WTForms' own messages, from our catalog."""
            return wtforms_translations()

        def bind_field(self, form: BaseForm, unbound_field: Any, options: dict[str, Any]) -> Field:  # noqa: ANN401 -- untyped there
            """Drop the outer spaces of what is typed."""
            filters = unbound_field.kwargs.get("filters", ())
            return unbound_field.bind(form=form, **{**options, "filters": [*filters, _stripped]})

    def __init__(self, formdata: Any = _UNSET, **kwargs: Any) -> None:  # noqa: ANN401 -- as FlaskForm
        """Read the request, or the form that was kept for this page."""
        if formdata is _UNSET:
            kept = self._kept(kwargs.get("prefix", "")) if request.method in {"GET", "HEAD"} else None
            super().__init__(**({"formdata": kept} if kept else {}), **kwargs)
        else:
            super().__init__(formdata=formdata, **kwargs)
        self._unclean = [field.short_name for field in self if _clean(field)]

    def is_language_switch(self) -> bool:
        """A button of the language control sent this: show it again in the new language, unvalidated, and save nothing."""
        return self.is_submitted() and "_switch" in request.form

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """As WTForms, and every text is clean and no longer than its limit."""
        if self.is_language_switch():
            return False
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            problem = self._problem_of(field)
            if problem and not field.errors:
                field.errors = [problem]
            is_valid = is_valid and not problem
        return is_valid

    def _problem_of(self, field: Field) -> str | None:
        if field.short_name in self._unclean:
            return _(
                "This held characters that cannot be seen or kept. They have been removed. Check what is left and send it again."
            )
        text = field.data if isinstance(field.data, str) else ""
        limit = _own_limit(field)
        if length_as_read(text) > limit or len(text) > LONGEST_OF_ALL:
            return _("Use at most %(limit)s characters.", limit=min(limit, LONGEST_OF_ALL))
        return None

    def _kept(self, prefix: str) -> MultiDict[str, str] | None:
        """The kept form of this page, when it has fields of this one."""
        if not getattr(self.Meta, "csrf", True):
            return None
        form = kept_form()
        if form is None:
            return None
        own = {f"{prefix}{name}" for name, _field in self._unbound_names()}
        if not own & {name for name, _value in form.fields}:
            return None
        if not g.get("kept_notice_given"):
            g.kept_notice_given = True
            flash(kept_notice(), "warning")
        return MultiDict(list(form.fields))

    @classmethod
    def _unbound_names(cls) -> list[tuple[str, Any]]:
        return [(name, field) for name in dir(cls) if hasattr(field := getattr(cls, name), "_formfield")]


class SearchForm(PortalForm):
    """A form sent by GET: it carries no token and looks at no session, so a public page may show it."""

    class Meta(PortalForm.Meta):
        csrf = False

    def __init__(self, **kwargs: Any) -> None:
        """Read the query of the address."""
        super().__init__(formdata=kwargs.pop("formdata", request.args), **kwargs)


def new_idempotency_key() -> str:
    """For a hidden field: two taps on one button carry the same key, and are done once."""
    return secrets.token_urlsafe(24)


def init_app(app: Flask) -> None:
    """`length` limits are ours, so nothing is set up in the application but the field name Flask-WTF reads."""
    app.config.setdefault("WTF_I18N_ENABLED", False)


def _stripped(value: Any) -> Any:  # noqa: ANN401 -- a filter of WTForms takes what its field makes
    return value.strip() if type(value) is str else value  # a choice that was read as one of a closed list stays it


def _clean(field: Field) -> bool:
    """Take out what is refused, so that it is not shown again either. True when there was any."""
    lines = isinstance(field, TextAreaField)
    raw = [value for value in field.raw_data or () if isinstance(value, str)]
    cleaned = [without_refused(value.replace("\r\n", "\n"), lines=lines) for value in raw]
    if all(len(new) == len(old.replace("\r\n", "\n")) for new, old in zip(cleaned, raw, strict=True)):
        return False
    field.raw_data = cleaned
    if isinstance(field.data, str):
        field.data = without_refused(field.data.replace("\r\n", "\n"), lines=lines).strip()
    return True


def _own_limit(field: Field) -> int:
    """The limit of the field's own validators (they have told it already), else that of its kind."""
    for validator in field.validators:
        limit = getattr(validator, "limit", None) or getattr(validator, "max", None)
        if isinstance(limit, int) and limit > 0:
            return LONGEST_OF_ALL
    if isinstance(field, TextAreaField):
        return LONGEST_TEXT
    return LONGEST_LINE if isinstance(field, StringField) else LONGEST_OF_ALL
