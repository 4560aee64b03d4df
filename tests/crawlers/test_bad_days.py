"""A site that was well yesterday and is not today: what the run says, and that yesterday's programmes stay."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexer.ingest import ingest
from indexer.store import Store

from .conftest import Page, Site, crawling

HTML = {"Content-Type": "text/html; charset=utf-8"}
COUNT = 10


def listing(count: int) -> str:
    rows = "".join(f"<li><a href='/{n}'>第{n}号 省エネ設備更新補助金</a></li>" for n in range(1, count + 1))
    return f"<title>補助金一覧</title><body><main><ul>{rows}</ul></main></body>"


def programme(number: int) -> str:
    return (
        f"<title>第{number}号 省エネ設備更新補助金</title><main><h1>第{number}号 省エネ設備更新補助金</h1><table>"
        "<tr><th>募集期間</th><td>令和8年8月1日から令和8年10月30日まで</td></tr><tr><th>補助率</th><td>2分の1</td></tr></table></main>"
    )


def well(site: Site) -> None:
    site.pages = {"/list": Page(listing(COUNT), headers=HTML)}
    site.pages |= {f"/{n}": Page(programme(n), headers=HTML) for n in range(1, COUNT + 1)}


def the_list(page: Page) -> Callable[[Site], None]:
    return lambda site: site.pages.update({"/list": page})


def all_programmes(make: Callable[[int], Page]) -> Callable[[Site], None]:
    return lambda site: site.pages.update({f"/{n}": make(n) for n in range(1, COUNT + 1)})


LOGIN = "<form><input type='password'></form><a href='/1'>新規登録の方</a><a href='/2'>お困りの方</a>"
ROWS: dict[str, tuple[Callable[[Site], None], str]] = {
    # name: what happens, what the report says ("": nothing happens)
    "well": (lambda site: None, ""),
    "server_error": (the_list(Page("no", 500)), "HTTP 500"),
    "gone": (the_list(Page("no", 404)), "HTTP 404"),
    "login": (the_list(Page(LOGIN, headers=HTML)), "asks for a password"),
    "moved_to_a_login": (the_list(Page("", 302, {"Location": "http://localhost:9/login"})), "another host"),
    "maintenance": (the_list(Page("<h1>ただいまメンテナンス中です</h1>", headers=HTML)), "no programme"),
    "empty_list": (the_list(Page(listing(0), headers=HTML)), "no programme"),
    "half_of_its_rows": (the_list(Page(listing(COUNT // 2), headers=HTML)), "no more than 50%"),
    "cut_off": (the_list(Page(listing(COUNT), headers=HTML, cut=True)), "DataLoss"),
    "too_large": (the_list(Page(listing(COUNT) + "x" * 3_000_000, headers=HTML)), "Cancelled"),
    "robots_forbids": (lambda site: site.pages.update({"/robots.txt": Page("User-agent: *\nDisallow: /")}), "robots"),
    "robots_fails": (lambda site: site.pages.update({"/robots.txt": Page("no", 503)}), "robots"),
    "every_page_fails": (all_programmes(lambda n: Page("no", 500)), "incomplete"),
    "another_layout": (all_programmes(lambda n: Page("<p>本文は画像です</p>", headers=HTML)), "facts is filled in 0%"),
    "another_charset": (
        all_programmes(lambda n: Page(programme(n).encode("euc_jp"), headers={"Content-Type": "text/html"})),
        "",
    ),
}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("days")
    sites = {name: Site() for name in ROWS}
    urls = {name: f"{site.url}/list" for name, site in sites.items()}
    store = Store(f"sqlite:///{folder / 'store.sqlite'}")
    for site in sites.values():
        well(site)
    quick = {"FIRST_WAIT": 0.02, "DOWNLOAD_MAXSIZE": 1_000_000}
    crawling(folder / "1", urls, lists=True, **quick)
    today = datetime(2026, 8, 21, tzinfo=UTC)
    first = {run.source: run for run in ingest(folder / "1", store, today)}
    before = list(store.records())
    for name, site in sites.items():
        ROWS[name][0](site)
    crawling(folder / "2", urls, lists=True, **quick)
    second = {run.source: run for run in ingest(folder / "2", store, today + timedelta(days=1))}
    yield {"first": first, "second": second, "before": before, "after": list(store.records())}
    store.close()
    for site in sites.values():
        site.close()


@pytest.mark.parametrize("name", ROWS)
def test_day(name: str, days: dict[str, Any]) -> None:
    said = ROWS[name][1]
    assert days["first"][name].ok and days["first"][name].counts["new"] == COUNT
    run = days["second"][name]
    assert run.ok == (not said), run.errors
    assert said in " ".join(run.errors)

    def held(records: Any) -> Any:
        return [(each.programme, each.listed) for each in records if each.source == name]

    assert len(held(days["before"])) == COUNT
    assert held(days["after"]) == held(days["before"])
