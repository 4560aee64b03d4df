"""Prefectures, municipalities and wards of Japan by JIS code, and the names of its regions.

Codes are JIS X 0401 (two digits: prefectures) and JIS X 0402 without the check digit (five: municipalities and wards);
JP is the whole country. regions.json is written by `build_regions` from Japan Post's data, positions.json by
`build_positions` from GeoNames'.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.schema import Level


@dataclass(frozen=True, slots=True)
class Region:
    """A place. `kana` is full-width katakana, `romaji` Hepburn with its suffix apart (Fukuoka-shi).

    `parent` is the code of what it lies in: a ward's is its city, a municipality's its prefecture, a prefecture's JP.
    `district` is the 郡 of a town or village (石狩郡), or its island, where its name is commonly written behind it.
    """

    code: str
    name: str
    kana: str
    romaji: str
    level: Level
    parent: str
    district: str = ""

    @property
    def is_ward(self) -> bool:
        """A ward of a designated city; Tokyo's 23 are municipalities."""
        return len(self.parent) == 5


KM_OF_A_DEGREE = 111.2
"""Of latitude."""

JAPAN = Region("JP", "全国", "ゼンコク", "Japan", Level.NATIONAL, "")

_TOHOKU = ("02", "03", "04", "05", "06", "07")
_KANTO = ("08", "09", "10", "11", "12", "13", "14")
_KOSHINETSU = ("15", "19", "20")
_HOKURIKU = ("16", "17", "18")
_TOKAI = ("21", "22", "23", "24")
_KINKI = ("25", "26", "27", "28", "29", "30")
_CHUGOKU = ("31", "32", "33", "34", "35")
_SHIKOKU = ("36", "37", "38", "39")
_KYUSHU = ("40", "41", "42", "43", "44", "45", "46")

BLOCKS: dict[str, tuple[str, ...]] = {
    "北海道": ("01",),
    "東北": _TOHOKU,
    "関東": _KANTO,
    "首都圏": tuple(sorted((*_KANTO, "19"))),
    "甲信越": _KOSHINETSU,
    "信越": ("15", "20"),
    "北信越": ("15", "16", "17", "18", "20"),
    "関東・甲信越": tuple(sorted(_KANTO + _KOSHINETSU)),
    "関東甲信越": tuple(sorted(_KANTO + _KOSHINETSU)),
    "北陸": _HOKURIKU,
    "東海": _TOKAI,
    "東海・北陸": tuple(sorted(_TOKAI + _HOKURIKU)),
    "中部": tuple(sorted(("15", "19", "20", *_HOKURIKU, "21", "22", "23"))),
    "近畿": _KINKI,
    "関西": _KINKI,
    "中国": _CHUGOKU,
    "四国": _SHIKOKU,
    "中国・四国": _CHUGOKU + _SHIKOKU,
    "中四国": _CHUGOKU + _SHIKOKU,
    "九州": _KYUSHU,
    "九州・沖縄": (*_KYUSHU, "47"),
    "沖縄": ("47",),
}
"""Region names by their prefectures. 中部 is the schoolbook's nine prefectures; 中部経済産業局 has others."""

_METI = {
    "北海道": ("01",),
    "東北": _TOHOKU,
    "関東": tuple(sorted((*_KANTO, *_KOSHINETSU, "22"))),
    "中部": ("16", "17", "21", "23", "24"),
    "近畿": ("18", *_KINKI),
    "中国": _CHUGOKU,
    "四国": _SHIKOKU,
    "九州": _KYUSHU,
}
_KANTO_FARMS = (*_KANTO, "19", "20", "22")

BUREAUS: dict[str, tuple[str, ...]] = {
    # 経済産業省組織令 and 経済産業省組織規則: areas of the regional bureaus.
    **{f"{name}経済産業局": codes for name, codes in _METI.items()},
    "北海道産業保安監督部": _METI["北海道"],
    "関東東北産業保安監督部": tuple(sorted(_METI["関東"] + _METI["東北"])),
    "関東東北産業保安監督部東北支部": _METI["東北"],
    "中部近畿産業保安監督部": tuple(sorted(_METI["中部"] + _METI["近畿"])),
    "中部近畿産業保安監督部近畿支部": _METI["近畿"],
    "中国四国産業保安監督部": _METI["中国"] + _METI["四国"],
    "中国四国産業保安監督部四国支部": _METI["四国"],
    "九州産業保安監督部": _METI["九州"],
    "那覇産業保安監督事務所": ("47",),
    "沖縄総合事務局": ("47",),
    # 農林水産省組織令: 地方農政局.
    "東北農政局": _TOHOKU,
    "関東農政局": _KANTO_FARMS,
    "北陸農政局": ("15", *_HOKURIKU),
    "東海農政局": ("21", "23", "24"),
    "近畿農政局": _KINKI,
    "中国四国農政局": _CHUGOKU + _SHIKOKU,
    "九州農政局": _KYUSHU,
    # 国土交通省組織令: 地方整備局 (長野県 is shared between two), 地方運輸局.
    "北海道開発局": ("01",),
    "東北地方整備局": _TOHOKU,
    "関東地方整備局": (*_KANTO, "19", "20"),
    "北陸地方整備局": ("15", "16", "17"),
    "中部地方整備局": ("20", *_TOKAI),
    "近畿地方整備局": _METI["近畿"],
    "中国地方整備局": _CHUGOKU,
    "四国地方整備局": _SHIKOKU,
    "九州地方整備局": _KYUSHU,
    "北海道運輸局": ("01",),
    "東北運輸局": _TOHOKU,
    "関東運輸局": (*_KANTO, "19"),
    "北陸信越運輸局": ("15", "16", "17", "20"),
    "中部運輸局": ("18", "21", "22", "23", "24"),
    "近畿運輸局": _KINKI,
    "中国運輸局": _CHUGOKU,
    "四国運輸局": _SHIKOKU,
    "九州運輸局": _KYUSHU,
    # 総務省組織令: 総合通信局.
    "北海道総合通信局": ("01",),
    "東北総合通信局": _TOHOKU,
    "関東総合通信局": (*_KANTO, "19"),
    "信越総合通信局": ("15", "20"),
    "北陸総合通信局": _HOKURIKU,
    "東海総合通信局": _TOKAI,
    "近畿総合通信局": _KINKI,
    "中国総合通信局": _CHUGOKU,
    "四国総合通信局": _SHIKOKU,
    "九州総合通信局": _KYUSHU,
    "沖縄総合通信事務所": ("47",),
    # 中小企業基盤整備機構 組織: 地域本部.
    "中小機構北海道本部": ("01",),
    "中小機構東北本部": _TOHOKU,
    "中小機構関東本部": _METI["関東"],
    "中小機構北陸本部": _HOKURIKU,
    "中小機構中部本部": ("21", "23", "24"),
    "中小機構近畿本部": _KINKI,
    "中小機構中国本部": _CHUGOKU,
    "中小機構四国本部": _SHIKOKU,
    "中小機構九州本部": _KYUSHU,
    "中小機構沖縄事務所": ("47",),
}
"""Regional offices of the state by the prefectures of their jurisdiction."""


@lru_cache(maxsize=1)
def _table() -> dict[str, Region]:
    rows = json.loads((files("indexer.vocab") / "regions.json").read_text(encoding="utf-8"))
    return {
        row["code"]: Region(**row, level=Level.PREFECTURE if len(row["code"]) == 2 else Level.MUNICIPALITY)
        for row in rows
    }


@lru_cache(maxsize=1)
def all() -> tuple[Region, ...]:
    """Prefectures, municipalities and wards, by code; without JP."""
    return tuple(_table().values())


def get(code: str) -> Region:
    """The place with this code, JP included. KeyError for any other."""
    return JAPAN if code == "JP" else _table()[code]


def find(code: str) -> Region | None:
    """The place with this code, None if there is none."""
    return JAPAN if code == "JP" else _table().get(code)


def prefectures() -> tuple[Region, ...]:
    """The 47, from north to south."""
    return children("JP")


def full_name(code: str) -> str:
    """The name with its prefecture in front; a prefecture's, and a ward's city's, as they are.

    >>> full_name("40130"), full_name("40131"), full_name("13"), full_name("JP")
    ('福岡県福岡市', '福岡県福岡市東区', '東京都', '全国')
    """
    region = get(code)
    return region.name if len(code) == 2 else get(prefecture_of(code)).name + region.name


def prefecture_of(code: str) -> str:
    """The prefecture's code. KeyError for JP.

    >>> prefecture_of("40131"), prefecture_of("40")
    ('40', '40')
    """
    return get(_table()[code].code[:2]).code


@lru_cache(maxsize=1)
def _children() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = {}
    for region in all():
        found.setdefault(region.parent, []).append(region)
    return {parent: tuple(regions) for parent, regions in found.items()}


def children(code: str) -> tuple[Region, ...]:
    """What lies directly in it: prefectures, a prefecture's municipalities, a city's wards. KeyError if unknown."""
    return _children().get(get(code).code, ())


@lru_cache(maxsize=1)
def _positions() -> dict[str, tuple[float, float]]:
    text = files(__package__).joinpath("positions.json").read_text(encoding="utf-8")
    return {code: (at[0], at[1]) for code, at in json.loads(text).items()}


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two (latitude, longitude) in degrees, on a plane: good within Japan's size.

    >>> round(distance((33.59, 130.40), (33.32, 130.51)))
    32
    """
    north = (one[0] - other[0]) * KM_OF_A_DEGREE
    east = (one[1] - other[1]) * KM_OF_A_DEGREE * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


@lru_cache(maxsize=2_000)
def nearby(code: str, within: float = 40.0, most: int = 15) -> tuple[Region, ...]:
    """The municipalities around a municipality, of other prefectures too, the nearest first.

    `within` are kilometres between the places that they are named after. None for islands alone, and for the few whose
    place is not known. KeyError if unknown.

    >>> [each.name for each in nearby("40203", most=5)]
    ['鳥栖市', 'みやき町', '小郡市', '上峰町', '広川町']
    """
    positions, city = _positions(), city_of(get(code).code)
    if city not in positions:
        return ()
    away = {each: distance(positions[city], at) for each, at in positions.items() if each != city}
    near = sorted((km, each) for each, km in away.items() if km <= within)
    return tuple(get(each) for _, each in near[:most])


def city_of(code: str) -> str:
    """The city of a ward; every other code as it is.

    >>> city_of("40131"), city_of("13101"), city_of("40")
    ('40130', '13101', '40')
    """
    region = get(code)
    return region.parent if region.is_ward else code


def with_check_digit(code: str) -> str:
    """全国地方公共団体コード: six digits, the last of which checks the others (JIS X 0402, modulus 11).

    >>> with_check_digit("13104"), with_check_digit("40130"), with_check_digit("13")
    ('131041', '401307', '130001')
    """
    digits = code.ljust(5, "0")
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(6, 1, -1), strict=True))
    return f"{digits}{(11 - total % 11) % 10}"


def of_official_code(text: str) -> Region | None:
    """The place of a 全国地方公共団体コード; None where its check digit is wrong or there is no such place.

    >>> of_official_code("131041").name, of_official_code("130001").name, of_official_code("131042")
    ('新宿区', '東京都', None)
    """
    digits = text.strip()
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    code = digits[:2] if digits[2:5] == "000" else digits[:5]
    return find(code) if with_check_digit(code) == digits else None


@lru_cache(maxsize=1)
def _prefectures() -> dict[str, str]:
    return {region.name: region.code for region in children("JP")}


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Codes of region names (九州, 九州地方, 関東経済産業局, 徳島県), sorted; codes stay. KeyError for an unknown name.

    >>> expand(["四国"]), expand(["東海地方", "40130"])
    (('36', '37', '38', '39'), ('21', '22', '23', '24', '40130'))
    """
    found: set[str] = set()
    for name in names:
        stem = re.sub(r"(?<=.)(地方|圏|地域|ブロック)$", "", name)
        if name in BUREAUS or name in BLOCKS or stem in BLOCKS:
            found.update(BUREAUS.get(name) or BLOCKS.get(name) or BLOCKS[stem])
        else:
            found.add(get(_prefectures().get(name, name)).code)
    return tuple(sorted(found))


def covering(code: str) -> tuple[str, ...]:
    """The area codes of the programmes that a firm there can use.

    A ward counts as its city. A prefecture includes all its municipalities, JP is every code. KeyError if unknown.

    >>> covering("40130"), covering("40131")
    (('JP', '40', '40130'), ('JP', '40', '40130'))
    >>> covering("40")[:4]
    ('JP', '40', '40100', '40130')
    """
    if code == "JP":
        return ("JP", *(region.code for region in all() if not region.is_ward))
    code = city_of(code)
    if len(code) == 2:
        return ("JP", code, *(region.code for region in children(code)))
    return ("JP", prefecture_of(code), code)


_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


_KUNREI = (("si", "shi"), ("sy", "sh"), ("ti", "chi"), ("ty", "ch"), ("tu", "tsu"), ("hu", "fu"), ("zi", "ji"))


def spelling(text: str) -> str:
    """Kana as katakana; romaji in lower case without hyphens, its rival spellings made one.

    >>> spelling("ふくおか"), spelling("Oosaka-shi") == spelling("osakashi"), spelling("ohda") == spelling("Oda")
    ('フクオカ', True, True)
    >>> spelling("shimbashi") == spelling("sinbasi"), spelling("Jyosou") == spelling("joso")
    (True, True)
    """
    text = text.strip().translate(_HIRAGANA).casefold()
    if not text.isascii():
        return text
    text = re.sub(r"[^a-z]", "", text)
    for kunrei, hepburn in _KUNREI:
        text = re.sub(rf"(?<![cst]){kunrei}", hepburn, text)
    text = text.replace("jy", "j").replace("tch", "cch")
    text = re.sub(r"m(?=[bmp])", "n", text)
    text = re.sub(r"oh(?![aiueoy])", "o", text)
    return re.sub(r"(?<=o)[uo]+|(?<=u)u+", "", text)


_KANA_SUFFIX = re.compile(r"(?<=.)(ト|フ|ケン|シ|ク|チョウ|マチ|ムラ|ソン)$")


@lru_cache(maxsize=1)
def _keys() -> tuple[tuple[tuple[str, ...], str, frozenset[str], Region], ...]:
    """(what a search may start with, the same with the district, what it may be wholly, the place)."""
    rows = []
    for region in all():
        texts = [region.name, region.kana, region.romaji]
        district = spelling(region.district + region.name) if region.district else ""
        if region.is_ward:
            city = get(region.parent)
            texts += [region.name.removeprefix(city.name), region.kana.removeprefix(city.kana)]
            texts.append(region.romaji.partition(" ")[2])
        stems = (region.name[:-1], _KANA_SUFFIX.sub("", region.kana), region.romaji.partition("-")[0])
        wholly = frozenset((district, *map(spelling, (*stems, *texts))))
        rows.append((tuple(map(spelling, texts)), district, wholly, region))
    return tuple(rows)


def search(prefix: str, limit: int = 20) -> tuple[Region, ...]:
    """Places whose name, kana (hiragana too) or romaji starts so.

    Prefectures come first, then municipalities, then wards; in each, those wholly so named, then by code. Last come
    those of a district so named: 京都 is not 福岡県京都郡苅田町.

    >>> [region.name for region in search("ふくおか", limit=4)]
    ['福岡県', '福岡市', '福岡市東区', '福岡市博多区']
    >>> search("ootsu")[0].name, search("東久留")[0].name
    ('大津市', '東久留米市')
    """
    key = spelling(prefix)
    if not key:
        return ()
    found = [
        (not named, region.level is not Level.PREFECTURE, region.is_ward, key not in wholly, region.code)
        for starts, district, wholly, region in _keys()
        if (named := any(text.startswith(key) for text in starts)) or district.startswith(key)
    ]
    return tuple(get(code) for *_, code in sorted(found)[:limit])
