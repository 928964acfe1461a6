"""The records of the demonstration, household by household. Everybody and everything here is invented.

Two couples share a household each (resident-7 with resident-8; resident-5 with the clerk who signs in as clerk-2).
"""

from dataclasses import dataclass

from registry_core.register import ResidenceCategory, ResidentItems, Sex
from registry_core.values.register_date import RegisterDate

HEAD = "世帯主"


@dataclass(frozen=True)
class Resident:
    """One record. ``own_script``: the name as its bearer writes it; ``told_address``: what the provider tells if it differs."""

    login: str
    own_script: str
    language: str
    items: ResidentItems
    remark: str = ""
    told_address: str = ""


@dataclass(frozen=True)
class _Stay:
    """Status, period and end of stay, as Japanese official words; the card's number."""

    status: str
    period: str
    end: str | None
    card: str
    category: ResidenceCategory = ResidenceCategory.MID_TO_LONG_TERM


def _items(  # noqa: PLR0917 - the rows of a table, read by position
    latin: str,
    born: str,
    sex: Sex,
    address: str,
    since: str,
    nationality: str,
    stay: _Stay,
    household: str,
    *,
    kanji: str | None = None,
    reading: str | None = None,
    alias: str | None = None,
    head: str | None = None,
    relation: str = HEAD,
    before: str = "",
    became: str | None = None,
    protected: bool = False,
) -> ResidentItems:
    """Write the items of one record, with the head of household being the person where nobody else is named."""
    return ResidentItems(
        latin_name=latin,
        kanji_name=kanji,
        reading=reading,
        alias=alias,
        birth_date=RegisterDate.parse(born),
        sex=sex,
        address=address,
        address_since=RegisterDate.parse(since),
        previous_address=before,
        became_foreign_resident=RegisterDate.parse(became or since),
        nationality=nationality,
        residence_category=stay.category,
        residence_status=stay.status,
        period_of_stay=stay.period,
        end_of_stay=stay.end,
        card_number=stay.card,
        household_number=household,
        household_head=head or latin,
        relationship=relation,
        protected=protected,
    )


_M, _F = Sex.MALE, Sex.FEMALE
_KOREAN_HOME = "緑が丘市若葉町三丁目5番12号"
_BRAZILIAN_HOME = "緑が丘市工業団地一丁目8番 みどり団地2棟305号"
_CARE = "特定技能１号"
_WORK = "技術・人文知識・国際業務"
_PERMANENT = "永住者"

HOUSEHOLDS: tuple[Resident, ...] = (
    Resident(
        "resident-1",
        "Nguyễn Thị Hồng Đào",
        "vi",
        _items(
            "NGUYEN THI HONG DAO",
            "1996-03-08",
            _F,
            "緑が丘市さくら町一丁目2番3号 コーポさくら201号",
            "2023-04-10",
            "VNM",
            _Stay(_CARE, "１年", "2027-04-09", "AB11000001CD"),
            "9900000001",
            reading="グエン ティ ホン ダオ",
            before="ベトナム社会主義共和国",
        ),
    ),
    Resident(
        "resident-2",
        "محمد عمر صدیقی",
        "ur",
        _items(
            "SIDDIQUI MUHAMMAD UMAR",
            "1985-11-23",
            _M,
            "緑が丘市中央二丁目14番6号",
            "2016-09-01",
            "PAK",
            _Stay("経営・管理", "５年", "2029-08-31", "CD11000002EF"),
            "9900000002",
            reading="シディキ ムハンマド ウマル",
            before="東京都架空区本町一丁目1番1号",
            became="2014-05-20",
        ),
    ),
    Resident(
        "resident-3",
        "सुनिता गुरुङ",
        "ne",
        _items(
            "GURUNG SUNITA",
            "2001-07-15",
            _F,
            "緑が丘市緑町四丁目1番7号 メゾン緑103号",
            "2024-10-02",
            "NPL",
            _Stay("留学", "２年３月", "2027-01-01", "EF11000003GH"),
            "9900000003",
            reading="グルン スニタ",
            before="ネパール",
        ),
    ),
    Resident(
        "resident-4",
        "陈晓明",
        "zh-Hans",
        _items(
            "CHEN XIAOMING",
            "1990-02-28",
            _M,
            "緑が丘市中央五丁目20番1号 グリーンタワー1204号",
            "2019-03-25",
            "CHN",
            _Stay(_WORK, "５年", "2028-03-24", "GH11000004JK"),
            "9900000004",
            kanji="陳曉明",
            reading="チン ギョウメイ",
            before="神奈川県架空市港町2番2号",
            became="2015-04-01",
        ),
    ),
    Resident(
        "resident-5",
        "박서연",
        "ko",
        _items(
            "PARK SEOYEON",
            "1992-05-05",
            _F,
            _KOREAN_HOME,
            "2020-06-15",
            "KOR",
            _Stay("永住者の配偶者等", "５年", "2030-06-14", "JK11000005LM"),
            "9900000005",
            kanji="朴瑞姸",
            reading="パク ソヨン",
            alias="新井 瑞姫",
            head="朴志勲",
            relation="妻",
            before="大韓民国",
        ),
        remark="alias",
    ),
    Resident(
        "",
        "박지훈",
        "ko",
        _items(
            "PARK JIHUN",
            "1988-08-17",
            _M,
            _KOREAN_HOME,
            "2012-07-09",
            "KOR",
            _Stay("", "", None, "KL11000013NP", ResidenceCategory.SPECIAL_PERMANENT),
            "9900000005",
            kanji="朴志勲",
            reading="パク チフン",
            alias="新井 志勲",
            head="朴志勲",
            became="1988-08-17",
        ),
    ),
    Resident(
        "resident-6",
        "သန္တာ",
        "my",
        _items(
            "THANDAR",
            "1999-12-31",
            _F,
            "緑が丘市工業団地二丁目3番 第一寮12号",
            "2025-02-17",
            "MMR",
            _Stay("技能実習２号ロ", "１年", "2027-02-16", "LM11000006NP"),
            "9900000006",
            reading="タンダー",
            before="ミャンマー連邦共和国",
        ),
        remark="single-named",
    ),
    Resident(
        "resident-7",
        "João Carlos da Silva Yamada",
        "pt",
        _items(
            "DA SILVA YAMADA JOAO CARLOS",
            "1979-09-07",
            _M,
            _BRAZILIAN_HOME,
            "2008-11-01",
            "BRA",
            _Stay(_PERMANENT, "無期限", None, "NP11000007QR"),
            "9900000007",
            reading="ダ シルバ ヤマダ ジョアン カルロス",
            before="群馬県架空町大字架空10番地",
            became="1999-03-03",
        ),
        remark="lives-with-resident-8",
    ),
    Resident(
        "resident-8",
        "Maria Cristina Santos da Silva",
        "fil",
        _items(
            "DA SILVA MARIA CRISTINA SANTOS",
            "1983-01-20",
            _F,
            _BRAZILIAN_HOME,
            "2010-04-12",
            "PHL",
            _Stay("永住者の配偶者等", "５年", "2029-04-11", "QR11000008ST"),
            "9900000007",
            reading="ダ シルバ マリア クリスティナ サントス",
            head="DA SILVA YAMADA JOAO CARLOS",
            relation="妻",
            before="フィリピン共和国",
        ),
        remark="lives-with-resident-7",
    ),
    Resident(
        "resident-9",
        "Budi Santoso",
        "id",
        _items(
            "BUDI SANTOSO",
            "1994-06-01",
            _M,
            "緑が丘市港町一丁目9番2号 港荘5号",
            "2022-08-08",
            "IDN",
            _Stay(_CARE, "１年", "2027-08-07", "ST11000009UV"),
            "9900000009",
            reading="ブディ サントソ",
            before="インドネシア共和国",
        ),
    ),
    Resident(
        "resident-10",
        "නිලූෂා පෙරේරා",
        "si",
        _items(
            "PERERA NILUSHA",
            "1991-10-10",
            _F,
            "緑が丘市若葉町一丁目1番9号",
            "2024-01-15",
            "LKA",
            _Stay("定住者", "３年", "2027-01-14", "UV11000010WX"),
            "9900000010",
            reading="ペレラ ニルシャ",
            before="千葉県架空市架空3番3号",
            became="2013-09-30",
            protected=True,
        ),
        remark="protected",
    ),
    Resident(
        "resident-11",
        "Батбаярын Оюунчимэг",
        "mn",
        _items(
            "BATBAYAR OYUNCHIMEG",
            "1997-04-18",
            _F,
            "緑が丘市緑町二丁目6番6号",
            "2023-10-20",
            "MNG",
            _Stay(_WORK, "３年", "2026-12-19", "WX11000011YZ"),
            "9900000011",
            reading="バトバヤル オユンチメグ",
            before="モンゴル国",
        ),
    ),
    Resident(
        "resident-12",
        "মোঃ রফিকুল ইসলাম",
        "bn",
        _items(
            "MD RAFIQUL ISLAM",
            "1987-01-01",
            _M,
            "緑が丘市さくら町三丁目11番8号 さくら荘2号",
            "2018-05-14",
            "BGD",
            _Stay(_PERMANENT, "無期限", None, "YZ11000012AB"),
            "9900000012",
            reading="エムディ ラフィクル イスラム",
            before="埼玉県架空市架空4番4号",
            became="2009-04-01",
        ),
    ),
    Resident(
        "newcomer-1",
        "Trần Văn Nam",
        "vi",
        _items(
            "TRAN VAN NAM",
            "1998-09-02",
            _M,
            "緑が丘市港町二丁目4番4号 港荘11号",
            "2026-09-01",
            "VNM",
            _Stay(_WORK, "１年", "2027-08-31", "BC11000014DE"),
            "9900000014",
            reading="チャン バン ナム",
            before="愛知県架空市架空5番5号",
            became="2024-04-05",
        ),
        remark="not-linked",
        told_address="愛知県架空市架空5番5号",
    ),
)
