"""Names as the register holds them: exactly as received. What they are searched by is `search_key`."""

from dataclasses import dataclass


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
    def main(self) -> str:
        """The form to call the person by: Latin letters, else kanji, else alias."""
        return self.latin or self.kanji or self.alias or ""
