"""Names as the register holds them, and the key they are searched by.

Names are stored exactly as received; only the search key is folded: compatibility forms, case, width, accents
(đ ø ł ı by table), kana voicing, spaces and hyphens (STD 2.1.2).

>>> search_key("NGUYỄN  Văn Đức")
'nguyenvanduc'
>>> search_key("ちゃん・ゆうりん") == search_key("チャン　ユウリン")
True
"""

import unicodedata
from dataclasses import dataclass

_LETTERS = str.maketrans("đðøłıßæœþ", "ddolisaot")
_KANA = str.maketrans("ヂヅヲァィゥェォッャュョ", "ジズオアイウエオツヤユヨ")
_DROPPED_CATEGORIES = ("Z", "P", "C", "S")
_VOICING = "\u3099\u309a"
_LONG_VOWELS = "ー―－‐ｰ-"


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


def search_key(text: str) -> str:
    """Fold a name for comparison only; never shown, never stored in place of the name."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    folded = "".join(_katakana(character) for character in folded)
    plain = (c for c in unicodedata.normalize("NFD", folded) if not _is_dropped(c))
    return unicodedata.normalize("NFC", "".join(plain)).translate(_KANA)


def _is_dropped(character: str) -> bool:
    if character in _VOICING or character in _LONG_VOWELS:
        return True
    if unicodedata.category(character)[0] in _DROPPED_CATEGORIES:
        return True
    return unicodedata.combining(character) != 0 and unicodedata.name(character, "").startswith("COMBINING")


def _katakana(character: str) -> str:
    """Hiragana to katakana: the reading is compared whichever it is typed in."""
    return chr(ord(character) + 0x60) if "ぁ" <= character <= "ゖ" else character
