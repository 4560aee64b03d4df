"""Search against the real engine: places, states, facets, and input that wants to break out."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from indexer.engine import Endpoint, EngineError
from indexer.publish import publish
from indexer.schema import Problem
from indexer.store import Store
from search_api.errors import Unavailable
from search_api.models import Results
from search_api.query import FACETS, Query
from search_api.search import Searcher
from search_api.search.filters import filters
from tests.samples import EVERYTHING, NOW, OPEN, programme, record

pytestmark = pytest.mark.engine
STEP = programme(
    13,
    "神戸市 実績報告の提出",
    areas=["28100"],
    windows=OPEN,
    problems=(Problem(field="kind", code="procedure", raw=""),),
)
"""What is only a step of an earlier grant."""
Ask = Callable[..., Results]


@pytest.fixture(scope="module")
def ask(engine: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    where: Endpoint = engine.endpoint  # type: ignore[attr-defined]
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('search') / 'store.sqlite'}")
    with store.transaction() as writer:
        writer.put([record(each) for each in (*EVERYTHING, STEP)], set())
    publish(where, store, NOW)

    def answer(now: datetime = NOW, *, version: str = "tested", **values: object) -> Results:
        async def go() -> Results:
            searcher = Searcher(lambda: where, lambda: now, lambda: version)
            try:
                await searcher.moment()
                return await searcher.search(Query.model_validate(values))
            finally:
                await searcher.close()

        return asyncio.run(go())

    yield answer
    store.close()


def numbers(results: Results) -> set[int]:
    return {int(each.id.rpartition("-")[2]) for each in results.hits}


def test_a_highlight_tells_where_words_were_found(ask: Ask) -> None:
    found = ask(q="太陽光発電", highlight=True).hits[0].highlight
    assert found and found.title.text == "福岡市 太陽光発電設備補助金"
    assert [found.title.text[start:end] for start, end in found.title.marks] == ["太陽光発電"]
    assert found.snippet is None


def test_a_snippet_is_the_piece_around_the_words(ask: Ask) -> None:
    [hit] = ask(q="気化熱", highlight=True).hits
    assert hit.highlight and not hit.highlight.title.marks and hit.highlight.snippet
    snippet = hit.highlight.snippet
    assert snippet.text.startswith("…") and snippet.text.endswith("…") and len(snippet.text) < 150
    assert "".join(snippet.text[start:end] for start, end in snippet.marks) == "気化熱"


def test_no_highlight_unless_asked_for(ask: Ask) -> None:
    assert {each.highlight for each in ask(q="補助金").hits} == {None}
    assert {each.highlight for each in ask(highlight=True).hits} == {None}, "nothing was looked for"


@pytest.mark.parametrize(
    ("area", "scope", "expected"),
    [
        (["13"], [], {1, 3, 9, 11}),
        (["40"], [], {3, 5, 6, 7, 8, 11}),
        (["40130"], [], {3, 5, 6, 11}),
        (["27"], [], {3, 4, 11}),
        (["01100"], [], {3, 11, 12}),
        (["01101"], [], {3, 11, 12}),
        (["01102"], [], {3, 11}),
        (["40130"], ["municipality"], {5}),
        (["40130"], ["prefecture"], {6}),
        (["40130"], ["national"], {3, 11}),
        (["40"], ["municipality"], {5, 7, 8}),
        (["40"], ["prefecture"], {6}),
        ([], ["unknown"], {10}),
        ([], ["national"], {3, 11}),
        (["40130", "27"], ["prefecture"], {4, 6}),
        (["JP"], [], {3, 11}),
    ],
)
def test_a_place_shows_what_a_firm_there_can_use(
    ask: Ask, area: list[str], scope: list[str], expected: set[int]
) -> None:
    assert numbers(ask(area=area, scope=scope, state=["any"])) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (["open"], {1, 2, 3, 4, 5, 9, 10, 12}),
        (["closing"], {3, 5}),
        (["rolling"], {10}),
        (["upcoming"], {6, 7}),
        (["closed"], {8}),
        (["unknown"], {11}),
        ([], {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12}),
        (["closed", "unknown"], {8, 11}),
        (["open", "upcoming"], {1, 2, 3, 4, 5, 6, 7, 9, 10, 12}),
        (["open", "unknown", "rolling"], {1, 2, 3, 4, 5, 9, 10, 11, 12}),
        (["closing", "upcoming"], {3, 5, 6, 7}),
        (["-open", "-upcoming"], {11}),
        (["any", "-open", "-unknown"], {6, 7, 8}),
        (["open", "-closing", "-rolling"], {1, 2, 4, 9, 12}),
    ],
)
def test_states(ask: Ask, state: list[str], expected: set[int]) -> None:
    assert numbers(ask(state=state)) == expected


def test_nothing_closes_still_by_a_day_that_is_past(ask: Ask) -> None:
    assert ask(closes_to=(NOW.date() - timedelta(days=3)).isoformat()).total == 0


def test_a_deadline_passes_without_a_new_index_and_the_next_round_shows(ask: Ask) -> None:
    end = NOW.replace(hour=17)
    assert 5 in numbers(ask(end - timedelta(seconds=1), state=["open"]))
    assert 5 not in numbers(ask(end + timedelta(seconds=1), state=["open"]))
    later = ask(end + timedelta(seconds=1), state=["upcoming"])
    found = next(each for each in later.hits if each.id.endswith("0005"))
    assert found.opens == "2026-10-01T00:00:00+09:00"


def test_what_is_over_comes_last(ask: Ask) -> None:
    found = [each.state for each in ask(q="補助金", state=["any"], per_page=50).hits]
    over = [state == "closed" for state in found]
    assert any(over) and not all(over) and over == sorted(over)


def test_kyoto_is_not_tokyo(ask: Ask) -> None:
    assert numbers(ask(q="京都", literal=True)) == {2}
    assert numbers(ask(q="東京都", literal=True)) == {1}
    assert 9 not in numbers(ask(q="久留米", state=["any"], literal=True))
    # As places: what can be used there, and nothing of the place whose name holds this one.
    assert 2 in numbers(ask(q="京都")) and 1 not in numbers(ask(q="京都"))
    assert 1 in numbers(ask(q="東京都")) and 2 not in numbers(ask(q="東京都"))
    assert 8 in numbers(ask(q="久留米", state=["any"])) and 9 not in numbers(ask(q="久留米", state=["any"]))


def test_a_facet_counts_what_choosing_it_would_give(ask: Ask) -> None:
    chosen = ask(kind=["seminar"], state=["any"])
    kinds = {each.value: each.count for each in chosen.facets["kind"]}
    assert (chosen.total, kinds["subsidy"], kinds["seminar"]) == (1, 10, 1)
    for facet in ("kind", "theme", "stage", "issuer_level"):
        for value in chosen.facets[facet]:
            expected = ask(**({"kind": ["seminar"], "state": ["any"]} | {facet: [value.value]})).total
            assert value.count == expected, (facet, value)
    for value in chosen.facets["area"]:
        assert value.count == ask(kind=["seminar"], state=["any"], area=[value.value]).total, value
    for value in ask().facets["state"]:
        assert value.count == ask(state=[value.value]).total, value
    for value in ask().facets["closes_within"]:
        assert value.count == ask(closes_within=int(value.value)).total, value


CHOSEN: list[dict[str, Any]] = [
    {},
    {"state": ["any"]},
    {"state": ["open"], "area": ["40"]},
    {"area": ["40130"], "q": "補助金"},
    {"area": ["40130", "27"], "kind": ["subsidy"]},
    {"area": ["40"], "state": ["any"]},
    {"area": ["40203"], "q": "補助金"},
    {"area": ["40131"]},
    {"area": ["JP"]},
    {"area": ["13222", "40"]},
    {"area": ["01102"], "state": ["any"]},
    {"area": ["40"], "scope": ["municipality"]},
    {"area": ["40"], "scope": ["prefecture", "unknown"]},
    {"scope": ["national"], "gx": True},
    {"scope": ["-national"]},
    {"area": ["-40"], "state": ["any"]},
    {"area": ["-JP", "40"], "state": ["-closing"]},
    {"kind": ["-subsidy"], "posted_within": 30},
    {"state": ["open", "closing", "rolling"], "employees": 15, "industry": ["E"]},
    {"state": ["open", "upcoming", "unknown"]},
    {"state": ["closing", "upcoming"], "area": ["40130"]},
    {"state": ["rolling", "unknown"], "closes_within": 30},
    {"state": ["-open", "-upcoming"]},
    {"state": ["-rolling", "-closing"], "closes_to": "2026-12-31"},
    {"gx": False, "featured": False},
    {"state": ["any"], "closes_within": 90},
    {"state": ["any", "-closing"]},
    {"industry": ["E"], "employees": 350, "unfit": True},
    {"closes_within": 21, "posted_within": 15},
    {"closes_within": -200, "posted_within": -45},
    {"closes_within": 30},
    {"closes_within": -30, "issuer_level": ["municipality", "-prefecture"]},
]


@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
def test_every_count_of_every_facet_is_what_choosing_it_gives(ask: Ask, chosen: dict[str, Any]) -> None:
    found = ask(**chosen)
    assert set(found.facets) == set(FACETS)
    for facet, values in found.facets.items():
        many = isinstance(Query.model_fields[facet].default, tuple)
        # What is left out of the facet stays left out only where something of it is chosen beside it.
        for each in values:
            value = [each.value] if many else each.value
            assert each.count == ask(**(chosen | {facet: value})).total, (facet, each)
            said = chosen.get(facet, [])
            held = [str(one) for one in said] if many else ["-true" if said is False else str(said).lower()]
            assert (each.selected, each.excluded) == (each.value in held, f"-{each.value}" in held), (facet, each)


@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
def test_to_look_at_every_round_finds_nothing_else(ask: Ask, chosen: dict[str, Any]) -> None:
    # Where nobody can tell what is published, none is left out.
    every, some = ask(version="", **chosen), ask(**chosen)
    assert every.model_copy(update={"took_ms": 0}) == some.model_copy(update={"took_ms": 0})


def test_only_the_facets_that_are_asked_for_are_counted(ask: Ask) -> None:
    everything = ask(area=["40"])
    some = ask(area=["40"], facets="kind,area")
    assert some.facets == {name: everything.facets[name] for name in ("kind", "area")}
    assert ask(area=["40"], facets="scope").facets == {"scope": everything.facets["scope"]}
    assert ask(facets=["none"]).facets == {}
    assert ask(facets=["none"]).total == ask().total


def test_synonyms_are_found_both_ways(ask: Ask) -> None:
    assert 5 in numbers(ask(q="ソーラー"))
    assert numbers(ask(q="カーボンニュートラル", state=["any"])) >= {6}
    assert 8 not in numbers(ask(q="ソーラー", state=["any"]))


def test_a_sentence_finds_what_has_its_words_and_counts_agree(ask: Ask) -> None:
    question = "太陽光発電の設備に使える補助金を探しています"
    found = ask(q=question)
    assert 5 in numbers(found)
    for value in found.facets["kind"]:
        assert value.count == ask(q=question, kind=[value.value]).total


def test_excluding_a_value(ask: Ask) -> None:
    assert numbers(ask(kind=["-subsidy"], state=["any"])) == {6, 10, 11}
    assert numbers(ask(gx=True, theme=["-renewables"], state=["any"])) == {1, 6, 11}


def test_a_town_that_is_left_out_is_counted_as_one_that_is_chosen(ask: Ask) -> None:
    town = next(each for each in ask(area=["-40130"]).facets["area"] if each.value == "40130")
    assert town.excluded and town.count == ask(area=["40130"]).total > 0


def test_cases_by_the_size_of_their_firm(ask: Ask) -> None:
    assert numbers(ask(size=["upto20"])) == {11}
    assert numbers(ask(size=["upto50"])) == set()
    assert [(each.value, each.count) for each in ask().facets["size"]] == [("upto20", 1)]
    assert ask(size=["upto20"]).hits[0].workforce == 18


def test_sorting_by_deadline_and_amount(ask: Ask) -> None:
    assert [each.id[-1] for each in ask(sort="deadline", state=["open"]).hits[:2]] == ["5", "3"]
    assert [each.id[-1] for each in ask(sort="amount").hits[:2]] == ["3", "1"]


def test_pages_hold_everything_once(ask: Ask) -> None:
    pages = [ask(state=["any"], per_page=5, page=number) for number in (1, 2, 3, 4)]
    assert [len(each.hits) for each in pages] == [5, 5, 3, 0]
    assert set.union(*map(numbers, pages)) == set(range(1, 14))


@pytest.mark.parametrize(
    "value", ['x" OR kind = "loan', "a\\", 'a" OR NOT id = "', "kind = loan", "' OR 1=1", "*", "🙂"]
)
def test_operators_in_a_value_stay_literal(ask: Ask, value: str) -> None:
    assert ask(q=value).query.get("q", "") == value
    with pytest.raises(ValueError):
        ask(kind=[value])
    condition = " ".join(filters(Query.model_construct(**(Query().model_dump() | {"kind": (value,)})), NOW).values())
    assert condition.startswith("kind IN [")


def test_an_engine_that_is_gone_is_told_as_such() -> None:
    def nowhere() -> Endpoint:
        raise EngineError("none")

    async def go() -> None:
        searcher = Searcher(nowhere, lambda: NOW)
        with pytest.raises(Unavailable):
            await searcher.search(Query())
        assert not await searcher.engine.healthy()
        await searcher.close()
        dead = Searcher(lambda: Endpoint("http://127.0.0.1:9", "k"), lambda: NOW)
        with pytest.raises(Unavailable):
            await dead.search(Query())
        await dead.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    ("q", "number", "meant"),
    [
        ("たいようこう", 5, "太陽光"),
        ("taiyoukou hojokin", 5, "太陽光 補助金"),
        ("福岡市 太陽高", 5, "太陽光"),
        ("にぎわい", 2, "にぎわい"),
        # No words of the vocabulary: found by the readings of names.
        ("はんろかいたくしえん", 4, "はんろかいたくしえん"),
        ("akitenpo", 9, "空き店舗"),
        ("空き点舗", 9, "空き点舗"),
        ("nigiwai", 2, "nigiwai"),
    ],
)
def test_what_is_typed_by_its_sound_is_found(ask: Ask, q: str, number: int, meant: str) -> None:
    found = ask(q=q, state=["any"])
    assert number in numbers(found), [each.title for each in found.hits]
    assert found.query["q"] == meant
    assert ("q" in found.words) == (meant not in q)


def test_literal_words_are_not_read_by_their_sound(ask: Ask) -> None:
    assert ask(q="akitenpo", state=["any"], literal=True).total == 0
    assert ask(q="ten", state=["any"], literal=True).total == 0, "nor by how a word of a reading begins"


def test_each_result_can_say_why_it_stands_there(ask: Ask) -> None:
    hits = ask(q="補助金", area=["40130"], explain=True).hits
    assert len(hits) > 1
    for each in hits:
        rules = [reason.rule for reason in each.explain]
        assert rules[:3] == ["typo", "closed", "place_breadth"]
        assert {"place_breadth", "deadline"} <= set(rules)
    breadths = [next(one.value for one in each.explain if one.rule == "place_breadth") for each in hits]
    assert breadths == sorted(breadths, key=float), "the town's own before the nation's"
    assert ask(q="補助金").hits[0].explain == ()


def test_days_until_a_deadline_are_those_of_the_calendar(ask: Ask) -> None:
    # 3 closes with the end of 28 August, 5 on 22 August at 17:00; it is four in the morning of 22 August.
    assert numbers(ask(closes_within=0)) == {5}
    assert numbers(ask(closes_within=5)) == {5} and numbers(ask(closes_within=6)) == {3, 5}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-08-28", "2026-08-28", {3}),
        ("2026-08-29", "2026-10-29", set()),
        # What has not begun closes too, and so does the next of several rounds.
        ("2026-10-30", "2026-11-30", {5, 7}),
        (None, "2026-08-22", {5}),
        ("2026-11-01", None, {1, 2, 4, 7, 9, 12}),
        ("2026-06-01", "2026-06-30", set()),
    ],
)
def test_deadlines_between_days(ask: Ask, first: str | None, last: str | None, expected: set[int]) -> None:
    assert numbers(ask(closes_from=first, closes_to=last, kind=["subsidy"])) == expected


def test_what_is_not_in_the_town_is_looked_for_by_its_words(ask: Ask) -> None:
    assert numbers(ask(q="久留米 空き店舗")) == set(), "what other towns offer is no answer"
    # 伊勢 is a city, and a shop's name in the text of 12.
    assert numbers(ask(q="伊勢 にぎわい")) == {12}


def test_a_question_of_a_sentence_finds_what_its_words_find(ask: Ask) -> None:
    assert numbers(ask(q="空き店舗を使いたい")) == numbers(ask(q="空き店舗")) == {9}


def test_totals_of_many_questions_are_those_of_each(ask: Ask, engine: object) -> None:
    """As many round trips to the engine as for one question, and the counts that each search would show."""
    where: Endpoint = engine.endpoint  # type: ignore[attr-defined]
    questions = [
        Query(q=q, area=area)
        for q in ("省エネ", "たいようこう", "太陽光 洗濯機", "", "どこにもない")
        for area in ((), ("13",))
    ]
    trips: list[int] = []

    async def go() -> list[int]:
        searcher = Searcher(lambda: where, lambda: NOW)
        plain = searcher.engine.multi

        async def counted(queries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
            trips.append(len(queries))
            return await plain(queries)

        searcher.engine.multi = counted  # type: ignore[method-assign]
        try:
            return await searcher.totals(questions)
        finally:
            await searcher.close()

    found = asyncio.run(go())
    assert found == [ask(**each.model_dump()).total for each in questions]
    assert any(found) and not all(found)
    assert len(trips) <= 4


@pytest.mark.parametrize("q", ["太陽光", "太陽光 洗濯機", "どこにもない語 太陽光 補助金"])
def test_results_are_asked_for_once(ask: Ask, engine: object, q: str) -> None:
    where: Endpoint = engine.endpoint  # type: ignore[attr-defined]
    pages = 0

    async def go() -> int:
        searcher = Searcher(lambda: where, lambda: NOW)
        plain = searcher.engine.multi

        async def noted(queries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
            nonlocal pages
            pages += sum("attributesToRetrieve" in each for each in queries)
            return await plain(queries)

        searcher.engine.multi = noted  # type: ignore[method-assign]
        try:
            return (await searcher.search(Query(q=q))).total
        finally:
            await searcher.close()

    assert asyncio.run(go()) == ask(q=q).total > 0
    assert pages == 1
