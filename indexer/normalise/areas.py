"""Where a firm must be located for a programme to cover it: read from the issuer, the title, area lists and hosts.

The rules, in the order of their weight:

1. Who issues it, as the title's leading bracket (【福岡市】), J-Net21's bracket of issuers (【実施機関】（地域）), the
   issuer's own field or an article's dateline (title：issuer) name it. A municipality or its chamber of commerce
   covers the municipality, a prefecture and its foundations the prefecture, a regional bureau its jurisdiction, a
   national body the country. Of several issuers the narrowest counts.
2. The host of the page (city.hamamatsu.shizuoka.jp, pref.aichi.jp).
3. Full names in the title (岡山市, never 岡山). A stem counts only with an institution behind it (大阪産業局).
4. Area lists. 全国 beside single prefectures is not obeyed; a list of all prefectures is 全国.

A name that several places share counts only where a prefecture decides it. Wards count as their city.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from indexer.normalise.text import fold
from indexer.schema import Level, Problem
from indexer.vocab import regions

JAPAN = ("JP",)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read.

    `codes` is where a firm must be located, `event_codes` where an event takes place; both sorted. `issuer` is the
    text that names who issues it ("" if none did), `raw` the words or host that decided, as they stand in the input
    ("" without codes). Problem codes: unknown_place, ambiguous_place, conflicting_place. `note` says the rule.
    """

    level: Level
    codes: tuple[str, ...] = ()
    event_codes: tuple[str, ...] = ()
    issuer: str = ""
    raw: str = ""
    problems: tuple[Problem, ...] = ()
    note: str = ""


# One writing for characters that names are spelt with in turn; one to one, so that positions hold.
_VARIANTS = str.maketrans("ヶ竜釜桧曾鯵篭梼驒渕髙﨑濵濱澤廣國縣", "ケ龍竈檜曽鰺籠檮騨淵高崎浜浜沢広国県")


def _same(text: str) -> str:
    return fold(text).translate(_VARIANTS)


def _trie(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words in time that does not grow with their number."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}

    def pattern(node: dict[str, Any]) -> str:
        branches = [re.escape(char) + pattern(below) for char, below in sorted(node.items()) if char]
        if not branches:
            return ""
        body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
        return f"(?:{body})?" if "" in node else body

    return pattern(root)


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words at `start` to `end` that stand for `codes`, or for one of them where `choice`."""

    start: int
    end: int
    codes: tuple[str, ...]
    choice: bool = False


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for region in regions.all():
        found.setdefault(_same(region.name), []).append(regions.city_of(region.code))
        if region.district:
            found.setdefault(_same(region.district + region.name), []).append(region.code)
    return {name: tuple(codes) for name, codes in found.items()}


@lru_cache(maxsize=1)
def _name_pattern() -> re.Pattern[str]:
    return re.compile(_trie(_names()))


# Words that a name is only the beginning of: 中央市場, 港区域, 長野市町村会.
_NOT_AFTER = re.compile(r"市場|市況|市販|市価|市町村|区域|区間|区分|区画|区別|町村|町歩|村落")
_HAN = re.compile(r"[一-鿿々ァ-ヺー]")
# What a name of one character and its suffix may stand behind without a break: 社団法人堺市…, 旧呉市.
_MAY_PRECEDE = frozenset("人県都府道郡旧元社団新")


def _places(text: str) -> Iterator[_Mention]:
    """Full names, longest match, left to right. `text` is folded."""
    last: _Mention | None = None
    for found in _name_pattern().finditer(text):
        name, (start, end) = found[0], found.span()
        if _NOT_AFTER.match(text, end - 1):
            continue
        touching = last is not None and last.end == start
        if len(name) == 2 and start and not touching:
            before = text[start - 1]
            if _HAN.match(before) and before not in _MAY_PRECEDE:
                continue
        codes = _names()[name]
        if touching and last is not None:
            if len(last.codes[0]) == 5 and not last.choice:
                continue  # a quarter of the municipality just named: 佐賀市大和町
            within = tuple(code for code in codes if code[:2] == last.codes[0])
            codes = within or codes
        last = _Mention(start, end, codes, choice=len(codes) > 1)
        yield last


_STEMS = {_same(region.name[:-1] if region.code != "01" else region.name): region for region in regions.children("JP")}
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KANA_STEMS = {
    re.sub(r"(?<=.)(けん|ふ|と)$", "", region.kana.translate(_HIRAGANA)): region for region in regions.children("JP")
}
# Cities whose bare name is no prefecture's and is commonly put before an institution.
_CITY_STEMS = {
    region.name[:-1]: region
    for region in regions.all()
    if regions.children(region.code) and len(region.code) == 5 and region.name[:-1] not in _STEMS
}
_CITY_KANA = frozenset(regions.get(region.code).kana.translate(_HIRAGANA)[:-1] for region in _CITY_STEMS.values()) - {
    "さかい"
}
_INSTITUTION = (
    r"(?:産業|企業|中小企業|商工業|経済|工業|観光|農業|農林|農政|林業|水産|国際|ビジネス|起業|創業|働き方|労働(?!局)|雇用|"
    r"職業|環境|地域|県民|県|地方|データ|デジタル|ものづくり|テクノ|信用保証|商工会連合会|商工会議所連合会|中央会|"
    r"振興|支援|財団|公社|機構|事務所|貿易|コンベンション|しごと|スタートアップ|イノベーション|就労|人材|女性|型(?!番)|弁護士会|税理士会|行政書士会|社会保険労務士会)"
)
_PREFECTURE_BODY = re.compile(rf"(?<![一-鿿々])({_trie(_STEMS)})({_INSTITUTION})")
_KANA_BODY = re.compile(rf"(?<![ぁ-ん])({_trie(_KANA_STEMS)})({_INSTITUTION})")
_CITY_BODY = re.compile(rf"(?<![一-鿿々])({_trie(_CITY_STEMS)})({_INSTITUTION})")
_LEGAL_FORM = re.compile(
    r"(?:(?:公益|一般|特例)?(?:財団|社団)法人|地方独立行政法人|特定非営利活動法人|NPO法人|株式会社)"
)


def _chambers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward:
            found.setdefault(_same(region.name[:-1]), []).append(region.code)
    # Tokyo's chamber is that of the 23 wards; the prefecture is the nearest code.
    found["東京"] = ["13"]
    return {stem: tuple(codes) for stem, codes in found.items()}


_CHAMBERS = _chambers()
_CHAMBER = re.compile(
    rf"(?:(?<![一-鿿々])|(?<=[県都府道郡]))({_trie(_CHAMBERS)})(市|町|村|区)?(?:商工会議所|商工会)(?!議?所?連合会|連合会)"
)
# Offices of the state for one prefecture, named by it or by a city in it: 愛知運輸支局, 帯広運輸支局, ジェトロ北海道.
_BRANCH_STEMS = {
    **{
        stem: codes[0][:2]
        for stem, codes in _CHAMBERS.items()
        if len(codes) == 1 < len(stem) and stem not in regions.BLOCKS
    },
    **{stem: region.code for stem, region in _STEMS.items()},
}
_BRANCH = re.compile(
    rf"(?:(?<![一-鿿々])|(?<=[構会庫局省県]))({_trie(_BRANCH_STEMS)})(?:運輸支局|運輸監理部|陸運部|労働局|支部|支店)|"
    rf"(?:ポリテクセンター|職業能力開発促進センター)({_trie(_BRANCH_STEMS)})"
)
_JETRO = re.compile(rf"(?:ジェトロ|JETRO|日本貿易振興機構)[ 　・(]*({_trie([*_STEMS, *_CITY_STEMS])})")

_BLOCK_STEMS = [name for name in regions.BLOCKS if "・" not in name]
_BUREAU = re.compile(
    rf"(?P<bureau>{_trie(_same(name) for name in regions.BUREAUS)})|"
    rf"(?P<meti>{'|'.join(name.removesuffix('経済産業局') for name in regions.BUREAUS if name.endswith('経済産業局'))})"
    r"経産局|"
    r"(?:中小機構|中小企業基盤整備機構)[ 　・（(]*(?P<smrj>北海道|東北|関東|北陸|中部|近畿|中国|四国|九州|沖縄)"
)
_BLOCK = re.compile(
    rf"(?P<name>{_trie(map(_same, _BLOCK_STEMS))})"
    r"(?:地方|地域|圏|ブロック|エリア|管内|各県|一円|[0-9]県|域内|(?<!中国)(?:企業|の企業|の中小|内))"
)
# Offices of national bodies for a region: 公正取引委員会四国支所, 九州監督部.
_BLOCK_OFFICE = re.compile(
    r"(?P<name>北海道|東北|関東|甲信越|信越|北陸|東海|中部|近畿|関西|中国|四国|九州|沖縄)"
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
    "自衛隊地方協力本部|ミラサポ|環境共創イニシアチブ|日本商工会議所|日商|経団連|"
    "全国(?!旅行|[各的の])|独立行政法人|国立研究開発法人|日本(?!橋|酒|海|語|一|茶|遺産|人|製|国内)"
)
_NATION = re.compile(
    rf"{_ABBREVIATED}|(?<![反帰無])[一-鿿]{{1,6}}省(?=$|[^エ力人資力略コ電スCエ一-鿿ァ-ヺ])|"
    r"(?:経済産業|厚生労働|国土交通|農林水産|文部科学)省|"
    r"(?:中小企業|資源エネルギー|エネ|特許|観光|林野|水産|消費者|文化|スポーツ|金融|国税|気象|こども家庭|デジタル|総務省消防|消防|"
    r"復興|警察|出入国在留管理|公安調査|海上保安|原子力規制|防衛装備|デジタル)庁"
)
_STEM_ANYWHERE = re.compile(_trie([*_STEMS, *_KANA_STEMS, *_CITY_STEMS, *_BLOCK_STEMS, *_CITY_KANA]))
# Own pages of 中小企業基盤整備機構 (J-Net21; its news and headlines are other bodies') and 中小企業庁 (ミラサポplus).
_NATIONAL_PAGES = (
    "mirasapo-plus.go.jp/",
    *(f"j-net21.smrj.go.jp/{part}/" for part in ("qa", "support", "handbook", "accounts", "startup")),
)
# A body whose name has no place at all: associations that run the state's programmes.
_NATIONAL_FORM = re.compile(
    r"(?:一般|公益)(?:社団|財団)法人|協会|連盟|連合会|基金|機構|財団|協議会|省庁|(?<!支援|振興|産業)センター"
)
_OKINAWA_BANK = re.compile(r"沖縄振興開発金融公庫")
_STATE_BANK = re.compile(r"日本政策金融公庫|日本公庫")


@dataclass(frozen=True, slots=True)
class _Said:
    """What one text says about places: the codes, or `national`, or names that it leaves undecided."""

    codes: tuple[str, ...] = ()
    national: bool = False
    raw: str = ""
    undecided: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.codes or self.national or self.undecided)


_NOTHING = _Said()
_Hints = Sequence[frozenset[str]]


def _decide(codes: tuple[str, ...], hints: _Hints) -> str | None:
    for hint in hints:
        within = [code for code in codes if code[:2] in hint]
        if len(within) == 1:
            return within[0]
    return None


def _narrowest(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return tuple(sorted(found - {code[:2] for code in found if len(code) == 5}))


def _gather(text: str, original: str, mentions: Iterable[_Mention], hints: _Hints) -> _Said:
    codes: set[str] = set()
    spans: list[tuple[int, int]] = []
    undecided: dict[str, None] = {}
    for mention in mentions:
        said = mention.codes
        if mention.choice:
            decided = _decide(mention.codes, hints)
            if decided is None:
                undecided[original[mention.start : mention.end]] = None
                continue
            said = (decided,)
        if not codes.issuperset(said):
            spans.append((mention.start, mention.end))  # raw reaches over the first mention of each place
        codes.update(said)
    if not codes:
        return _Said(undecided=tuple(undecided))
    raw = original[min(start for start, _ in spans) : max(end for _, end in spans)]
    return _Said(_narrowest(codes), raw=raw, undecided=tuple(undecided))


def _bodies(text: str) -> Iterator[_Mention]:
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
        yield _Mention(found.start(), found.end(), codes, choice=len(codes) > 1)
    for pattern, stems in ((_PREFECTURE_BODY, _STEMS), (_KANA_BODY, _KANA_STEMS), (_CITY_BODY, _CITY_STEMS)):
        for found in pattern.finditer(bare):
            yield _Mention(found.start(), found.end(), (stems[found[1]].code,))
    for pattern in (_BRANCH, _JETRO):
        for found in pattern.finditer(bare):
            yield _Mention(found.start(), found.end(), (_BRANCH_STEMS[found[found.lastindex or 1]],))


def _bureaus(text: str) -> Iterator[_Mention]:
    for found in _BUREAU.finditer(text):
        if found["bureau"]:
            name = found["bureau"]
        elif found["meti"]:
            name = found["meti"] + "経済産業局"
        else:
            name = f"中小機構{found['smrj']}" + ("事務所" if found["smrj"] == "沖縄" else "本部")
        yield _Mention(found.start(), found.end(), regions.BUREAUS[name])


def _blocks(text: str, pattern: re.Pattern[str]) -> Iterator[_Mention]:
    for found in pattern.finditer(text):
        yield _Mention(found.start("name"), found.end(), regions.BLOCKS[found["name"]])


def _authority(original: str, hints: _Hints) -> _Said:
    """Who issues it, from a text that names issuers. Of several the narrowest counts."""
    text = _same(original)
    bank = _OKINAWA_BANK.search(text)
    if bank:
        # The counterpart of 日本政策金融公庫 in Okinawa: beside it, the country is covered; alone, 沖縄県.
        if not _STATE_BANK.search(text):
            return _Said(("47",), raw=original[bank.start() : bank.end()])
        text = _OKINAWA_BANK.sub("*" * len(bank[0]), text)
    bureaus = tuple(_bureaus(text))
    outside = _BUREAU.sub(lambda found: "*" * len(found[0]), text)
    local = _gather(outside, original, (*_places(outside), *_bodies(outside)), hints)
    if local:
        return local
    if bureaus:
        return _gather(text, original, bureaus, hints)
    if offices := tuple(_blocks(text, _BLOCK_OFFICE)):
        return _gather(text, original, offices, hints)
    if nation := _NATION.search(text):
        return _Said(national=True, raw=original[nation.start() : nation.end()])
    return _gather(text, original, (*_blocks(text, _BLOCK_BODY), *_blocks(text, _BLOCK)), hints)


_ALL_PREFECTURES = frozenset(region.code for region in regions.children("JP"))
_LIST_SEPARATOR = re.compile(r"[/／,，、;；\n]+|(?<=[県都府道])[・ 　]+")


@dataclass(frozen=True, slots=True)
class _List:
    """An area list: 全国 named or not, the codes beside it, entries that are no place."""

    nationwide: bool = False
    codes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    raw: str = ""


def _area_list(entries: Iterable[str], hints: _Hints) -> _List:
    nationwide, raw = False, ""
    codes: set[str] = set()
    unknown: list[str] = []
    for whole in entries:
        for piece in _LIST_SEPARATOR.split(whole):
            entry = _same(piece.strip(" 　"))
            if not entry:
                continue
            if entry in {"全国", "日本全国", "全都道府県", "JP"}:
                nationwide = True
            elif re.fullmatch(r"\d\d(?:\d{3})?", entry) and _known(entry):
                codes.add(regions.city_of(entry))
            else:
                try:
                    codes.update(map(regions.city_of, regions.expand([entry])))
                except KeyError:
                    said = _gather(entry, entry, _places(entry), hints)
                    if not said.codes:
                        unknown.append(piece)
                        continue
                    codes.update(said.codes)
            raw = raw or whole.strip()
    kept = codes if codes >= _ALL_PREFECTURES else set(_narrowest(codes))
    if kept >= _ALL_PREFECTURES:
        nationwide, kept = True, set()
    return _List(nationwide, tuple(sorted(kept)), tuple(unknown), raw)


def _known(code: str) -> bool:
    try:
        regions.get(code)
    except KeyError:
        return False
    return True


# Hosts that carry other bodies' announcements: they say nothing about the place.
_AGGREGATORS = ("j-net21.smrj.go.jp", "jgrants-portal.go.jp", "mirasapo-plus.go.jp", "mirasapo.jp", "g_book")
_KINDS = {
    "city": "市区", "shi": "市", "ward": "区", "ku": "区", "town": "町", "cho": "町", "machi": "町",
    "vill": "村", "village": "村", "mura": "村", "son": "村",
}  # fmt: skip
_METI_HOSTS = {
    "hkd": "北海道", "tohoku": "東北", "kanto": "関東", "chubu": "中部",
    "kansai": "近畿", "kinki": "近畿", "chugoku": "中国", "shikoku": "四国", "kyushu": "九州",
}  # fmt: skip
_NATIONAL_HOSTS = ("sii.or.jp", "jcci.or.jp", "zenkoku.or.jp", "jfc.go.jp", "shokochukin.co.jp")


@lru_cache(maxsize=1)
def _romaji() -> tuple[dict[str, str], dict[str, tuple[regions.Region, ...]]]:
    """(prefectures by the spelling of their stem, municipalities by the spelling of theirs)."""
    prefectures = {regions.spelling(r.romaji.partition("-")[0]): r.code for r in regions.children("JP")}
    found: dict[str, list[regions.Region]] = {}
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward:
            found.setdefault(regions.spelling(region.romaji.partition("-")[0]), []).append(region)
    return prefectures, {stem: tuple(places) for stem, places in found.items()}


def _municipalities(label: str, kinds: str, prefecture: str | None) -> tuple[str, ...]:
    """Codes of the municipalities a host's label names: hamamatsu, hyogo-taishi."""
    prefectures, places = _romaji()
    first, _, rest = label.partition("-")
    if rest and (inner := prefectures.get(regions.spelling(first))):
        within = _municipalities(rest, kinds, inner)
        if within:
            return within
    found = places.get(regions.spelling(label), ())
    return tuple(r.code for r in found if r.name[-1] in kinds and (prefecture is None or r.parent == prefecture))


def _host(url: str, hints: _Hints) -> tuple[_Said, bool]:
    """(what the host says, whether it is the issuer's own site). Weak evidence: a prefecture's name in a host."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return _Said(), False
    if not host or len(host) > 253 or any(host == name or host.endswith("." + name) for name in _AGGREGATORS):
        return _Said(), False
    # hostname is in lower case; raw must be what stands in the input.
    at = url.lower().find(host)
    raw = url[at : at + len(host)]
    prefectures, _ = _romaji()
    labels = host.split(".")
    following = dict(pairwise(labels))
    named = [prefectures[spelt] for label in labels if (spelt := regions.spelling(label)) in prefectures]

    if "metro" in labels and "tokyo" in labels:
        return _Said(("13",), raw=raw), True
    for label in labels:
        if label == "pref" or label.startswith("pref-") or label.endswith("-pref"):
            stem = following.get(label, "") if label == "pref" else label.removeprefix("pref-").removesuffix("-pref")
            if code := prefectures.get(regions.spelling(stem)):
                return _Said((code,), raw=raw), True
    for at, label in enumerate(labels):
        kinds, stem, after = "", "", labels[at + 1 : at + 2]
        if label in _KINDS and after:
            kinds, stem = _KINDS[label], after[0]
            state = [prefectures[s] for x in labels[at + 2 :] if (s := regions.spelling(x)) in prefectures]
        else:
            pieces = label.split("-")
            kind = next((piece for piece in (pieces[0], pieces[-1]) if piece in _KINDS), "")
            if len(pieces) > 1 and kind:
                kinds = _KINDS[kind]
                stem = "-".join(pieces[1:] if pieces[0] == kind else pieces[:-1])
            elif glued := re.fullmatch(r"(.{3,})(city|town|vill)", label):
                kinds, stem = _KINDS[glued[2]], glued[1]
            elif following.get(label) == "lg" and regions.spelling(label) not in prefectures:
                kinds, stem = "市区町村", label
            state = [code for code in named if regions.spelling(label) != code]
        if not kinds or stem == "tokyo":
            continue
        codes = _municipalities(stem, kinds, state[0] if state else None) or _municipalities(stem, kinds, None)
        if codes:
            if len(codes) > 1 and (decided := _decide(codes, hints)):
                codes = (decided,)
            return (_Said(codes, raw=raw) if len(codes) == 1 else _Said(undecided=codes, raw=raw)), True
    if chamber := re.search(r"(?:^|\.)([a-z]+)[.-]?cci\.|(?:^|\.)cci-?([a-z]+)\.", host):
        stem = chamber[1] or chamber[2]
        if regions.spelling(stem) == "tokyo":
            return _Said(("13",), raw=raw), True
        codes = _municipalities(stem, "市", None)
        if len(codes) == 1:
            return _Said(codes, raw=raw), True
    if host.endswith(".meti.go.jp"):
        for label in labels:
            if label in _METI_HOSTS:
                return _Said(regions.BUREAUS[_METI_HOSTS[label] + "経済産業局"], raw=raw), True
    if host == "jsite.mhlw.go.jp":
        office = parts.path.strip("/").partition("-")[0]
        if code := prefectures.get(regions.spelling(office)):
            return _Said((code,), raw=raw), True
    if host.endswith(".ogb.go.jp") or host == "ogb.go.jp":
        return _Said(("47",), raw=raw), True
    if host.endswith(".go.jp") or any(host == name or host.endswith("." + name) for name in _NATIONAL_HOSTS):
        return _Said(national=True, raw=raw), False
    if host.endswith((".or.jp", ".lg.jp")) or (labels[-1] == "jp" and (named or len(labels) <= 3)):
        words = {piece for label in labels for piece in label.split("-")}
        states = {prefectures[spelt] for piece in words if (spelt := regions.spelling(piece)) in prefectures}
        if len(states) == 1:
            return _Said(tuple(states), raw=raw), False
    return _Said(), False


_LEADING = re.compile(r"\s*[【［\[](?P<inside>[^】］\]]*)[】］\]]")
_BODY_BRACKET = re.compile(r"\s*【(?P<issuer>[^】]+)】\s*[（(](?P<areas>[^）)]+)[）)]")
_SITE = re.compile(r"[|｜]\s*J-Net21.*$")
_TITLE_ISSUER = re.compile(r"^.{10,}[:：](?P<issuer>[^「」『』【】:：!！?？。]{2,25})$")
_DATELINE_END = re.compile(r"支援情報|\n|\d{4}年|$")
_EVENT = re.compile(
    r"セミナー|イベント|説明会|相談会|商談会|展示会|シンポジウム|シンポ|講座|講習|交流会|フォーラム|ピッチ|開催|研修|勉強会|ワークショップ"
)
_VENUE_LABEL = re.compile(r"(?:開催場所|開催地|会場|場所)[:：\s】］〕）)]*(?P<place>[^\n。]{2,60})")
_HELD = re.compile(r"(?:に?(?:おいて|て)|で)(?:、|の?開|実施|行)|会場")
_DISASTER = re.compile(r"災害|被災|地震|豪雨|大雨|大雪|台風|噴火|大火|林野火災")
# Firms inside a place are spoken to: 富山県内の中小企業, 高松市内に事業所を有する.
_ADDRESSED = re.compile(
    r"内(?:の|で|に|において|に主たる)?[^。、\n]{0,8}?(?:中小|小規模|事業者|事業所|企業|法人|商店|店舗|農業者|本社|本店|住所|所在)"
)
_HANDED_ON = re.compile(r"(?:省|庁|国)(?:から|より)|国庫補助")
_PREFECTURE_ROW = re.compile(
    rf"(?:{_trie(_STEMS)})(?:[県都府]?(?:[・、,]|及び|および|並びに|ならびに|と)(?:{_trie(_STEMS)}))+[県都府]?の?(?:各県|[0-9]県|県)"
)


def _dateline(title: str, body: str) -> str:
    """The issuer that J-Net21's articles put behind their title: （title）：東京都."""
    stem, body = title.strip(), body[:3000]
    if not stem:
        return ""
    at = body.find(stem)
    while at >= 0:
        rest = body[at + len(stem) : at + len(stem) + 120]
        if rest[:1] in "：:" and rest:
            end = _DATELINE_END.search(rest)
            return rest[1 : end.start() if end else None].strip(" 　」")
        at = body.find(stem, at + 1)
    behind = _TITLE_ISSUER.search(stem)
    if behind is None:
        return ""
    name = _bare_name(behind["issuer"])
    # What closes a bracket is a course or a round (（区分2：新事業分）) more often than an issuer.
    return name if name == behind["issuer"] or _authority(name, ()) else ""


_NAMED_BODY = re.compile(r"(?:機構|財団|センター|公社|協会|協議会|会議所|商工会|連合会|中央会|産業局)$")


def _bare_name(text: str, hints: _Hints = ()) -> str:
    """The issuer's name without what stands beside it in its bracket.

    >>> _bare_name("岐阜県_2次募集"), _bare_name("海辺振興局）"), _bare_name("一般社団法人海辺（うみべ）協会")
    ('岐阜県', '海辺振興局', '一般社団法人海辺（うみべ）協会')
    """
    parts = re.split(r"[_＿/／|｜]", text)
    named = (part for part in parts if len(parts) > 1 and (_NAMED_BODY.search(part) or _authority(part, hints)))
    name = next(named, text).strip()
    return name if re.search(r"[（(]", name) else name.rstrip("）)")


def _subject(body: str) -> str:
    """Who acts in the first sentence: 「富山県が、…」."""
    found = re.match(r"\s*(?P<subject>[^。、はがを\n]{2,40}?)(?:は|が)", body)
    return found["subject"] if found else ""


def _is_event(title: str) -> bool:
    return bool(_EVENT.search(title))


def _title_places(original: str, after: int, hints: _Hints, *, event: bool) -> tuple[_Said, tuple[str, ...]]:
    """(places the title is about, places where it says something is held), from position `after` on."""
    text = _same(original)
    about, held = [], []
    for mention in _places(text):
        if mention.start < after:
            continue
        follows = text[mention.end : mention.end + 12]
        if event and _HELD.match(follows):
            held.append(mention)
        elif not re.match(r"から|出身|以外|外(?:から|の)|沖", follows):
            about.append(mention)
    said = _gather(text, original, about, hints)
    return said, _gather(text, original, held, hints).codes


def _venues(venue: str, body: str, hints: _Hints) -> tuple[str, ...]:
    texts = [venue] if venue else [found["place"] for found in _VENUE_LABEL.finditer(body)][:6]
    codes: set[str] = set()
    for original in texts:
        text = _same(original)
        codes.update(_gather(text, original, _places(text), hints).codes)
    return _narrowest(codes)


def _disaster_area(body: str, hints: _Hints) -> _Said:
    """The prefectures or municipalities that a national body's disaster measures are for, from the lead."""
    lead = body[:400]
    text = _same(lead)
    row = _PREFECTURE_ROW.search(text)
    if row:
        codes = {_STEMS[stem].code for stem in re.findall(_trie(_STEMS), row[0])}
        return _Said(tuple(sorted(codes)), raw=lead[row.start() : row.end()])
    first = [m for m in _places(text) if text[m.start - 1] != "(" and _DISASTER.search(text, m.end, m.end + 60)]
    mentions = [m for m in first if len(m.codes[0]) == 2] or first
    return _gather(text, lead, mentions, hints)


def named_places(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Full names of places in a text, as (start, end, codes); several codes where places share the name.

    >>> named_places("東久留米市の補助金")[0], named_places("三重の中央")
    ((0, 5, ('13222',)), [])
    """
    return [(each.start, each.end, each.codes) for each in _places(_same(text))]


def _mentioned(original: str) -> tuple[str, ...]:
    """What a text names without doubt."""
    text = _same(original)
    return _gather(text, original, _places(text), ()).codes


def _overlap(codes: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some code lies in, or holds, one of the others."""
    return any(a.startswith(b) or b.startswith(a) for a in codes for b in others)


def _prefecture_hint(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code[:2] for code in codes if code != "JP")


def _level(codes: Sequence[str]) -> Level:
    if not codes:
        return Level.UNKNOWN
    if "JP" in codes:
        return Level.NATIONAL
    if all(len(code) == 5 for code in codes):
        return Level.MUNICIPALITY
    return Level.PREFECTURE if len(codes) == 1 else Level.REGIONAL


def read(
    *, title: str = "", body: str = "", issuer: str = "", url: str = "", areas: Sequence[str] = (), venue: str = ""
) -> Coverage:
    """What is known about the place of one listing; every text as its source gives it, `body` plain.

    `areas` is the source's own list (Jグランツ: target_area_search), as entries or joined by slashes.

    >>> read(title="【福岡市】補助金・助成金：「創業の支援」").codes
    ('40130',)
    >>> read(title="府中市の補助金").problems[0].code, read(title="府中市の補助金", areas=["広島県"]).codes
    ('ambiguous_place', ('34208',))
    """
    reader = _Reader(title, body, issuer, url, areas)
    said, note = reader.cover()
    codes = JAPAN if said.national else said.codes
    event_codes = reader.held
    if venue or reader.event:
        event_codes = _narrowest({*reader.held, *_venues(venue, body, [_prefecture_hint(codes), *reader.hints])})
    raw = said.raw if codes else ""
    return Coverage(_level(codes), codes, event_codes, reader.issuer, raw, tuple(reader.problems), note)


class _Reader:
    """The evidence of one listing, and the weighing of it (`cover`)."""

    def __init__(self, title: str, body: str, issuer: str, url: str, areas: Sequence[str]) -> None:
        self.problems: dict[Problem, None] = {}
        self.title = _SITE.sub("", title).rstrip()
        self.body = body
        self.url = url
        bracket = _BODY_BRACKET.match(body)
        self.bracketed = bracket["issuer"] if bracket else ""
        entries = (bracket["areas"],) if bracket else tuple(areas)
        dateline = "" if bracket or issuer else _dateline(self.title, body)
        self.named = tuple(text for text in (self.bracketed, issuer, dateline) if text)
        self.issuer = self.named[0] if self.named else ""
        leading, at = [], 0
        while found := _LEADING.match(self.title, at):
            leading.append(found["inside"])
            at = found.end()
        self.leading = tuple(leading)
        self.event = _is_event(self.title) or _is_event(body[:60])

        # Prefectures that decide between places of one name, the surest first.
        sure = (_area_list(entries, ()).codes, _host(url, ())[0].codes)
        texts = (*self.leading, self.title, *self.named, body[:600])
        self.hints = [_prefecture_hint(codes) for codes in (*sure, *(_mentioned(text) for text in texts))]

        self.listed = _area_list(entries, self.hints)
        for entry in self.listed.unknown:
            self.problem("unknown_place", entry)
        self.host, self.own_host = _host(url, self.hints)
        self.about, self.held = _title_places(self.title, at, self.hints, event=self.event)
        if self.host.undecided:
            close = [code for code in self.host.undecided if code in self.about.codes]
            if len(close) == 1:
                self.host = _Said((close[0],), raw=self.host.raw)

    def problem(self, code: str, raw: str) -> None:
        self.problems[Problem(field="areas", code=code, raw=raw)] = None

    def cover(self) -> tuple[_Said, str]:
        """(what counts, the rule by which)."""
        said = self._said_issuer()
        if said.codes:
            return self._issued(said), "issuer"
        if said.undecided:
            if self.own_host and self.host.codes:
                return self.host, "host"
            for name in said.undecided:
                self.problem("ambiguous_place", name)
            return _NOTHING, "shared name"
        if said.national:
            return self._national(said)
        if self.own_host and self.host.codes:
            return self.host, "host"
        if any(mark in self.url for mark in _NATIONAL_PAGES):
            return self._national(_Said(national=True, raw=self.url))
        return self._by_text()

    def _said_issuer(self) -> _Said:
        for text in (*self.leading, *self.named):
            if said := _authority(text, self.hints):
                if text in self.leading and not self.named:
                    self.issuer = _bare_name(text, self.hints)
                return said
        return _NOTHING

    def _issued(self, said: _Said) -> _Said:
        """A local or regional issuer's coverage, beside the area list."""
        listed = self.listed.codes
        if not listed:
            return said
        if not _overlap(said.codes, listed):
            self.problem("conflicting_place", self.listed.raw)
            return said
        if len(said.codes) > 1 and set(listed) < set(said.codes):
            return _Said(listed, raw=self.listed.raw)  # a bureau's programme for some of its prefectures
        return said

    def _national(self, said: _Said) -> tuple[_Said, str]:
        listed = self.listed
        if listed.codes:
            if listed.nationwide:
                self.problem("conflicting_place", listed.raw)
            return _Said(listed.codes, raw=listed.raw), "area list"
        if listed.nationwide:
            return said, "national issuer"
        if _DISASTER.search(self.title) and (area := _disaster_area(self.body, self.hints)):
            same = _prefecture_hint(area.codes) == _prefecture_hint(self.about.codes)
            return (self.about if same else area), "disaster area"
        if self.about.codes and not self.event:
            return self.about, "title"
        return said, "national issuer"

    def _by_text(self) -> tuple[_Said, str]:
        listed, about = self.listed, self.about
        if about.codes:
            if listed.codes and not _overlap(about.codes, listed.codes):
                self.problem("conflicting_place", about.raw)
                return _Said(listed.codes, raw=listed.raw), "area list"
            return about, "title"
        for name in about.undecided:
            self.problem("ambiguous_place", name)
        text = _same(self.title)
        named = _gather(text, self.title, (*_bodies(text), *_bureaus(text)), self.hints)
        if named.codes and not (listed.codes and not _overlap(named.codes, listed.codes)):
            return named, "institution in the title"
        if listed.codes:
            if listed.nationwide:
                self.problem("conflicting_place", listed.raw)
            # Jグランツ lists prefectures at the finest: a city's programme shows in whom the text speaks to.
            inside = self._addressed()
            if len(inside.codes) == 1 and inside.codes[0][:2] in listed.codes:
                return inside, "body"
            return _Said(listed.codes, raw=listed.raw), "area list"
        if about.undecided:
            return _NOTHING, "shared name"
        if listed.nationwide:
            return _Said(national=True, raw=listed.raw), "area list"
        if self.host.undecided:
            self.problem("ambiguous_place", self.host.raw)
            return _NOTHING, "shared name"
        if self.host:
            return self.host, "host"
        block = _gather(text, self.title, _blocks(text, _BLOCK), self.hints)
        if block.codes:
            return block, "region in the title"
        return self._by_body()

    def _addressed(self) -> _Said:
        """The places inside which the body speaks to firms. A prefecture beside its municipalities is the wider."""
        lead = self.body[:3000]
        text = _same(lead)
        mentions = [m for m in _places(text) if not m.choice and _ADDRESSED.match(text, m.end)]
        prefectures = [m for m in mentions if len(m.codes[0]) == 2]
        return _gather(text, lead, prefectures or mentions, self.hints)

    def _by_body(self) -> tuple[_Said, str]:
        """The last resort: who acts in the first sentence, or the one place inside which firms are addressed."""
        subject = _subject(self.body)
        # An association that hands out the state's money is named by its seat, and covers the country.
        if subject and not _HANDED_ON.search(self.body[:200]):
            said = _authority(subject, self.hints)
            if said.codes or said.national:
                return said, "first sentence"
        inside = self._addressed()
        if len(inside.codes) == 1:
            return inside, "body"
        if not _STEM_ANYWHERE.search(_same(self.issuer)) and (found := _NATIONAL_FORM.search(self.issuer)):
            return _Said(national=True, raw=found[0]), "national issuer"
        return _NOTHING, ""


def read_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The gold lines' schema: in {id, title, body, issuer, url}, out {id, level, codes, event_codes, note}.

    >>> read_row({"id": "x", "title": "茅ヶ崎市の補助金", "body": None, "issuer": None, "url": None})["codes"]
    ['14207']
    """
    found = read(**{key: row.get(key) or "" for key in ("title", "body", "issuer", "url")})
    return {
        "id": row["id"],
        "level": found.level.value,
        "codes": list(found.codes),
        "event_codes": list(found.event_codes),
        "note": found.note,
    }
