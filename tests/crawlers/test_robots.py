"""The table of robots.txt: what each kind leads to. One site a row, all crawled by one process."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Crawl, Page, Site, crawling

OPEN, SHUT, PART = "all is read", "nothing is read", "what is allowed is read"
ROWS: dict[str, tuple[Page | None, str, str]] = {
    # name: robots.txt (None: no answer in time), what is read, what the report says
    "allows": (Page("User-agent: *\nDisallow:\n"), OPEN, ""),
    "forbids_all": (Page("User-agent: *\nDisallow: /\n"), SHUT, "robots.txt"),
    "forbids_us": (Page("User-agent: shien\nDisallow: /\n\nUser-agent: *\nAllow: /\n"), SHUT, "robots.txt"),
    "forbids_others": (Page("User-agent: GPTBot\nDisallow: /\n"), OPEN, ""),
    "forbids_a_folder": (Page("User-agent: *\nDisallow: /closed/\n"), PART, "/closed/b"),
    "with_a_mark_of_order": (Page(b"\xef\xbb\xbfUser-agent: *\nDisallow: /closed/\n"), PART, "/closed/b"),
    "in_cp932": (Page("# 巡回の制限\nUser-agent: *\nDisallow: /closed/\n".encode("cp932")), PART, "/closed/b"),
    "empty": (Page(""), OPEN, ""),
    "missing": (Page("no", 404), OPEN, ""),
    "gone": (Page("no", 410), OPEN, ""),
    "unauthorised": (Page("no", 401), SHUT, "HTTP 401"),
    "forbidden": (Page("no", 403), SHUT, "HTTP 403"),
    "too_many": (Page("no", 429), SHUT, "HTTP 429"),
    "error": (Page("no", 500), SHUT, "HTTP 500"),
    "recovers": (Page("no", 503, then=(Page("User-agent: *\nDisallow:\n"),)), OPEN, ""),
    "unavailable": (Page("no", 503), SHUT, "HTTP 503"),
    "no_answer": (None, SHUT, "robots.txt"),
    "html": (Page("<!DOCTYPE html><html><body>Disallow: /</body></html>"), OPEN, ""),
    "moved_within": (Page("", 301, {"Location": "/robots2.txt"}), PART, "/closed/b"),
    "moved_to_a_stranger": (Page("", 302, {"Location": "http://localhost:9/robots.txt"}), SHUT, "robots.txt"),
    "in_a_circle": (Page("", 302, {"Location": "/robots.txt"}), SHUT, "robots.txt"),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    sites = {name: Site() for name in ROWS}
    for name, (robots, _, _) in ROWS.items():
        sites[name].pages = {
            "/robots.txt": robots or Page(hang=3),
            "/robots2.txt": Page("User-agent: *\nDisallow: /closed/\n"),
            "/": Page("<a href='/open/a'></a><a href='/closed/b'></a>", headers={"Content-Type": "text/html"}),
            "/open/a": Page("a", headers={"Content-Type": "text/plain"}),
            "/closed/b": Page("b", headers={"Content-Type": "text/plain"}),
        }
    urls = {name: f"{each.url}/" for name, each in sites.items()}
    found = crawling(tmp_path_factory.mktemp("robots"), urls, FIRST_WAIT=0.05)
    for name, each in sites.items():
        found[name]["paths"] = each.paths()
        each.close()
    yield found


@pytest.mark.parametrize("name", ROWS)
def test_robots(name: str, reports: dict[str, Any]) -> None:
    _, read, said = ROWS[name]
    titles = sorted(each["title"] for each in reports[name]["notices"])
    assert titles == {OPEN: ["a", "b"], SHUT: [], PART: ["a"]}[read]
    if read == SHUT:
        assert "/" not in reports[name]["paths"]
    if read == PART:
        assert "/closed/b" not in reports[name]["paths"]
    errors = " ".join(reports[name]["errors"])
    assert said in errors and bool(said) == bool(errors)


def test_crawl_delay_slows_a_host_down(site: Site, crawl: Crawl) -> None:
    site.pages = {
        "/robots.txt": Page("User-agent: *\nCrawl-delay: 0.6\n"),
        "/": Page("<a href='/a'></a><a href='/b'></a>", headers={"Content-Type": "text/html"}),
        "/a": Page("a", headers={"Content-Type": "text/plain"}),
        "/b": Page("b", headers={"Content-Type": "text/plain"}),
    }
    [report] = crawl({"slow": f"{site.url}/"}).values()
    assert report["errors"] == [] and len(report["notices"]) == 2
    times = [at for _, at, _ in site.asked]
    assert all(after - before > 0.55 for before, after in itertools.pairwise(times))


def test_we_say_who_we_are(site: Site, crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIEN_CONTACT", "https://desk.example/")
    site.pages = {"/": Page("a", headers={"Content-Type": "text/plain"})}
    crawl({"name": f"{site.url}/"})
    assert {headers["User-Agent"] for _, _, headers in site.asked} == {"shien/0.1 (+https://desk.example/)"}
