"""The equalities of a search (STD 2.1.2), each row by itself, and what stays different."""

import pytest

from registry_core.values.kanji_variants import VARIANTS
from registry_core.values.search_key import address_key, keys_of_part, search_key

ALIKE = [
    # kana: voiced, half-voiced and plain; the pairs the standard names
    ("ヂン", "ジン"),
    ("ヅカ", "ズカ"),
    ("ワン", "ハン"),
    ("ヴァン", "バン"),
    ("ヴィン", "ビン"),
    ("ヴィン", "ヒン"),
    ("ヴェン", "ベン"),
    ("ヴォン", "ボン"),
    ("ヴ", "ブ"),
    ("オ", "ヲ"),
    ("ヒ", "ピ"),
    ("ヒ", "ビ"),
    ("カ", "ガ"),
    ("チ", "ヂ"),
    ("ツ", "ヅ"),
    # small and large
    ("キャッチョ", "キヤツチヨ"),
    ("シュ", "シユ"),
    ("フィ", "フイ"),
    # ウ after a kana of the オ row, also a voiced, a small and a far one
    ("コウ", "コオ"),
    ("ゾウ", "ゾオ"),
    ("ギョウメイ", "ギョオメイ"),
    ("ロウウ", "ロオオ"),
    ("イトオ ウメ", "イトウウメ"),
    # the long-vowel mark, and whatever is written for it
    ("オーノ", "オノ"),
    ("オ―ノ", "オノ"),
    ("オ－ノ", "オノ"),
    ("オ‐ノ", "オノ"),
    ("オｰノ", "オノ"),
    ("オ-ノ", "オノ"),
    # spaces of both widths, points, hyphens
    ("ダ シルバ", "ダシルバ"),
    ("ダ　シルバ", "ダシルバ"),
    ("チャン・ユウリン", "ちゃんゆうりん"),
    ("O’BRIEN-SMITH", "obrien smith"),
    # hiragana, half-width and composed kana
    ("ゔぁん", "ヴァン"),
    ("ｳﾞｧﾝ", "ヴァン"),
    ("か\u3099", "が"),
    # width, case, accents
    ("ＺＨＡＮＧ　ＹＵＬＩＮ", "Zhang Yulin"),
    ("NGUYỄN Văn Đức", "nguyen van duc"),
    ("Đ", "d"),
    ("Ø", "o"),
    ("Ł", "l"),
    ("Iı", "ii"),
    ("İbrahim", "ibrahim"),
    ("Straße", "strasse"),
    ("Oʻgʻli", "O'g'li"),
    ("é", "e\u0301"),
    # variants of kanji, IVS, the sign that repeats
    ("渡邉", "渡辺"),
    ("渡邊", "渡辺"),
    ("濱田", "浜田"),
    ("濵田", "浜田"),
    ("籘井", "藤井"),
    ("籐井", "藤井"),
    ("髙橋", "高橋"),
    ("山﨑", "山崎"),
    ("齋藤", "斉藤"),
    ("斎藤", "齊藤"),
    ("澤田", "沢田"),
    ("陈晓明", "陳曉明"),
    ("葛\U000e0101城", "葛城"),
    ("佐々木", "佐佐木"),
    ("神", "神"),
    # other scripts: one letter, however its keyboard writes it
    ("김민", "김민"),
    ("علي", "علی"),
    ("مُحَمَّد", "محمد"),
]

DIFFERENT = [
    ("カウ", "カオ"),  # ウ after another row
    ("ユウ", "ユオ"),
    ("オオノ", "オノ"),  # a vowel is no mark
    ("王芳", "王方"),
    ("कमल", "कमला"),
    ("အောင်", "အင်"),
    ("김민", "김빈"),
    ("van", "ven"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one: str, other: str) -> None:
    assert search_key(one) == search_key(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("サトウ ウメ", "ウメ"),  # the given name alone, where the family name ends in the オ row
        ("イトオ　ウメコ", "ウメ"),
        ("ウメ", "ウメ"),
        ("コウエン", "ウエン"),
        ("NGUYEN VAN DUC", "duc"),
        ("陳曉明", "晓明"),
    ],
)
def test_part_is_found_in_the_whole(whole: str, part: str) -> None:
    assert any(key in search_key(whole) for key in keys_of_part(part))


def test_a_part_that_begins_with_u_is_no_part_of_another_name() -> None:
    assert not any(key in search_key("カオメ") for key in keys_of_part("ウメ"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中央一丁目2番3号", "中央1-2-3"),
        ("中央１丁目２－３", "中央1-2-3"),
        ("中央二十三丁目", "中央23"),
        ("北十条西百一丁目5番地の6", "北10条西101-5-6"),
        ("緑ヶ丘", "緑が丘"),
        ("中央1-2-3 ハイツ201", "中央1丁目2番3号　ﾊｲﾂ201"),
        ("1番1号 201", "1-1-201"),
        ("澤町1番", "沢町1番地"),
    ],
)
def test_addresses_written_in_either_way_are_alike(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("中央1-11", "中央11-1"), ("三番町", "二番町"), ("第一寮12号", "第二寮12号"), ("1-1", "11")]
)
def test_other_addresses_stay_others(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


def test_every_variant_has_one_kanji_that_stands_for_it() -> None:
    assert len(VARIANTS) > 500
    assert not set(VARIANTS.values()) & set(VARIANTS)
    assert all(len(variant) == len(kanji) == 1 for variant, kanji in VARIANTS.items())
    assert all(search_key(variant) == search_key(kanji) for variant, kanji in VARIANTS.items())


def test_keys_hold_no_sign_that_a_pattern_of_the_database_reads() -> None:
    everything = "".join(chr(point) for point in range(0x3000)) + "\U000e0101"
    assert not set(search_key(everything) + address_key(everything)) & set("%_/\\\n\x1f")
