"""The conditions of a question in words, each with the question that is left without it."""

from dataclasses import dataclass

from frontend.words.values import yen
from indexer.vocab import labels, regions
from search_api.query import Query

PLAIN = ("kind", "theme", "stage", "lever", "field", "industry", "size", "issuer_level", "state", "source", "scope")
SCOPES = {
    "municipality": "市区町村のものだけ",
    "prefecture": "都道府県のものだけ",
    "national": "全国のものだけ",
    "unknown": "地域を読み取れなかったもの",
}
WORDINGS = {
    "closes_within": "{}日以内に締切",
    "posted_within": "{}日以内に掲載",
    "employees": "従業員{:,}人",
    "rate_min": "補助率{}以上",
}


@dataclass(frozen=True)
class Chip:
    name: str
    without: Query

    @property
    def link(self) -> str:
        return self.without.url("/search")


def chips(query: Query, sources: dict[str, str]) -> list[Chip]:
    """What is chosen. `sources`: names of sources for people.

    >>> [each.name for each in chips(Query(q="省エネ", area=["40130"], kind=["-loan"], amount_min=1_000_000), {})]
    ['「省エネ」', '福岡県福岡市で使える', '融資・保証を除く', '上限100万円以上']
    """
    found = [Chip(f"「{query.q}」", query.with_(q=""))] if query.q else []
    for code in query.area:
        found.append(
            Chip("全国対象だけ" if code == "JP" else f"{regions.full_name(code)}で使える", query.toggled("area", code))
        )
    for facet in PLAIN:
        for value in map(str, getattr(query, facet)):
            plain = value.removeprefix("-")
            rest = tuple(str(each) for each in getattr(query, facet) if str(each) != value)
            found.append(
                Chip(_name(facet, plain, sources) + ("を除く" if plain != value else ""), query.with_(**{facet: rest}))
            )
    for facet, wording in WORDINGS.items():
        value = getattr(query, facet)
        if value is not None:
            found.append(Chip(wording.format(value), query.with_(**{facet: None})))
    for facet, wording in (("closes_from", "{:%-m月%-d日}以降に締切"), ("closes_to", "{:%-m月%-d日}までに締切")):
        value = getattr(query, facet)
        if value is not None:
            found.append(Chip(wording.format(value), query.with_(**{facet: None})))
    if query.gx is not None:
        found.append(Chip("GX（脱炭素）" if query.gx else "GX（脱炭素）を除く", query.with_(gx=None)))
    if query.literal:
        found.append(Chip("地名も言葉のまま", query.with_(literal=None)))
    if query.featured is not None:
        found.append(Chip("注目" if query.featured else "注目を除く", query.with_(featured=None)))
    if query.capital is not None:
        found.append(Chip(f"資本金{yen(query.capital)}", query.with_(capital=None)))
    if query.amount_min is not None:
        found.append(Chip(f"上限{yen(query.amount_min)}以上", query.with_(amount_min=None)))
    if query.updated_since is not None:
        found.append(Chip(f"{query.updated_since:%Y年%-m月%-d日}以降に更新", query.with_(updated_since=None)))
    return found


def _name(facet: str, value: str, sources: dict[str, str]) -> str:
    if facet == "scope":
        return SCOPES[value]
    if facet == "source":
        return sources.get(value, value)
    if facet == "state" and value == "any":
        return "受付を終えたものも含む"
    known = labels.labels(facet)
    return known[value].name if value in known else value
