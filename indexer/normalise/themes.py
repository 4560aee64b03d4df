"""What a listing is about: kind, GX, themes, stages, levers and fields, each with the words that triggered it.

The words, their weights and the words that mislead are data that staff can read: themes.yml, kinds.yml and fields.yml
of the vocabulary.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

from indexer.normalise.text import fold
from indexer.vocab.labels import document, labels

OTHER: Final = "other"
"""The kind of a listing that offers firms nothing to use (a tender, advertising space). No id of the vocabulary."""

ENOUGH: Final = 3.0
"""The score that makes a label: one word of weight 3 in a title."""

LEAD: Final = 400
"""Characters of the text in which a listing says what it is about; conditions and contacts come later."""

READ: Final = 8_000
"""Characters of the text after which nothing is read."""

LATER_MOST: Final = 1.5
"""What all words after the lead add up to at most."""

Place = Literal["title", "lead", "later"]

WEIGHT: Final[Mapping[Place, float]] = {"title": 1.0, "lead": 0.5, "later": 0.15}
"""What a word counts in each place. Weights of kinds in a text are data and count whole in the lead."""

SOURCE_WORD: Final = 7.0
"""The source's own word for the kind, against the weights of kinds.yml."""

PAGE_LABEL: Final = 5.0
"""The source's word for the kind at the start of a text, where pages print their labels."""

HEAD: Final = 1.5
"""What the last word for a kind counts in a title. Japanese puts the head last: 専門家派遣補助金 is a 補助金."""

KIND_LATER: Final = 0.3
"""What a word for a kind counts after the lead."""

KIND_IN_TEXT: Final = 5.0
"""The most that the words of a text say for a kind."""

UNINVITING: Final = 4.0
"""A text that invites nobody, for the kind `case`."""

COMPANY: Final = 4.0
"""A company named as the author of a title (「…：株式会社…」), for the kind `case`."""

PORTRAIT: Final = 8.0
"""Someone presented with the place (「…：青山商工会（青山県青山市）」) or in a profile, for the kind `case`."""

BUDGET: Final = 0.5
"""What a word of the budget line counts in a title that names a part of it (「…事業のうち…」) with other themes."""

NAMED: Final = 2.0
"""The score at which a title names a theme."""

IN_TEXT: Final = 1.5
BESIDE_TITLE: Final = 4.5
NEAR_MOST: Final = 0.5
"""The scores at which a text names a theme where the title names none and where it does; in the first case it must
also come near the theme that the text names most, as a part of its score."""

MEASURES: Final = 1.5
"""The score at which a text alone offers to measure; less is a condition (a diagnosis to have had)."""

REPEATS: Final = 3
"""How often a word counts: the second time half, the third time a third."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What a listing is about. Ids are those of `vocab.labels`, in its order, except the kind `OTHER`.

    `evidence` maps each id to the words found, verbatim. What reduces has the words of its themes, or those for GX;
    another stage that follows from the kind has the kind's words, or those for GX; a field that the source names has
    its word; a label without words (a kind concluded from the layout) is not in it.
    """

    kind: str
    gx: bool = False
    themes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """What a word says: how much for `label` of `facet` in a title and in a text; nothing where `unless` is found, nor
    without one of `near` (if any) in the `NEAR` characters before or behind it.

    `gx`: it speaks for GX as well. `alone`: it counts only where no other word of the title names a theme.
    """

    facet: str
    label: str
    title: float = 1.0
    body: float = 1.0
    gx: bool = False
    alone: bool = False
    unless: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A word of the vocabulary at [start, end) of a text. `name`: it is part of a name (of a desk, of a law)."""

    word: str
    start: int
    end: int
    name: bool


ABOUT_GX: Final = frozenset({"gx", "theme", "stage", "instead", "lever"})
SHORT: Final = 4
"""Katakana words below this length count only by themselves: バス is not in オムニバス, ローン not in ドローン."""

_JOINT = re.compile(
    "(?:設備|システム|装置|等)*(?:[・、,や+と]|及び|および|並びに|ならびに|又は|または)(?:定置用|家庭用|業務用|産業用)?"
)
_KATAKANA = re.compile(r"[ァ-ヴー]+")
NEAR: Final = 40
"""Characters around a word of two meanings within which another tells which one it has."""

# A run of such characters up to one of these endings is a name: 脱炭素社会推進課, 環境技術普及促進協会.
_NAME = re.compile(
    r"[一-龥々ァ-ヴーA-Za-z0-9・]{0,12}?(?:課|室|係|財団|協会|機構|学会|研究所|コンソーシアム)(?![一-龥々])"
)
# Laws: 道路運送車両法, 資源の有効な利用の促進に関する法律; not 処理方法, 省エネ工法, 電源開発法人.
_LAW = re.compile(
    r"[一-龥々ァ-ヴー・]{0,12}?(?<![方手工製用文技療作寸筆農算])法(?=第|施行|[^一-龥々]|$)"
    r"|[一-龥々ァ-ヴー・のなやび]{0,30}?に関する[一-龥]{0,6}法律"
)


class Lexicon:
    """All words of the data files in one expression, the longest first, with what each says."""

    def __init__(self) -> None:
        themes, kinds = document("themes.yml"), document("kinds.yml")["rules"]
        rules = themes["rules"]
        self.effects: dict[str, list[Effect]] = {}
        self.kinds: tuple[str, ...] = tuple(kinds)
        self.kind_of_source: dict[str, str] = {word: kind for kind, rule in kinds.items() for word in rule["source"]}
        self.kind_of_name: dict[str, str] = {
            name: kind for kind, rule in kinds.items() for name in rule.get("names", ())
        }
        self.inviting = re.compile("|".join(map(re.escape, document("kinds.yml")["inviting"])))
        self.profile = re.compile("|".join(document("kinds.yml")["profile"]))
        self.tails = [
            (word, kind, float(tail["weight"]))
            for kind, rule in kinds.items()
            for tail in rule.get("tail", ())
            for word in tail["words"]
        ]
        self.tails.sort(key=lambda tail: -len(tail[0]))
        self.field_of_source = {
            fold(word): key for key, label in labels("field").items() for word in (*label.synonyms, label.name)
        }
        purposes = document("fields.yml")["purposes"]
        self.field_of_purpose = {fold(word): key for word, key in purposes["fields"].items()}
        self.most_purposes = int(purposes["most"])
        self.takes_in: Mapping[str, str] = rules["takes_in"]
        self.across = frozenset(rules["across"])
        self.together: list[tuple[str, str]] = [(one, other) for one, other in rules["together"]]
        self.in_general: Mapping[str, Any] = rules["in_general"]
        self.stage_of_kind: Mapping[str, str] = themes["stages"]["by_kind"]
        for label in ("gx", *labels("theme")):
            for rule in rules[label]:
                effect = Effect(
                    facet="gx" if label == "gx" else "theme",
                    label=label,
                    title=float(rule["weight"]),
                    body=float(rule["weight"]),
                    gx=label != "gx" and rule.get("gx", True),
                    alone=rule.get("alone", False),
                    unless=tuple(map(fold, rule.get("unless", ()))),
                    near=tuple(map(fold, rule.get("near", ()))),
                )
                self._add(rule["words"], effect)
        for facet, words_of in (
            ("stage", themes["stages"]["words"]),
            ("instead", themes["stages"]["instead"]),
            ("lever", themes["levers"]),
            ("field", document("fields.yml")["rules"]),
        ):
            for label, words in words_of.items():
                self._add(words, Effect(facet, label))
        for kind, rule in kinds.items():
            for group in rule["words"]:
                self._add(group["words"], Effect("kind", kind, float(group["title"]), float(group["body"])))
        misleading = frozenset(map(fold, rules["misleading"]))
        for word in misleading:
            self.effects.setdefault(word, [])
        self._inherit(misleading)
        self._expression = re.compile(_pattern(self.effects))

    def _add(self, words: Iterable[str], effect: Effect) -> None:
        for word in words:
            self.effects.setdefault(fold(word), []).append(effect)

    def _inherit(self, misleading: frozenset[str]) -> None:
        """A longer word also says what the words inside it say; a misleading one does not where GX is concerned."""
        own = {word: tuple(effects) for word, effects in self.effects.items()}
        for word, effects in self.effects.items():
            said = {(effect.facet, effect.label) for effect in effects}
            for inner in _inside(word, own):
                for effect in own[inner]:
                    if (effect.facet, effect.label) in said or (word in misleading and effect.facet in ABOUT_GX):
                        continue
                    said.add((effect.facet, effect.label))
                    effects.append(effect)

    def find(self, text: str) -> Iterator[Hit]:
        """Every word of a folded text, left to right, the longest at each place, without overlaps."""
        for match in self._expression.finditer(text):
            word, start, end = match.group(), match.start(), match.end()
            around = text[max(start - 1, 0) : start] + text[end : end + 1]
            if len(word) < SHORT and _KATAKANA.fullmatch(word) and _KATAKANA.search(around):
                continue
            yield Hit(word, start, end, any(each.match(text, end) for each in (_NAME, _LAW)))


def _inside(word: str, words: Mapping[str, object]) -> Iterator[str]:
    start = 0
    while start < len(word):
        ends = range(len(word) - (start == 0), start, -1)
        end = next((end for end in ends if word[start:end] in words and _apart(word, start, end)), None)
        if end:
            yield word[start:end]
        start = end or start + 1


def _apart(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at the ends of [start, end): EV is not in EVENT."""

    def latin(index: int) -> bool:
        return 0 <= index < len(text) and text[index].isascii() and text[index].isalnum()

    return not (latin(start) and latin(start - 1)) and not (latin(end - 1) and latin(end))


Trie = dict[str, "Trie"]


def _pattern(words: Iterable[str]) -> str:
    root: Trie = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    # Looking back from behind the first character keeps every branch starting with a literal: re skips ahead then.
    return "|".join(
        re.escape(char) + ("(?<![A-Za-z0-9].)" if _latin(char) else "") + _branch(char, node)
        for char, node in sorted(root.items())
    )


def _branch(before: str, node: Trie) -> str:
    options = [re.escape(char) + _branch(char, child) for char, child in sorted(node.items()) if char]
    if "" in node:
        options.append("(?![A-Za-z0-9])" if _latin(before) else "")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def lexicon() -> Lexicon:
    return Lexicon()


@dataclass(frozen=True)
class Title:
    """A folded title without the issuer: `start` is where `text` begins in it, `main` is it without closing remarks.

    `source_word` is the source's word before the colon or in 【】, `issuer` who stands behind the last colon, `company`
    the issuer that is a company, or the title that is a company's name and nothing else; all as in the raw title.
    `portrait`: the issuer stands there with its place. `part` is where the part of a budget line begins, else 0.
    """

    text: str
    start: int
    main: str
    source_word: str
    issuer: str
    company: str
    portrait: bool = False
    part: int = 0


_HEAD = re.compile(r"\s*【([^】]{1,30})】\s*")
_ISSUER = re.compile(r"(?:[都道府県市区町村省庁局部課室会社]|センター|機構|財団|公庫|協会)$")
_PREFIX = re.compile(r"\s*([^「」：:]{1,14}?)\s*[：:]\s*(?=\S)")
_BY = re.compile(
    r"\s*[：:]\s*([^：:「」]{1,45}?(?:[都道府県市区町村省庁局会社団行]|機構|公庫|金庫|組合|センター|本部|事務所|など|期"
    r"|[A-Z]{3,}|[)）]))\s*$"
)
# 「… - 支援の窓口 - 青山県公式ホームページ」「… | 青山ネット」
_SITE = re.compile(
    r"(?:\s[-–—]\s|\s*[|/]\s*)[^|/]{0,40}(?:ホームページ|公式サイト|Webサイト|ウェブサイト|県庁|市役所|ネット)\s*$"
    r"|(?:\s[-–—]|\s*\|)\s[^|/\s]{1,6}[都道府県市区町村]\s*$"
)
_PORTRAIT = re.compile(r"[(][^()]{2,3}[都道府県][^()]{1,12}[)]$")
_PART = re.compile(r"[(]うち|事業費?(?:補助金)?[)]?のうち")
_COMPANY = re.compile("株式会社|有限会社|合同会社")
_COMPANY_ALONE = re.compile("(?:株式会社|有限会社|合同会社).{1,20}|.{1,20}(?:株式会社|有限会社|合同会社)")
_END = re.compile(r"(?:\s*[(（［\[【＜<][^()（）］\]】＞>]*[)）］\]】＞>]|[」』。!！\s])+$")


def _parts(title: str) -> Title:
    text, start, end, word = fold(title), 0, len(title), ""
    kinds = lexicon().kind_of_source
    if (head := _HEAD.match(text)) and (head[1] in kinds or _ISSUER.search(head[1])):
        word, start = title[head.start(1) : head.end(1)] if head[1] in kinds else "", head.end()
    if (prefix := _PREFIX.match(text, start)) and (prefix[1] in kinds or prefix[1] == "支援情報"):
        word, start = title[prefix.start(1) : prefix.end(1)], prefix.end()
    if site := _SITE.search(text, start):
        end = site.start()
    issuer = ""
    if by := _BY.search(text[:end], start):
        issuer, end = title[by.start(1) : by.end(1)], by.start()
    main = text[start:end]
    company = issuer if _COMPANY.search(issuer) else title[start:end] if _COMPANY_ALONE.fullmatch(main) else ""
    part = _PART.search(main)
    return Title(
        text=main,
        start=start,
        main=_END.sub("", main),
        source_word=word,
        issuer=issuer,
        company=company,
        portrait=bool(_PORTRAIT.search(fold(issuer))),
        part=part.end() if part else 0,
    )


class Tally:
    """Scores of a facet's labels by place, and the words behind them in order of appearance."""

    def __init__(self) -> None:
        self._scores: dict[Place, dict[str, float]] = {"title": {}, "lead": {}, "later": {}}
        self._words: dict[str, dict[str, None]] = {}

    def add(self, place: Place, label: str, score: float, word: str) -> None:
        scores = self._scores[place]
        scores[label] = scores.get(label, 0.0) + score
        self._words.setdefault(label, {})[word] = None

    def most(self, place: Place, label: str, score: float, word: str = "") -> None:
        """Like `add`, but the strongest word alone makes the score. Without a `word` nothing is shown for it."""
        scores = self._scores[place]
        scores[label] = max(scores.get(label, 0.0), score)
        if word:
            self._words.setdefault(label, {})[word] = None

    def title(self, label: str) -> float:
        return self._scores["title"].get(label, 0.0)

    def lead(self, label: str) -> float:
        return self._scores["lead"].get(label, 0.0)

    def text(self, label: str) -> float:
        return self.lead(label) + min(self._scores["later"].get(label, 0.0), LATER_MOST)

    def total(self, label: str) -> float:
        return self.title(label) + self.text(label)

    def words(self, label: str) -> tuple[str, ...]:
        return tuple(self._words.get(label, ()))


class Reading:
    """What the words of one title and text say, a tally a facet."""

    def __init__(self, title: str, text: str, issuer: str) -> None:
        self.title = _parts(title)
        self.text = fold(text[:READ])
        if issuer:
            self.text = self.text.replace(fold(issuer), "\n" * len(issuer))
        self.kind, self.about, self.alone, self.general = Tally(), Tally(), Tally(), Tally()
        self._others = {facet: Tally() for facet in ("stage", "instead", "lever", "field")}
        self.stage, self.instead, self.lever, self.field = self._others.values()
        hits = list(lexicon().find(self.title.text))
        kinds = [
            hit
            for hit in hits
            if hit.end <= len(self.title.main)
            and any(effect.facet == "kind" and effect.title for effect in lexicon().effects[hit.word])
        ]
        ends = [hit.word for hit in kinds if hit.end == len(self.title.main)]
        self.closing = ends[0] if ends else ""
        whole = self._named(hit for hit in hits if hit.start < self.title.part)
        part = self._named(hit for hit in hits if hit.start >= self.title.part)
        self._part = self.title.part if part and not part & whole else 0
        for hit, count in _counted(hits):
            start = self.title.start
            head = HEAD if kinds and hit is kinds[-1] else 1.0
            self._say(hit, count, "title", title[start + hit.start : start + hit.end], head)
        found = list(lexicon().find(self.text))
        self.together = self._joined(found)
        for hit, count in _counted(found):
            self._say(hit, count, "lead" if hit.start < LEAD else "later", text[hit.start : hit.end])

    def _joined(self, hits: Sequence[Hit]) -> set[tuple[str, str]]:
        """Pairs of themes that the first lines name in one breath (太陽光発電設備及び蓄電池)."""
        themed = [(hit, label) for hit in hits if hit.start < LEAD for label in self._named([hit])]
        return {
            (one, other)
            for (first, one), (second, other) in pairwise(themed)
            if _JOINT.fullmatch(self.text, first.end, second.start)
        }

    def _named(self, hits: Iterable[Hit]) -> set[str]:
        effects = (effect for hit in hits for effect in lexicon().effects[hit.word])
        return {each.label for each in effects if each.facet == "theme" and each.title >= NAMED and not each.alone}

    def _say(self, hit: Hit, count: int, place: Place, word: str, head: float = 1.0) -> None:
        for_gx = 0.0
        for effect in lexicon().effects[hit.word]:
            weight = effect.title if place == "title" else effect.body
            if not weight or (hit.name and effect.facet in ABOUT_GX) or self._has(effect.unless):
                continue
            if effect.near and not self._near(hit, place, effect.near):
                continue
            score = weight * WEIGHT[place] / count
            match effect.facet:
                case "kind" if place == "title":
                    self.kind.most(place, effect.label, weight * head, word)
                case "kind" if count == 1:
                    self.kind.add(place, effect.label, weight if place == "lead" else weight * KIND_LATER, word)
                case "gx":
                    for_gx = max(for_gx, score)
                    if weight >= ENOUGH:
                        self.general.add(place, "gx", score, word)
                case "theme":
                    if effect.gx:
                        for_gx = max(for_gx, score)
                    if place == "title" and hit.start < self._part:
                        score *= BUDGET
                    (self.alone if effect.alone else self.about).add(place, effect.label, score, word)
                case facet if facet in self._others:
                    self._others[facet].add(place, effect.label, score, word)
        if for_gx:
            self.about.add(place, "gx", for_gx, word)

    def _near(self, hit: Hit, place: Place, words: Sequence[str]) -> bool:
        text = self.title.text if place == "title" else self.text
        around = text[max(hit.start - NEAR, 0) : hit.end + NEAR]
        return any(word in around for word in words)

    def _has(self, words: Sequence[str]) -> bool:
        return any(word in self.title.text or word in self.text for word in words)


def _counted(hits: Iterable[Hit]) -> Iterator[tuple[Hit, int]]:
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.word] = count = counts.get(hit.word, 0) + 1
        if count <= REPEATS:
            yield hit, count


def read(
    *,
    title: str,
    text: str = "",
    issuer: str = "",
    kind: str = "",
    fields: Sequence[str] = (),
    source: str = "",
) -> Labels:
    """The labels of a listing.

    `text` is plain text, `issuer` who offers it (its name says nothing about the matter). `kind` and `fields` are the
    source's own words for the kind (補助金・助成金, 事例) and for 分野 or 利用目的, `source` is the name of our source.
    """
    reading = Reading(title, text, issuer)
    found = _kind(reading, kind, source, issued=bool(reading.title.issuer or issuer))
    evidence = {found: reading.kind.words(found)}
    gx = reading.about.total("gx") >= ENOUGH
    themes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    if gx:
        evidence["gx"] = reading.about.words("gx")
        themes = _themes(reading, found)
        for theme in themes:
            evidence[theme] = reading.about.words(theme) or reading.alone.words(theme) or reading.general.words("gx")
        stages = _stages(reading, found, themes)
        for stage in stages:
            # The kind's words (同社, 補助金) do not tell what is reduced.
            implied = [word for theme in themes for word in evidence[theme]] if stage == "reduce" else evidence[found]
            evidence[stage] = (
                reading.stage.words(stage)
                or reading.instead.words(stage)
                or tuple(dict.fromkeys(implied))
                or evidence["gx"]
            )
        levers = tuple(key for key in labels("lever") if reading.lever.title(key) or reading.lever.lead(key))
        evidence |= {lever: reading.lever.words(lever) for lever in levers}
    told = _told(fields, lexicon().field_of_source)
    ticked = _told(fields, lexicon().field_of_purpose) if len(fields) <= lexicon().most_purposes else {}
    read_fields = told.keys() or _fields(reading, gx) | ticked.keys()
    evidence |= {
        label: reading.field.words(label) or told.get(label, ()) or ticked.get(label, ()) for label in read_fields
    }
    return Labels(
        kind=found,
        gx=gx,
        themes=themes,
        stages=stages,
        levers=levers,
        fields=tuple(label for label in labels("field") if label in read_fields),
        evidence={label: words for label, words in evidence.items() if words},
    )


def _kind(reading: Reading, said: str, source: str, *, issued: bool) -> str:
    words, tally, title = lexicon(), reading.kind, reading.title
    # 経営支援の現場から 「地域編」
    heads = (fold(said.strip()), fold(said).split(maxsplit=1)[0] if said.strip() else "")
    section = next((words.kind_of_source[head] for head in heads if head in words.kind_of_source), "")
    if section in TOLD_OF:
        tally.most("title", section, SOURCE_WORD, said.strip())
        return section  # What a case or an answer tells of is no kind of its own.
    told = [word for word in (title.source_word, said.strip()) if fold(word) in words.kind_of_source]
    for word in told:
        tally.most("title", words.kind_of_source[fold(word)], SOURCE_WORD, word)
    for word, kind in words.kind_of_source.items():
        if len(word) >= SHORT and reading.text.startswith(word):
            told.append(word)
            tally.most("title", kind, PAGE_LABEL, word)
    if source in words.kind_of_name:
        tally.most("title", words.kind_of_name[source], SOURCE_WORD)
    for tail, kind, weight in words.tails:
        if title.main.endswith(tail):
            # 保証制度 is more than a 制度.
            if len(reading.closing) <= len(tail) or _says(reading.closing, kind):
                tally.most("title", kind, weight, tail)
            break
    if title.company:
        tally.most("title", "case", COMPANY, title.company)
    portrait = title.portrait or bool(words.profile.search(reading.text))
    if portrait:
        tally.most("title", "case", PORTRAIT, title.issuer)
    scores = {kind: tally.title(kind) + min(tally.text(kind), KIND_IN_TEXT) for kind in words.kinds}
    if reading.text and not told and (title.company or not issued) and not words.inviting.search(reading.text):
        scores["case"] += UNINVITING
    if issued and not (title.company or portrait) and "case" not in (words.kind_of_source[fold(word)] for word in told):
        scores["case"] = 0  # Who issues something offers or announces it; a case tells of a firm.
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] >= ENOUGH:
        return best
    if not reading.text:
        return "subsidy"  # registers of programmes give bare names
    # An article names its issuer behind the title, there or in the text; what is left tells of a firm.
    return "news" if issued or f"{title.text}:" in reading.text else "case"


TOLD_OF = frozenset({"case", "qa"})


def _says(word: str, kind: str) -> bool:
    return any(effect.facet == "kind" and effect.label == kind for effect in lexicon().effects.get(word, ()))


def _themes(reading: Reading, kind: str) -> tuple[str, ...]:
    words, about = lexicon(), reading.about
    ids = tuple(labels("theme"))
    named = {theme for theme in ids if about.title(theme) >= NAMED}
    if not named and all(about.text(theme) < BESIDE_TITLE for theme in ids):
        named = {theme for theme in ids if reading.alone.title(theme)}
    silent = named <= words.across
    bound = IN_TEXT if silent else BESIDE_TITLE
    strong = {theme: about.text(theme) for theme in ids if about.text(theme) >= bound}
    if silent:
        strong = {theme: score for theme, score in strong.items() if score >= NEAR_MOST * max(strong.values())}
    chosen = named | set(strong)
    for special, general in words.takes_in.items():
        if about.title(special) >= ENOUGH and about.title(general) <= ENOUGH:
            chosen.discard(general)
    for one, other in words.together:
        if {one, other} & chosen and {(one, other), (other, one)} & reading.together:
            chosen |= {one, other}
    rule = words.in_general
    if reading.general.title("gx") and (kind in rule["kinds"] or (kind in rule["alone_kinds"] and not named)):
        chosen.add(rule["theme"])
    return tuple(theme for theme in ids if theme in chosen)


def _stages(reading: Reading, kind: str, themes: Sequence[str]) -> tuple[str, ...]:
    stage = lexicon().stage_of_kind[kind]
    found = {stage}
    measures = reading.stage.title("measure") > 0
    if stage == "reduce":
        if themes in (("management",), ("measurement",)) and reading.instead.title("know") + reading.instead.lead(
            "know"
        ):
            found = {"know"}
        least = 0.0 if "measurement" in themes else MEASURES
        measures |= reading.stage.text("measure") > least
    if measures and kind != "seminar":
        found.add("measure")
    return tuple(key for key in labels("stage") if key in found)


def _told(words: Sequence[str], labels_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Of the source's own words those that mean a label, by label."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        if label := labels_of.get(fold(word)):
            found[label] = (*found.get(label, ()), word)
    return found


def _fields(reading: Reading, gx: bool) -> set[str]:
    found = {label for label in labels("field") if reading.field.title(label) or reading.field.text(label) >= 1}
    return found | {"environment"} if gx else found


def read_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The labels of a row {id, title, body} as {id, kind, gx, themes, stages, levers, fields, evidence}."""
    said = read(title=row.get("title") or "", text=row.get("body") or "")
    return {
        "id": row["id"],
        "kind": said.kind,
        "gx": said.gx,
        "themes": list(said.themes),
        "stages": list(said.stages),
        "levers": list(said.levers),
        "fields": list(said.fields),
        "evidence": {label: list(words) for label, words in said.evidence.items()},
    }
