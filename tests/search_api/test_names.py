"""Names that stand in other names, and words that find each other: a table of traps, with the real engine."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from indexer.engine import Engine
from indexer.publish import publish
from indexer.store import Store
from search_api.query import Query
from search_api.search import Searcher
from tests.samples import NOW, programme, record, town

pytestmark = pytest.mark.engine

ENTRIES = [
    programme(1, "久留米市 店舗改装補助金", areas=["40203"]),
    programme(2, "東久留米市 店舗改装補助金", areas=["13222"]),
    programme(3, "京都府 店舗改装補助金", areas=["26"]),
    programme(4, "東京都 店舗改装補助金", areas=["13"]),
    programme(5, "三田市 店舗改装補助金", areas=["28219"]),
    programme(6, "港区 三田地区の店舗改装補助金", areas=["13103"]),
    programme(7, "避難所の空調整備補助金", areas=["JP"]),
    programme(8, "避難経路の改修補助金", areas=["JP"]),
    programme(9, "府中市（広島県）店舗改装補助金", areas=["34208"]),
    programme(10, "府中市（東京都）店舗改装補助金", areas=["13206"]),
    programme(11, "津市 店舗改装補助金", areas=["24201"]),
    programme(12, "大津市 店舗改装補助金", areas=["25201"]),
    programme(13, "ものづくり・商業・サービス生産性向上促進補助金（19次締切）", areas=["JP"]),
    programme(16, "石川県後継者募集プロジェクト", areas=["JP"]),
    programme(17, "健康経営の推進補助金", areas=["JP"]),
    programme(18, "人に喜んでもらいたいよき珈琲店の事例", areas=["JP"]),
    programme(19, "屋根を貸す太陽光発電の普及事業", areas=["JP"]),
    programme(20, "漁業者の機関換装補助金", areas=["JP"]),
    programme(14, "三田市 ものづくり支援補助金", areas=["28219"], issuer=town("三田市")),
    programme(15, "三田市 ものづくり補助金の上乗せ", areas=["28219"], issuer=town("三田市")),
]

TRAPS = [
    ("久留米 店舗", {1}),
    ("久留米市 店舗", {1}),
    ("東久留米 店舗", {2, 4}),
    ("東久留米市 店舗", {2, 4}),
    ("京都 店舗", {3}),
    ("京都府 店舗", {3}),
    ("東京都 店舗", {2, 4, 6, 10}),
    ("三田市 店舗", {5}),
    ("三田 店舗", {5}),
    ("津市 店舗", {11}),
    ("大津市 店舗", {12}),
    ("避難", {7, 8}),
    ("避難所", {7, 8}),
    ("けんこう", {17}),
    ("kenkou", {17}),
    ("こうけいしゃ", {16}),
    ("漁師", {20}),
]


@pytest.fixture(scope="module")
def answer(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[int]]]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('names') / 'store.sqlite'}")
    with store.transaction() as writer:
        writer.put([record(each) for each in ENTRIES], set())
    publish(engine.endpoint, store, NOW)

    yield lambda q: asyncio.run(_ids(engine, q))
    store.close()


async def _ids(engine: Engine, q: str, *, begun: bool = False) -> list[int]:
    searcher = Searcher(lambda: engine.endpoint, lambda: NOW)
    try:
        ids = (
            [each["id"] for each in await searcher.named(q, 5)]
            if begun
            else [hit.id for hit in (await searcher.search(Query(q=q))).hits]
        )
        return [int(id[-4:]) for id in ids]
    finally:
        await searcher.close()


@pytest.fixture
def found(answer: Callable[[str], list[int]]) -> Callable[[str], set[int]]:
    return lambda q: set(answer(q))


@pytest.fixture
def first(answer: Callable[[str], list[int]]) -> Callable[[str], int]:
    return lambda q: answer(q)[0]


def test_a_scheme_is_found_by_what_people_call_it(first: Callable[[str], int]) -> None:
    assert first("ものづくり補助金") == first("ものづくり補助金 19次") == first("monozukuri hojokin") == 13


@pytest.mark.parametrize(("q", "expected"), TRAPS, ids=[each[0] for each in TRAPS])
def test_a_name_finds_what_it_names(found: Callable[[str], set[int]], q: str, expected: set[int]) -> None:
    assert found(q) == expected


def test_kana_names_what_sounds_so_before_what_has_it_in_a_sentence(
    engine: Engine, answer: Callable[[str], list[int]]
) -> None:
    assert answer("久留米 店舗")
    assert asyncio.run(_ids(engine, "たいよ", begun=True))[0] == 19
