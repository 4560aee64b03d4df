"""Publication: beside, checked, swapped; searches never notice."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import meilisearch
import pytest

from indexer import publish as module
from indexer.curate import apply
from indexer.engine import Endpoint, EngineError
from indexer.publish import publish
from indexer.publish.document import document
from indexer.schema import JST, Basis, Window
from indexer.state import MAX_INTERVALS, State, standing
from indexer.store import Decision, Record, Store
from search_api.detail import detail
from search_api.query import Query
from search_api.search import Searcher
from search_api.search.filters import closes_within, filters, state_filter
from tests.samples import EVERYTHING, NOW, programme, record, window

pytestmark = pytest.mark.engine

OPEN_TOO = {"closing": ("open", "closing"), "rolling": ("open", "rolling")}
"""Cases of being open, which the filter for open finds too."""


@pytest.fixture
def filled(store: Store) -> Store:
    with store.transaction() as writer:
        writer.put([record(each) for each in EVERYTHING], set())
    return store


def indexes(where: Endpoint) -> set[str]:
    client = meilisearch.Client(where.url, where.key)
    return {each.uid for each in client.get_indexes()["results"]}


def titles(where: Endpoint) -> set[str]:
    client = meilisearch.Client(where.url, where.key)
    hits = client.index(module.LIVE).search("", {"limit": 1000})["hits"]
    return {each["hit"]["title"] for each in hits}


def test_the_live_index_holds_what_the_store_holds_and_nothing_is_left(where: Endpoint, filled: Store) -> None:
    client = meilisearch.Client(where.url, where.key)
    for each in indexes(where):
        # What other tests have left in the engine may be what this one wants.
        client.wait_for_task(client.delete_index(each).task_uid)
    told: list[tuple[str, int, int]] = []
    assert publish(where, filled, NOW, lambda *event: told.append(event)).count == len(EVERYTHING)
    assert titles(where) == {each.title for each in EVERYTHING}
    assert indexes(where) <= {module.LIVE, module.NEXT}
    assert told[-3:] == [("publish", 12, 12), ("swap", 0, 1), ("swap", 1, 1)]
    assert filled.fact("publication")["count"] == 12


@contextmanager
def resetting(where: Endpoint, resets: int) -> Iterator[Endpoint]:
    """The engine behind a door that resets the first so many connections that ask for a task."""
    left = [resets]

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/tasks/") and left[0]:
                left[0] -= 1
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {each: self.headers[each] for each in ("Authorization", "Content-Type") if each in self.headers}
            answer = httpx.request(self.command, where.url + self.path, content=body, headers=headers, timeout=60)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Endpoint(f"http://127.0.0.1:{server.server_port}", where.key)
        finally:
            server.shutdown()
            thread.join(10)


def test_a_connection_that_breaks_while_the_engine_works_ends_no_publication(where: Endpoint, filled: Store) -> None:
    with resetting(where, 2) as door:
        assert publish(door, filled, NOW).count == len(EVERYTHING)
    assert titles(where) == {each.title for each in EVERYTHING}


def test_a_build_that_fails_leaves_the_live_index_as_it_was(
    where: Endpoint, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(where, filled, NOW)
    with filled.transaction() as writer:
        writer.put([record(programme(99, "新しい補助金"))], set())
    monkeypatch.setitem(module.SETTINGS, "rankingRules", ["nonsense"])
    with pytest.raises(EngineError):
        publish(where, filled, NOW)
    assert titles(where) == {each.title for each in EVERYTHING}


def test_a_count_that_does_not_match_is_not_published(
    where: Endpoint, filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(where, filled, NOW)
    monkeypatch.setattr(filled, "count", lambda: 13)
    with pytest.raises(EngineError, match="12 of 13"):
        publish(where, filled, NOW)
    assert titles(where) == {each.title for each in EVERYTHING}


def test_leftovers_of_a_crash_are_cleaned(where: Endpoint, filled: Store) -> None:
    client = meilisearch.Client(where.url, where.key)
    client.wait_for_task(client.create_index("programmes_20260101000000_7").task_uid)
    client.wait_for_task(client.create_index("somebody_elses").task_uid)
    publish(where, filled, NOW)
    assert indexes(where) - {module.NEXT} == {module.LIVE, "somebody_elses"}
    client.wait_for_task(client.delete_index("somebody_elses").task_uid)


def test_an_engine_that_is_gone_is_an_error_in_one_line(filled: Store) -> None:
    with pytest.raises(EngineError, match="the live index is as it was"):
        publish(Endpoint("http://127.0.0.1:9", "key"), filled, NOW)


def test_searches_never_fail_while_publications_go_on(where: Endpoint, filled: Store) -> None:
    publish(where, filled, NOW)
    stop = threading.Event()
    failures: list[Any] = []
    rounds = 0

    def republish() -> None:
        nonlocal rounds
        while not stop.is_set():
            try:
                # Another text each time, so that there is something to write and to swap.
                with filled.transaction() as writer:
                    entry = EVERYTHING[rounds % len(EVERYTHING)].model_copy(update={"body": f"第{rounds}版"})
                    writer.put([record(entry)], {entry.id})
                publish(where, filled, NOW + timedelta(seconds=rounds))
            except Exception as error:  # The test reports it.
                failures.append(error)
            rounds += 1

    async def search() -> int:
        searcher = Searcher(lambda: where, lambda: NOW)
        answers = 0
        first = await searcher.search(Query(q="補助金", state=("any",)))
        expected = (first.total, len(first.hits))
        assert first.total > 5

        async def client() -> None:
            """Asks without a pause until the index has been swapped a few times."""
            nonlocal answers
            while (rounds < 3 or answers < 200) and not failures:
                try:
                    found = await searcher.search(Query(q="補助金", state=("any",)))
                    if (found.total, len(found.hits)) != expected:
                        failures.append(found.total)
                    answers += 1
                except Exception as error:  # The test reports it.
                    failures.append(error)

        await asyncio.gather(*(client() for _ in range(4)))
        await searcher.close()
        return answers

    thread = threading.Thread(target=republish)
    thread.start()
    try:
        answers = asyncio.run(search())
    finally:
        stop.set()
        thread.join()
    assert failures == []
    assert rounds >= 3
    assert answers >= 200


def made(entry: Record) -> dict[str, Any]:
    return document(apply(entry, ()), NOW)


def test_documents_carry_what_is_needed_to_tell_the_state_at_the_minute() -> None:
    rounds = tuple(window(f"2026-{month:02}-01", f"2026-{month:02}-10") for month in range(1, 13))
    rounds_of = made(record(programme(1, "毎月の募集", windows=rounds)))
    starts = [rounds_of[f"opens_{i}"] for i in range(4)]
    assert starts == sorted(starts)
    assert starts[0] > NOW.timestamp()
    assert "opens_4" not in rounds_of
    assert rounds_of["final"] == rounds_of["closes_3"] == rounds_of["closes_by_3"]
    timed = made(record(programme(6, "夕方まで", windows=[window("2026-08-01", "2026-09-10T17:00")])))
    assert timed["closes_by_0"] == rounds_of["closes_by_0"] == timed["closes_0"] + 7 * 3600
    open_ended = made(record(programme(2, "随時", windows=[Window(basis="rolling", raw="随時")])))
    assert (open_ended["opens_0"], open_ended["closes_0"]) == (0, open_ended["final"])
    assert open_ended["closes_by_0"] == open_ended["closes_0"]
    assert "final" not in made(record(programme(3, "期間の記載なし")))
    gone = made(record(programme(4, "消えた", windows=rounds), listed=False))
    assert gone["final"] <= NOW.timestamp()
    assert "opens_0" not in gone
    begun = made(record(programme(5, "開始日だけ", windows=[Window(opens="2026-10-01", basis="unspecified", raw="")])))
    assert begun["starts"] == [int(datetime(2026, 10, 1, tzinfo=JST).timestamp())]
    assert not {"final", "opens_0", "closes_0"} & set(begun)


def drawn() -> list[Record]:
    """Programmes with windows of every sort around NOW, drawn with a fixed seed."""
    draw = random.Random(20260822)
    days = [
        None,
        "2025-05-30",
        "2026-06-01",
        "2026-08-22T03:59",
        "2026-08-22",
        "2026-08-30",
        "2026-09-05T17:00",
        "2026-09-15",
        "2027-01-10",
    ]
    found = []
    for number in range(300):
        windows = []
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            ends = sorted(filter(None, draw.choices(days, k=2)))
            opens, closes = [*ends, None, None][:2] if draw.random() < 0.7 else (None, ends[0] if ends else None)
            windows.append(
                Window(
                    role=draw.choice(("apply", "apply", "event")),
                    opens=opens,
                    closes=closes,
                    basis="fixed" if closes else draw.choice(list(Basis)),
                    round=draw.choice((None, None, 1, 2)),
                    ended_early={"raw": "予算終了"} if draw.random() < 0.1 else None,
                    raw="",
                )
            )
        kind = draw.choice(("subsidy", "seminar"))
        found.append(record(programme(number, "募集", kind=kind, windows=windows), listed=draw.random() < 0.9))
    # What ended early before its day, where another time is to begin whose end nobody says.
    again = (
        window("2026-04-01", "2027-01-10", ended_early={"raw": "予算終了"}),
        Window(opens="2026-08-30", raw="8月30日から再開"),
    )
    # What is said to end before it begins, and is to begin yet.
    backwards = (window("2026-08-22T17:00", "2026-08-22T10:00"),)
    # Two beginnings, of which only the later one has an end.
    twice = (Window(opens="2026-09-05T16:30", raw=""), window("2026-12-01T10:00", "2026-12-20"))
    return [
        *found,
        record(programme(300, "募集の再開", windows=again)),
        record(programme(301, "逆の日時", windows=backwards)),
        record(programme(302, "二度の募集", windows=twice)),
    ]


def test_the_engine_and_we_agree_about_every_state_as_time_goes_by_without_a_new_index(
    where: Endpoint, store: Store
) -> None:
    entries = drawn()
    with store.transaction() as writer:
        writer.put(entries, set())
    publish(where, store, NOW)
    index = meilisearch.Client(where.url, where.key).index(module.LIVE)
    met, rounds = set(), set()
    shown = {each["id"] for each in index.search("", {"limit": 1000})["hits"]}
    for days in (0, 0.5, 0.6, 5, 9, 14.53, 14.6, 20, 30, 120, 200, 4000):
        now = NOW + timedelta(days=days)
        expected: dict[str, set[str]] = {each.value: set() for each in State}
        for each in entries:
            said = each.programme
            if said.id in shown:
                stands = standing(said.windows, said.kind, listed=each.listed, now=now).state.value
                for state in OPEN_TOO.get(stands, (stands,)):
                    expected[state].add(said.id)
        for state, ids in expected.items():
            condition = state_filter(State(state), int(now.timestamp()))
            hits = index.search("", {"limit": 1000, "filter": condition})["hits"]
            assert {each["id"] for each in hits} == ids, (days, state)
            met |= {state} if ids else set()
        over = index.search("", {"limit": 1000, "filter": filters(Query(), now)["state"]})["hits"]
        assert {each["id"] for each in over} == shown - expected["closed"]
        counts, rounds_now, moment = asyncio.run(_counted(where, now))
        for each in entries:
            said = each.programme
            if said.id in shown:
                then, there = (standing(said.windows, said.kind, listed=each.listed, now=at) for at in (moment, now))
                assert then == there, (days, said.id)
        assert counts["state"] == {state: len(ids) for state, ids in expected.items()}, days
        for each, count in counts["closes_within"].items():
            within = index.search("", {"limit": 1000, "filter": closes_within(int(now.timestamp()), int(each))})["hits"]
            assert len(within) == count, (days, each)
        rounds.add(rounds_now)
    assert met == {each.value for each in State}
    # At first nobody's second time can have begun, later somebody's has; the counts hold without a look at the rest.
    assert len(rounds) > 1 and max(rounds) < MAX_INTERVALS


async def _counted(where: Endpoint, now: datetime) -> tuple[dict[str, dict[str, int]], int, datetime]:
    """What the search counts, by facet and value; how many of the times ahead it looks at; and what stands for now."""
    searcher = Searcher(lambda: where, lambda: now, lambda: "published")
    try:
        moment = await searcher.moment()
        found = await searcher.found(Query(), now)
        told = {facet: {each["value"]: each["count"] for each in values} for facet, values in found["facets"].items()}
        return told, searcher.rounds(now), moment
    finally:
        await searcher.close()


@pytest.fixture(autouse=True)
def _clean(engine: Any) -> Iterator[None]:
    yield
    client = meilisearch.Client(engine.endpoint.url, engine.endpoint.key)
    for each in client.get_indexes()["results"]:
        client.wait_for_task(client.delete_index(each.uid).task_uid)


def test_one_programme_of_two_listings_is_one_result(where: Endpoint, filled: Store) -> None:
    names = [each.title for each in EVERYTHING]
    twin = programme(
        50, "補助金・助成金：「北九州市 創業支援補助金」", areas=["40100"], body="掲載文だけの言葉：ひまわり"
    ).model_copy(update={"id": "second-50", "source": EVERYTHING[0].source.model_copy(update={"name": "second"})})
    with filled.transaction() as writer:
        writer.put([record(twin)], set())
        writer.set_source("second", {"second_hand": True})
    assert publish(where, filled, NOW).count == len(EVERYTHING)
    assert titles(where) == set(names)
    lead = next(each.id for each in EVERYTHING if each.title == "北九州市 創業支援補助金")
    assert filled.group("second-50") == [lead, "second-50"] == filled.group(lead)
    assert "second-50" not in {id for id, _ in filled.listed()}
    for id in (lead, "second-50"):
        found = detail(filled, id, NOW)
        assert found is not None
        assert (found.id, [each.id for each in found.also_at]) == (lead, ["second-50"])
    client = meilisearch.Client(where.url, where.key)
    (hit,) = client.index(module.LIVE).search("ひまわり", {"filter": "source = second", "locales": ["jpn"]})["hits"]
    assert hit["id"] == lead
    with filled.transaction() as writer:
        writer.decide(
            Decision(programme=lead, field="same:second-50", was=None, now=False, by="人", at=NOW.isoformat())
        )
    assert publish(where, filled, NOW).count == len(EVERYTHING) + 1
    assert filled.group(lead) == []


def test_a_hidden_lead_leaves_the_other_listing(where: Endpoint, filled: Store) -> None:
    twin = programme(50, "北九州市 創業支援補助金", areas=["40100"]).model_copy(
        update={"id": "second-50", "source": EVERYTHING[0].source.model_copy(update={"name": "second"})}
    )
    lead = next(each.id for each in EVERYTHING if each.title == "北九州市 創業支援補助金")
    with filled.transaction() as writer:
        writer.put([record(twin)], set())
        writer.decide(Decision(programme=lead, field="hidden", was=None, now=True, by="人", at=NOW.isoformat()))
    assert publish(where, filled, NOW).count == len(EVERYTHING)
    found = detail(filled, "second-50", NOW)
    assert found is not None and found.id == "second-50"
    assert detail(filled, lead, NOW) is None


def test_relations_are_told_on_both_sides_and_of_what_is_shown(where: Endpoint, filled: Store) -> None:
    before = programme(
        60, "令和7年度 北九州市 創業支援補助金", areas=["40100"], windows=[window("2025-04-01", "2025-05-30")]
    )
    lead = next(each.id for each in EVERYTHING if each.title == "北九州市 創業支援補助金")
    with filled.transaction() as writer:
        writer.put([record(before)], set())
    publish(where, filled, NOW)
    for one, other in ((lead, before.id), (before.id, lead)):
        found = detail(filled, one, NOW)
        assert found is not None
        assert [(each.kind, each.id) for each in found.relations] == [("round", other)]
    with filled.transaction() as writer:
        writer.decide(Decision(programme=lead, field="hidden", was=None, now=True, by="人", at=NOW.isoformat()))
    publish(where, filled, NOW)
    found = detail(filled, before.id, NOW)
    assert found is not None and found.relations == ()
