"""The places among the words of a question: full names, wards, and names that people shorten or type by their sound.

A name that several places bear is decided by the other places named beside it (札幌 北区); where nothing decides,
nobody is sent to the wrong town: the places are offered instead.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from indexer.normalise.areas import named_places
from indexer.vocab import regions

_JOINT = re.compile(r"^内?(?:で使える|での|で|の|にある)?")
_ENDING = re.compile(r"(?:内|の|で|内の|内で)$")
_BOUND = re.compile(r"$|\s|の|内|で|に")
_OTHERWISE = frozenset({"中国", "みどり", "さくら", "みよし", "いすみ", "あま", "たつの", "むつ"})
"""Names of regions and cities that are everyday words, or other names, before they are places."""
_KANA_SUFFIX = re.compile(r"(?<=.)(?:ト|フ|ケン|シ)$")
_MANY = 3
"""Wards of one name that make it a word."""
_SHORTEST, _SHORTEST_CITY = 3, 4
"""Kana of a prefecture's name without its ending, and of a city's: shorter ones are other words too (さが, みえ)."""


@dataclass(frozen=True)
class Said:
    """`codes` are the places meant, `words` what stood for them, `rest` the question without them.

    `choices` are the places of a name that nothing decided (its words are out of `rest`). `short`: some name was a city
    without its 市, which may be a firm's (日立, 豊田).
    """

    rest: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    short: bool = False


@dataclass(frozen=True)
class _Mention:
    """`whole`: all of its codes are meant (九州), not one of them."""

    start: int
    end: int
    codes: tuple[str, ...]
    short: bool = False
    whole: bool = False


def said_places(q: str, *, short: bool = True) -> Said:
    """
    >>> said_places("札幌 北区 補助金").codes, said_places("福岡市の太陽光").rest
    (('01102',), '太陽光')
    >>> said_places("府中市 創業").choices, said_places("広島県府中市 創業").codes
    (('13206', '34208'), ('34208',))
    """
    mentions = list(_full(q))
    taken = [(each.start, each.end) for each in mentions]
    mentions += [each for each in _alone(q, short=short) if not any(a < each.end and each.start < b for a, b in taken)]
    if not mentions:
        return Said(q)
    mentions.sort(key=lambda each: each.start)
    decided = [_decided(each, mentions) for each in mentions]
    clear = {codes[0] for codes in decided if len(codes) == 1}
    for each in mentions:
        # 九州 福岡市 is 福岡市.
        if each.whole and not any(code == held or _inside(code, held) for code in clear for held in each.codes):
            clear |= set(each.codes)
    codes = tuple(dict.fromkeys(code for code in sorted(clear) if not any(_inside(other, code) for other in clear)))
    choices = () if codes else tuple(dict.fromkeys(code for each in decided for code in each))
    rest = q
    for each in reversed(mentions):
        rest = rest[: each.start] + " " + _JOINT.sub("", rest[each.end :])
    return Said(
        " ".join(rest.split()),
        codes,
        tuple(q[each.start : each.end] for each in mentions),
        choices,
        short=any(each.short for each in mentions),
    )


def _inside(code: str, other: str) -> bool:
    """Does the first lie in the second, and is not the same?"""
    return code != other and other in (regions.prefecture_of(code), regions.city_of(code))


def _decided(mention: _Mention, mentions: Iterable[_Mention]) -> tuple[str, ...]:
    """Its places, fewer where another place that is named holds some of them."""
    if len(mention.codes) == 1:
        return mention.codes
    hints = {code for each in mentions if each is not mention for code in each.codes}
    inside = tuple(code for code in mention.codes if any(_inside(code, hint) for hint in hints))
    return inside or mention.codes


def _full(q: str) -> Iterable[_Mention]:
    """Full names wherever they stand."""
    for start, end, codes in named_places(q):
        # 北海道電力 is a firm; 福岡市太陽光 is a town and a wish.
        if q[start:end] == "北海道" and not _BOUND.match(q, end):
            continue
        yield _Mention(start, end, _wards().get(q[start:end], codes))


def _alone(q: str, *, short: bool) -> Iterable[_Mention]:
    """Words that are a place as a whole: 福岡, 港北区, 札幌北区, ふくおか, yokohama-shi."""
    for match in re.finditer(r"\S+", q):
        word = _ENDING.sub("", match[0])
        start = match.start()
        if region := _regions().match(match[0]):
            yield _Mention(start, start + region.end(), regions.BLOCKS[region["name"] or region["alone"]], whole=True)
            continue
        if codes := _wards().get(word) or _named(word, short=short):
            yield _Mention(start, start + len(word), codes, short=not word.endswith(("都", "府", "県", "市", "区")))
            continue
        for cut in range(2, len(word) - 1):
            city, ward = _short_names().get(word[:cut]), _wards().get(word[cut:])
            if city and ward and any(_inside(code, city[0]) for code in ward):
                yield _Mention(start, start + cut, city)
                yield _Mention(start + cut, start + len(word), ward)
                break


@lru_cache(maxsize=1)
def _regions() -> re.Pattern[str]:
    """九州, 東北地方の; not 九州電力. One prefecture is none."""
    names = sorted((name for name, codes in regions.BLOCKS.items() if len(codes) > 1), key=len, reverse=True)
    alone = "|".join(map(re.escape, (name for name in names if name not in _OTHERWISE)))
    return re.compile(
        rf"(?P<name>{'|'.join(map(re.escape, names))})(?:地方|地域|エリア)(?={_BOUND.pattern})"
        rf"|(?P<alone>{alone})(?={_BOUND.pattern})"
    )


def _named(word: str, *, short: bool) -> tuple[str, ...]:
    if short:
        return _short_names().get(word) or _by_sound(word)
    return _short_names()[word] if word in _prefectures() else ()


@lru_cache(maxsize=1)
def _prefectures() -> frozenset[str]:
    return frozenset(each.name[:-1] for each in regions.prefectures()) & set(_short_names())


@lru_cache(maxsize=1)
def _wards() -> dict[str, tuple[str, ...]]:
    """Wards by their name without the city's, Tokyo's among them: 北区 is one of many, 港北区 the only one."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in regions.all():
        if each.is_ward:
            found[each.name.removeprefix(regions.get(each.parent).name)].append(each.code)
        elif each.name.endswith("区"):
            found[each.name].append(each.code)
    return {name: tuple(codes) for name, codes in found.items()}


@lru_cache(maxsize=1)
def _short_names() -> dict[str, tuple[str, ...]]:
    """福岡 is the prefecture, 浜松 the one city of this name, 府中 one of two. 三田 is 三田市, 品川 the ward of Tokyo.

    金沢 is a city or the ward of another one; 中央 is a word, and wards of many.
    """
    cities: dict[str, dict[str, None]] = defaultdict(dict)
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward and region.name.endswith(("市", "区")):
            cities[region.name[:-1]][region.code] = None
    found = {}
    for name, codes in cities.items():
        wards = [ward for ward in _wards().get(f"{name}区", ()) if not any(_inside(ward, code) for code in codes)]
        if len(name) > 1 and name not in _OTHERWISE and len(wards) < _MANY:
            found[name] = tuple(dict.fromkeys((*codes, *wards)))
    return found | {each.name[:-1]: (each.code,) for each in regions.prefectures() if each.code != "01"}


def _by_sound(word: str) -> tuple[str, ...]:
    """A prefecture or the one city that is typed in kana or romaji: ふくおか, yokohama, さっぽろし."""
    return _sounds().get(regions.spelling(word), ())


@lru_cache(maxsize=1)
def _sounds() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    rows = [each for each in regions.all() if len(each.code) == 2 or each.name.endswith("市")]
    for each in rows:
        stem = _KANA_SUFFIX.sub("", each.kana)
        # The names of the biggest cities mean nothing else, however short (なごや).
        shortest = _SHORTEST if len(each.code) == 2 or regions.children(each.code) else _SHORTEST_CITY
        texts = [each.kana, each.romaji]
        if len(stem) >= shortest:
            texts += [stem, each.romaji.partition("-")[0]]
        for text in texts:
            found[regions.spelling(text)].add(each.code)
    decided = {}
    for name, codes in found.items():
        wide = [code for code in codes if len(code) == 2]
        if len(wide) == 1 or len(codes) == 1:
            decided[name] = tuple(wide or codes)
    return decided
