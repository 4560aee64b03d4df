"""Does a programme fit a firm? A verdict with the sentence that decided; in doubt it says so.

Only what was read can be compared, so `yes` needs a place and at least one condition on who can apply, all of them met.
What a source wrote about who can apply and we could not read makes it `partly` at the best. A wrong yes costs a firm
the work of an application; a wrong no costs it the money.
"""

from dataclasses import dataclass
from enum import StrEnum

from indexer.vocab import labels, regions
from search_api.models import Fit, Hit, Verdict
from search_api.query import Query

SOON = 7
"""Days: a programme that fits and closes within these is `ending`."""


class _Met(StrEnum):
    YES = "yes"
    NO = "no"
    UNASKED = "unasked"
    UNREAD = "unread"


@dataclass(frozen=True)
class _Condition:
    met: _Met
    told: str
    raw: str = ""


def profiled(query: Query) -> bool:
    """Whether the question says something about the firm beyond its place."""
    return query.employees is not None or query.capital is not None or bool(_trades(query))


def fit(hit: Hit, query: Query) -> Fit:
    """The verdict for the firm that the question describes."""
    conditions = [_place(hit, query), *_who(hit, query)]
    refused = next((each for each in conditions if each.met is _Met.NO), None)
    if refused:
        return Fit(verdict=Verdict.NO, reason=refused.told, raw=refused.raw)
    open_ = [each for each in conditions if each.met in (_Met.UNREAD, _Met.UNASKED)]
    met = [each for each in conditions if each.met is _Met.YES]
    if not met:
        return Fit(verdict=Verdict.UNKNOWN, reason=open_[0].told, raw=open_[0].raw)
    if open_:
        return Fit(verdict=Verdict.PARTLY, reason=open_[0].told, raw=open_[0].raw)
    ending = hit.days_left is not None and hit.days_left <= SOON
    last = met[-1]
    return Fit(verdict=Verdict.ENDING if ending else Verdict.YES, reason=last.told, raw=last.raw)


def _place(hit: Hit, query: Query) -> _Condition:
    if not hit.areas:
        return _Condition(_Met.UNREAD, "対象の地域を読み取れませんでした")
    if "JP" in hit.areas:
        return _Condition(_Met.YES, "全国が対象です")
    if not query.area:
        return _Condition(_Met.UNASKED, f"対象の地域：{hit.area_label}")
    covered = {regions.city_of(each) for each in hit.areas}
    told = f"対象の地域：{hit.area_label}"
    if any(covered & set(_above(code)) for code in query.area):
        return _Condition(_Met.YES, told)
    # Who names a prefecture may be in any of its towns.
    inside = any(len(code) == 2 and each.startswith(code) for code in query.area for each in covered)
    return _Condition(_Met.UNASKED if inside else _Met.NO, told)


def _above(code: str) -> tuple[str, ...]:
    """The place itself and what holds it: a programme of one town is for no firm of the next."""
    code = regions.city_of(code)
    return ("JP", code) if len(code) == 2 else ("JP", regions.prefecture_of(code), code)


def _who(hit: Hit, query: Query) -> list[_Condition]:
    said = hit.eligibility
    if said is None:
        return [_Condition(_Met.UNREAD, "対象者の条件は読み取れていません")]
    found: list[_Condition] = []
    for most, firm, name in (
        (said.employees_max, query.employees, "従業員{:,}人以下"),
        (said.capital_max_yen, query.capital, "資本金{:,}円以下"),
    ):
        if most is not None:
            met = _Met.UNASKED if firm is None else _Met.YES if firm <= most else _Met.NO
            found.append(_Condition(met, f"対象者：{name.format(most)}", said.raw))
    if said.industries:
        trades = _trades(query)
        names = "、".join(labels.labels("industry")[each].name for each in said.industries)
        met = _Met.UNASKED if not trades else _Met.YES if set(trades) & set(said.industries) else _Met.NO
        found.append(_Condition(met, f"対象の業種：{names}", said.raw))
    if not found:
        found.append(_Condition(_Met.UNREAD, "対象者の条件は原文でお確かめください", said.raw))
    return found


def _trades(query: Query) -> tuple[str, ...]:
    return tuple(each for each in query.industry if not each.startswith("-"))
