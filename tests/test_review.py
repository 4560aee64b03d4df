"""What waits for a person: what is found, and how it comes and goes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from indexer.curate import apply
from indexer.review import Watch, findings, refresh
from indexer.schema import Issuer, Kind, Link, Problem, Programme
from indexer.store import Decision, Finding, Store, stamp
from tests.samples import NOW, OPEN, PAST, programme, record, window

UNREAD = Problem(field="windows", code="unread", raw="秋ごろ")
LONG_AGO = stamp(NOW - timedelta(days=100))


def decided(field: str, was: Any, now: Any) -> Decision:
    return Decision(programme="invented-0001", field=field, was=was, now=now, by="hanako", at=stamp(NOW), id=7)


def found(entry: Programme, *decisions: Decision, listed: bool = True, **more: Any) -> list[tuple[str, str]]:
    given = {"listed": listed, "first_seen": more.pop("first_seen", LONG_AGO)}
    curated = apply(record(entry, **given), decisions)
    return [(each.kind, each.code) for each in findings(curated, NOW, **more)]


GX: dict[str, Any] = {"gx": True, "themes": ["renewables"], "stages": ["reduce"]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"windows": OPEN}, []),
        ({"windows": OPEN, "problems": (UNREAD,)}, [("deadline", "unread")]),
        ({"windows": PAST, "problems": (UNREAD,)}, []),
        ({"windows": ()}, [("deadline", "no_deadline")]),
        ({"windows": (), "problems": (UNREAD,)}, [("deadline", "unread")]),
        ({"windows": (), "kind": Kind.LOAN}, []),
        ({"windows": (), "kind": Kind.CASE}, []),
        ({"windows": OPEN, "areas": []}, [("place", "no_place")]),
        ({"windows": OPEN, "areas": [], "event_areas": ["13"]}, []),
        ({"windows": OPEN, "areas": [], "problems": (Problem(field="areas", code="ambiguous_place", raw="府中市"),)},
         [("place", "ambiguous_place")]),
        ({"windows": OPEN, "problems": (Problem(field="windows", code="conflicting_deadline"),)},
         [("conflict", "conflicting_deadline")]),
        ({"windows": OPEN, "problems": (Problem(field="source", code="missing", raw="HTTP 500"),)}, []),
        ({"windows": (), "problems": (Problem(field="kind", code="procedure"),)}, [("other", "procedure")]),
        ({"windows": OPEN, **GX, "evidence": {"renewables": ("太陽光",)}}, [("theme", "thin")]),
        ({"windows": OPEN, **GX, "evidence": {"renewables": ("太陽光", "蓄電池")}}, []),
        ({"windows": OPEN, **GX, "evidence": {"renewables": ("太陽光",)}, "title": "太陽光の補助金"}, []),
        ({"windows": OPEN, **GX, "evidence": {"renewables": ("太陽光",)}, "summary": "太陽光です"}, []),
    ],
)  # fmt: skip
def test_what_there_is_to_look_at(values: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    given = {"areas": ["13"], "title": "名称", "issuer": Issuer(name="東京都")} | values
    entry = programme(1, given.pop("title"), **given)
    assert found(entry) == expected
    assert found(entry, listed=False) == []


def test_a_correction_of_the_field_settles_it_and_a_stale_one_asks_anew() -> None:
    entry = programme(1, "名称", areas=["13"], windows=(), problems=(UNREAD,))
    right = [window("2026-08-01", "2026-12-25").model_dump(mode="json")]
    assert found(entry, decided("windows", [], right)) == []
    assert found(entry, decided("windows", [{"raw": "前の値"}], right)) == [("stale", "stale"), ("deadline", "unread")]


def test_new_programmes_of_gx_are_shown_for_a_week() -> None:
    entry = programme(1, "太陽光", areas=["13"], windows=OPEN, **GX)
    assert found(entry, first_seen=stamp(NOW - timedelta(days=6))) == [("new", "new")]
    assert found(entry, first_seen=stamp(NOW - timedelta(days=8))) == []
    fresh = {"first_seen": stamp(NOW)}
    assert found(entry.model_copy(update={"kind": Kind.CASE}), **fresh) == []
    assert found(entry, decided("themes", ["renewables"], ["mobility"]), **fresh) == []


def test_dead_links_and_reports_are_told_of_what_is_over_too() -> None:
    entry = programme(1, "名称", areas=["13"], windows=OPEN, official_url="https://a.example/")
    link = Link(url="https://a.example/", state="invalid", told="HTTP 404", checked=stamp(NOW))
    assert found(entry, link=link) == [("link", "dead_link")]
    assert found(entry, link=link.model_copy(update={"url": "https://old.example/"})) == []
    over = entry.model_copy(update={"windows": PAST})
    assert found(over, link=link, reports=[{"id": 1, "text": "違います"}]) == [("report", "report")]


def one(code: str = "unread", about: str = "a", programme: str = "invented-0001", **more: Any) -> Finding:
    return Finding(programme=programme, kind="deadline", code=code, about=about, **more)


def put(store: Store, at: str, *found: Finding, by: str = "") -> list[tuple[str, str]]:
    with store.transaction() as writer:
        writer.find(found, at, of=["invented-0001"], by=by)
    return [(each.code, each.about) for each in store.waiting()]


def test_items_come_and_go_and_their_days_are_counted(store: Store) -> None:
    days = [stamp(NOW + timedelta(days=each)) for each in range(5)]
    assert put(store, days[0], one(), one(about="b")) == [("unread", "a"), ("unread", "b")]
    assert put(store, days[1], one(), one(about="b")) == [("unread", "a"), ("unread", "b")]
    assert put(store, days[2], one(about="b")) == [("unread", "b")]
    assert put(store, days[3], one(), by="hanako") == [("unread", "a")]
    assert store.flow(NOW) == {
        days[0][:10]: (2, 0, 0),
        days[2][:10]: (0, 0, 1),
        days[3][:10]: (1, 1, 0),
    }
    with store.transaction() as writer:
        writer.forget_review(days[4])
    assert sum(came for came, _, _ in store.flow(NOW).values()) == 1


def test_what_was_seen_stays_away_until_it_is_about_something_else(store: Store) -> None:
    put(store, stamp(NOW), one())
    [item] = store.waiting()
    with store.transaction() as writer:
        assert writer.see(item.id, stamp(NOW), "hanako")
        assert not writer.see(item.id, stamp(NOW), "taro")
    later = stamp(NOW + timedelta(days=1))
    assert put(store, later, one()) == []
    assert put(store, later, one(about="other words")) == [("unread", "other words")]
    with store.transaction() as writer:
        writer.forget_review(stamp(NOW + timedelta(days=900)))
        assert writer.see_again(item.id)
        assert not writer.see_again(item.id)
    assert put(store, later, one()) == [("unread", "a")]


def test_a_publication_does_not_bring_back_what_was_mended_meanwhile(store: Store) -> None:
    began, during, later = (stamp(NOW + timedelta(minutes=each)) for each in (0, 1, 60))
    put(store, stamp(NOW - timedelta(days=1)), one())
    assert put(store, during, by="hanako") == []
    assert put(store, began, one()) == []
    assert put(store, later, one()) == [("unread", "a")]


def test_a_publication_and_a_look_at_one_find_the_same(store: Store) -> None:
    entry = programme(1, "名称", areas=[], windows=(), problems=(UNREAD,))
    with store.transaction() as writer:
        writer.put(
            [record(entry, first_seen=LONG_AGO), record(programme(2, "良い", areas=["13"], windows=OPEN))], set()
        )
        writer.report("invented-0002", stamp(NOW), "違います")
    watch = Watch(store, NOW)
    for id in ("invented-0001", "invented-0002"):
        known = store.get(id)
        assert known
        seen = watch.see(apply(known, []), [id])
        with store.transaction() as writer:
            writer.find(seen, stamp(NOW), of=[id])
    together = store.waiting()
    for each in together:
        refresh(store, each.programme, NOW)
    assert store.waiting() == together
    assert {(each.programme, each.code) for each in together} == {
        ("invented-0001", "unread"),
        ("invented-0001", "no_place"),
        ("invented-0002", "report"),
    }


def test_the_most_pressing_and_the_soonest_come_first(store: Store) -> None:
    put(
        store,
        stamp(NOW),
        one(about="none"),
        one(about="late", closes="2026-12-01"),
        one(about="soon", closes="2026-09-01"),
        replace(one(about="report"), kind="report"),
    )
    order = [each.about for each in store.waiting(order=("report", "deadline"))]
    assert order == ["report", "soon", "late", "none"]
    assert [each.about for each in store.waiting(order=("report", "deadline"), limit=1, offset=2)] == ["late"]
    assert store.waits() == {"deadline": 3, "report": 1}
    assert [each.about for each in store.waiting(kind="report")] == ["report"]
