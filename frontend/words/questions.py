"""A question in words: its conditions, how its words were taken, and what would change it."""

from collections.abc import Mapping
from typing import Any

from frontend.words.values import yen
from indexer.vocab import labels, regions
from search_api.query import Sort

SORTS = {
    Sort.RELEVANCE: "おすすめ順",
    Sort.DEADLINE: "締切順",
    Sort.NEWEST: "新着順",
    Sort.AMOUNT: "金額順",
}
FACETS = {
    "state": "募集状況",
    "kind": "種類",
    "closes_within": "締切まで",
    "stage": "GX（脱炭素）の段階",
    "theme": "GX（脱炭素）のテーマ",
    "field": "分野",
    "issuer_level": "実施機関",
    "posted_within": "掲載",
    "source": "情報源",
}
"""What the page of results can be narrowed by, in its order."""
SCOPES = {
    "municipality": "市区町村のものだけ",
    "prefecture": "都道府県のものだけ",
    "national": "全国のものだけ",
    "unknown": "地域を読み取れなかったもの",
}
FLAGS = {
    "gx": ("GX（脱炭素）", "GX（脱炭素）を除く"),
    "featured": ("注目", "注目を除く"),
    "unfit": ("会社に合わないものも", "会社に合わないものを除く"),
    "literal": ("地名も言葉のまま", "地名も言葉のまま"),
}


def condition(name: str, value: Any, sources: Mapping[str, str]) -> str:
    """One condition in words. `sources`: names of sources for people.

    >>> from datetime import date
    >>> condition("kind", "-loan", {}), condition("closes_to", date(2026, 9, 30), {}), condition("area", "JP", {})
    ('融資・保証を除く', '9月30日までに締切', '全国対象だけ')
    >>> condition("area", "-27", {}), condition("posted_within", -7, {})
    ('大阪府のものを除く', '7日以内に掲載を除く')
    """
    match name:
        case "q":
            return f"「{value}」"
        case "plan":
            return f"計画：{value}"
        case "area" if value.startswith("-"):
            return "全国対象を除く" if value == "-JP" else f"{regions.full_name(value[1:])}のものを除く"
        case "area":
            return "全国対象だけ" if value == "JP" else f"{regions.full_name(value)}で使える"
        case "closes_within" | "posted_within":
            told = f"{abs(value)}日以内に{'締切' if name == 'closes_within' else '掲載'}"
            return told if value >= 0 else f"{told}を除く"
        case "closes_from":
            return f"{value.month}月{value.day}日以降に締切"
        case "closes_to":
            return f"{value.month}月{value.day}日までに締切"
        case "updated_since":
            return f"{value.year}年{value.month}月{value.day}日以降に更新"
        case "employees":
            return f"従業員{value:,}人"
        case "capital":
            return f"資本金{yen(value)}"
        case "amount_min":
            return f"上限{yen(value)}以上"
        case "rate_min":
            return f"補助率{value}以上"
        case "gx" | "featured" | "literal" | "unfit":
            return FLAGS[name][not value]
    plain = str(value).removeprefix("-")
    return _value(name, plain, sources) + ("を除く" if plain != str(value) else "")


def _value(name: str, value: str, sources: Mapping[str, str]) -> str:
    if name == "scope":
        return SCOPES[value]
    if name == "source":
        return sources.get(value, value)
    if name == "state" and value == "any":
        return "受付を終えたものも含む"
    known = labels.labels(name)
    return known[value].name if value in known else value


def heading(conditions: list[str], total: int) -> str:
    """The title of a page of results.

    >>> heading(["「太陽光」", "福岡県で使える"], 1234), heading([], 5)
    ('「太陽光」・福岡県で使えるの支援 1,234件', '支援を探す 5件')
    """
    return f"{'・'.join(conditions)}の支援 {total:,}件" if conditions else f"支援を探す {total:,}件"


def without(name: str) -> str:
    return f"{name} の条件を外す"


def with_what_is_over() -> str:
    return "受付を終えたものも含める"


def widened(prefecture: str) -> str:
    return f"{regions.get(prefecture).name}全体に広げる"


_UNDERSTOOD = {
    "area": "「{}」を場所として",
    "choices": "「{}」を除いて",
    "closes": "「{}」を締切として",
    "state": "「{}」を募集状況として",
}


def understood_told(words: Mapping[str, str], q: str) -> str:
    """How the words of a question were taken; `q` are those that are left.

    >>> understood_told({"area": "福岡市", "q": "そーらー"}, "ソーラー")
    '「福岡市」を場所として、「そーらー」を「ソーラー」として探しています。'
    """
    told = [wording.format(words[name]) for name, wording in _UNDERSTOOD.items() if name in words]
    if "q" in words:
        told.append(f"「{words['q']}」を「{q}」として")
    return "、".join(told) + "探しています。"
