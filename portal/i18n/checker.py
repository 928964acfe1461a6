"""The one checker of translations (stub filled in below)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.i18n.languages import Language
    from portal.i18n.messages import Message


def check_message(message: Message, language: Language, domain: str) -> list[str]:
    """Faults of one message."""
    del message, language, domain
    return []
