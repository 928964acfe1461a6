"""The one way a name or an address is folded to be searched and compared (STD 2.1.2); never shown, never stored in its place.

Alike are: compatibility forms, case and width; accents, and letters that only look accented (đ ø ł ı); hiragana and katakana;
voiced, half-voiced and plain kana (ヂ ジ, ズ ヅ, ヴァ バ, ヒ ピ), small and large kana, ワ and ハ, オ and ヲ; ウ after a kana
of the オ row and オ; the long-vowel mark, hyphens, points and spaces and nothing; variants of kanji; IVS selectors and nothing.
An equality reaches as far as its members do: as ヂ is alike to ジ and to チ, シ and チ are alike too.

>>> search_key("NGUYỄN  Văn Đức")
'nguyenvanduc'
>>> search_key("ちゃん・ゆうりん") == search_key("チャン　ユウリン")
True
>>> address_key("中央一丁目１番１号 ハイツ２０１")
'中央1-1-1ハイス201'
"""

import re
import unicodedata
from functools import lru_cache

from registry_core.values.kanji_variants import VARIANTS

_O_ROW = "オコソトノホモヨロ"
_LETTERS = dict(zip("đðøłıħŧŋəþæœ", ["d", "d", "o", "l", "i", "h", "t", "n", "e", "th", "ae", "oe"], strict=True))
_SMALL_KANA = dict(zip("ァィゥェォヵヶッャュョヮ", "アイウエオカカツヤユヨワ", strict=True))
#: After voicing is gone: ヂ is チ and ジ is シ by now, so these two pairs meet here; ヰ and ヱ are of old spelling.
_ONE_KANA = dict(zip("チツワヲヰヱ", "シスハオイエ", strict=True))
#: One letter of Arabic script that keyboards write in several ways.
_ARABIC = dict(zip("يىكةھہۀ", "ییکهههه", strict=True))
_ALIKE = _LETTERS | _ARABIC | VARIANTS

_DROPPED_CATEGORIES = frozenset("ZPCS")
_DROPPED = frozenset("ー－ｰـʹʺʻʼʽʾʿˈ") | {chr(point) for point in (0x3099, 0x309A, 0x0670, *range(0x064B, 0x0653))}

_VU_WITH_VOWEL = re.compile("ヴ([アイエオ]?)")
_VU = {"ア": "ハ", "イ": "ヒ", "": "フ", "エ": "ヘ", "オ": "ホ"}
_U_AFTER_O = re.compile(f"(?<=[{_O_ROW}])ウ+")
_REPEATED = re.compile("([^々])(々+)")

_NUMERAL = re.compile("[一二三四五六七八九十百]+(?=丁目|番|号|条|線)")
_DIGITS = {numeral: value for value, numeral in enumerate("一二三四五六七八九", start=1)}
_TENS = {"十": 10, "百": 100}
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)(?:丁目|番地|番|号|[のノ]|[\s\-‐‑‒–—―−ー])+(?=\d)")
_AFTER_A_NUMBER = re.compile(r"(?<=\d)(?:丁目|番地|番|号)(?=\W|$)")
_NUMBERS_APART = "\x1f"


class _Folds(dict[int, str]):
    """What each character becomes by itself; worked out once for each."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = "".join(map(_folded, _plain(chr(point))))
        return folded


def _plain(character: str) -> str:
    """Without case and accents; ヴ keeps its mark until it is known what follows."""
    lower = character.casefold().translate(_KATAKANA)
    if lower == "ヴ":
        return lower
    parts = unicodedata.normalize("NFD", lower)
    return unicodedata.normalize("NFC", "".join(part for part in parts if not _is_dropped(part)))


def _folded(character: str) -> str:
    character = _SMALL_KANA.get(character, character)
    return _ONE_KANA.get(character) or _ALIKE.get(character, character)


def _is_dropped(character: str) -> bool:
    if character in _DROPPED or unicodedata.category(character)[0] in _DROPPED_CATEGORIES:
        return True
    is_mark = unicodedata.category(character)[0] == "M"
    return is_mark and unicodedata.name(character, "").startswith(("COMBINING", "VARIATION SELECTOR"))


#: Hiragana to katakana: a reading is compared whichever it is typed in.
_KATAKANA = {point: point + 0x60 for point in range(ord("ぁ"), ord("ゖ") + 1)}
_FOLDS = _Folds()


@lru_cache(8_192)
def search_key(text: str) -> str:
    """Fold a name, or a part of one."""
    key = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    if key.isascii():
        return key
    key = _VU_WITH_VOWEL.sub(lambda found: _VU[found[1]], key)
    key = _U_AFTER_O.sub(lambda found: "オ" * len(found[0]), key)
    return _REPEATED.sub(lambda found: found[1] * (1 + len(found[2])), key)


def address_key(text: str) -> str:
    """Fold an address, or a part of one: 一丁目2番3号, １丁目２－３ and 1-2-3 are alike, and 11-1 is not 1-11."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _NUMERAL.sub(lambda found: str(_number(found[0])), plain)
    plain = _AFTER_A_NUMBER.sub("", _BETWEEN_NUMBERS.sub(_NUMBERS_APART, plain))
    return "-".join(search_key(piece) for piece in plain.split(_NUMBERS_APART))


def keys_of_part(part: str) -> tuple[str, ...]:
    """The keys a name may hold where it holds this part: a ウ that begins the part may follow a kana of the オ row there.

    >>> keys_of_part("ウメ")[:3]
    ('ウメ', 'オオメ', 'コオメ')
    """
    key = search_key(part)
    if not key.startswith("ウ"):
        return (key,)
    return (key, *(f"{before}オ{key[1:]}" for before in _O_ROW))


def _number(numerals: str) -> int:
    """The number that is written 一, 十, 二十三, 百一."""
    whole, last = 0, 0
    for numeral in numerals:
        if numeral in _TENS:
            whole, last = whole + (last or 1) * _TENS[numeral], 0
        else:
            last = _DIGITS[numeral]
    return whole + last
