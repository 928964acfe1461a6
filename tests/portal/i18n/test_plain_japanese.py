"""The rules of plain Japanese that a machine can hold, each with a text that keeps it and one that does not."""

import pytest

from portal.i18n.plain_japanese import plain_japanese_faults

GOOD = [
    "{住民票|じゅうみんひょう}コードは、11けたの {番号|ばんごう}です。いつでも {変|か}えることが できます。",
    "{住民票|じゅうみんひょう}コード",
    "2013年（{平成|へいせい}25年）7月8日から、{番号|ばんごう}が {届|とど}きました。".replace("年", "{年|ねん}")
    .replace("月", "{月|がつ}")
    .replace("日", "{日|にち}"),
    "{会社|かいしゃ}が あなたの {番号|ばんごう}を きいては いけません。",
    "%(day)s までに、{窓口|まどぐち}に {来|き}てください。",
]
BAD = [
    ("住民票を みます。", "without a reading: 住民票"),
    ("{手続|てつづき}を しなければなりません。", "say it in another way: なければなりません"),
    ("この ページを ご覧ください。", "say it in another way: ご覧"),
    ("10{時|じ}～12{時|じ}に {来|き}てください。", "say it in another way: ～"),
    ("あいうえお" * 9 + "。", "a sentence of 45 characters, 40 at most: " + "あいうえお" * 9 + "。"),
    (
        (
            "{住民基本台帳|じゅうみんきほんだいちょう}の {本人確認情報|ほんにんかくにんじょうほう}を "
            "{国|くに}の {機関|きかん}に {提供|ていきょう}して います。"
        ),
        "17 of 26 characters are kanji, 30% at most",
    ),
    ("{平成|へいせい}25{年|ねん}に はじまりました。", "the year of an era needs the Western year beside it"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_plain_text_raises_nothing(text):
    assert list(plain_japanese_faults(text)) == []


@pytest.mark.parametrize(("text", "detail"), BAD)
def test_what_is_not_plain_is_told(text, detail):
    found = [told for _code, told in plain_japanese_faults(text)]
    assert detail in found
