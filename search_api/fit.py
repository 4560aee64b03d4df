"""Does a programme fit a firm and what it plans? A verdict with the sentence that decided; in doubt it says so.

Only what was read can be compared, so `yes` needs a place, and a text that says who can apply and names nothing that we
cannot compare; for a plan, that the programme's name names it. What a source wrote about who can apply and we could not
read makes it `partly` at the best. A wrong yes costs a firm the work of an application; a wrong no costs it the money.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from indexer.normalise.conditions import Conditions, Size
from indexer.schema import NOT_OFFERED
from indexer.state import State
from indexer.vocab import labels, regions
from search_api import firm
from search_api.models import Fit, Verdict
from search_api.plan import mentions, named_by, plan
from search_api.query import Query

SOON = 7
"""Days: a programme that fits and closes within these is `ending`."""
MOST_WORDS = 300


NATIONWIDE = "全国が対象です"
NO_PLACE = "対象の地域を読み取れませんでした"
NOT_ALL_READ = "ほかに読み取れていない条件があります"
NOT_TOLD = "対象者の条件は原文でお確かめください"
MET = "対象者の条件に合います"
NO_PLAN = "計画に使えるかは読み取れませんでした"
SENTENCES = (NATIONWIDE, NO_PLACE, NOT_ALL_READ, NOT_TOLD, MET, NO_PLAN)
"""Reasons that name nothing of the programme."""
PLACES, TRADES, WHO = "対象の地域：", "対象の業種：", "対象者："
"""What other reasons begin with."""
SIZES = {Size.SME: "中小企業者（中小企業基本法第2条）", Size.SMALL: "小規模事業者（中小企業基本法第2条）"}


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
    return (
        query.employees is not None or query.capital is not None or bool(query.wanted("industry")) or bool(query.plan)
    )


def fit(found: Mapping[str, Any], who: Conditions, body: str, query: Query) -> Fit | None:
    """The verdict for the firm that the question describes on a result (models.Hit as JSON values).

    None for what nobody applies for. `who` is what its text says of who can apply, `body` the text, for a plan.
    """
    if found["kind"] in NOT_OFFERED:
        return None
    conditions = [_place(found, query), *_limits(found, query), *_who(who, query), *_plan(found, body, query)]
    refused = next((each for each in conditions if each.met is _Met.NO), None)
    if refused:
        return Fit(verdict=Verdict.NO, reason=refused.told, raw=refused.raw)
    open_ = [each for each in conditions if each.met in (_Met.UNREAD, _Met.UNASKED)]
    met = [each for each in conditions if each.met is _Met.YES]
    if not met:
        return Fit(verdict=Verdict.UNKNOWN, reason=open_[0].told, raw=open_[0].raw)
    if open_:
        return Fit(verdict=Verdict.PARTLY, reason=open_[0].told, raw=open_[0].raw)
    # Of what is not open yet, `days_left` counts to its beginning.
    ending = found["state"] in (State.OPEN, State.CLOSING) and found["days_left"] <= SOON
    last = met[-1]
    return Fit(verdict=Verdict.ENDING if ending else Verdict.YES, reason=last.told, raw=last.raw)


def _place(found: Mapping[str, Any], query: Query) -> _Condition:
    areas: Sequence[str] = found["areas"]
    if not areas:
        return _Condition(_Met.UNREAD, NO_PLACE)
    if "JP" in areas:
        return _Condition(_Met.YES, NATIONWIDE)
    told = f"{PLACES}{found['area_label']}"
    firm_in = query.wanted("area")
    if not firm_in:
        return _Condition(_Met.UNASKED, told)
    if any(set(areas) & set(_above(code)) for code in firm_in):
        return _Condition(_Met.YES, told)
    # Who names a prefecture may be in any of its towns, who names a city in any of its wards.
    inside = any(code in _above(each) for code in firm_in for each in areas)
    return _Condition(_Met.UNASKED if inside else _Met.NO, told)


def _above(code: str) -> tuple[str, ...]:
    """The place itself and what holds it: a programme of one town is for no firm of the next."""
    return ("JP", code) if len(code) == 2 else ("JP", regions.prefecture_of(code), regions.city_of(code), code)


def _limits(found: Mapping[str, Any], query: Query) -> Iterator[_Condition]:
    """What was read as numbers and trades."""
    said = found["eligibility"] or {}
    for most, firm_has, name in (
        (said.get("employees_max"), query.employees, "従業員{:,}人以下"),
        (said.get("capital_max_yen"), query.capital, "資本金{:,}円以下"),
    ):
        if most is not None:
            met = _Met.UNASKED if firm_has is None else _Met.YES if firm_has <= most else _Met.NO
            yield _Condition(met, f"{WHO}{name.format(most)}", said["raw"])
    if said.get("industries"):
        trades = query.wanted("industry")
        names = "、".join(labels.labels("industry")[each].name for each in said["industries"])
        met = _Met.UNASKED if not trades else _Met.YES if set(trades) & set(said["industries"]) else _Met.NO
        yield _Condition(met, f"{TRADES}{names}", said["raw"])


def _who(who: Conditions, query: Query) -> Iterator[_Condition]:
    """What the text says, as a whole: only where all of it was understood it can be met."""
    if who.unread:
        yield _Condition(_Met.UNREAD, NOT_ALL_READ, who.unread[0])
    elif not who.told:
        yield _Condition(_Met.UNREAD, NOT_TOLD)
    elif who.size is None:
        yield _Condition(_Met.YES, MET, who.told[0])
    else:
        answer = firm.fits(who.size, query.wanted("industry"), query.employees, query.capital)
        met = _Met.UNASKED if answer is None else _Met.YES if answer else _Met.NO
        yield _Condition(met, f"{WHO}{SIZES[who.size]}", who.told[0])


def _plan(found: Mapping[str, Any], body: str, query: Query) -> Iterator[_Condition]:
    """Whether it is for what is planned: the name says so, or the text does, or only its theme."""
    if not query.plan:
        return
    meant = plan(query.plan)
    named = mentions(meant, found["title"])
    if word := named_by(meant, found["title"]):
        yield _Condition(_Met.YES, f"計画の「{word}」は名称にあります", found["title"])
        return
    told = mentions(meant, f"{found['summary']}\n{body}")
    left_out = next((each for each in (*named, *told) if each.left_out), None)
    if supported := next((each for each in told if not each.left_out), None):
        sentence = supported.sentence[:MOST_WORDS]
        yield _Condition(_Met.UNREAD, f"計画の「{supported.word}」は本文にあります。対象かお確かめください", sentence)
    elif supported := next((each for each in named if not each.left_out), None):
        told_so = f"計画の「{supported.word}」は名称にありますが、一部か別のものかもしれません。お確かめください"
        yield _Condition(_Met.UNREAD, told_so, found["title"])
    elif left_out:
        sentence = left_out.sentence[:MOST_WORDS]
        yield _Condition(_Met.UNREAD, f"計画の「{left_out.word}」は対象外とあります", sentence)
    elif themes := meant.themes & set(found["themes"]) or meant.fields & set(found["fields"]):
        facet = "theme" if meant.themes & set(found["themes"]) else "field"
        names = "、".join(labels.labels(facet)[each].name for each in sorted(themes))
        yield _Condition(_Met.UNREAD, f"計画と同じ分野（{names}）です。対象かお確かめください")
    else:
        yield _Condition(_Met.UNREAD, NO_PLAN)
