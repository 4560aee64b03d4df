"""The labels of a listing: kind, GX, themes, stages, levers and fields, each with the words that triggered it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.normalise.text import fold
from indexer.normalise.themes.kinds import kind as kind_of
from indexer.normalise.themes.lexicon import lexicon
from indexer.normalise.themes.reading import ENOUGH, NAMED, Reading
from indexer.vocab.labels import labels

IN_TEXT: Final = 1.5
BESIDE_TITLE: Final = 4.5
NEAR_MOST: Final = 0.5
"""The scores at which a text names a theme where the title names none and where it does; in the first case it must
also come near the theme that the text names most, as a part of its score."""

MEASURES: Final = 1.5
"""The score at which a text alone offers to measure; less is a condition (a diagnosis to have had)."""


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
    found = kind_of(reading, kind, source, issued=bool(reading.title.issuer or issuer))
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
    read_fields = told.keys() or _fields(reading, found, gx) | ticked.keys()
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
    if reading.general.title("gx") and (kind in rule["kinds"] or (kind in rule["alone_kinds"] and not chosen)):
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
        if lexicon().measure_alone.search(reading.title.text):
            found = {"measure"}
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


def _fields(reading: Reading, kind: str, gx: bool) -> set[str]:
    found = {label for label in labels("field") if reading.field.title(label) or reading.field.text(label) >= 1}
    if kind == "case":
        for label, said in lexicon().of_any_firm.items():
            if set(map(fold, reading.field.words(label))) <= said:
                found.discard(label)
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
