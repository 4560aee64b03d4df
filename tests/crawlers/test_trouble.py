"""Sites that misbehave: what is asked again, what waits, what the run report says."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from scrapy.http import Response

from crawlers.politeness import retry_after
from crawlers.recordings import Recording

from .conftest import Crawl, Page, Site, crawling

TEXT = {"Content-Type": "text/plain; charset=utf-8"}
GOOD = Page("a", headers=TEXT)
ROWS: dict[str, tuple[Page, list[str], str, int]] = {
    # name: the page, titles read, what the report says, how often the page is asked for
    "good": (GOOD, ["a"], "", 1),
    "server_error": (Page("no", 500), [], "HTTP 500", 2),
    "server_error_once": (Page("no", 502, then=(GOOD,)), ["a"], "", 2),
    "not_found": (Page("no", 404), [], "HTTP 404", 1),
    "refused": (Page("no", 403), [], "HTTP 403", 1),
    "too_many_for_an_hour": (Page("no", 429, {"Retry-After": "3600"}), [], "HTTP 429", 1),
    "no_answer": (Page("a", hang=2), [], "Timeout", 2),
    "cut_off": (Page("half of it", cut=True, headers=TEXT), [], "", 2),
    "circle": (Page("", 302, {"Location": "/page"}), [], "redirect", 1),
    "stranger": (Page("", 302, {"Location": "http://localhost:9/page"}), [], "another host", 1),
    "too_large": (Page("x" * 3_000_000, headers=TEXT), [], "Cancelled", 1),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    sites = {name: Site() for name in ROWS}
    for name, (page, *_) in ROWS.items():
        sites[name].pages = {"/page": page}
    urls = {name: f"{each.url}/page" for name, each in sites.items()}
    found = crawling(
        tmp_path_factory.mktemp("trouble"), urls, FIRST_WAIT=0.05, DOWNLOAD_TIMEOUT=1, DOWNLOAD_MAXSIZE=1_000_000
    )
    for name, each in sites.items():
        found[name]["asked"] = each.paths().count("/page")
        each.close()
    return found


@pytest.mark.parametrize("name", ROWS)
def test_trouble(name: str, reports: dict[str, dict[str, object]]) -> None:
    _, titles, said, asked = ROWS[name]
    report = reports[name]
    assert [each["title"] for each in report["notices"]] == titles  # type: ignore[attr-defined]
    errors = " ".join(report["errors"])  # type: ignore[arg-type]
    assert said.lower() in errors.lower()
    assert bool(errors) == (not titles)
    assert report["asked"] == asked


def test_the_host_waits_as_long_as_it_asks_for(site: Site, crawl: Crawl) -> None:
    site.pages = {
        "/": Page("<a href='/a'></a><a href='/busy'></a><a href='/b'></a>", headers={"Content-Type": "text/html"}),
        "/a": Page("b", headers=TEXT),
        "/busy": Page("no", 429, {"Retry-After": "1"}, then=(GOOD,)),
        "/b": Page("b", headers=TEXT),
    }
    [report] = crawl({"busy": f"{site.url}/"}).values()
    assert sorted(each["title"] for each in report["notices"]) == ["a", "b", "b"]
    refused = site.times("/busy")[0]
    later = [at for path, at, _ in site.asked if at > refused]
    assert len(later) == 2 and min(later) - refused > 0.95


NOW = datetime(2026, 8, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("Sat, 22 Aug 2026 04:01:30", 90.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(Response("http://x.test/", headers={"Retry-After": value}), NOW) == seconds


def test_a_recording_holds_what_came_and_replays(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    words = "題名：省エネ".encode("cp932")
    site.pages = {
        "/": Page("<a href='/a'></a><a href='/b'></a>", headers={"Content-Type": "text/html", "ETag": '"1"'}),
        "/a": Page(words, headers={"Content-Type": "text/plain; charset=shift_jis", "Set-Cookie": "secret=1"}),
        "/b": Page("no", 404),
    }
    folder = tmp_path / "recording"
    crawl({"recorded": f"{site.url}/"}, record=str(folder))
    recording = Recording.read(folder)
    answer = recording.find("GET", f"{site.url}/a")
    assert answer is not None and answer.body == words
    assert answer.headers == {"Content-Type": "text/plain; charset=shift_jis"}
    statuses = {each["url"].removeprefix(site.url): each["status"] for each in recording.responses}
    assert statuses == {"/robots.txt": 404, "/": 200, "/a": 200, "/b": 404}
    before = len(site.asked)
    [report] = crawl({"recorded": f"{site.url}/"}, replay=str(folder)).values()
    assert len(site.asked) == before
    assert [each["title"] for each in report["notices"]] == ["題名：省エネ"]
    assert report["at"] == recording.recorded_at.isoformat(timespec="seconds")


def test_a_request_that_was_not_recorded_is_named(crawl: Crawl, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    folder.mkdir()
    values = {"recorded_at": "2026-08-22T04:00:00+09:00", "note": "", "responses": []}
    (folder / "recording.json").write_text(json.dumps(values))
    [report] = crawl({"empty": "http://127.0.0.1/none"}, replay=str(folder)).values()
    assert len(report["errors"]) == 1 and "not in the recording: GET http://127.0.0.1/none" in report["errors"][0]


def test_a_recording_is_never_written_over(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    folder.mkdir()
    (folder / "recording.json").write_text("mine")
    with pytest.raises(AssertionError, match="never written over"):
        crawl({"again": f"{site.url}/"}, record=str(folder))
    assert (folder / "recording.json").read_text() == "mine"
    assert site.asked == []


def test_pages_that_broke_a_crawl_are_kept(tmp_path: Path) -> None:
    site = Site()
    site.pages = {"/page": Page("<p>no</p>", 500, {"Content-Type": "text/html; charset=utf-8"})}
    crawling(tmp_path, {"kept": f"{site.url}/page"}, FIRST_WAIT=0.05)
    site.close()
    pages = json.loads(gzip.decompress((tmp_path / "kept" / "pages.json.gz").read_bytes()))
    assert [(each["status"], each["why"], each["text"]) for each in pages] == [(500, "status", "<p>no</p>")]
