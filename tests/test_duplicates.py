"""Which listings are one programme: tables of what is, and of the traps that must never be."""

from typing import Any

import pytest

from indexer.duplicates import DIFFERS, groups, identity, matches, merged
from indexer.schema import Amount, Issuer, Kind, Programme, SourceRef
from tests.samples import programme, window


def listing(number: int, source: str, title: str, **values: Any) -> Programme:
    made = programme(number, title, **values)
    where = SourceRef(
        name=source, publisher=source, url="https://invented.example/", licence="", fetched_at=made.source.fetched_at
    )
    return made.model_copy(update={"id": f"{source}-{number}", "source": where})


JULY = (window("2026-05-01", "2026-07-31T17:00"),)
JULY_TOLD = (window(None, "2026-07-31"),)

ONE = [
    (
        "the same name and day, framed by an aggregator",
        ("令和8年度 架空県省エネ設備導入補助金", {"areas": ["13"], "windows": JULY}),
        ("【架空県】補助金・助成金：「令和8年度架空県省エネ設備導入補助金の公募について」", {"areas": ["13"], "windows": JULY_TOLD}),
    ),
    (
        "a headline whose text names the scheme, with the same day",
        ("令和8年度中小輸送省エネ化促進事業費補助金（二次公募）", {"areas": ["JP"], "windows": JULY}),
        ("トラックの省エネに最大500万円", {"areas": ["JP"], "windows": JULY_TOLD,
         "body": "架空庁は「中小輸送省エネ化促進事業費補助金」の公募を始めた。締め切りは7月31日。"}),
    ),
    (
        "what stands in the brackets behind the name of a budget",
        ("【令和8年度】排出抑制対策事業費等補助金（事務所等の断熱改修支援事業）", {"areas": ["JP"], "windows": JULY}),
        ("事務所の断熱に補助", {"areas": ["JP"], "windows": JULY_TOLD, "body": "「事務所等の断熱改修支援事業」の公募を始めた。"}),
    ),
    (
        "a headline with the scheme between waves",
        ("令和8年度_低燃費貨物車普及加速化事業", {"areas": ["JP"], "windows": JULY}),
        ("補助金・助成金：「貨物車の買い替えを支援！～令和8年度排出抑制費補助金（低燃費貨物車普及加速化事業）の公募を開始～」",
         {"areas": ["JP"], "windows": JULY_TOLD}),
    ),
    (
        "a headline that quotes the scheme, a budget before it",
        ("【令和8年度】排出抑制費補助金（水道における省電力化推進事業）［四次公募］", {"areas": ["JP"], "windows": JULY}),
        ("補助金・助成金：「令和8年度予算「水道における省電力化推進事業」の四次公募開始について」", {"areas": ["JP"], "windows": JULY_TOLD}),
    ),
    (
        "a motto behind the name",
        ("架空地域デジタル推進事業（補助事業）", {"areas": ["JP"], "windows": JULY}),
        ("補助金・助成金：「令和8年度架空地域デジタル推進事業（補助事業）の三次公募を開始－通信設備の整備を支援します－」",
         {"areas": ["JP"], "windows": JULY_TOLD}),
    ),
    (
        "with the place before and 費補助金 behind",
        ("福岡市商店街集客推進事業費補助金", {"areas": ["40130"], "windows": JULY}),
        ("【福岡市】補助金・助成金：「商店街集客推進事業の募集開始」", {"areas": ["40130"], "windows": JULY_TOLD}),
    ),
    (
        "rounds in brackets inside the brackets",
        ("【令和8年度】排出抑制費補助金（倉庫ストックの改修調査支援事業（令和7年度補正予算二次公募・令和8年度一次公募））",
         {"areas": ["JP"], "windows": JULY}),
        ("補助金・助成金：「令和8年度予算「倉庫ストックの改修調査支援事業」の公募開始について」", {"areas": ["JP"], "windows": JULY_TOLD}),
    ),
    (
        "a call for one place, told as of the whole country with the same day",
        ("架空工芸品産業支援補助金（災害復興事業）", {"areas": ["15", "17"], "windows": JULY}),
        ("被災した工芸品の産地に最大1000万円", {"areas": ["JP"], "windows": JULY_TOLD,
         "body": "架空省は「架空工芸品産業支援補助金（災害復興事業）」の公募を始めた。"}),
    ),
    (
        "no day at either, the same name",
        ("ソーシャル起業支援資金", {"areas": ["JP"], "kind": Kind.LOAN}),
        ("融資・貸付：「ソーシャル起業支援資金」", {"kind": Kind.LOAN}),
    ),
    (
        "one body, written with its form and without",
        ("【福岡県中小企業振興センター】架空出願補助金", {"areas": ["40"], "windows": JULY}),
        ("【公益財団法人福岡県中小企業振興センター】架空出願補助金", {"areas": ["40"], "windows": JULY_TOLD}),
    ),
    (
        "what state the call is in",
        ("【受付終了】架空県設備補助金", {"areas": ["13"], "windows": JULY}),
        ("【令和8年度・公募中】架空県設備補助金", {"areas": ["13"], "windows": JULY_TOLD}),
    ),
    ("kana of half width", ("福岡市ﾃﾞｼﾞﾀﾙ化補助金", {"areas": ["40130"], "windows": JULY}),
     ("福岡市デジタル化補助金", {"areas": ["40130"], "windows": JULY_TOLD})),
    ("the year as R8, and in full", ("福岡市設備補助金（R8）", {"areas": ["40130"], "windows": JULY}),
     ("令和8年度福岡市設備補助金", {"areas": ["40130"], "windows": JULY_TOLD})),
    ("the place in brackets, no day", ("福岡市省エネ設備補助金", {"areas": ["40130"], "windows": JULY}),
     ("省エネルギー設備補助金（福岡市）", {"areas": ["40130"]})),
    ("two characters in the other order", ("福岡市中小企業者等事業承継促進支援補助金", {"areas": ["40130"], "windows": JULY}),
     ("福岡市中小企業者等事業継承促進支援補助金", {"areas": ["40130"], "windows": JULY_TOLD})),
    (
        "the same official page",
        ("架空市創業応援補助金", {"areas": ["40130"], "official_url": "https://city.example/start.html"}),
        ("架空市の創業応援補助金（2026）", {"areas": ["40130"], "official_url": "http://city.example/start.html"}),
    ),
]  # fmt: skip

APART = [
    # one word for another in names that are near, on the same day
    ("half of the year", ("架空市設備応援補助金 上期募集", {"windows": JULY}), ("架空市設備応援補助金 下期募集", {"windows": JULY})),
    ("season", ("架空市設備応援補助金 春募集", {"windows": JULY}), ("架空市設備応援補助金 秋募集", {"windows": JULY})),
    ("month", ("架空市設備応援補助金 令和8年4月募集", {"windows": JULY}), ("架空市設備応援補助金 令和8年9月募集", {"windows": JULY})),
    ("number in a circle", ("架空市設備応援補助金①", {"windows": JULY}), ("架空市設備応援補助金②", {"windows": JULY})),
    ("Roman number", ("架空市設備応援補助金Ⅰ", {"windows": JULY}), ("架空市設備応援補助金Ⅱ", {"windows": JULY})),
    ("wave of relief", ("架空市物価高騰支援金 第1弾", {"windows": JULY}), ("架空市物価高騰支援金 第2弾", {"windows": JULY})),
    ("trade", ("架空市農業者燃油高騰対策支援金", {"windows": JULY}), ("架空市漁業者燃油高騰対策支援金", {"windows": JULY})),
    ("kind of car", ("架空市EV購入補助金", {"windows": JULY}), ("架空市PHEV購入補助金", {"windows": JULY})),
    ("what is paid for", ("架空市空き店舗改装補助金", {"windows": JULY}), ("架空市空き店舗家賃補助金", {"windows": JULY})),
    ("round", ("架空市省エネ補助金 第1回公募", {"windows": JULY}), ("架空市省エネ補助金 第2回公募", {"windows": JULY})),
    ("a round at one only, no day at the other", ("架空市省エネ補助金 第2回公募", {"windows": JULY}), ("架空市省エネ補助金", {})),
    ("a second call", ("架空市省エネ補助金（二次公募）", {"windows": JULY}), ("架空市省エネ補助金（一次公募）", {"windows": JULY})),
    ("year", ("令和7年度 架空市省エネ補助金", {}), ("令和8年度 架空市省エネ補助金", {})),
    ("year in another writing", ("架空市省エネ補助金（R7年度）", {"windows": JULY}), ("2026年度架空市省エネ補助金", {"windows": JULY})),
    ("course", ("持続補助金＜一般枠＞", {"windows": JULY}), ("持続補助金＜特別枠＞", {"windows": JULY})),
    ("a course at one only", ("持続補助金 創業型", {"windows": JULY}), ("持続補助金", {})),
    ("a course in hiragana", ("架空奨励金【もっとやすむコース】", {"windows": JULY}), ("架空奨励金【やすむコースNEXT】", {"windows": JULY})),
    ("a course in round brackets", ("架空奨励金（手伝って！ははコース）", {"windows": JULY}),
     ("架空奨励金（はたらくははコース）", {"windows": JULY})),
    ("for new and for running projects", ("令和8年度【継続】架空実用化開発補助金", {"windows": JULY}),
     ("令和8年度【新規】架空実用化開発補助金", {"windows": JULY})),
    ("a way to apply", ("【共同申請｜令和８年度】架空転換支援事業", {"windows": JULY}),
     ("【単独申請｜令和８年度】架空転換支援事業", {"windows": JULY})),
    ("what is paid for", ("【受付終了】架空事故防止推進事業【荷崩れ防止の先進的な取り組みに対する支援】", {"windows": JULY}),
     ("架空事故防止推進事業【点呼の高度化に対する支援】", {"windows": JULY})),
    ("an office's district", ("架空坑道工事費補助金（令和８年度）【九州監督部】", {"areas": ["JP"], "windows": JULY}),
     ("架空坑道工事費補助金（令和８年度）【関東監督部】", {"areas": ["JP"], "windows": JULY})),
    ("the district of a chamber", ("架空販路補助金第8回締切分【商工会議所地区】", {"areas": ["JP"], "windows": JULY}),
     ("架空販路補助金第8回締切分【全国商工会連合会分（商工会地区のみ）】", {"areas": ["JP"], "windows": JULY})),
    ("the district of a chamber, before the name", ("商工会地区 架空販路補助金 第8回公募", {"areas": ["JP"], "windows": JULY}),
     ("架空販路補助金 第8回公募【商工会議所地区】", {"areas": ["JP"], "windows": JULY})),
    ("a round in Han digits", ("架空市省エネ補助金 第一二回公募", {"windows": JULY}), ("架空市省エネ補助金 第十三回公募", {"windows": JULY})),
    ("the first year of an era", ("令和元年度 架空市省エネ補助金", {"windows": JULY}), ("令和2年度 架空市省エネ補助金", {"windows": JULY})),
    ("a year in Han digits", ("令和八年度 架空市省エネ補助金", {"windows": JULY}), ("令和7年度 架空市省エネ補助金", {"windows": JULY})),
    ("the results of a call", ("架空市省エネ補助金", {"windows": JULY}), ("架空市省エネ補助金", {"windows": JULY, "kind": Kind.NEWS})),
    ("place", ("省エネ設備導入補助金", {"areas": ["13"], "windows": JULY}), ("省エネ設備導入補助金", {"areas": ["27"], "windows": JULY})),
    ("a town's top-up names the nation's", ("架空市上乗せ補助金", {"areas": ["40130"], "windows": JULY,
     "body": "国の「架空導入支援補助金」に上乗せします。"}), ("架空導入支援補助金", {"areas": ["JP"], "windows": JULY})),
    ("told as of the whole country, another day", ("架空工芸品産業支援補助金", {"areas": ["15"], "windows": JULY}),
     ("産地に補助", {"areas": ["JP"], "windows": (window(None, "2026-07-30"),),
      "body": "「架空工芸品産業支援補助金」の公募。"})),
    ("town and prefecture", ("省エネ補助金", {"areas": ["40130"], "windows": JULY}), ("省エネ補助金", {"areas": ["40"], "windows": JULY})),
    ("other days, nothing in common", ("架空市省エネ補助金", {"windows": JULY}),
     ("架空市省エネ補助金", {"windows": (window("2026-09-01", "2026-10-30"),)})),
    ("another name, the same day", ("架空市省エネ補助金", {"windows": JULY}), ("架空市人材育成補助金", {"windows": JULY})),
    ("one budget, two programmes", ("排出抑制対策事業費等補助金（倉庫の断熱改修支援事業）", {"windows": JULY}),
     ("排出抑制対策事業費等補助金（港湾の電力供給支援事業）", {"windows": JULY})),
    ("a front page is nobody's own", ("架空市省エネ補助金", {"official_url": "https://city.example/"}),
     ("架空市販路開拓補助金", {"official_url": "https://city.example/index.html"})),
]  # fmt: skip


def pair(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> list[Programme]:
    return [listing(1, "portal", one[0], **one[1]), listing(2, "news", other[0], **other[1])]


SAID = [
    ("架空市省エネ補助金 二三回公募", set(), {"23"}),
    ("架空市省エネ補助金（R8）", {2026}, set()),
    ("PR2とCOVER 10の補助金", set(), set()),
    ("平成30年度 第2次公募", {2018}, {"2"}),
]


COURSES = [
    ("架空奨励金【パパと協力！ははコース】", {"パパと協力!ははコース"}),
    ("架空奨励金 もっとやすむコースNEXT", {"もっとやすむコースNEXT"}),
    ("小さな店の架空補助金の一般型・グローバル展開型", {"一般型", "グローバル展開型"}),
    ("架空住宅賞 戸建住宅部門", {"戸建住宅部門"}),
    ("家庭部門の架空補助金", set()),
    ("【応募申請｜単独申請用】【二次公募】令和8年度 架空補助金", {"単独申請"}),
    (
        "【受付終了】【1次募集】【申請受付期間：8/31～9/30】【令和7年度補正予算・令和8年度】架空補助金【3月19日提出期限】",
        set(),
    ),
    ("【福岡県中小企業振興センター】架空補助金", set()),
    ("【公益財団法人福岡県中小企業振興センター（知的財産支援センター）】架空補助金", set()),
    ("【新産業創造研究機構_兵庫県】架空補助金【三重県_第2回】【九州】", set()),
    ("【海辺再生】架空海辺再生支援事業", set()),
    ("架空補助金【設備更新】", {"設備更新"}),
    ("架空補助金（データセンター）【調剤薬局】", {"データセンター", "調剤薬局"}),
    ("架空補助金（伝統・魅力等発信支援事業）", set()),
    ("架空補助金（発信支援事業 令和4年度第二次補正予算）", set()),
]


@pytest.mark.parametrize(("title", "courses"), COURSES)
def test_courses_of_a_title(title: str, courses: set[str]) -> None:
    assert identity(listing(1, "portal", title, areas=["JP"])).courses == courses


def test_the_district_of_an_office_is_told_by_the_places_where_they_are_read() -> None:
    assert identity(listing(1, "portal", "【九州経済産業局】架空補助金", areas=["40", "41"])).courses == frozenset()


@pytest.mark.parametrize(("title", "years", "rounds"), SAID)
def test_years_and_rounds_of_a_title(title: str, years: set[int], rounds: set[str]) -> None:
    said = identity(listing(1, "portal", title))
    assert (set(said.years), set(said.rounds)) == (years, rounds)


def test_an_address_that_is_none_stops_nothing() -> None:
    assert identity(listing(1, "portal", "架空市省エネ補助金", official_url="http://[")).url == ""


@pytest.mark.parametrize(("why", "one", "other"), ONE, ids=[each[0] for each in ONE])
def test_one_programme(why: str, one: Any, other: Any) -> None:
    assert [each.members for each in groups([identity(each) for each in pair(one, other)], order={"news": 1})] == [
        ("portal-1", "news-2")
    ]


@pytest.mark.parametrize(("why", "one", "other"), APART, ids=[each[0] for each in APART])
def test_different_programmes(why: str, one: Any, other: Any) -> None:
    assert groups([identity(each) for each in pair(one, other)]) == []


def test_a_text_that_names_several_programmes_is_none_of_them() -> None:
    both = "「倉庫の断熱改修支援事業」と「港湾の電力供給支援事業」の公募を始めた。"
    entries = [
        listing(1, "portal", "倉庫の断熱改修支援事業", windows=JULY),
        listing(2, "portal", "港湾の電力供給支援事業", windows=JULY),
        listing(3, "news", "倉庫や港湾の脱炭素を支援", windows=JULY_TOLD, body=both),
    ]
    assert matches(identity(each) for each in entries) == []


def test_two_of_one_source_are_never_chosen_between() -> None:
    entries = [
        listing(1, "portal", "架空市省エネ補助金", windows=JULY),
        listing(2, "portal", "架空市省エネ補助金", windows=JULY),
        listing(3, "news", "架空市省エネ補助金", windows=JULY),
    ]
    assert groups([identity(each) for each in entries]) == []


def test_what_people_hold_apart_leaves_the_other_to_be_chosen() -> None:
    entries = [
        listing(1, "portal", "架空市省エネ補助金", windows=JULY),
        listing(2, "portal", "架空市省エネ補助金", windows=JULY),
        listing(3, "news", "架空市省エネ補助金", windows=JULY),
    ]
    [group] = groups([identity(each) for each in entries], {("news-3", "portal-2"): False}, order={"news": 1})
    assert group.members == ("portal-1", "news-3")


def test_people_join_what_rules_would_not_and_split_what_they_would() -> None:
    joined = [listing(1, "portal", "省エネ補助金"), listing(2, "news", "設備更新の応援")]
    told = [joined[0], joined[1].model_copy(update={"kind": Kind.NEWS})]
    assert len(groups([identity(each) for each in told], {("news-2", "portal-1"): True})) == 1, "of any kind"
    (group,) = groups([identity(each) for each in joined], {("news-2", "portal-1"): True})
    assert group.members[0] in ("portal-1", "news-2")
    assert set(group.why.values()) == {"decided"}
    alike = pair(*ONE[0][1:])
    assert groups([identity(each) for each in alike], {("news-2", "portal-1"): False}) == []


def test_a_chain_does_not_join_what_is_apart() -> None:
    entries = [
        listing(1, "portal", "架空市省エネ補助金 第1回公募", windows=JULY),
        listing(2, "news", "架空市省エネ補助金", windows=JULY),
        listing(3, "feed", "架空市省エネ補助金 第2回公募", windows=JULY),
    ]
    assert all(len(each.members) == 2 for each in groups([identity(each) for each in entries]))


def test_a_chain_does_not_join_what_one_source_lists_apart() -> None:
    page = "https://city.example/eco.html"
    entries = [
        listing(1, "portal", "架空エコ応援補助金", windows=JULY),
        listing(2, "news", "架空エコ応援補助金", windows=JULY_TOLD, official_url=page),
        listing(3, "feed", "架空エコ応援補助金「設備更新支援事業」", windows=JULY_TOLD, official_url=page),
        listing(4, "portal", "設備更新支援事業", windows=JULY),
    ]
    found = groups([identity(each) for each in entries], order={"news": 1, "feed": 1})
    assert [each.members for each in found] == [("portal-1", "news-2"), ("portal-4", "feed-3")]


def test_articles_of_one_source_on_one_call_are_one_with_it() -> None:
    told = {"areas": ["JP"], "windows": JULY_TOLD, "body": "架空庁は「架空輸送省エネ化促進事業」の公募を始めた。"}
    entries = [
        listing(1, "portal", "架空輸送省エネ化促進事業", areas=["JP"], windows=JULY),
        listing(2, "news", "トラックの省エネに最大500万円", **told),
        listing(3, "news", "運送会社の燃費を支援", **told),
    ]
    [group] = groups([identity(each) for each in entries], order={"news": 1})
    assert group.members == ("portal-1", "news-2", "news-3")


def test_the_best_of_each_and_where_it_is_from() -> None:
    lead = listing(1, "portal", "架空市省エネ補助金", windows=JULY, issuer=Issuer(name=""))
    other = listing(
        2, "news", "架空市省エネ補助金", windows=(window("2026-05-01", "2026-08-07"),), issuer=Issuer(name="架空市"),
        amount=Amount(max_yen=500_000, raw="上限50万円"), areas=["40130"],
    )  # fmt: skip
    whole = merged(lead, [other])
    assert whole.windows == lead.windows, "the portal's deadline counts"
    assert whole.amount == other.amount
    assert whole.issuer == other.issuer
    (address,) = whole.also_at
    assert set(address.fields) == {"areas", "amount", "issuer"}
    assert [each.closes for each in address.windows] == ["2026-08-07"], "the other day is shown, not hidden"
    assert [(each.field, each.code) for each in whole.problems] == [("windows", DIFFERS)]


def test_days_that_agree_are_no_problem() -> None:
    whole = merged(*(lambda one, other: (one, [other]))(*pair(*ONE[0][1:])))
    assert (whole.problems, whole.also_at[0].windows) == ((), ())


def test_nothing_is_taken_where_the_others_disagree() -> None:
    lead = listing(1, "portal", "架空市省エネ補助金", windows=JULY)
    others = [
        listing(2, "news", "架空市省エネ補助金", issuer=Issuer(name="架空市")),
        listing(3, "feed", "架空市省エネ補助金", issuer=Issuer(name="架空財団")),
    ]
    assert merged(lead, others).issuer is None
    assert merged(lead, others[:1]).issuer == others[0].issuer


def test_days_that_differ_are_shown_where_the_lead_has_none_too() -> None:
    lead = listing(1, "portal", "架空市省エネ補助金")
    others = [
        listing(2, "news", "架空市省エネ補助金", windows=JULY_TOLD),
        listing(3, "feed", "架空市省エネ補助金", windows=(window(None, "2026-08-07"),)),
    ]
    whole = merged(lead, others)
    assert whole.windows == JULY_TOLD
    assert [[each.closes for each in address.windows] for address in whole.also_at] == [[], ["2026-08-07"]]
    assert [(each.field, each.code) for each in whole.problems] == [("windows", DIFFERS)]
    settled = merged(lead, others, settled=("windows",))
    assert (settled.windows, settled.problems) == ((), ()), "a person left it without one"
