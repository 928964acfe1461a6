"""Invented names, in the ways the nationalities of Japan's foreign residents write theirs on a residence card.

Pinyin with hanzi and reading; Vietnamese with and without its marks; hangul-derived with hanja and a Japanese alias; Nepali,
Burmese, Sinhala, Thai, Indonesian single names, long Brazilian and Filipino ones. Nobody's: parts are put together at random.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from registry_core.values.sex import Sex

_NO_MARKS_SHARE, _COMPOSED_SHARE = 0.85, 0.97
_VARIANT_SHARE, _HANJA_SHARE, _SINGLE_SHARE, _JUNIOR_SHARE = 0.005, 0.6, 0.35, 0.02
_VARIATION_SELECTOR = "\U000e0100"


@dataclass(frozen=True, slots=True)
class InventedName:
    """Forms of one name, and what a family shares of it: its place among the family names of the nationality."""

    latin: str
    kanji: str | None = None
    reading: str | None = None
    family: int = 0


def _pieces(text: str) -> tuple[tuple[str, ...], ...]:
    """Words such as WANG/王/ワン, taken apart."""
    return tuple(tuple(word.split("/")) for word in text.split())


def _names(text: str) -> tuple[str, ...]:
    """Names between commas; one may be of several words."""
    return tuple(name.strip() for name in text.split(","))


_HAN = _pieces("""
WANG/王/オウ LI/李/リ ZHANG/張/チョウ LIU/劉/リュウ CHEN/陳/チン YANG/楊/ヨウ HUANG/黄/コウ ZHAO/趙/チョウ WU/呉/ゴ
ZHOU/周/シュウ XU/徐/ジョ SUN/孫/ソン MA/馬/バ ZHU/朱/シュ HU/胡/コ GUO/郭/カク HE/何/カ LIN/林/リン GAO/高/コウ LUO/羅/ラ
ZHENG/鄭/テイ LIANG/梁/リョウ XIE/謝/シャ SONG/宋/ソウ TANG/唐/トウ XU/許/キョ HAN/韓/カン FENG/馮/フウ DENG/鄧/トウ
CAO/曹/ソウ PENG/彭/ホウ ZENG/曾/ソ XIAO/蕭/ショウ TIAN/田/デン DONG/董/トウ YUAN/袁/エン PAN/潘/ハン YU/于/ウ
JIANG/蒋/ショウ CAI/蔡/サイ YU/余/ヨ DU/杜/ト YE/葉/ヨウ CHENG/程/テイ SU/蘇/ソ WEI/魏/ギ LYU/呂/リョ DING/丁/テイ
REN/任/ニン SHEN/沈/シン YAO/姚/ヨウ LU/盧/ロ CUI/崔/サイ ZHONG/鍾/ショウ TAN/譚/タン LU/陸/リク FAN/范/ハン JIN/金/キン
OUYANG/欧陽/オウヨウ SIMA/司馬/シバ
""")
_HAN_GIVEN = _pieces("""
WEI/偉/イ FANG/芳/ホウ NA/娜/ナ XIU/秀/シュウ YING/英/エイ MIN/敏/ビン JING/静/セイ LI/麗/レイ QIANG/強/キョウ LEI/磊/ライ
JUN/軍/グン YANG/洋/ヨウ YONG/勇/ユウ YAN/艶/エン JIE/傑/ケツ JUAN/娟/ケン TAO/濤/トウ MING/明/メイ CHAO/超/チョウ
LAN/蘭/ラン XIA/霞/カ PING/平/ヘイ GANG/剛/ゴウ GUI/桂/ケイ WEN/文/ブン YU/雨/ウ CHEN/晨/シン XIAO/暁/ギョウ YU/玉/ギョク
LIAN/蓮/レン HAI/海/カイ LONG/龍/リュウ ZHI/志/シ JIAN/建/ケン HUA/華/カ GUO/国/コク HONG/紅/コウ MEI/梅/バイ XUE/雪/セツ
JIA/佳/カ HUI/慧/ケイ TING/婷/テイ YU/宇/ウ HAO/浩/コウ RAN/然/ゼン ZI/子/シ HAN/涵/カン XIN/欣/キン YI/怡/イ SI/思/シ
QI/琪/キ JUN/俊/シュン BO/博/ハク TIAN/天/テン CHUN/春/シュン FEI/飛/ヒ PENG/鵬/ホウ KAI/凱/ガイ QIAN/倩/セン YAO/瑶/ヨウ
LIN/琳/リン SHI/詩/シ YA/雅/ガ MENG/夢/ム
""")
_TAIWAN = _pieces("""
CHEN/陳/チン LIN/林/リン HUANG/黃/コウ CHANG/張/チョウ LI/李/リ WANG/王/オウ WU/吳/ゴ LIU/劉/リュウ TSAI/蔡/サイ
YANG/楊/ヨウ HSU/許/キョ CHENG/鄭/テイ HSIEH/謝/シャ KUO/郭/カク HUNG/洪/コウ CHIU/邱/キュウ TSENG/曾/ソ LIAO/廖/リョウ
LAI/賴/ライ CHOU/周/シュウ
""")
_TAIWAN_GIVEN = _pieces("""
CHIH/志/シ MING/明/メイ YU/玉/ギョク TING/婷/テイ WEI/偉/イ CHUN/俊/シュン HUNG/宏/コウ MEI/美/ビ LING/玲/レイ YI/怡/イ
JU/如/ジョ SHU/淑/シュク FEN/芬/フン CHIEN/建/ケン WEN/文/ブン HSIN/欣/キン CHIA/家/カ HAO/豪/ゴウ PEI/佩/ハイ CHEN/珍/チン
HUI/惠/ケイ YA/雅/ガ
""")
_KOREA = _pieces("""
KIM/金/キム/金田 LEE/李/イ/木下 PARK/朴/パク/新井 CHOI/崔/チェ/山本 JUNG/鄭/チョン/松山 KANG/姜/カン/神田 CHO/趙/チョ/松田
YOON/尹/ユン/平沼 JANG/張/チャン/張本 LIM/林/イム/林 HAN/韓/ハン/清原 OH/呉/オ/呉山 SEO/徐/ソ/大原 SHIN/申/シン/平山
KWON/権/クォン/安東 HWANG/黄/ファン/黄田 AHN/安/アン/安田 SONG/宋/ソン/宋本 RYU/柳/リュ/柳川 HONG/洪/ホン/洪田
""")
_KOREA_GIVEN = _pieces("""
MIN/敏/ミン JI/智/ジ HOON/勲/フン SEO/瑞/ソ YEON/妍/ヨン HYUN/賢/ヒョン WOO/宇/ウ JUN/俊/ジュン YOUNG/英/ヨン SOO/秀/ス
JIN/真/ジン HEE/姫/ヒ KYUNG/京/キョン MI/美/ミ SUNG/成/ソン HO/浩/ホ EUN/恩/ウン JAE/在/ジェ SANG/相/サン TAE/泰/テ
DONG/東/ドン CHUL/哲/チョル
""")
_VIETNAM = _names("""
NGUYỄN, NGUYỄN, NGUYỄN, NGUYỄN, TRẦN, TRẦN, LÊ, PHẠM, HUỲNH, HOÀNG, VŨ, VÕ, PHAN, ĐẶNG, BÙI, ĐỖ, HỒ, NGÔ, DƯƠNG, LÝ, ĐINH,
TRƯƠNG, ĐOÀN, LƯƠNG
""")
_VIETNAM_GIVEN = (
    _names("""
VĂN DŨNG, VĂN ĐỨC, QUANG HUY, MẠNH HÙNG, ANH TUẤN, HOÀI NAM, HOÀNG LONG, THANH HẢI, MINH HOÀNG, DUY KHÁNH, ĐÌNH THẮNG,
QUỐC TRUNG, VĂN CƯỜNG, NGỌC SƠN, HỮU VIỆT, VĂN TÙNG, CÔNG PHƯỢNG, XUÂN TRƯỜNG, TIẾN ĐẠT, BẢO LÂM, ĐỨC ANH, THÀNH LỘC
"""),
    _names("""
THỊ HOA, THỊ LAN, THU TRANG, THỊ HƯƠNG, THỊ MAI, THÙY LINH, THỊ NGA, THU HÀ, PHƯƠNG THẢO, HỒNG NHUNG, THỊ YẾN, THÙY DUNG,
THỊ THÚY, NGỌC ÁNH, KHÁNH LY, MỸ DUYÊN, THANH TÂM, BÍCH NGỌC, THỊ HẰNG, NGỌC HÂN, KIM OANH, DIỄM MY
"""),
)
#: Family names; given names of men; of women. How they are put together is below.
_SPOKEN = """
NPL: GURUNG, TAMANG, SHRESTHA, THAPA, RAI, MAGAR, LAMA, K C, ADHIKARI, SHARMA, POUDEL, BHATTARAI, KHADKA, BASNET,
  GHIMIRE, KARKI, CHAUDHARY, YADAV, BISHWOKARMA, PANDEY, ACHARYA, DAHAL, SUBEDI, SAPKOTA, LIMBU, BHANDARI; BISHNU, RAM
  BAHADUR, HARI PRASAD, SURAJ, DIPAK, BIKASH, SANTOSH KUMAR, PRAKASH, RAJESH, KRISHNA BAHADUR, NABIN, SUMAN, ROSHAN;
  SITA, GITA DEVI, ANJALI, SARITA, SUSHMITA, ASMITA, PUJA KUMARI, RABINA, KABITA, MAYA, SUNITA, BIPANA, LAXMI
PHL: SANTOS, REYES, CRUZ, DELA CRUZ, BAUTISTA, OCAMPO, GARCIA, MENDOZA, TORRES, VILLANUEVA, DE LOS REYES, MANALO,
  CATACUTAN, MAGSAYSAY, DIMACULANGAN, PANGILINAN, AQUINO, RAMOS; JOSE MIGUEL, JOHN PAUL, MARK ANTHONY, RODERICK, ARNEL,
  CHRISTIAN, JOMAR, REYNALDO, FERDINAND, JERICHO; MARIA CLARA, ANGELICA, MARY GRACE, ROSALINDA, JENNIFER, LIEZEL, MARIA
  CRISTINA, ROWENA, PRINCESS JOY, EVANGELINE, MA. TERESA
IDN: SUSANTO, WIJAYA, PRATAMA, SAPUTRA, LESTARI, SETIAWAN, NUGROHO, HIDAYAT, SIREGAR, SIMANJUNTAK, ARTAWAN, RAHMAWATI,
  KURNIAWAN; BUDI, MUHAMMAD RIZKI, AGUS, I MADE, I WAYAN, ADI, SLAMET, BAMBANG, FAJAR, YOGA, SUPARNO, SUKARNO; DEWI,
  SRI, NI LUH PUTU, SITI NURHALIZA, RINA, AYU, SUKARNI, WAHYUNI, INDAH, FITRI, MEGAWATI, NURUL
BRA: DA SILVA, SOUZA, OLIVEIRA, DOS SANTOS, PEREIRA, TANAKA, YAMAMOTO, SUZUKI, SATO, WATANABE, KOBAYASHI, DE ALMEIDA,
  NAKAMURA, FERREIRA, RODRIGUES, NASCIMENTO, CAVALCANTI, HIGA, ARAKAKI; JOAO PEDRO, LUCAS, GABRIEL HENRIQUE, MARCOS
  VINICIUS, RAFAEL, CARLOS EDUARDO, THIAGO, LEONARDO KENJI, ROBERTO AKIRA; ANA PAULA, MARIA EDUARDA, JULIANA, FERNANDA,
  BEATRIZ, LARISSA AYUMI, CAMILA, PATRICIA NAOMI, MARIA APARECIDA
MMR: AUNG, WIN, NAING, KYAW, LIN, TUN, HLAING, SOE, OO, MAUNG, HTWE, THAN, AYE, MYINT; AUNG AUNG, MYO THU, ZAW MIN,
  HTET, YE, NAY LIN, PYAE PHYO, KO KO, THIHA, MIN KHANT, SAI, KAUNG MYAT; KHIN MYO THU, THANDAR, SU MON, EI PHYU, MOE
  MOE, HNIN WAI, THIDA, YADANAR, CHIT SU, NILAR, PHYU PHYU, ZIN MAR
LKA: PERERA, FERNANDO, SILVA, BANDARA, JAYASINGHE, DISSANAYAKE, RATHNAYAKE, WICKRAMASINGHE, GUNAWARDENA, HERATH; NIMAL,
  CHAMINDA, NUWAN KUMARA, SAMAN, KASUN, ROSHAN PRIYANKARA, LAHIRU, THARINDU; DILANI, SANDUNI, CHATHURIKA, NADEESHA,
  IRESHA KUMARI, THILINI, HASINI
THA: SRISAWAT, WONGSAWAT, CHAIYAPORN, PHROMMACHAI, RATTANAPORN, SUKSAMRAN, JAIDEE, THONGCHAI, KHAMPHAENG, BOONMEE,
  NARONGCHAI, TANTIWATTANAPAISAL, SRISUWANNAPHUM; SOMCHAI, NATTAPONG, WICHAI, ANUCHA, KITTISAK, PRASERT, THANAWAT;
  SUPAPORN, KANYA, PLOY, ANONG, SIRIPORN, KANOKWAN, PIMCHANOK, SUNISA
PER: QUISPE, MAMANI, FLORES, HUAMAN, ROJAS, SANCHEZ, GARCIA, NAKASONE, SHIMABUKURO, CHAVEZ, PAREDES; LUIS ALBERTO,
  JORGE, CARLOS ENRIQUE, MIGUEL ANGEL, JUAN CARLOS; MARIA DEL CARMEN, ROSA ELENA, CARMEN, MILAGROS, ANA LUCIA
IND: SHARMA, PATEL, SINGH, KUMAR, GUPTA, IYER, NAIR, REDDY, BANERJEE, VENKATARAMAN; RAHUL, AMIT, VIKRAM, SURESH, ARJUN,
  KARTHIK; PRIYA, ANITA, LAKSHMI, DEEPA, KAVYA, SUNITA
BGD: RAHMAN, ISLAM, HOSSAIN, AHMED, UDDIN, CHOWDHURY, AKTER, KHATUN; MD KAMRUL, MOHAMMAD ARIF, MD SHAHIN, ABDUL, RAKIB,
  TANVIR; FATEMA, MST RUMA, NUSRAT, SHARMIN, SABINA, JANNATUL
PAK: KHAN, AHMED, HUSSAIN, MALIK, BUTT, CHAUDHRY; MUHAMMAD ALI, BILAL, IMRAN, USMAN; AYESHA, FATIMA, SANA, ZAINAB BIBI
KHM: SOK, CHEA, KEO, CHHAY, SENG, HENG, PHAN; SOPHEAK, VANNAK, DARA, RITHY; SREYMOM, SOPHEAP, CHANTHA, BOPHA
MNG: BATBAYAR, DORJ, GANBOLD, ENKHBAYAR, TSERENDORJ, MUNKHBAT; TEMUULEN, BAT-ERDENE, GANZORIG, OTGONBAYAR; OYUNCHIMEG,
  SARANGEREL, BOLORMAA, NOMIN-ERDENE
USA: SMITH, JOHNSON, WILLIAMS, BROWN, O'BRIEN, MILLER, ANDERSON, MARTINEZ-LOPEZ, TAYLOR, NGUYEN, KOWALCZYK; JOHN
  MICHAEL, DAVID, ROBERT JAMES, CHRISTOPHER, DANIEL; EMILY ANN, SARAH, JENNIFER LYNN, ELIZABETH, MARY-JANE
GBR: SMITH, JONES, EVANS, MACDONALD, O'NEILL, HUGHES; JAMES, OLIVER, THOMAS EDWARD; CHARLOTTE, EMMA JANE, SOPHIE
FRA: LEFÈVRE, DUBOIS, MARTIN, DE LA FONTAINE, MÜLLER; JEAN-PIERRE, FRANÇOIS, LUC; MARIE-HÉLÈNE, CLAIRE, ZOÉ
RUS: IVANOV, PETROV, SMIRNOV, KUZNETSOV; ALEKSEI, DMITRII, SERGEI; ANASTASIIA, OLGA, EKATERINA
UKR: SHEVCHENKO, KOVALENKO, BONDARENKO, MELNYK; OLEKSANDR, ANDRII; OKSANA, NATALIIA, YULIIA
UZB: KARIMOV, RAKHIMOV, YUSUPOV; JASUR, SARDOR UGLI, BEKZOD; DILNOZA, MALIKA KIZI
XXA: ALI, SAW, MAUNG; HASAN, NAING; ROSHIDA, NU
"""
_PLACES_LKA = _names(
    "WARNAKULASURIYA, HERATH MUDIYANSELAGE, RAJAPAKSHA MUDIYANSELAGE, WIJESINGHE ARACHCHIGE, KURUKULASURIYA PATABENDIGE"
)


def _tables(text: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Each nationality's families, men and women."""
    blocks = re.findall(r"^([A-Z]{3}): ([^:]+)$", text, re.MULTILINE)
    return {nation: tuple(_names(part) for part in " ".join(body.split()).split(";")) for nation, body in blocks}


_TABLES = _tables(_SPOKEN)


def invented_name(rng: Random, nation: str, *, sex: Sex, family: int | None = None) -> InventedName:
    """A name of a nationality (ISO alpha-3); `family`: that of somebody of the same family."""
    return _WAYS.get(nation, _given_first)(rng, nation, sex, family)


def japanese_alias(rng: Random, name: InventedName, nation: str) -> str:
    """A 通称 as a Korean or Brazilian family uses one."""
    family = _KOREA[name.family][3] if nation == "KOR" else rng.choice(_ALIAS_FAMILIES)
    return f"{family} {rng.choice(_ALIAS_GIVEN)}"


_ALIAS_FAMILIES = ["田中", "山本", "鈴木", "佐藤", "渡辺", "小林", "高橋", "中村", "伊藤", "緑川"]
_ALIAS_GIVEN = [
    "花子",
    "太郎",
    "健一",
    "美智子",
    "恵子",
    "一郎",
    "誠",
    "由美",
    "幸子",
    "隆",
    "ひろみ",
    "マリア",
    "真由美",
    "光男",
    "正樹",
    "和子",
]


def _chinese(rng: Random, _nation: str, _sex: Sex, family: int | None) -> InventedName:
    place = rng.randrange(len(_HAN)) if family is None else family
    given = rng.choices(_HAN_GIVEN, k=rng.choice((1, 2, 2)))
    kanji = f"{_HAN[place][1]} {''.join(part[1] for part in given)}"
    if rng.random() < _VARIANT_SHARE:
        kanji += _VARIATION_SELECTOR
    reading = f"{_HAN[place][2]} {''.join(part[2] for part in given)}"
    return InventedName(f"{_HAN[place][0]} {''.join(part[0] for part in given)}", kanji, reading, place)


def _taiwanese(rng: Random, _nation: str, _sex: Sex, family: int | None) -> InventedName:
    place = rng.randrange(len(_TAIWAN)) if family is None else family
    given = rng.choices(_TAIWAN_GIVEN, k=2)
    latin = f"{_TAIWAN[place][0]}{rng.choice((' ', ', '))}{'-'.join(part[0] for part in given)}"
    kanji = f"{_TAIWAN[place][1]} {''.join(part[1] for part in given)}"
    return InventedName(latin, kanji, f"{_TAIWAN[place][2]} {''.join(part[2] for part in given)}", place)


def _korean(rng: Random, _nation: str, _sex: Sex, family: int | None) -> InventedName:
    place = rng.randrange(len(_KOREA)) if family is None else family
    given = rng.choices(_KOREA_GIVEN, k=2)
    latin = f"{_KOREA[place][0]} {''.join(part[0] for part in given)}"
    if rng.random() >= _HANJA_SHARE:
        return InventedName(latin, family=place)
    kanji = f"{_KOREA[place][1]} {''.join(part[1] for part in given)}"
    return InventedName(latin, kanji, f"{_KOREA[place][2]} {''.join(part[2] for part in given)}", place)


def _vietnamese(rng: Random, _nation: str, sex: Sex, family: int | None) -> InventedName:
    place = rng.randrange(len(_VIETNAM)) if family is None else family
    marked = f"{_VIETNAM[place]} {rng.choice(_VIETNAM_GIVEN[sex is Sex.FEMALE])}"
    drawn = rng.random()
    if drawn < _NO_MARKS_SHARE:
        parts = unicodedata.normalize("NFD", marked.replace("Đ", "D"))
        return InventedName("".join(part for part in parts if not unicodedata.combining(part)), family=place)
    composed = unicodedata.normalize("NFC", marked)
    return InventedName(composed if drawn < _COMPOSED_SHARE else unicodedata.normalize("NFD", marked), family=place)


def _given_first(rng: Random, nation: str, sex: Sex, family: int | None) -> InventedName:
    families, *given = _TABLES[nation]
    place = rng.randrange(len(families)) if family is None else family
    first = rng.choice(given[sex is Sex.FEMALE])
    words = [families[place], first] if rng.random() < 0.5 else [first, families[place]]  # noqa: PLR2004 -- half and half
    return InventedName(" ".join(words), family=place)


def _single_often(rng: Random, nation: str, sex: Sex, family: int | None) -> InventedName:
    families, *given = _TABLES[nation]
    place = rng.randrange(len(families)) if family is None else family
    words = [rng.choice(given[sex is Sex.FEMALE])]
    while rng.random() >= _SINGLE_SHARE and len(words) < 3:  # noqa: PLR2004 -- names of four words are rare
        words.append(rng.choice(families))
    return InventedName(" ".join(words), family=place)


def _many_families(rng: Random, nation: str, sex: Sex, family: int | None) -> InventedName:
    """Given names, the family of the mother or several, that of the father."""
    families, *given = _TABLES[nation]
    place = rng.randrange(len(families)) if family is None else family
    before = rng.choices(families, k=rng.choice((1, 1, 2, 3)) if nation == "BRA" else 1)
    words = [rng.choice(given[sex is Sex.FEMALE]), *before, families[place]]
    if nation == "PHL" and sex is Sex.MALE and rng.random() < _JUNIOR_SHARE:
        words.append("JR.")
    return InventedName(" ".join(words), family=place)


def _sinhala(rng: Random, nation: str, sex: Sex, family: int | None) -> InventedName:
    families, *given = _TABLES[nation]
    place = rng.randrange(len(families)) if family is None else family
    return InventedName(
        f"{rng.choice(_PLACES_LKA)} {rng.choice(given[sex is Sex.FEMALE])} {families[place]}", family=place
    )


_Way = Callable[[Random, str, Sex, int | None], InventedName]
_WAYS: dict[str, _Way] = {
    "CHN": _chinese,
    "TWN": _taiwanese,
    "KOR": _korean,
    "VNM": _vietnamese,
    "MMR": _single_often,
    "IDN": _single_often,
    "BRA": _many_families,
    "PHL": _many_families,
    "PER": _many_families,
    "LKA": _sinhala,
}
