"""How programmes stand to each other besides being the same: other rounds, top-ups, and what excludes each other.

Rounds (系列) follow from names, places, courses and days. The others are stated by a text: of the programmes that its
sentence names, one is the other side only if both can be applied for in the same time. Where the sentence names none
that we list in that time, the words stand without one: a firm has to know them, whoever's programme it is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.duplicates import Identity, comparable, weak_names, without_place, years_of
from indexer.normalise.text import fold
from indexer.schema import NOT_OFFERED, Programme, Relation, RelationKind
from indexer.vocab import regions

NEAREST = 3
"""So many rounds before and after are told."""

MOST = 5
"""So many programmes of one sentence, and so many sentences of one text, are told."""

SHORTEST = 7
"""Shorter names are words of everyday language."""

_SENTENCE = re.compile(r"(?:[^。\n]|。(?=[)」]))+")
_TOP_UP = re.compile(r"上乗せ|上積み|横出し")
_TOGETHER = re.compile(r"併用|併給|重複(?:して)?(?:[^。\n]{0,12}(?:申請|受|交付|応募)|$)|併せて(?:申請|受給|利用)")
_NOT = re.compile(
    r"でき(?:ない|ません)|不可|対象外|認め(?:ない|られ|ません)|対象と(?:なら|なり|しな|しま)|受けられ(?:ない|ません)"
)
_OTHERS = re.compile(
    r"(?:国|県|都|道|府|市|区|町|村|地方公共団体|自治体|他|その他|別)[^。\n]{0,14}(?:補助|助成|奨励|交付金|給付金|支援金|支援制度)"
)
_OF_THE_STATE = re.compile(r"(?:国|県|都|道|府)(?:の|が)[^。\n]{0,40}(?:補助|助成|奨励|交付金|給付金|支援金)")
# Who has had other money is left out: 他の補助金を受給していないこと.
_HAD = re.compile(
    r"(?:他の|別の|国が[^。\n]{0,8}他の|国の他の)[^。\n]{0,16}(?:補助金|助成金|奨励金|補助制度|補助事業)[^。\n]{0,40}"
    r"(?:受け|受給|交付|採択|応募|申請)[^。\n]{0,24}"
    r"(?:いない(?:こと|もの|者|事業|方|場合)|ないこと|されません|されない|できません|できない|対象外|除(?:く|き|かれ)"
    r"|対象とな(?:らない|りません)|対象としない)"
)
_SAME_MATTER = re.compile(r"同一の?(?:案件|事業|経費|内容|機器|設備)")
_SCHEME = re.compile(
    r"「[^「」]{4,80}(?:補助金|助成金|奨励金|支援金|給付金|事業|制度|表彰|大賞)(?:[(][^()]{1,40}[)])?」"
)
_SELF = re.compile(r"(?:×|○|△)…|コース・?(?:加算)?の併給|申請フォーム")
_WAY = re.compile(r"^(?:(?:共同|単独|個別|一括)申請|新規(?:事業)?)$")
_ANNEX = re.compile(r"[(][^()]{1,8}[)]$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a programme's text that may tell of others, verbatim."""

    id: str
    kind: RelationKind
    raw: str


def statements(programme: Programme) -> Iterator[Statement]:
    """What its text says of others.

    A rate that is raised (賃上げで補助率を上乗せ) is no top-up: that takes a name, which `relations` looks for.
    """
    if programme.kind in NOT_OFFERED:
        return
    count = 0
    text = f"{programme.summary}\n{programme.body}"
    for match in _SENTENCE.finditer(fold(text)):
        sentence = match[0]
        if _TOP_UP.search(sentence):
            kind = RelationKind.TOP_UP
        elif _excludes(sentence) and not _SELF.search(sentence):
            kind = RelationKind.EXCLUSIVE
        else:
            continue
        count += 1
        if count > MOST * 4:
            return
        # Folding keeps positions: what is told is told as it was written.
        yield Statement(programme.id, kind, text[match.start() : match.end()].strip(" 　・•※*◆■●-")[:300])


def _excludes(sentence: str) -> bool:
    return bool((_TOGETHER.search(sentence) and _NOT.search(sentence)) or _HAD.search(sentence))


def relations(known: Iterable[Identity], said: Iterable[Statement]) -> dict[str, list[Relation]]:
    """The relations of each programme, by id: on both sides."""
    by_id = {each.id: each for each in known}
    found: dict[str, dict[tuple[RelationKind, str, str], Relation]] = defaultdict(dict)

    def add(id: str, relation: Relation) -> None:
        # The same pair in several sentences is one relation; what names nobody is told in its own words.
        found[id].setdefault((relation.kind, relation.id, "" if relation.id else relation.raw), relation)

    for id, other, raw in _rounds(list(by_id.values())):
        add(id, Relation(kind=RelationKind.ROUND, id=other, raw=raw))
    names = _named(by_id.values())
    starts: dict[str, list[str]] = defaultdict(list)
    for name in names:
        starts[name[:SHORTEST]].append(name)
    for each in said:
        teller = by_id.get(each.id)
        if teller is None:
            continue
        text = comparable(fold(each.raw))
        at = (starts.get(text[i : i + SHORTEST], ()) for i in range(len(text) - SHORTEST + 1))
        called = {name: names[name] for several in at for name in several if name in text}
        others, named = _meant(teller, each, called, by_id)
        for other in others:
            add(each.id, Relation(kind=each.kind, id=other, raw=each.raw, told_by=each.id))
            add(other, Relation(kind=each.kind, id=each.id, raw=each.raw, told_by=each.id))
        if not others and _worth_telling(each, named):
            add(each.id, Relation(kind=each.kind, raw=each.raw, told_by=each.id))
    return {id: list(several.values()) for id, several in found.items()}


def _worth_telling(statement: Statement, named: bool) -> bool:
    text = fold(statement.raw)
    if statement.kind is RelationKind.EXCLUSIVE:
        return named or any(each.search(text) for each in (_OTHERS, _SCHEME, _SAME_MATTER, _HAD))
    return bool(_OF_THE_STATE.search(text))


def _rounds(known: Sequence[Identity]) -> Iterator[tuple[str, str, str]]:
    """(a programme, another round of the same scheme, its title's words): the nearest before and after it."""
    weak = weak_names(known)
    series: dict[tuple[str, frozenset[str]], list[tuple[str, int, Identity]]] = defaultdict(list)
    for each in known:
        if each.step or not each.names or len(each.names[0]) < SHORTEST or each.names[0] in weak or not each.areas:
            continue
        # By their closing days, or where none is known by their years; what has neither has no place in the order.
        when = min(each.closes, default="") or str(max(each.years, default=""))
        number = max((int(one) for one in each.rounds if one.isdigit()), default=0)
        if when:
            series[each.names[0], each.areas].append((when, number, each))
    for several in series.values():
        several.sort(key=lambda entry: (entry[0], entry[1], entry[2].id))
        for courses in dict.fromkeys(each.courses for _, _, each in several):
            own = [entry for entry in several if _one_course(entry[2].courses, courses)]
            for i, (when, number, each) in enumerate(own):
                if each.courses != courses:
                    continue
                for other_when, other_number, other in own[max(0, i - NEAREST) : i + NEAREST + 1]:
                    if (other_when, other_number) != (when, number):
                        yield each.id, other.id, other.said


def _one_course(one: frozenset[str], other: frozenset[str]) -> bool:
    """The same courses; a call that does not tell ways to apply apart is for each of them."""
    return one == other or ((one < other or other < one) and all(_WAY.search(each) for each in one ^ other))


def _named(known: Iterable[Identity]) -> dict[str, set[str]]:
    """Programmes by the names that a text may call them: also without their place before and a short annex behind."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in known:
        for name in each.names:
            if len(name) >= SHORTEST:
                found[name].add(each.id)
        plain = comparable(_ANNEX.sub("", each.said.split("「")[-1].rstrip("」")))
        for short in without_place(plain, each.areas):
            if len(short) >= SHORTEST:
                found[short].add(each.id)
    return found


def _meant(
    teller: Identity, statement: Statement, names: Mapping[str, set[str]], by_id: Mapping[str, Identity]
) -> tuple[list[str], bool]:
    """The programmes that the sentence means, of those by the names in it, and whether it names any scheme but the
    teller's own.
    """
    called = [name for name in names if not any(name in mine for mine in teller.names)]
    # 「持続化補助金<一般型>」 names the longer of two schemes, not both.
    called = [name for name in called if not any(name != longer and name in longer for longer in called)]
    years = years_of(fold(statement.raw))
    meant = {
        id
        for name in called
        for id in names[name]
        if id != teller.id and _possible(teller, by_id[id], statement.kind, years)
    }
    newest = sorted(meant, key=lambda id: (max(by_id[id].closes, default=""), id), reverse=True)
    return newest[:MOST], bool(called)


def _possible(teller: Identity, other: Identity, kind: RelationKind, years: frozenset[int]) -> bool:
    """May the sentence mean this one: in a place where both are offered, in the same time?"""
    if not teller.areas or not other.areas or (teller.courses and teller.names[:1] == other.names[:1]):
        return False
    if kind is RelationKind.TOP_UP:
        # A town adds to what the prefecture or the nation pays, never the other way round.
        wider = {"JP"} | {regions.prefecture_of(code) for code in teller.areas if len(code) == 5}
        if "JP" in teller.areas or not other.areas <= wider:
            return False
    elif not other.areas & {cover for code in teller.areas for cover in regions.covering(code)}:
        return False
    if years and other.years:
        return bool(years & other.years)
    if teller.spans and other.spans:
        return any(one[0] <= two[1] and two[0] <= one[1] for one in teller.spans for two in other.spans)
    return bool(teller.years & other.years) or not (teller.years or other.years or teller.spans or other.spans)
