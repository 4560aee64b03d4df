"""A word that comes again in another question is counted once, as long as what is published stays."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from search_api.search import totals as module
from search_api.search.engine import INDEX, Answer, Reader, Request
from search_api.search.totals import Totals
from tests.running import Site

pytestmark = pytest.mark.engine


def count(word: str) -> Request:
    return {"indexUid": INDEX, "q": word, "matchingStrategy": "all", "page": 1, "hitsPerPage": 0}


class Noted(Reader):
    """Remembers the words of what the engine was asked, a list for each round trip."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.find)
        self.trips: list[list[str]] = []

    async def multi(self, requests: Sequence[Request]) -> list[Answer]:
        self.trips.append([each["q"] for each in requests])
        return await super().multi(requests)


def run(site: Site, version: Callable[[], str], play: Callable[[Totals], Any]) -> tuple[Any, list[list[str]]]:
    async def go() -> Any:
        engine = Noted(site)
        try:
            return await play(Totals(engine, version)), engine.trips
        finally:
            await engine.close()

    found: tuple[Any, list[list[str]]] = asyncio.run(go())
    return found


def test_what_was_counted_is_not_counted_again(site: Site) -> None:
    async def play(totals: Totals) -> list[list[int]]:
        return [
            await totals.of([count("太陽光"), count("ありえない語"), count("太陽光")]),
            await totals.of([count("補助金"), count("太陽光")]),
            await totals.of([count("太陽光"), count("補助金")]),
            await totals.of([]),
        ]

    [first, second, third, none], trips = run(site, lambda: "published", play)
    assert trips == [["太陽光", "ありえない語"], ["補助金"]]
    assert first[0] == first[2] == second[1] == third[0] > 0 and first[1] == 0
    assert third[1] == second[0] > 0 and none == []


def test_another_publication_is_counted_anew_and_so_is_what_has_no_name(site: Site) -> None:
    versions = iter(["one", "one", "two"])

    async def play(totals: Totals) -> None:
        for _ in range(3):
            await totals.of([count("太陽光")])

    assert len(run(site, lambda: next(versions), play)[1]) == 2
    assert len(run(site, lambda: "", play)[1]) == 3


def test_other_requests_go_along_in_the_same_trip(site: Site) -> None:
    page = {"indexUid": INDEX, "q": "補助金", "limit": 2}

    async def play(totals: Totals) -> list[tuple[list[int], list[Answer]]]:
        return [await totals.along([count("太陽光")], [page]) for _ in range(2)]

    [first, second], trips = run(site, lambda: "published", play)
    assert trips == [["太陽光", "補助金"], ["補助金"]]
    assert first[0] == second[0] and [each["id"] for each in first[1][0]["hits"]]
    assert first[1][0]["hits"] == second[1][0]["hits"]


def test_the_oldest_are_forgotten(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)

    async def play(totals: Totals) -> None:
        for word in ("あ", "い", "あ", "う", "あ", "い"):
            await totals.of([count(word)])

    assert run(site, lambda: "published", play)[1] == [["あ"], ["い"], ["う"], ["い"]]
