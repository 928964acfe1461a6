"""What a mail says. Its words are official texts (`mail.*`); the payload of the outbox names which."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape

from portal.config import Config
from portal.i18n.gettext import official, official_ja, plain, speaking
from portal.i18n.languages import Language
from registry_core.outbox import OutboxItem

_RULE = "――――――――――"
#: Templates by name: the keys of their paragraphs. `url`, `municipality` and `digits` are the only things filled in.
PARAGRAPHS = {
    "news": ("mail.news.p1", "mail.news.p2", "mail.news.p3"),
    "email-check": ("mail.email-check.p1", "mail.email-check.p2", "mail.email-check.p3"),
}


def compose(item: OutboxItem, *, config: Config, languages: dict[str, Language]) -> EmailMessage:
    """Build the mail of an outbox item. The same item gives the same Message-ID, so that a repeat is recognised.

    Raises ValueError for what is not exactly one address: a second one, or a line break and a header of somebody's own.
    """
    payload = item.payload
    language = languages.get(payload["language"], languages["ja"])
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = Address(addr_spec=payload["to"])
    message["Subject"] = _subject(payload, language)
    message["Date"] = format_datetime(item.created_at)
    message["Message-ID"] = f"<{item.id}@{urlsplit(config.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    parts = [_body(payload, config, language)]
    if language.tag != "ja":
        parts += [_RULE, _body(payload, config, languages["ja"])]
    message.set_content("\n\n".join(parts) + "\n", charset="utf-8")
    # After the content: setting that clears every header about it.
    message["Content-Language"] = language.html_lang if language.tag == "ja" else f"{language.html_lang}, ja"
    return message


def _subject(payload: dict[str, Any], language: Language) -> str:
    key = f"mail.{payload['template']}.subject"
    with speaking(language):
        own = plain(official(key))
    japanese = plain(official_ja(key))
    return own if language.tag == "ja" else f"{own} / {japanese}"


def _body(payload: dict[str, Any], config: Config, language: Language) -> str:
    facts = {
        # Ready markup is not isolated: an isolate before an address would become part of the link in some mail programs.
        "url": escape(f"{config.base_url}/{language.tag}/sign-in"),
        "municipality": config.municipality.name_ja if language.tag == "ja" else config.municipality.name_en,
        "digits": escape(payload.get("digits", "")),
    }
    with speaking(language):
        return "\n\n".join(plain(official(key, **facts)) for key in PARAGRAPHS[payload["template"]])
