"""Who issues a listing: institutions with the bare name of their place, bureaus, regions, national bodies."""

import re
from collections.abc import Iterator

from indexer.normalise.areas.evidence import Hints, Said, gather
from indexer.normalise.areas.names import Mention, one_spelling, places, trie
from indexer.vocab import regions

STEMS = {
    one_spelling(region.name[:-1] if region.code != "01" else region.name): region for region in regions.children("JP")
}
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KANA_STEMS = {
    re.sub(r"(?<=.)(けん|ふ|と)$", "", region.kana.translate(_HIRAGANA)): region for region in regions.children("JP")
}
# Cities whose bare name is no prefecture's and is commonly put before an institution.
_CITY_STEMS = {
    region.name[:-1]: region
    for region in regions.all()
    if regions.children(region.code) and len(region.code) == 5 and region.name[:-1] not in STEMS
}
_CITY_KANA = frozenset(regions.get(region.code).kana.translate(_HIRAGANA)[:-1] for region in _CITY_STEMS.values()) - {
    "さかい"
}
_INSTITUTION = (
    r"(?:産業|企業|中小企業|商工業|経済|工業|観光|農業|農林|農政|林業|水産|国際|ビジネス|起業|創業|働き方|労働(?!局)|雇用|"
    r"職業|環境|地域|県民|地方|データ|デジタル|ものづくり|テクノ|信用保証|商工会連合会|商工会議所連合会|中央会|"
    r"振興|支援|財団|公社|機構|事務所|貿易|コンベンション|しごと|スタートアップ|イノベーション|就労|人材|女性|型(?!番)|弁護士会|税理士会|行政書士会|社会保険労務士会)"
)
_PREFECTURE_BODY = re.compile(rf"(?<![一-鿿々])({trie(STEMS)})({_INSTITUTION})")
_KANA_BODY = re.compile(rf"(?<![ぁ-ん])({trie(_KANA_STEMS)})({_INSTITUTION})")
_CITY_BODY = re.compile(rf"(?<![一-鿿々])({trie(_CITY_STEMS)})({_INSTITUTION})")
_LEGAL_FORM = re.compile(
    r"(?:(?:公益|一般|特例)?(?:財団|社団)法人|地方独立行政法人|特定非営利活動法人|NPO法人|株式会社)"
)


def _chambers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward:
            found.setdefault(one_spelling(region.name[:-1]), []).append(region.code)
    # Tokyo's chamber is that of the 23 wards; the prefecture is the nearest code.
    found["東京"] = ["13"]
    found["むさし府中"] = ["13206"]
    return {stem: tuple(codes) for stem, codes in found.items()}


_CHAMBERS = _chambers()
_CHAMBER = re.compile(
    rf"(?:(?<![一-鿿々])|(?<=[県都府道郡]))({trie(_CHAMBERS)})(市|町|村|区)?[東西南北]?(?:商工会議所|商工会)(?!議?所?連合会|連合会)"
)
# Offices of the state for one prefecture, named by it or by a city in it: 愛知運輸支局, 帯広運輸支局, ジェトロ北海道.
_BRANCH_STEMS = {
    **{
        stem: codes[0][:2]
        for stem, codes in _CHAMBERS.items()
        if len(codes) == 1 < len(stem) and stem not in regions.BLOCKS
    },
    **{stem: region.code for stem, region in STEMS.items()},
}
_BRANCH = re.compile(
    rf"(?:(?<![一-鿿々])|(?<=[構会庫局省県]))({trie(_BRANCH_STEMS)})(?:運輸支局|運輸監理部|陸運部|労働局|支部|支店)|"
    rf"(?:ポリテクセンター|職業能力開発促進センター)({trie(_BRANCH_STEMS)})"
)
_JETRO = re.compile(rf"(?:ジェトロ|JETRO|日本貿易振興機構)[ 　・(]*({trie([*STEMS, *_CITY_STEMS])})")

_BLOCK_STEMS = [name for name in regions.BLOCKS if "・" not in name]
_METI = "|".join(name.removesuffix("経済産業局") for name in regions.BUREAUS if name.endswith("経済産業局"))
_BUREAU = re.compile(
    rf"(?P<bureau>{trie(one_spelling(name) for name in regions.BUREAUS)})|"
    rf"(?P<meti>{_METI}|沖縄)"
    r"(?:経産局|局(?=$|[】\]）)、・]))|"
    r"(?:中小機構|中小企業基盤整備機構)[ 　・（(]*(?P<smrj>北海道|東北|関東|北陸|中部|近畿|中国|四国|九州|沖縄)"
)
BLOCK = re.compile(
    rf"(?P<name>{trie(map(one_spelling, _BLOCK_STEMS))})"
    r"(?:地方|地域|圏|ブロック|エリア|管内|各県|一円|[0-9]県(?!特?産)|域内|(?<!中国)(?:企業|の企業|の中小|内))"
)
# Offices of national bodies for a region: 公正取引委員会四国支所, 九州監督部.
BLOCK_OFFICE = re.compile(
    r"(?P<name>北海道|東北|関東|甲信越|信越|北陸|東海|中部|近畿|関西|中国四国|中国|四国|九州|沖縄)"
    r"(?:地方|域内)?(?:支所|支部|支局|支社|本部|事務所|監督部|厚生局|財務局|国税局|総通局|森林管理局|環境事務所)"
)
_BLOCK_BODY = re.compile(
    r"(?:^|[・、,／/ 　（(])(?P<name>東北|関東|甲信越|北陸|東海|中部|近畿|関西|四国|九州|中国(?=経済|地域|地方|総合))"
    r"(?=[^・、]{0,30}?(?:会|局|所|機構|機関|センター|本部|財団|法人|団))"
)

_ABBREVIATED = (
    "経産省|厚労省|国交省|農水省|総務省|財務省|文科省|法務省|外務省|防衛省|環境省|中企庁|公取委|公正取引委員会|個人情報保護委員会|"
    "NEDO|ジェトロ|JETRO|JICA|IPA|INPIT|JOGMEC|JAXA|JST|NITE|NEXI|GPIF|産総研|日本公庫|商工中金|商工組合中央金庫|"
    "中小機構|中小企業基盤整備機構|信用保証協会|政府|内閣府|内閣官房|首相官邸|人事院|日本銀行|"
    "工業所有権情報・研修館|新エネルギー・産業技術総合開発機構|科学技術振興機構|国際協力機構|情報処理推進機構|"
    "製品評価技術基盤機構|エネルギー・金属鉱物資源機構|産業技術総合研究所|高齢・障害・求職者雇用支援機構|福祉医療機構|"
    "環境再生保全機構|鉄道建設・運輸施設整備支援機構|"
    "自衛隊地方協力本部|ミラサポ|環境共創イニシアチブ|日本商工会議所|日商|経団連|"
    "全国(?!旅行|[各的の])|独立行政法人|国立研究開発法人|日本(?!橋|酒|海|語|一|茶|遺産|人|製|国内)"
)
NATION = re.compile(
    rf"{_ABBREVIATED}|(?<![反帰無])[一-鿿]{{1,6}}省(?=$|[^エ力人資力略コ電スCエ一-鿿ァ-ヺ])|"
    r"(?:経済産業|厚生労働|国土交通|農林水産|文部科学)省|"
    r"(?:中小企業|資源エネルギー|エネ|特許|観光|林野|水産|消費者|文化|スポーツ|金融|国税|気象|こども家庭|デジタル|総務省消防|消防|"
    r"復興|警察|出入国在留管理|公安調査|海上保安|原子力規制|防衛装備|デジタル)庁"
)
STEM_ANYWHERE = re.compile(trie([*STEMS, *_KANA_STEMS, *_CITY_STEMS, *_BLOCK_STEMS, *_CITY_KANA]))
# Own pages of 中小企業基盤整備機構 (J-Net21; its news and headlines are other bodies') and 中小企業庁 (ミラサポplus).
NATIONAL_PAGES = (
    "mirasapo-plus.go.jp/",
    *(f"j-net21.smrj.go.jp/{part}/" for part in ("qa", "support", "handbook", "accounts", "startup")),
)
# A body whose name has no place at all: associations that run the state's programmes.
NATIONAL_FORM = re.compile(
    r"(?:一般|公益)(?:社団|財団)法人|協会|連盟|連合会|基金|機構|財団|協議会|省庁|(?<!支援|振興|産業)センター"
)
# 関西広域連合規約: its prefectures.
_UNIONS = {"関西広域連合": ("25", "26", "27", "28", "29", "30", "31", "36")}
_OKINAWA_BANK = re.compile(r"沖縄振興開発金融公庫")
_STATE_BANK = re.compile(r"日本政策金融公庫|日本公庫")


def bodies(text: str) -> Iterator[Mention]:
    """Institutions that carry the bare name of their place."""
    bare = _LEGAL_FORM.sub(lambda found: " " * len(found[0]), text)
    for found in _CHAMBER.finditer(bare):
        codes = _CHAMBERS[found[1]]
        if found[2]:
            continue  # the full name counts by itself
        # A city's chamber, where a city and a town share the name: towns have a 商工会.
        cities = tuple(code for code in codes if len(code) == 2 or regions.get(code).name.endswith("市"))
        if "会議所" in found[0] and cities:
            codes = cities
        yield Mention(found.start(), found.end(), codes, choice=len(codes) > 1)
    for pattern, stems in ((_PREFECTURE_BODY, STEMS), (_KANA_BODY, _KANA_STEMS), (_CITY_BODY, _CITY_STEMS)):
        for found in pattern.finditer(bare):
            yield Mention(found.start(), found.end(), (stems[found[1]].code,))
    for pattern in (_BRANCH, _JETRO):
        for found in pattern.finditer(bare):
            yield Mention(found.start(), found.end(), (_BRANCH_STEMS[found[found.lastindex or 1]],))


def _unions(text: str) -> Iterator[Mention]:
    for name, codes in _UNIONS.items():
        if (at := text.find(name)) >= 0:
            yield Mention(at, at + len(name), codes)


def bureaus(text: str) -> Iterator[Mention]:
    for found in _BUREAU.finditer(text):
        if found["bureau"]:
            name = found["bureau"]
        elif found["meti"]:
            name = "沖縄総合事務局" if found["meti"] == "沖縄" else found["meti"] + "経済産業局"
        else:
            name = f"中小機構{found['smrj']}" + ("事務所" if found["smrj"] == "沖縄" else "本部")
        yield Mention(found.start(), found.end(), regions.BUREAUS[name])


def blocks(text: str, pattern: re.Pattern[str]) -> Iterator[Mention]:
    for found in pattern.finditer(text):
        name = "中四国" if found["name"] == "中国四国" else found["name"]
        # 支部 and 監督部 are those of 産業保安監督部, whose areas are the bureaus'.
        codes = regions.BUREAUS.get(f"{name}経済産業局") if found[0].endswith(("支部", "監督部")) else None
        yield Mention(found.start("name"), found.end(), codes or regions.BLOCKS[name])


def authority(original: str, hints: Hints) -> Said:
    """Who issues it, from a text that names issuers. Of several the narrowest counts."""
    text = one_spelling(original)
    bank = _OKINAWA_BANK.search(text)
    if bank:
        # The counterpart of 日本政策金融公庫 in Okinawa: beside it, the country is covered; alone, 沖縄県.
        if not _STATE_BANK.search(text):
            return Said(("47",), raw=original[bank.start() : bank.end()])
        text = _OKINAWA_BANK.sub("*" * len(bank[0]), text)
    named = tuple(bureaus(text))
    outside = _BUREAU.sub(lambda found: "*" * len(found[0]), text)
    local = gather(outside, original, (*places(outside), *bodies(outside), *_unions(outside)), hints)
    if local:
        return local
    if named:
        return gather(text, original, named, hints)
    if offices := tuple(blocks(text, BLOCK_OFFICE)):
        # 中国四国地方環境事務所四国事務所: the office in the office.
        narrow = [each for each in offices if not any(set(other.codes) < set(each.codes) for other in offices)]
        return gather(text, original, narrow, hints)
    if nation := NATION.search(text):
        return Said(national=True, raw=original[nation.start() : nation.end()])
    return gather(text, original, (*blocks(text, _BLOCK_BODY), *blocks(text, BLOCK)), hints)
