"""The evidence of one listing, and the weighing of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.normalise.areas.bodies import (
    BLOCK,
    BLOCK_OFFICE,
    NATION,
    NATIONAL_FORM,
    NATIONAL_PAGES,
    STEM_ANYWHERE,
    authority,
    blocks,
    bodies,
    bureaus,
)
from indexer.normalise.areas.evidence import NOTHING, Said, gather, mentioned, narrowest, overlap, prefecture_hint
from indexer.normalise.areas.hosts import host
from indexer.normalise.areas.lists import area_list
from indexer.normalise.areas.names import one_spelling
from indexer.normalise.areas.passages import (
    BODY_BRACKET,
    BRACKET,
    DISASTER,
    HANDED_ON,
    LEADING,
    NAMED_BODY,
    OF_THE_PLACE,
    OF_THE_STATE,
    SITE,
    STATE_SCHEME,
    addressed,
    bare_name,
    contacts,
    dateline,
    disaster_area,
    is_address,
    is_event,
    lawful,
    serves_its_place,
    stated,
    subjects,
    title_places,
    venues,
)
from indexer.schema import Level, Problem

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
        event_codes = narrowest({*reader.held, *venues(venue, body, [prefecture_hint(codes), *reader.hints])})
    raw = said.raw if codes else ""
    return Coverage(_level(codes), codes, event_codes, reader.issuer, raw, tuple(reader.problems), note)


class _Reader:
    """The evidence of one listing, and the weighing of it (`cover`)."""

    def __init__(self, title: str, body: str, issuer: str, url: str, areas: Sequence[str]) -> None:
        self.problems: dict[Problem, None] = {}
        self.title = SITE.sub("", title).rstrip()
        self.body = body
        self.url = url
        bracket = BODY_BRACKET.match(body)
        self.bracketed = bracket["issuer"] if bracket else ""
        entries = (bracket["areas"],) if bracket else tuple(areas)
        behind = "" if bracket or issuer else dateline(self.title, body)
        self.named = tuple(text for text in (self.bracketed, issuer, behind) if text)
        self.issuer = self.named[0] if self.named else ""
        leading, at = [], 0
        while found := LEADING.match(self.title, at):
            leading.append(found["inside"])
            at = found.end()
        self.leading = tuple(leading)
        self.event = is_event(self.title) or is_event(body[:60])

        # Prefectures that decide between places of one name, the surest first.
        sure = (area_list(entries, ()).codes, host(url, ())[0].codes)
        texts = (*self.leading, self.title, *self.named, body[:600])
        self.hints = [prefecture_hint(codes) for codes in (*sure, *(mentioned(text) for text in texts))]

        self.listed = area_list(entries, self.hints)
        for entry in self.listed.unknown:
            self.problem("unknown_place", entry)
        self.host, self.own_host = host(url, self.hints)
        self.about, self.held = title_places(self.title, at, self.hints, event=self.event)
        if self.host.undecided:
            close = [code for code in self.host.undecided if code in self.about.codes]
            if len(close) == 1:
                self.host = Said((close[0],), raw=self.host.raw)

    def problem(self, code: str, raw: str) -> None:
        self.problems[Problem(field="areas", code=code, raw=raw)] = None

    def cover(self) -> tuple[Said, str]:
        """(what counts, the rule by which)."""
        said = self._said_issuer()
        if said.codes:
            return self._issued(said), "issuer"
        if said.undecided:
            if self.own_host and self.host.codes:
                return self.host, "host"
            for name in said.undecided:
                self.problem("ambiguous_place", name)
            return NOTHING, "shared name"
        if said.national:
            return self._national(said)
        if self.own_host and self.host.codes:
            return self.host, "host"
        if any(mark in self.url for mark in NATIONAL_PAGES):
            return self._national(Said(national=True, raw=self.url))
        return self._by_text()

    def _said_issuer(self) -> Said:
        for text in (*self.leading, *self.named):
            if said := authority(text, self.hints):
                if text in self.leading and not self.named:
                    self.issuer = bare_name(text, self.hints)
                return said
        return NOTHING

    def _issued(self, said: Said) -> Said:
        """A local or regional issuer's coverage, beside the area list."""
        listed = self.listed.codes
        if not listed:
            return said
        if not overlap(said.codes, listed):
            self.problem("conflicting_place", self.listed.raw)
            return said
        if len(said.codes) > 1 and set(listed) < set(said.codes):
            return Said(listed, raw=self.listed.raw)  # a bureau's programme for some of its prefectures
        return said

    def _national(self, said: Said) -> tuple[Said, str]:
        listed = self.listed
        if listed.codes:
            if listed.nationwide:
                self.problem("conflicting_place", listed.raw)
            return Said(listed.codes, raw=listed.raw), "area list"
        if listed.nationwide:
            return said, "national issuer"
        struck = DISASTER.search(self.title) or "避難指示" in self.body[:400]
        if struck and (area := disaster_area(self.body, self.hints)):
            same = prefecture_hint(area.codes) == prefecture_hint(self.about.codes)
            return (self.about if same else area), "disaster area"
        if self.about.codes and not self.event:
            return self.about, "title"
        return said, "national issuer"

    def _by_text(self) -> tuple[Said, str]:
        listed, about = self.listed, self.about
        if about.codes:
            if listed.codes and not overlap(about.codes, listed.codes):
                self.problem("conflicting_place", about.raw)
                return Said(listed.codes, raw=listed.raw), "area list"
            actor = next((each for each in self._authorities(subjects(self.body[:200])) if each.codes), NOTHING)
            if len(actor.codes) == 1 and len(actor.codes[0]) == 5 and actor.codes[0][:2] in about.codes:
                return actor, "acting"  # 甲府市は山梨県の融資の…: the title names whose scheme it rests on.
            return about, "title"
        for name in about.undecided:
            self.problem("ambiguous_place", name)
        text = one_spelling(self.title)
        named = gather(text, self.title, (*bodies(text), *bureaus(text)), self.hints)
        if named.codes and not (listed.codes and not overlap(named.codes, listed.codes)):
            return named, "institution in the title"
        office = self._office()
        if office.codes and not (listed.codes and not overlap(office.codes, listed.codes)):
            return self._issued(office), "office in the title"
        if listed.codes:
            if listed.nationwide:
                self.problem("conflicting_place", listed.raw)
            # Jグランツ lists prefectures at the finest: a city's programme shows in whom the text speaks to.
            inside = addressed(self.body, self.hints)
            if len(inside.codes) == 1 and inside.codes[0][:2] in listed.codes:
                return inside, "body"
            return Said(listed.codes, raw=listed.raw), "area list"
        if about.undecided:
            return NOTHING, "shared name"
        if listed.nationwide:
            return Said(national=True, raw=listed.raw), "area list"
        if self.host.undecided:
            self.problem("ambiguous_place", self.host.raw)
            return NOTHING, "shared name"
        if self.host:
            return self.host, "host"
        if office.national:
            return self._national(office)
        block = gather(text, self.title, blocks(text, BLOCK), self.hints)
        if block.codes:
            return block, "region in the title"
        return self._by_body()

    def _office(self) -> Said:
        """An office of the state in any bracket of the title: …【四国支部】, …【日本公庫（国民生活事業）】."""
        for bracket in BRACKET.finditer(self.title):
            text = one_spelling(bracket[0])
            if offices := tuple(blocks(text, BLOCK_OFFICE)):
                return gather(text, bracket[0], offices, self.hints)
            if nation := NATION.search(text):
                return Said(national=True, raw=bracket[0][nation.start() : nation.end()])
        return NOTHING

    def _by_body(self) -> tuple[Said, str]:
        """The last resort: who acts in the first sentences, where the firms are that it speaks to, whom to ask."""
        acting = self._authorities(subjects(self.body))
        # An association that hands out the state's money is named by its seat, and covers the country.
        if HANDED_ON.search(self.body[:200]):
            acting = [each for each in acting if not each.codes]
        asked = [
            each
            for name in contacts(self.body)
            for each in self._authorities([name])
            if not (each.codes and (is_address(name, each.raw) or [*bureaus(one_spelling(name))]))
        ]
        inside = addressed(self.body, self.hints)
        found = (
            *((each, "law") for each in (lawful(self.body, self.hints),) if each.codes),
            *((each, "acting") for each in acting if each.codes),
            *(((inside, "body"),) if len(inside.codes) == 1 else ()),
            *((each, "area line") for each in (stated(self.body, self.hints),) if each.codes),
            *((each, "contact") for each in asked if each.codes),
            *((each, "acting") for each in acting if each.national),
            *((each, "contact") for each in asked if each.national),
        )
        for said, rule in found:
            return self._national(said) if said.national else (said, rule)
        for name in (self.issuer, *self._associations()):
            if not STEM_ANYWHERE.search(one_spelling(name)) and (form := NATIONAL_FORM.search(name)):
                return Said(national=True, raw=form[0]), "national issuer"
        if "避難指示" in self.body[:400] and (area := disaster_area(self.body, self.hints)):
            return area, "disaster area"
        if words := OF_THE_STATE.search(self.body[:600]) or STATE_SCHEME.search(self.title):
            return self._national(Said(national=True, raw=words[0]))
        return NOTHING, ""

    def _authorities(self, names: Iterable[str]) -> list[Said]:
        said = ((name, authority(name, self.hints)) for name in names)
        return [each for name, each in said if not each.codes or serves_its_place(name)]

    def _associations(self) -> Iterator[str]:
        """Who acts first, if it is named by its form alone: 機械海辺協会は…"""
        for name in subjects(self.body[:120]):
            if NAMED_BODY.search(name) and not OF_THE_PLACE.match(name):
                yield name


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
