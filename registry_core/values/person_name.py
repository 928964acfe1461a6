"""Names as the register holds them: exactly as received. What they are searched by is `search_key`."""

from dataclasses import dataclass

#: From small a to small ke.
_KATAKANA = {hiragana: hiragana + 0x60 for hiragana in range(0x3041, 0x3097)}


@dataclass(frozen=True, slots=True)
class PersonNames:
    """The forms of a foreign resident's name (STD 1.1.2); None where the register holds none.

    latin: as on the residence card; kanji: if registered; reading: katakana; alias: 通称.
    """

    latin: str | None
    kanji: str | None = None
    reading: str | None = None
    alias: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """Every registered form."""
        return tuple(form for form in (self.latin, self.kanji, self.reading, self.alias) if form)

    @property
    def printed(self) -> str:
        """The name as it is printed (standard specification 5.3): Latin letters, kanji, and the reading in katakana in brackets.

        >>> PersonNames("ZHANG YULIN", "張　玉蓮", "ちゃん　ゆうりん").printed
        'ZHANG YULIN　張　玉蓮　（チャン　ユウリン）'
        """
        reading = f"（{self.reading.translate(_KATAKANA)}）" if self.reading else None
        return "\u3000".join(form for form in (self.latin, self.kanji, reading) if form)

    @property
    def main(self) -> str:
        """The form to call the person by: Latin letters, else kanji, else alias."""
        return self.latin or self.kanji or self.alias or ""
