"""The guide to saving energy: the six views with what can be done in each, and the support that pays for it."""

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from frontend import place as places
from frontend.rendering import page
from indexer.vocab import labels
from search_api.query import Query
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Measure(NamedTuple):
    """Something a firm can do, and the words that find support for it ("" for what a firm can begin by itself)."""

    what: str
    words: str = ""


MEASURES: dict[str, tuple[Measure, ...]] = {
    "yameru": (
        Measure("使っていない設備・照明・変圧器の電源を切り、撤去する"),
        Measure("重なっている工程や運搬をまとめ、不要な工程をなくす", "生産性向上"),
    ),
    "sageru": (
        Measure("空調の設定温度、コンプレッサーの吐出圧力、照明の明るさを必要な水準まで下げる"),
        Measure("ポンプや送風機の回転数をインバーターで下げる", "インバーター"),
        Measure("窓や壁、配管を断熱し、逃げる熱を減らす", "断熱"),
    ),
    "naosu": (
        Measure("圧縮空気や蒸気の漏れを直す"),
        Measure("空調のフィルターや熱交換器を清掃し、劣化した保温材を取り替える"),
    ),
    "tomeru": (
        Measure("休憩時間や休日に、設備の待機運転を止める"),
        Measure("人感センサーやエネルギー管理システムで、使わないときに自動で止める", "エネルギー管理システム"),
    ),
    "kaeru": (
        Measure("照明をLEDに替える", "LED"),
        Measure("空調・ボイラー・冷凍機などを高効率のものに替える", "高効率"),
        Measure("社用車を電気自動車などに替える", "電気自動車"),
        Measure("太陽光などの再生可能エネルギーに替える", "太陽光"),
    ),
    "hirou": (
        Measure("ボイラーやコンプレッサーの排熱を、給湯や暖房に使う", "排熱"),
        Measure("廃材や排水を、材料や水としてもう一度使う", "リサイクル"),
    ),
}


@router.get("/guide")
async def guide(request: Request, own: Own) -> Response:
    """guide.html: query (the place alone), place, here (words for it), levers [(label, measures, count)], stages
    {value: count}, vocabulary of stages, desks (the question for consultation), desk_count.
    """
    place = places.remembered(request)
    query = Query(area=(place.code,) if place.code else ())
    desks = query.with_(kind=("consultation", "expert"))
    everything = await own.searcher.search(query.with_(gx=True, per_page=1))
    counts = {facet: {each.value: each.count for each in everything.facets[facet]} for facet in ("lever", "stage")}
    return page(
        request,
        "guide.html",
        query=query,
        place=place,
        here=f"{place.name}で使える" if place.code else "",
        levers=[
            (each, MEASURES[value], counts["lever"].get(value, 0)) for value, each in labels.labels("lever").items()
        ],
        stages=counts["stage"],
        vocabulary=labels.labels("stage"),
        desks=desks,
        desk_count=(await own.searcher.totals([desks]))[0],
    )
