"""One programme at several sources: which listings are the same, and what is shown of them together.

Two listings are the same only where everything they say agrees: the name of the scheme, and with it the closing day, or
(where one of them names no day) the year and the round. Rounds, years, courses and places that differ are different
programmes, however alike their names are. Where it is not sure, nothing is merged: a firm that sees one programme twice
has lost a second, one that sees two as one may miss the second.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from indexer.normalise.deadlines.points import number, year_of
from indexer.normalise.text import fold
from indexer.schema import Address, Kind, Problem, Programme, Role, Window
from indexer.vocab import regions

OUT = frozenset({Kind.NEWS, Kind.CASE, Kind.QA})
"""What tells of a programme without being one: the results of a call are not the call."""

ALIKE = 0.93
"""Names this near are one name with a slip of the pen."""

NEAR = 0.85
"""Names this near are one name where the closing day is the same too."""

BUDGETS = 3
"""A scheme is paid from this many budgets at most; what stands behind more is a word for a part."""

MARGIN = 0.04
"""Of several that a text may mean, the nearest must be nearer by this much."""

TEXT = 3_000
"""So many characters of a text are searched for the name of the scheme."""

DIFFERS = "sources_differ"

_ENDINGS = "事業|補助金|助成金|交付金|給付金|支援金|奨励金|協力金|資金|貸付|融資|保証|制度|税制|プログラム|支援策|支援"
_QUOTED = re.compile(
    rf"「([^「」]{{4,120}}?(?:{_ENDINGS})(?:[(][^()]{{1,80}}[)])?(?:第?[0-9一二三四五六七八九十]+[次回]公募)?)」"
)
_FRAMED = re.compile(r"^(?:【[^】]*】)?[^「」:]{2,16}:\s*「(.+)」[^」]{0,12}$")
_OF_ERA = r"(?:元|\d{1,2}|[〇一二三四五六七八九十]{1,3})"
_YEAR = re.compile(rf"((?:令和|平成|(?<![A-Za-z0-9])R) {{0,2}}{_OF_ERA})年?度?|(?<![\d.,])(20\d\d)年?度")
_YEARS = re.compile(
    rf"(?:(?:令和|平成) {{0,2}}{_OF_ERA}年度?|(?<![A-Za-z0-9])R\d{{1,2}}(?:年度|補正)|20\d\d年度?)"
    r"(?:第?\d次|\(第?\d次)?\)?(?:予備費|当初|補正)*(?:予算)?(?:における|分)?"
)
_ROUND = re.compile(
    r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})(?:回|次|期)(?:公募|募集|締切|受付締切|申請|受付)?|(追加|再)(?:公募|募集)"
)
_KIND_OF_COURSE = (
    r"(?:枠|型|コース|タイプ|類型|(?:区分|部門)(?![のにをでがはへと等]))(?:[A-Z]+|[Ⅰ-Ⅹ])?(?![一-鿿ァ-ヶーA-Za-z])"
)
# Set off from what is before it, a course's name may hold hiragana; in running text it begins behind them.
_COURSE = re.compile(
    rf"(?:^|(?<=[\s()<>〈〉《》「」『』【】_,、:~〜-]))(?:(?![のにをでがは])[一-鿿ぁ-んァ-ヶーA-Za-z0-9!]){{1,20}}?{_KIND_OF_COURSE}"
    rf"|[一-鿿ァ-ヶーA-Za-z0-9]{{1,14}}{_KIND_OF_COURSE}"
)
_BRACKETS = re.compile(r"【[^】]*】|\[[^\]]*\]|〔[^〕]*〕|［[^］]*］")
_ASIDES = re.compile(r"[(][^()]*[)]|<[^<>]*>|〈[^〈〉]*〉|《[^《》]*》")
_PIECES = re.compile(r"[\s「」『』()<>〈〉《》【】\[\]〔〕・、,/|｜:_＿*※]+")
_INNER = re.compile(r"^(.{6,}?)[(]([^()]{6,})[)]$")
_WAVES = "~～〜-‐―—–"
_MOTTO = re.compile(r"(?<=.{4})(?:[~～〜][^~～〜]{6,}[~～〜]?|[-‐―—–][^-‐―—–]{10,}[-‐―—–])\s*$")
_ENDING = re.compile(r"(?<=事業)費?(?:等)?(?:補助金|助成金)$|(?<=事業)費$")
_DATES = re.compile(r"\d{1,2}(?:月\d{1,2}日?|/\d{1,2}|月)(?:[(][月火水木金土日][)])?")
_NAMED = re.compile(r"(?:事業費?|金|貸付|融資|保証|制度|税制|プログラム|(?:事業|補助金)に係るもの)$")
_BODY = re.compile(
    r"^(?:公益|一般)?(?:財団|社団)法人|^[公一][財社]$|^(?:独立行政|特定非営利活動)法人|^株式会社|^内閣府$"
    r"|(?<=..)(?:省|庁|機構|財団|協会|協議会|連合会|公社|公庫|プラザ|研究所|株式会社|大学|産業\d+|企業会)$"
    r"|(?<=..)(?<!データ)(?<!コール)(?<!物流)(?<!配送)センター$|^(?:JETRO|NEDO|INPIT|SII|JST|AMED|NICT)$"
)
_OFFICE = re.compile(
    r"(?<=..)(?:(?<!薬)(?<!郵便)局|監督部|監理部|陸運部|支部|支局|支所|本部|(?:総合|監督|通信)事務所)$"
)
_STATUS = re.compile(
    r"^(?:(?:間接)?補助(?:事業者?|金)?|助成金?|委託|事業者(?:様?向け)?|登録|重要|新着|新|旧|事務局|執行団体|応募事業者|繰越|後年度事業"
    r"|(?:補正|当初|予備費)+(?:予算)?(?:案|分)?(?:に係るもの)?|予算(?:案|分)?|注意喚起|事前周知|施行|(?:公募|応募|補助金|1年目の?)申請用?"
    r"|(?:事業者の?|企業の?)?(?:公募|募集|応募|受付|申請)(?:受付|中|前|終了|開始|延長|のお知らせ|のご?案内|について|分)*"
    r"|(?:公募|募集|応募|受付|申請|提出)*(?:期間|期限|開始|終了|延長)(?:中|前|延長)*|随時更新|(?:から|目の?|随時|先着順|先着)受付"
    r"|(?:年|月|日|まで|から|分|及び|および|以降|~|〜|～|-)+)$"
    r"|(?:締切日?|締め切り|お知らせ|ご案内|まで|採択済み|登録用|採択結果)(?:中|前|分)?$"
)
_NATION = frozenset({"JP"})
_NO_YEAR = 0
_BLOCK = re.compile("|".join(sorted(regions.BLOCKS, key=len, reverse=True)))
_NETWORKS = ("商工会議所", "商工会")
_NETWORK = re.compile("(商工会議所|商工会)地区")
_TAIL = re.compile(
    r"(?:(?:に係る|に関する|の)?(?:補助事業者|間接補助事業者|事業者|申請|参加者)?(?:の)?(?:追加|再)?"
    r"(?:公募要領|公募|募集|申請受付|受付締切|受付|お知らせ|ご案内|御案内)(?:を?開始(?:します|しました)?|を公開|について)*"
    r"|について|を公開|!)+$"
)
SHORTEST_NAME = 4
MARKS = re.compile(r"[\s「」『』()<>〈〉《》\[\]【】・、，,。_\-‐―—~〜～:：｜|]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides whether a listing is the same as another. `names` are of its title, `told` of its text; `shared`
    are the name before the title's brackets and the name in them.

    What only tells of a programme has neither, nor an address: no rule makes it one with another, people still can.
    `step`: it is only a step of a grant, or a call for who runs it.
    """

    id: str
    source: str
    said: str
    names: tuple[str, ...]
    shared: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    years: frozenset[int]
    rounds: frozenset[str]
    courses: frozenset[str]
    areas: frozenset[str]
    spans: tuple[tuple[str, str], ...]
    closes: frozenset[str]
    url: str
    step: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Two listings of one programme. `likeness` of their names, 0 to 1; `quoted`: the second's text names the first."""

    one: str
    other: str
    likeness: float
    why: str
    quoted: bool = False


@dataclass(frozen=True)
class Group:
    """Listings of one programme, by id, the one that leads first."""

    members: tuple[str, ...]
    why: Mapping[str, str]


def identity(programme: Programme) -> Identity:
    title = fold(programme.title)
    if framed := _FRAMED.match(title):
        heading, title = title[: framed.start(1)], framed[1]
    else:
        heading = ""
    text = fold(programme.body[:TEXT])
    windows = [each for each in programme.windows if each.role is Role.APPLY]
    said, tells = f"{heading} {title}".strip(), programme.kind in OUT
    rounds = _rounds(said) or frozenset(str(each.round) for each in windows if each.round and len(windows) == 1)
    return Identity(
        id=programme.id,
        source=programme.source.name,
        said=said,
        names=() if tells else _names(title, programme.areas),
        shared=() if tells else _shared(title),
        told=() if tells else tuple({name: None for found in _QUOTED.findall(text) for name in _names(found, ())}),
        years=years_of(said),
        rounds=rounds,
        courses=_courses(title, programme.areas),
        areas=frozenset(programme.areas),
        spans=tuple((each.opens or "", each.closes) for each in windows if each.closes),
        closes=frozenset(each.closes[:10] for each in windows if each.closes),
        url="" if tells else _address(programme.official_url),
        step=any(each.code == "procedure" for each in programme.problems),
    )


def _names(title: str, areas: Iterable[str]) -> tuple[str, ...]:
    """The name as a whole, what stands in and before its brackets, and what a headline quotes or has between waves
    (トラックに補助～「…事業」の公募～), each also without its place and 費補助金: any may be another source's.
    """
    title = _bare(title)
    parts = [*_whole(title), *(part for each in _whole(title) for part in _bracketed(each)), *_QUOTED.findall(title)]
    cleaned = dict.fromkeys(filter(None, map(_clean, parts)))
    placed = [*cleaned, *(each for name in cleaned for each in without_place(name, areas))]
    short = (_ENDING.sub("", name) for name in placed)
    return tuple(dict.fromkeys(name for name in (*placed, *short) if len(name) >= SHORTEST_NAME))


def _bare(title: str) -> str:
    """Without years, rounds, places and states in brackets."""
    title = _ROUND.sub("", _YEARS.sub("", _BRACKETS.sub("", title)))
    return _ASIDES.sub(lambda aside: aside[0] if _pieces(aside[0]) else "", title).strip()


def _whole(title: str) -> Iterator[str]:
    """The title, and the two parts of one with a motto behind or before it."""
    yield title
    if motto := _MOTTO.search(title):
        yield from (title[: motto.start()], motto[0])


def _bracketed(title: str) -> tuple[str, ...]:
    """What stands before the brackets at the end and in them."""
    inner = _INNER.search(_TAIL.sub("", title.strip(_WAVES)))
    return inner.groups() if inner else ()


def _clean(name: str) -> str:
    return MARKS.sub("", _TAIL.sub("", name.strip(f" 「」{_WAVES}"))).lower()


def without_place(name: str, areas: Iterable[str]) -> Iterator[str]:
    """The name without the place that it begins with, if that is one of its own."""
    for code in areas:
        place = regions.get(code).name if code != "JP" else ""
        if place and name.startswith(place):
            yield name.removeprefix(place)


def _shared(title: str) -> tuple[tuple[str, str], ...]:
    """What stands before the brackets and in them, of the whole and of its motto."""
    found = (tuple(map(_clean, _bracketed(each))) for each in _whole(_bare(title)))
    return tuple((pair[0], pair[1]) for pair in found if len(pair) == 2)


def years_of(text: str) -> frozenset[int]:
    """Fiscal years, as years of the common era."""
    return frozenset(year_of(era or plain) for era, plain in _YEAR.findall(text))


def _rounds(text: str) -> frozenset[str]:
    text = _YEARS.sub("", text)
    return frozenset(str(number(digits)) if digits else again for digits, again in _ROUND.findall(text))


def _courses(title: str, areas: Sequence[str]) -> frozenset[str]:
    """The parts of the scheme that the title names: courses, and what its brackets tell besides what is read elsewhere.

    What stands in round brackets is no course where it is a name of its own.
    """
    rest = _BRACKETS.sub(" ", title)
    found = {
        _course(piece, areas)
        for bracket in _BRACKETS.findall(title)
        for piece in _pieces(bracket)
        if len(piece) < 4 or piece not in rest
    }
    for aside in _ASIDES.findall(rest):
        pieces = _pieces(aside)
        if pieces and not _NAMED.search(pieces[-1]):
            found.update(_course(piece, areas) for piece in pieces)
            rest = rest.replace(aside, " ")
    found.update(MARKS.sub("", each) for each in _COURSE.findall(_YEARS.sub("", rest)))
    found.update(_NETWORK.findall(title))
    return frozenset(found - {""})


def _pieces(bracket: str) -> list[str]:
    bracket = _ROUND.sub(" ", _DATES.sub(" ", _YEARS.sub(" ", bracket)))
    pieces = _PIECES.split(bracket)
    return [each for each in pieces if len(each) > 1 and not each.isdigit() and not _STATUS.search(each)]


def _course(piece: str, areas: Sequence[str]) -> str:
    """The piece as a course; empty for a place, a body and the state of a call.

    An office's district is a course where the places do not tell it.
    """
    for network in _NETWORKS:
        if network in piece:
            return network
    piece = re.sub(r"(?<=申請)用$|(?<=.[^区部])分$", "", piece)
    if piece in _places() or _STATUS.search(piece):
        return ""
    if _OFFICE.search(piece):
        return "" if areas and "JP" not in areas else "".join(_BLOCK.findall(piece)) or piece
    return "" if _BODY.search(piece) else MARKS.sub("", piece)


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    every = regions.all()
    return frozenset(name for each in every for name in (each.name, regions.full_name(each.code))) | set(regions.BLOCKS)


def _address(url: str) -> str:
    """The page, without what does not tell pages apart; empty for a front page, which is no programme's own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = re.sub(r"/(?:index\.\w+)?$", "", parts.path)
    return f"{parts.hostname}{path}?{parts.query}" if parts.hostname and (path or parts.query) else ""


def trap(one: Identity, other: Identity) -> str:
    """Why the two cannot be the same programme; empty if nothing speaks against it."""
    if one.years and other.years and not one.years & other.years:
        return "year"
    if one.rounds and other.rounds and not one.rounds & other.rounds:
        return "round"
    if one.courses and other.courses and one.courses != other.courses:
        return "course"
    if one.areas and other.areas and not one.areas & other.areas and not _teller(one, other):
        return "place"
    if one.spans and other.spans and not one.closes & other.closes and not _overlap(one, other):
        return "time"
    return ""


def _teller(one: Identity, other: Identity) -> Identity | None:
    """Who of two tells of what closes on the same day elsewhere, and is said to be of the whole country: an article on
    what a ministry calls for in one place. None where both have places of their own, or both have none.

    A place's own programme that names one of the nation adds to it, and is not the same.
    """
    if not one.closes & other.closes:
        return None
    for teller, owner in ((one, other), (other, one)):
        if teller.areas == _NATION and teller.told and owner.areas and not owner.areas & _NATION:
            return teller
    return None


def _overlap(one: Identity, other: Identity) -> bool:
    return any(a[0] <= b[1] and b[0] <= a[1] for a in one.spans for b in other.spans)


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: the mean of the order of their characters and of their character 2-grams.

    >>> likeness("省エネ設備導入補助金", "省エネ設備導入補助金")
    1.0
    """
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    dice = 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0
    return (fuzz.ratio(one, other) / 100 + dice) / 2


def _nearest(some: Sequence[str], others: Sequence[str]) -> float:
    return max((likeness(*sorted((a, b))) for a in some for b in others), default=0.0)


def same(one: Identity, other: Identity, weak: frozenset[str] = frozenset()) -> Match | None:
    """The match of two listings of different sources, or None. `weak` names belong to many programmes: they tell
    nothing.
    """
    if one.source == other.source or trap(one, other):
        return None
    mine, theirs = ([name for name in each.names if name not in weak] for each in (one, other))
    titles = _nearest(mine, theirs)
    if one.url and one.url == other.url and titles >= 0.5:
        return Match(one.id, other.id, titles, "address")
    if article := _teller(one, other):
        owner = other if article is one else one
        told = _nearest([name for name in owner.names if name not in weak], article.told)
        return Match(owner.id, article.id, told, "named and day", quoted=True) if told >= ALIKE else None
    if one.closes & other.closes:
        if titles >= NEAR and (one.courses == other.courses or titles == 1):
            return Match(one.id, other.id, titles, "name and day")
        backwards, forwards = (
            _nearest(mine, [name for name in other.told if name not in weak]),
            _nearest([name for name in one.told if name not in weak], theirs),
        )
        if max(backwards, forwards) >= ALIKE:
            owner, teller = (one, other) if backwards >= forwards else (other, one)
            return Match(owner.id, teller.id, max(backwards, forwards), "named and day", quoted=True)
        return None
    if titles < ALIKE or (one.years, one.rounds, one.courses) != (other.years, other.rounds, other.courses):
        return None
    if one.spans and other.spans:
        return Match(one.id, other.id, titles, "name, other day") if one.years or one.rounds else None
    return Match(one.id, other.id, titles, "name")


def weak_names(everything: Iterable[Identity]) -> frozenset[str]:
    """Parts of names that several programmes share: a budget's with schemes in brackets, and what stands in the
    brackets of several, unless it is a scheme that the next year pays from another budget.
    """
    inside: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for outer, inner in (pair for each in everything for pair in each.shared):
        inside[outer].add(inner)
        before[inner].add(outer)
    budgets = {name for name, found in inside.items() if len(found) > 1}
    parts = {name for name, found in before.items() if len(found) > (BUDGETS if _NAMED.search(name) else 1)}
    return frozenset(each for name in budgets | parts for each in (name, _ENDING.sub("", name)))


def matches(everything: Iterable[Identity]) -> list[Match]:
    """Every two listings that are the same programme."""
    known = list(everything)
    weak = weak_names(known)
    by_id = {each.id: each for each in known}
    found = [match for one, other in _candidates(known) if (match := same(one, other, weak))]
    return _unambiguous(found, by_id)


Key = tuple[str, ...]


def _candidates(known: Sequence[Identity]) -> Iterator[tuple[Identity, Identity]]:
    """Two listings that may be the same: of different sources, one prefecture, sharing rare 3-grams or an address, and
    not of different years. What tells as of the whole country meets what closes in a prefecture on the same day.
    """
    common = Counter(gram for each in known for name in (*each.names, *each.told) for gram in _grams(name))
    index: dict[Key, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, each in enumerate(known):
        rare: set[str] = set()
        for name in (*each.names, *each.told):
            own = sorted(_grams(name), key=lambda gram: (common[gram], gram))
            # Names that are near share most of their 3-grams, and so at least one of the rarer half.
            rare.update(own[: len(own) // 2 + 1])
        shared = [(place, gram) for gram in sorted(rare) for place in sorted(_blocks(each))]
        shared += [("url", each.url)] if each.url else []
        mine, theirs = _crossing(each, rare)
        seen: set[int] = set()
        for key in (*shared, *theirs):
            met = index.get(key, {})
            for j in (j for year in ((*each.years, _NO_YEAR) if each.years else met) for j in met.get(year, ())):
                if j not in seen and known[j].source != each.source:
                    seen.add(j)
                    yield known[j], each
        for key in (*shared, *mine):
            for year in each.years or (_NO_YEAR,):
                index[key][year].append(i)


def _crossing(each: Identity, rare: Iterable[str]) -> tuple[list[Key], list[Key]]:
    """Where a place's own and what tells as of the whole country meet: its keys, and those of the others."""
    local = bool(each.areas) and not each.areas & _NATION
    if not local and not (each.areas == _NATION and each.told):
        return [], []
    sides: list[list[Key]] = [
        [(side, gram, day) for gram in sorted(rare) for day in sorted(each.closes)] for side in ("local", "telling")
    ]
    return (sides[0], sides[1]) if local else (sides[1], sides[0])


def _grams(name: str) -> set[str]:
    return {name[i : i + 3] for i in range(len(name) - 2)}


def _blocks(each: Identity) -> set[str]:
    """Its prefectures, or "JP"; a listing without a place meets only others without one, and the nation's."""
    return {code if code == "JP" else regions.prefecture_of(code) for code in each.areas} or {"JP", ""}


def _unambiguous(found: Sequence[Match], by_id: Mapping[str, Identity]) -> list[Match]:
    """Leaves out where one listing may be any of several of another source: then it is of all of them, or of none."""
    options: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for match in found:
        options[match.other, by_id[match.one].source].append(match)
        if not match.quoted:
            options[match.one, by_id[match.other].source].append(match)
    refused: set[Match] = set()
    for several in options.values():
        best = sorted(several, key=lambda match: -match.likeness)
        if len(best) > 1:
            clear = best[0].likeness - best[1].likeness >= MARGIN
            refused.update(best[1:] if clear else best)
    return [match for match in found if match not in refused]


def groups(
    everything: Sequence[Identity],
    decided: Mapping[tuple[str, str], bool] | None = None,
    order: Mapping[str, int] | None = None,
) -> list[Group]:
    """Groups of two and more. `decided`: what people said of two ids (sorted): the same or not; it beats every rule.

    `order` ranks sources: the lowest leads (the issuer's own before an aggregator), then the one that says most.
    """
    decided, order = decided or {}, order or {}
    by_id = {each.id: each for each in everything}
    pairs = [
        Match(one, other, 1, "decided")
        for (one, other), yes in decided.items()
        if yes and one in by_id and other in by_id
    ] + sorted(matches(everything), key=lambda match: (-match.likeness, match.one, match.other))
    group: dict[str, set[str]] = {}
    why: dict[str, str] = {}
    for match in pairs:
        mine, theirs = group.get(match.one, {match.one}), group.get(match.other, {match.other})
        if mine is theirs or any(_apart(a, b, match, by_id, decided) for a in mine for b in theirs):
            continue
        for each in (match.one, match.other):
            why.setdefault(each, match.why)
        united = mine | theirs
        for each in united:
            group[each] = united
    found = {id(members): members for members in group.values()}.values()

    def rank(member: str) -> tuple[int, int, str]:
        each = by_id[member]
        return order.get(each.source, 0), -len(each.spans), member

    return sorted(
        (Group(tuple(sorted(members, key=rank)), {each: why[each] for each in members}) for members in found),
        key=lambda each: each.members,
    )


def _apart(
    one: str, other: str, match: Match, by_id: Mapping[str, Identity], decided: Mapping[tuple[str, str], bool]
) -> bool:
    said = decided.get((min(one, other), max(one, other)))
    if said is not None:
        return not said
    return match.why != "decided" and bool(trap(by_id[one], by_id[other]))


TAKEN = ("windows", "areas", "amount", "eligibility", "issuer", "official_url", "contact", "summary")
"""Fields that a listing lacks and another one of the programme has are taken from there."""


def merged(lead: Programme, others: Sequence[Programme], settled: Container[str] = ()) -> Programme:
    """The lead with the addresses of the others, what it lacks filled from them, and where their deadlines differ.

    Every value keeps its source: `also_at[].fields` names what was taken from there. `settled` fields are as a person
    left them: nothing is taken for them.
    """
    values: dict[str, object] = {}
    addresses, problems = [], list(lead.problems)
    for each in others:
        taken = [
            name
            for name in TAKEN
            if name not in values
            and name not in settled
            and not _says(getattr(lead, name))
            and _says(getattr(each, name))
            and _agreed(name, others)
        ]
        values |= {name: getattr(each, name) for name in taken}
        if "areas" in taken:
            values["areas_raw"] = each.areas_raw
        apart = _other_days(lead.windows, each.windows)
        if apart:
            problems.append(
                Problem(field="windows", code=DIFFERS, raw=" / ".join(window.raw for window in apart)[:300])
            )
        addresses.append(
            Address(source=each.source.name, id=each.id, url=each.url, fields=tuple(taken), windows=tuple(apart))
        )
    return lead.model_copy(update={**values, "also_at": tuple(addresses), "problems": tuple(problems)})


UNDISPUTED = ("issuer", "areas", "official_url")
"""Fields of which none is taken where the others say different things: nothing tells which of them is right."""


def _agreed(name: str, others: Sequence[Programme]) -> bool:
    said = [value for each in others if _says(value := getattr(each, name))]
    return name not in UNDISPUTED or all(value == said[0] for value in said)


def _says(value: object) -> bool:
    return bool(getattr(value, "name", True)) if value else False


def _other_days(own: Sequence[Window], theirs: Sequence[Window]) -> list[Window]:
    """Their windows where both name closing days and none is shared."""
    mine, other = (
        {each.closes[:10] for each in windows if each.role is Role.APPLY and each.closes} for windows in (own, theirs)
    )
    if not mine or not other or mine & other:
        return []
    return [each for each in theirs if each.role is Role.APPLY and each.closes]
