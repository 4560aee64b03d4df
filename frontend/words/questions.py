"""A question in words: its conditions, how its words were taken, and what would change it."""

from collections.abc import Mapping
from typing import Any

from frontend.language import gettext as _
from frontend.language import ngettext
from frontend.words.moments import plain_date, plain_day
from frontend.words.values import yen
from frontend.words.vocabulary import label, place_name
from search_api.models import FacetValue
from search_api.query import Sort


def sorts() -> dict[Sort, str]:
    return {
        Sort.RELEVANCE: _("おすすめ順"),
        Sort.DEADLINE: _("締切順"),
        Sort.NEWEST: _("新着順"),
        Sort.AMOUNT: _("金額順"),
    }


def facets() -> dict[str, str]:
    """What the page of results can be narrowed by, in its order."""
    return {
        "state": _("募集状況"),
        "kind": _("種類"),
        "closes_within": _("締切まで"),
        "stage": _("GX（脱炭素）の段階"),
        "theme": _("GX（脱炭素）のテーマ"),
        "field": _("分野"),
        "issuer_level": _("実施機関"),
        "posted_within": _("掲載"),
        "source": _("情報源"),
    }


def choice(facet: str, each: FacetValue, sources: Mapping[str, str]) -> str:
    """What a value of a facet is called in the list of them."""
    if facet in ("closes_within", "posted_within"):
        return condition(facet, int(each.value), sources)
    return _value(facet, each.value, sources)


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
            return _("「{words}」").format(words=value)
        case "plan":
            return _("計画：{plan}").format(plan=value)
        case "area" if value.startswith("-"):
            named = _("全国対象") if value == "-JP" else _("{place}のもの").format(place=place_name(value[1:]))
            return _("{condition}を除く").format(condition=named)
        case "area":
            return _("全国対象だけ") if value == "JP" else _("{place}で使える").format(place=place_name(value))
        case "closes_within":
            told = _("{days}日以内に締切").format(days=abs(value))
            value = value >= 0
        case "posted_within":
            told = _("{days}日以内に掲載").format(days=abs(value))
            value = value >= 0
        case "closes_from":
            return _("{day}以降に締切").format(day=plain_date(value))
        case "closes_to":
            return _("{day}までに締切").format(day=plain_date(value))
        case "updated_since":
            return _("{day}以降に更新").format(day=plain_day(value))
        case "employees":
            return _("従業員{count:,}人").format(count=value)
        case "capital":
            return _("資本金{amount}").format(amount=yen(value))
        case "amount_min":
            return _("上限{amount}以上").format(amount=yen(value))
        case "rate_min":
            return _("補助率{rate}以上").format(rate=value)
        case "gx":
            told = _("GX（脱炭素）")
        case "featured":
            told = _("注目")
        case "unfit":
            return _("会社に合わないものも") if value else _("会社に合わないものを除く")
        case "literal":
            return _("地名も言葉のまま")
        case _:
            plain = str(value).removeprefix("-")
            told = _value(name, plain, sources)
            value = plain == str(value)
    return told if value else _("{condition}を除く").format(condition=told)


def _value(name: str, value: str, sources: Mapping[str, str]) -> str:
    if name == "scope":
        return {
            "municipality": _("市区町村のものだけ"),
            "prefecture": _("都道府県のものだけ"),
            "national": _("全国のものだけ"),
            "unknown": _("地域を読み取れなかったもの"),
        }[value]
    if name == "source":
        return sources.get(value, value)
    if name == "state" and value == "any":
        return _("受付を終えたものも含む")
    return label(name, value)


def counted(count: int) -> str:
    """So many programmes.

    >>> counted(1234)
    '1,234件'
    """
    return ngettext("{count:,}件", "{count:,}件", count).format(count=count)


def heading(conditions: list[str], total: int) -> str:
    """The title of a page of results.

    >>> heading(["「太陽光」", "福岡県で使える"], 1234), heading([], 5)
    ('「太陽光」・福岡県で使える：支援1,234件', '支援を探す 5件')
    """
    if not conditions:
        return _("支援を探す {count}").format(count=counted(total))
    return _("{conditions}：支援{count}").format(conditions=_("・").join(conditions), count=counted(total))


def without(name: str) -> str:
    return _("{condition} の条件を外す").format(condition=name)


def with_what_is_over() -> str:
    return _("受付を終えたものも含める")


def widened(prefecture: str) -> str:
    return _("{place}全体に広げる").format(place=place_name(prefecture))


def understood_told(words: Mapping[str, str], q: str) -> str:
    """How the words of a question were taken; `q` are those that are left.

    >>> understood_told({"area": "福岡市", "q": "そーらー"}, "ソーラー")
    '「福岡市」を場所として、「そーらー」を「ソーラー」として探しています。'
    """
    taken = {
        "area": _("「{words}」を場所として"),
        "choices": _("「{words}」を除いて"),
        "closes": _("「{words}」を締切として"),
        "state": _("「{words}」を募集状況として"),
    }
    told = [wording.format(words=words[name]) for name, wording in taken.items() if name in words]
    if "q" in words:
        told.append(_("「{words}」を「{taken}」として").format(words=words["q"], taken=q))
    return _("{how}探しています。").format(how=_("、").join(told))
