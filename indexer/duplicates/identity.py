"""What decides whether a listing is the same as another, read from its title, text and windows."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from indexer.normalise.deadlines.points import number, year_of
from indexer.normalise.text import fold
from indexer.schema import Kind, Programme, Role
from indexer.vocab import regions

OUT = frozenset({Kind.NEWS, Kind.CASE, Kind.QA})
"""What tells of a programme without being one: the results of a call are not the call."""

TEXT = 3_000
"""So many characters of a text are searched for the name of the scheme."""

_ENDINGS = "事業|補助金|助成金|交付金|給付金|支援金|奨励金|協力金|資金|貸付|融資|保証|制度|税制|プログラム|支援策|支援"
_QUOTED = re.compile(
    rf"「([^「」]{{4,120}}?(?:{_ENDINGS})(?:[(][^()]{{1,80}}[)])?(?:第?[0-9一二三四五六七八九十]+[次回]公募)?)」"
)
_FRAMED = re.compile(r"^(?:【[^】]*】)?[^「」:]{2,16}:\s*「(.+)」[^」]{0,12}$")
_LABEL = re.compile(r"^(?:【[^】]*】)?\s*(?:(?:補助金|助成金|融資|貸付|税制|給付金|支援金|支援情報|公募)・?)+\s*:\s*")
_OF_ERA = r"(?:元|\d{1,2}|[〇一二三四五六七八九十]{1,3})"
_YEAR = re.compile(rf"((?:令和|平成|(?<![A-Za-z0-9])R) {{0,2}}{_OF_ERA})年?度?|(?<![\d.,])(20\d\d)年?度")
_YEARS = re.compile(
    rf"(?:(?:令和|平成) {{0,2}}{_OF_ERA}年度?|(?<![A-Za-z0-9])R\d{{1,2}}(?:年度|補正|(?![A-Za-z0-9.]))|20\d\d年度?)"
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
_HALF_WIDTH = re.compile(r"[ｦ-ﾟ]+")
_BRACKETS = re.compile(r"【[^】]*】|\[[^\]]*\]|〔[^〕]*〕|［[^］]*］")
_ASIDES = re.compile(r"[(][^()]*[)]|<[^<>]*>|〈[^〈〉]*〉|《[^《》]*》")
_PIECES = re.compile(r"[\s「」『』()<>〈〉《》【】\[\]〔〕・、,/|｜:_＿*※]+")
_INNER = re.compile(r"^(.{6,}?)[(]([^()]{6,})[)]$")
_WAVES = "~～〜-‐―—–"
_MOTTO = re.compile(r"(?<=.{4})(?:[~～〜][^~～〜]{6,}[~～〜]?|[-‐―—–][^-‐―—–]{10,}[-‐―—–])\s*$")
SUFFIX = re.compile(r"(?<=事業)費?(?:等)?(?:補助金|助成金)$|(?<=事業)費$")
_DATES = re.compile(r"\d{1,2}(?:月\d{1,2}日?|/\d{1,2}|月)(?:[(][月火水木金土日][)])?")
SCHEME = re.compile(r"(?:事業費?|金|貸付|融資|保証|制度|税制|プログラム|(?:事業|補助金)に係るもの)$")
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
_BLOCK = re.compile("|".join(sorted(regions.BLOCKS, key=len, reverse=True)))
_NETWORKS = ("商工会議所", "商工会")
_NETWORK = re.compile("(商工会議所|商工会)地区")
_TAIL = re.compile(
    r"(?:(?:に係る|に関する|の)?(?:補助事業者|間接補助事業者|事業者|申請|参加者)?(?:の)?(?:追加|再)?"
    r"(?:公募要領|公募|募集|申請受付|受付締切|受付|お知らせ|ご案内|御案内)(?:を?開始(?:します|しました)?|を公開|について)*"
    r"|について|を公開|!)+$"
)
SHORTEST_NAME = 4
_MARKS = re.compile(r"[\s「」『』()<>〈〉《》\[\]【】・、，,。_\-‐―—~〜～:：｜|]+")


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


def identity(programme: Programme) -> Identity:
    title = fold(_HALF_WIDTH.sub(lambda kana: unicodedata.normalize("NFKC", kana[0]), programme.title))
    heading = ""
    if framed := _FRAMED.match(title):
        heading, title = title[: framed.start(1)], framed[1]
    elif label := _LABEL.match(title):
        heading, title = label[0], title[label.end() :]
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
    short = (SUFFIX.sub("", name) for name in placed)
    return tuple(dict.fromkeys(name for name in (*placed, *short) if len(name) >= SHORTEST_NAME))


def _bare(title: str) -> str:
    """Without years, rounds, places and states in brackets."""
    title = _ROUND.sub("", _YEARS.sub("", _BRACKETS.sub("", title)))
    return _ASIDES.sub(lambda aside: "" if set(_pieces(aside[0])) <= _places() else aside[0], title).strip()


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
    return comparable(_TAIL.sub("", name.strip(f" 「」{_WAVES}")))


def comparable(text: str) -> str:
    """A folded text as names are compared: without marks, in lower case, and 省エネルギー as 省エネ.

    >>> comparable("「省エネルギー・EV」補助金"), comparable("省エネev補助金")
    ('省エネev補助金', '省エネev補助金')
    """
    return _MARKS.sub("", text).lower().replace("省エネルギー", "省エネ")


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
        if pieces and not SCHEME.search(pieces[-1]):
            found.update(_course(piece, areas) for piece in pieces)
            rest = rest.replace(aside, " ")
    found.update(_MARKS.sub("", each) for each in _COURSE.findall(_YEARS.sub("", rest)))
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
    return "" if _BODY.search(piece) else _MARKS.sub("", piece)


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
