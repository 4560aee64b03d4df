"""Publication writes what changed and nothing else, and whatever dies in between, the next one sees what is there."""

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import meilisearch
import pytest

from indexer.changes import FRESH
from indexer.curate import apply, whole
from indexer.duplicates import identity, pairs, weak_names
from indexer.engine import Endpoint, Engine
from indexer.publish import LIVE, NEXT, Published, publish
from indexer.publish.document import document, valid
from indexer.publish.index import Index
from indexer.review import findings
from indexer.schema import Change, Link, Problem
from indexer.state import FAR
from indexer.store import Decision, Finding, Record, Store, stamp
from tests.samples import EVERYTHING, NOW, programme, record, window
from tests.test_publish import drawn

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parent.parent


def put(store: Store, entries: list[Record]) -> None:
    with store.transaction() as writer:
        known = set(store.some([each.programme.id for each in entries]))
        writer.put(entries, known)


def titled(number: int, title: str) -> Record:
    """The sample of this number under another title, as its source changed it."""
    [entry] = [each for each in EVERYTHING if each.id == f"invented-{number:04}"]
    return record(entry.model_copy(update={"title": title}))


@pytest.fixture
def client(where: Endpoint) -> Iterator[meilisearch.Client]:
    """The engine without any index, before and after."""
    made = meilisearch.Client(where.url, where.key)
    _emptied(made)
    yield made
    _emptied(made)


def _emptied(client: meilisearch.Client) -> None:
    for each in client.get_indexes()["results"]:
        client.wait_for_task(client.delete_index(each.uid).task_uid)


@pytest.fixture
def filled(store: Store) -> Store:
    put(store, [record(each) for each in EVERYTHING])
    return store


@pytest.fixture
def published(client: meilisearch.Client, where: Endpoint, filled: Store) -> Store:
    """A store that was published twice, so that there is an index beside the live one."""
    assert publish(where, filled, NOW) == Published(len(EVERYTHING), len(EVERYTHING))
    put(filled, [titled(1, "東京都 省エネ設備導入補助金（改）")])
    assert publish(where, filled, NOW) == Published(len(EVERYTHING), len(EVERYTHING))
    return filled


def written(client: meilisearch.Client, since: int) -> list[tuple[str, int]]:
    """What the engine was asked to change behind a task: (what, how many documents it received)."""
    found = []
    for each in client.get_tasks({"limit": 1000}).results:
        if each.uid > since:
            details = each.details or {}
            found.append((each.type, details.get("receivedDocuments") or details.get("providedIds") or 0))
    return found[::-1]


def last_task(client: meilisearch.Client) -> int:
    return max(each.uid for each in client.get_tasks({"limit": 1}).results)


def content(client: meilisearch.Client, name: str = LIVE) -> dict[str, Any]:
    hits = client.index(name).search("", {"limit": 1000})["hits"]
    return {each["hit"]["id"]: each["hit"] for each in hits}


def test_a_night_without_a_change_writes_nothing(client: meilisearch.Client, where: Endpoint, published: Store) -> None:
    before, version = last_task(client), published.fact("publication")["version"]
    assert publish(where, published, NOW) == Published(len(EVERYTHING))
    later = NOW + timedelta(hours=12)
    assert publish(where, published, later) == Published(len(EVERYTHING))
    assert last_task(client) == before
    assert published.fact("publication")["version"] == version
    assert published.fact("publication")["at"] == stamp(later)


def test_only_what_changed_is_written(client: meilisearch.Client, where: Endpoint, published: Store) -> None:
    put(published, [titled(4, "大阪府 販路開拓支援補助金 第2弾")])
    before = last_task(client)
    # The index beside lags by what changed the time before: number 1.
    assert publish(where, published, NOW) == Published(len(EVERYTHING), 2)
    assert written(client, before) == [("documentAdditionOrUpdate", 2), ("indexSwap", 0)]
    assert content(client)["invented-0004"]["title"] == "大阪府 販路開拓支援補助金 第2弾"
    assert content(client)["invented-0001"]["title"] == "東京都 省エネ設備導入補助金（改）"
    with published.transaction() as writer:
        writer.decide(Decision(programme="invented-0002", field="hidden", was=None, now=True, by="人", at=stamp(NOW)))
    assert publish(where, published, NOW) == Published(len(EVERYTHING) - 1, 1, 1)
    assert "invented-0002" not in content(client)
    put(published, [record(programme(77, "新しい補助金"))])
    assert publish(where, published, NOW) == Published(len(EVERYTHING), 1, 1)
    assert "invented-0077" in content(client)


def test_a_deadline_that_passes_is_written_and_the_others_are_not(
    client: meilisearch.Client, where: Endpoint, published: Store
) -> None:
    # Number 3 closes on the 28th, number 5 has a round that closes on the 22nd at 17:00.
    assert publish(where, published, NOW + timedelta(hours=14)).written == 2
    over = NOW + timedelta(days=8)
    assert publish(where, published, over).written == 2
    live = {each["id"]: each for each in client.index(LIVE).search("", {"limit": 100})["hits"]}
    for each in EVERYTHING:
        assert live[each.id]["ended"] == document(apply(record(each), ()), over)["ended"], each.id
    assert live["invented-0003"]["ended"] == 2


def test_news_grow_old(client: meilisearch.Client, where: Endpoint, published: Store) -> None:
    change = Change(at=stamp(NOW), field="windows", was=[{"closes": "2026-12-01"}], now=[{"closes": "2026-12-25"}])
    with published.transaction() as writer:
        writer.touch()
        writer.remember([("invented-0004", change), ("invented-0002", change.model_copy(update={"cause": "ours"}))])
    publish(where, published, NOW)
    assert content(client)["invented-0004"]["news"]["kind"] == "extended"
    assert content(client)["invented-0002"]["news"] is None
    publish(where, published, NOW + FRESH + timedelta(seconds=1))
    assert content(client)["invented-0004"]["news"] is None


@pytest.mark.parametrize("damaged", [LIVE, NEXT])
def test_what_is_damaged_is_mended(damaged: str, client: meilisearch.Client, where: Endpoint, published: Store) -> None:
    wanted = content(client)
    index = client.index(damaged)
    client.wait_for_task(index.delete_documents(filter="id IN [invented-0003, invented-0004]").task_uid)
    client.wait_for_task(index.update_documents([{"id": "invented-0005", "hash": "x", "hit": {}}]).task_uid)
    client.wait_for_task(index.add_documents([{"id": "somebody-elses", "hash": "x", "hit": {"id": "x"}}]).task_uid)
    publish(where, published, NOW)
    assert content(client) == wanted
    put(published, [titled(4, "大阪府 販路開拓支援補助金 第2弾")])
    publish(where, published, NOW)
    assert content(client).keys() == wanted.keys()
    assert content(client)["invented-0004"]["title"] == "大阪府 販路開拓支援補助金 第2弾"
    assert content(client)["invented-0005"] == wanted["invented-0005"]


@pytest.mark.parametrize(
    "setting",
    [
        {"rankingRules": ["words", "typo"]},
        {"filterableAttributes": ["kind"]},
        {"faceting": {"maxValuesPerFacet": 7}},
        {"localizedAttributes": None},
    ],
)
def test_settings_that_are_not_ours_are_built_anew(
    setting: dict[str, Any], client: meilisearch.Client, where: Endpoint, published: Store
) -> None:
    for name in (LIVE, NEXT):
        client.wait_for_task(client.index(name).update_settings(setting).task_uid)
        assert Index(client, name).hashes() is None
    assert publish(where, published, NOW).written == len(EVERYTHING)
    assert Index(client, LIVE).hashes() is not None


def test_an_engine_that_lost_everything_is_filled_again(
    client: meilisearch.Client, where: Endpoint, published: Store
) -> None:
    wanted = content(client)
    _emptied(client)
    assert publish(where, published, NOW).written == len(EVERYTHING)
    assert content(client) == wanted


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from indexer.engine import Endpoint
from indexer.publish import index, publish
from indexer.store import Store
from tests.samples import NOW
index.BATCH = 3
def die(what, done, total):
    if what == {stage[0]!r} and done >= {stage[1]}:
        os.kill(os.getpid(), signal.SIGKILL)
publish(Endpoint({url!r}, {key!r}), Store({store!r}), NOW, die)
"""

STAGES = [("prepare", 1), ("documents", 1), ("publish", 6), ("publish", 13), ("swap", 0), ("swap", 1)]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: f"{stage[0]}-{stage[1]}")
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_killed_at_any_stage_the_live_index_is_whole_and_the_next_publication_completes(
    first: bool, stage: tuple[str, int], client: meilisearch.Client, where: Endpoint, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    put(store, [record(each) for each in EVERYTHING])
    if not first:
        publish(where, store, NOW)
        put(store, [titled(9, "東久留米市 空き店舗活用補助金（改）")])
        publish(where, store, NOW)
    before = content(client) if not first else {}
    # Of twelve three change and one is gone; two are new.
    changes = [titled(number, f"第二版 {number}") for number in (1, 2, 3)]
    put(store, [*changes, record(programme(50, "新しい補助金")), record(programme(51, "更に新しい補助金"))])
    with store.transaction() as writer:
        writer.decide(Decision(programme="invented-0012", field="hidden", was=None, now=True, by="人", at=stamp(NOW)))
    code = KILLED.format(
        root=str(ROOT), stage=stage, url=where.url, key=where.key, store=f"sqlite:///{tmp_path / 'store.sqlite'}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT)
    if first and stage[0] == "documents":
        assert done.returncode == 0  # The first build makes and sends them in one go.
    else:
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    if not first:
        there = content(client)
        assert there == before or (stage == ("swap", 1) and len(there) == 13)
    publish(where, store, NOW)
    expected = {each.programme.id for each in store.records()} - {"invented-0012"}
    assert content(client).keys() == expected
    assert [content(client)[f"invented-{number:04}"]["title"] for number in (1, 2, 3)] == [
        "第二版 1",
        "第二版 2",
        "第二版 3",
    ]
    assert {each.uid for each in client.get_indexes()["results"]} <= {LIVE, NEXT}
    assert publish(where, store, NOW) == Published(13)
    store.close()


def test_an_engine_that_dies_in_a_build_comes_back_with_the_old_index(tmp_path: Path, store: Store) -> None:
    engine = Engine(tmp_path / "engine")
    engine.start()
    try:
        put(store, [record(each) for each in EVERYTHING])
        publish(engine.endpoint, store, NOW)
        put(store, [titled(9, "改")])
        publish(engine.endpoint, store, NOW)
        put(store, [titled(8, "改")])
        client = meilisearch.Client(engine.endpoint.url, engine.endpoint.key)
        before = content(client)

        def kill(what: str, done: int, total: int) -> None:
            if what == "publish" and engine.process is not None and engine.alive():
                engine.process.kill()
                engine.process.wait()

        with pytest.raises(Exception, match=r"the live index is as it was|not published"):
            publish(engine.endpoint, store, NOW, kill)
        engine.restart()
        assert content(client) == before
        publish(engine.endpoint, store, NOW)
        assert content(client)["invented-0008"]["title"] == "改"
    finally:
        engine.stop()


def test_a_document_is_the_same_as_long_as_it_is_said_to_be() -> None:
    draw = random.Random(7)
    turned = 0
    for each in drawn():
        changes = [
            Change(at=stamp(NOW - timedelta(days=draw.randint(0, 40))), field="listed", was=False, now=True)
            for _ in range(draw.choice((0, 0, 1)))
        ]
        curated = apply(each, ())
        at = NOW
        for _ in range(4):
            made = document(curated, at, changes)
            since, until = valid(curated, changes, at)
            assert since <= at.timestamp() < until
            for seconds in {since, until - 1, draw.randint(max(since, 1), min(until - 1, since + 10**9))} - {
                0,
                FAR - 1,
            }:
                assert document(curated, datetime.fromtimestamp(seconds, NOW.tzinfo), changes) == made
            if until == FAR:
                break
            at = datetime.fromtimestamp(until, NOW.tzinfo)
            turned += document(curated, at, changes) != made
    assert turned > 100


NAMES = [
    "省エネ設備導入補助金", "省エネルギー設備導入補助金", "ものづくり補助金", "小規模事業者持続化補助金",
    "創業支援補助金",
    "販路開拓支援事業補助金", "太陽光発電設備設置費補助金", "事業承継・引継ぎ補助金", "IT導入補助金（通常枠）",
    "カーボンニュートラル設備投資促進事業（脱炭素化推進枠）", "カーボンニュートラル設備投資促進事業（中小企業枠）",
]  # fmt: skip


def listing(draw: random.Random, number: int) -> Record:
    """One of many listings of few names at three sources, at a few places and days."""
    name, place = draw.choice(NAMES), draw.choice([(["13"], "東京都"), (["40"], "福岡県"), (["JP"], ""), ([], "")])
    closes = draw.choice([None, "2026-09-30", "2026-10-30"])
    quoted = f"「{draw.choice(NAMES)}」の公募を開始しました。" if draw.random() < 0.3 else ""
    year = draw.choice(["", "令和8年度 ", "令和7年度 "])
    entry = programme(
        number,
        f"{year}{place[1]}{name}",
        areas=place[0],
        body=quoted,
        windows=[window("2026-08-01", closes)] if closes else [],
    )
    source = entry.source.model_copy(update={"name": draw.choice(["first", "second", "third"])})
    return record(entry.model_copy(update={"source": source}))


@pytest.mark.parametrize("seed", range(4))
def test_matches_kept_over_nights_equal_those_of_everything_at_once(
    seed: int, client: meilisearch.Client, where: Endpoint, store: Store
) -> None:
    draw = random.Random(seed)
    there = [listing(draw, number) for number in range(150)]
    put(store, there)
    with store.transaction() as writer:
        writer.decide(Decision(programme="invented-0003", field="hidden", was=None, now=True, by="人", at=stamp(NOW)))
    for _ in range(5):
        publish(where, store, NOW)
        records = [each for each in store.records() if each.programme.id != "invented-0003"]
        known = [identity(each.programme) for each in records]
        expected = pairs(known, weak_names(known))
        rows = sorted((each.one, each.other, each.likeness, each.why, each.quoted) for each in expected)
        assert sorted(store.matches()) == rows
        assert len(rows) > 20
        changed = [
            replace(listing(draw, number), last_seen=stamp(NOW))
            for number in draw.sample(range(170), draw.choice((1, 4, 12)))
        ]
        put(store, changed)


def looked_at(store: Store, now: datetime, hidden: set[str]) -> set[Finding]:
    """What there is to look at in everything, found without knowing what there was."""
    reports, links = store.reports(), store.links()
    leads = {(store.group(each.programme.id) or [each.programme.id])[0] for each in store.records()} - hidden
    found: set[Finding] = set()
    for id in leads:
        curated, ids = whole(store, id), store.group(id) or [id]
        assert curated
        own = [each for one in ids for each in reports if each["programme"] == one]
        found.update(findings(curated, now, reports=own, link=links.get(id)))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_waits_for_a_person_is_what_a_look_at_everything_finds(
    seed: int, client: meilisearch.Client, where: Endpoint, store: Store
) -> None:
    draw, now, hidden = random.Random(seed), NOW, {"invented-0003"}

    def entry(number: int) -> Record:
        drawn = listing(draw, number)
        problems = draw.choice([(), (), (Problem(field="windows", code="unread", raw=draw.choice("秋冬")),)])
        values = {"problems": problems, "gx": draw.random() < 0.5, "official_url": f"https://{number}.example/"}
        return replace(drawn, programme=drawn.programme.model_copy(update=values), first_seen=stamp(now))

    put(store, [entry(number) for number in range(80)])
    with store.transaction() as writer:
        writer.decide(Decision(programme="invented-0003", field="hidden", was=None, now=True, by="人", at=stamp(NOW)))
    seen: set[str] = set()
    for _ in range(8):
        publish(where, store, now)
        waiting = {Finding(**{name: getattr(each, name) for name in Finding.__dataclass_fields__})
                   for each in store.waiting(limit=10_000)}  # fmt: skip
        assert waiting == looked_at(store, now, hidden)
        seen.update(each.code for each in waiting)
        now += timedelta(days=draw.choice((1, 3, 20)))
        ids = [f"invented-{number:04}" for number in draw.sample(range(80), 9)]
        put(store, [entry(int(each[-4:])) for each in ids[:3]])
        with store.transaction() as writer:
            writer.report(ids[3], stamp(now), "違います")
            told = {"state": draw.choice(("valid", "invalid")), "told": "", "checked": stamp(now)}
            writer.put_links([Link(programme=each, url=f"https://{int(each[-4:])}.example/", **told) for each in ids])
            writer.decide(Decision(programme=ids[4], field="summary", was="前", now="後", by="人", at=stamp(now)))
            hide = {"programme": ids[5], "field": "hidden", "was": None, "now": ids[5] not in hidden, "by": "人"}
            writer.decide(Decision(at=stamp(now), **hide))
        hidden ^= {ids[5]}
    assert seen >= {"report", "stale", "unread", "dead_link", "new", "no_place"}
