"""Looking whether official pages are still there, at a site that answers as it is told to."""

import itertools
import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer import links
from indexer.schema import Link, LinkState, Programme, Window
from indexer.settings import Settings
from indexer.store import Store, stamp
from indexer.visits import Visits
from tests.crawlers.conftest import Page, Site
from tests.samples import NOW, programme, record, window


def keep(store: Store, entries: Sequence[Programme]) -> None:
    with store.transaction() as writer:
        writer.put([record(each) for each in entries], set())


def pages(site: Site, *paths: str, windows: tuple[Window, ...] = ()) -> list[Programme]:
    return [programme(n, f"支援{n}", official_url=site.url + path, windows=windows) for n, path in enumerate(paths, 1)]


def look(store: Store, **how: object) -> dict[str, tuple[LinkState, str]]:
    found = links.check(store, NOW, pause=0, private=True, **how)  # type: ignore[arg-type]
    return {each.programme: (each.state, each.told) for each in found}


@pytest.mark.parametrize(
    ("page", "state", "told"),
    [
        (Page("here"), "valid", "HTTP 200"),
        (Page("gone", 404), "invalid", "HTTP 404"),
        (Page("gone", 410), "invalid", "HTTP 410"),
        (Page("no", 403), "uncertain", "HTTP 403"),
        (Page("later", 429), "uncertain", "HTTP 429"),
        (Page("broken", 500), "uncertain", "HTTP 500"),
        (Page(status=301, headers={"Location": "/elsewhere/page.html"}), "valid", "HTTP 200"),
        (Page(status=302, headers={"Location": "/"}), "uncertain", "leads to the front page"),
        (Page(status=302, headers={"Location": "/support/page.html"}), "uncertain", "more than 5 redirects"),
        (Page(status=302, headers={"Location": "ftp://x.example/"}), "uncertain", "no public address"),
    ],
)
def test_what_an_answer_means(site: Site, store: Store, page: Page, state: str, told: str) -> None:
    site.pages = {"/support/page.html": page, "/elsewhere/page.html": Page("moved"), "/": Page("front")}
    keep(store, pages(site, "/support/page.html"))
    assert look(store) == {"invented-0001": (LinkState(state), told)}
    assert store.links()["invented-0001"].checked == stamp(NOW)


@pytest.mark.parametrize(("hosts", "kept"), [(links.SEVERAL - 1, True), (links.SEVERAL, False)])
def test_our_own_network_that_is_down_says_nothing_about_the_pages_of_others(
    hosts: int, kept: bool, store: Store
) -> None:
    addresses = [f"http://127.0.0.{number}:9/page.html" for number in range(1, hosts + 1)]
    keep(store, [programme(number, "支援", official_url=url) for number, url in enumerate(addresses, 1)])
    dead = Link(programme="invented-0001", url=addresses[0], state=LinkState.INVALID, told="", checked="")
    with store.transaction() as writer:
        writer.put_links([dead])
    look(store)
    assert (store.links()["invented-0001"] == dead) is not kept
    assert bool(links.due(store, NOW)) is not kept


def test_what_is_no_address_keeps_nobody_from_looking_at_the_rest(site: Site, store: Store) -> None:
    site.pages = {"/a": Page("here")}
    keep(store, [*pages(site, "/a"), programme(2, "支援", official_url="https://[x/a")])
    assert look(store) == {
        "invented-0001": (LinkState.VALID, "HTTP 200"),
        "invented-0002": (LinkState.UNCERTAIN, "no address"),
    }


def test_a_host_that_does_not_answer_says_nothing_about_its_pages(store: Store) -> None:
    keep(store, [programme(1, "支援", official_url="http://127.0.0.1:9/page.html")])
    [(state, told)] = look(store).values()
    assert state is LinkState.UNCERTAIN and told.startswith("robots.txt: ")


def test_the_time_that_a_page_may_take_is_bounded(site: Site, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "TIMEOUT", 0.5)
    site.pages = {"/slow": Page("late", hang=3)}
    keep(store, pages(site, "/slow"))
    assert look(store) == {"invented-0001": (LinkState.UNCERTAIN, "TimeoutError")}


def test_robots_txt_is_obeyed(site: Site, store: Store) -> None:
    site.pages = {"/robots.txt": Page("User-agent: *\nDisallow: /closed\n"), "/closed/a": Page("x"), "/open": Page("x")}
    keep(store, pages(site, "/closed/a", "/open"))
    assert look(store) == {
        "invented-0001": (LinkState.UNCERTAIN, "closed to machines by robots.txt"),
        "invented-0002": (LinkState.VALID, "HTTP 200"),
    }
    assert site.paths() == ["/robots.txt", "/open"]


def test_a_host_is_asked_one_page_at_a_time_with_a_pause(site: Site, store: Store) -> None:
    site.pages = {f"/{n}": Page("x") for n in range(4)}
    keep(store, pages(site, *site.pages))
    links.check(store, NOW, pause=0.2, private=True)
    times = [at for _, at, _ in site.asked]
    assert len(times) == 5 and all(later - earlier >= 0.19 for earlier, later in itertools.pairwise(times))


def test_a_host_that_is_crawled_is_left_alone_until_the_next_look(site: Site, store: Store) -> None:
    site.pages = {"/a": Page("x")}
    keep(store, pages(site, "/a"))
    source = {"name": "a", "hosts": ["127.0.0.1"]}
    visits = Visits(Settings(), store, [source], clock=lambda: NOW)
    with store.alone("site 127.0.0.1"):
        assert links.check(store, NOW, pause=0, private=True, guard=visits.guard) == []
    assert site.asked == []
    assert len(links.check(store, NOW, pause=0, private=True, guard=visits.guard)) == 1


def test_pages_are_due_weekly_and_when_their_address_changes(site: Site, store: Store) -> None:
    site.pages = {"/a": Page("x"), "/b": Page("x")}
    keep(store, pages(site, "/a"))
    look(store)
    assert links.due(store, NOW + timedelta(days=6)) == []
    assert [each.url for each in links.due(store, NOW + timedelta(days=7))] == [f"{site.url}/a"]
    with store.transaction() as writer:
        writer.put([record(each) for each in pages(site, "/b")], {"invented-0001"})
    assert [each.url for each in links.due(store, NOW)] == [f"{site.url}/b"]


def test_what_ended_long_ago_is_left_alone_and_one_page_is_asked_once_for_all_its_programmes(
    site: Site, store: Store
) -> None:
    site.pages = {"/a": Page("x")}
    over = programme(9, "昔の支援", official_url=f"{site.url}/old", windows=(window("2026-01-05", "2026-03-31"),))
    keep(store, [*pages(site, "/a", "/a"), over])
    assert set(look(store)) == {"invented-0001", "invented-0002"}
    assert site.paths() == ["/robots.txt", "/a"]


def test_when_the_time_is_up_the_rest_stays_due(site: Site, store: Store) -> None:
    keep(store, pages(site, "/a", "/b"))
    assert look(store, minutes=0) == {}
    assert len(links.due(store, NOW)) == 2


def test_nothing_inside_our_own_network_is_asked(site: Site, store: Store) -> None:
    keep(store, pages(site, "/a"))
    [found] = links.check(store, NOW, pause=0)
    assert (found.state, found.told) == (LinkState.UNCERTAIN, "no public address")
    assert site.paths() == []


def test_a_name_that_leads_into_our_own_network(site: Site, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def inside(host: Any, *more: Any, **names: Any) -> Any:
        return real("127.0.0.1" if host == "inside.example" else host, *more, **names)

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    url = site.url.replace("127.0.0.1", "inside.example") + "/a"
    keep(store, [programme(1, "支援", official_url=url)])
    [found] = links.check(store, NOW, pause=0)
    assert found.state is LinkState.UNCERTAIN and site.paths() == []
    with store.transaction() as writer:
        writer.put_links([found.model_copy(update={"checked": stamp(NOW - links.WEEK)})])
    site.pages = {"/a": Page("here")}
    assert [state for state, _ in look(store).values()] == [LinkState.VALID], "where such a network is allowed"


def test_what_is_gone_is_listed_for_review(site: Site, store: Store, tmp_path: Path) -> None:
    keep(store, pages(site, "/gone", "/here"))
    with store.transaction() as writer:
        for number, state in ((1, LinkState.INVALID), (2, LinkState.VALID)):
            told = Link(programme=f"invented-{number:04}", url="u", state=state, told="", checked=stamp(NOW))
            writer.put_links([told])
    assert [each.programme.id for each in store.with_dead_link()] == ["invented-0001"]
    assert store.with_dead_link(after="invented-0001") == []
