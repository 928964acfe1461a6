"""Invented addresses of one city, written in the several ways registers write them, and where people came from."""

from random import Random

_TOWNS = """
中央 東町 西町 南町 北町 本町 緑台 川端町 栄町 幸町 旭町 若葉町 錦町 曙町 高砂町 泉町 桜木町 松原 梅園 柏木 青葉台 光が丘
富士見 美原 大和田 小金井町 羽衣町 宮前 神明 八幡町 稲荷山 天神 弁天 坂下 坂上 谷戸 原町 新田 中島 元町 仲町 上町 下町 末広
寿町 緑が丘西 緑が丘東 港南 浜町 磯部 潮見 若松町 鶴見台 亀井町 鷺沼 雲雀が丘 百合ヶ丘 薔薇園 茜町 藍住町 紫野 白鳥 黒川
赤坂 青山町 黄金町 銀座 鉄砲町 鍛冶町 紺屋町 大工町 呉服町 米町 塩町 魚町 油町 材木町 石町 瓦町 茶屋町 馬場町 鷹匠町 弓町
城西 城東 大手町 二の丸 桜台 欅平 楠町 杉並木 竹の塚 笹塚 菊水 萩原 藤沢台 蓮沼 菖蒲池 葵町 楓台 銀杏通り
""".split()  # noqa: SIM905 -- a list of so many is read as a text
_HOUSES = """
メゾン ハイツ コーポ グリーンハイツ サンライズ パークサイド レジデンス シャトー 第二緑荘 コーポラス ひまわり荘 さくら寮
リバーサイド
""".split()  # noqa: SIM905 -- a list of so many is read as a text
_OF_HOUSES = """
緑が丘 中央 川端 桜 青葉 光 富士 泉 ふじ 松 Ａ棟 Ｂ棟 壱番館 東館
""".split()  # noqa: SIM905 -- a list of so many is read as a text
_NUMERALS = "一二三四五六七八九"
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_ELSEWHERE = """
東京都新宿区大久保一丁目 大阪市生野区桃谷三丁目 川崎市川崎区浜町二丁目 名古屋市港区九番町 浜松市中央区助信町
群馬県邑楽郡大泉町仙石二丁目 福岡市博多区住吉四丁目 札幌市北区北十条西三丁目 広島市安佐南区八木 さいたま市大宮区桜木町一丁目
神戸市長田区若松町 横浜市中区山下町
""".split()  # noqa: SIM905 -- a list of so many is read as a text
_ABROAD = {
    "CHN": "中国遼寧省大連市",
    "VNM": "ベトナム国ハノイ市",
    "KOR": "韓国ソウル特別市",
    "PHL": "フィリピン国マニラ市",
    "NPL": "ネパール国カトマンズ",
    "IDN": "インドネシア国ジャカルタ",
    "BRA": "ブラジル国サンパウロ市",
    "MMR": "ミャンマー国ヤンゴン",
}
_HOUSE_SHARE = 0.45


def invented_address(rng: Random, city: str = "緑が丘市") -> str:
    """A place in the city."""
    town, chome, block, number = rng.choice(_TOWNS), rng.randint(1, 9), rng.randint(1, 40), rng.randint(1, 25)
    way = rng.randrange(6)
    if way < 3:  # noqa: PLR2004 -- half of them
        place = f"{_NUMERALS[chome - 1]}丁目{block}番{number}号"
    elif way == 3:  # noqa: PLR2004 -- a sixth
        place = f"{chome}丁目{block}番地{number}"
    else:
        place = f"{chome}-{block}-{number}"
        place = place.translate(_WIDE) if way == 5 else place  # noqa: PLR2004 -- another sixth
    if rng.random() >= _HOUSE_SHARE:
        return f"{city}{town}{place}"
    house = f"{rng.choice(_HOUSES)}{rng.choice(_OF_HOUSES)}"
    return f"{city}{town}{place}　{house}{rng.randint(1, 9)}{rng.randint(1, 12):02d}号室"


def invented_origin(rng: Random, nation: str, *, is_from_abroad: bool) -> str:
    """Where somebody lived before."""
    if is_from_abroad:
        return _ABROAD.get(nation, "国外")
    return f"{rng.choice(_ELSEWHERE)}{rng.randint(1, 30)}番{rng.randint(1, 20)}号"


def invented_city(rng: Random) -> str:
    """A municipality that entered an alias."""
    return rng.choice(("緑が丘市", "大阪市", "川崎市", "浜松市", "新宿区", "大泉町"))
