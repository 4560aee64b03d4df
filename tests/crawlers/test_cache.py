"""A second crawl asks only for what changed, and one that was broken off goes on where it stopped."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.cache import RESUMED_HOURS, Mark

from .conftest import Crawl, Page, Site

PLAIN = {"Content-Type": "text/plain"}


def pages() -> dict[str, Page]:
    return {
        "/robots.txt": Page("User-agent: *\nDisallow:\n", headers={"ETag": '"r"'}),
        "/": Page("<a href='/a'></a><a href='/b'></a>", headers={"Content-Type": "text/html", "ETag": '"1"'}),
        "/a": Page("a", headers=PLAIN | {"ETag": '"a"'}),
        "/b": Page("b", headers=PLAIN | {"Last-Modified": "Sat, 22 Aug 2026 00:00:00 GMT"}),
    }


def test_what_did_not_change_costs_a_304(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    site.pages = pages()
    [first] = crawl({"s": f"{site.url}/"}, cache=str(tmp_path / "http")).values()
    site.asked.clear()
    site.pages["/b"].body = "changed"
    [second] = crawl({"s": f"{site.url}/"}, cache=str(tmp_path / "http")).values()
    assert sorted(site.paths()) == ["/", "/a", "/b", "/robots.txt"]
    headers = {path: headers for path, _, headers in site.asked}
    assert headers["/a"]["If-None-Match"] == '"a"' and "If-Modified-Since" in headers["/b"]
    assert (first["unchanged"], second["unchanged"]) == (0, 3)
    assert sorted(each["title"] for each in first["notices"]) == ["a", "b"]
    assert sorted(each["title"] for each in second["notices"]) == ["a", "changed"]


def test_a_site_that_fails_is_not_hidden(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    site.pages = pages()
    crawl({"s": f"{site.url}/"}, cache=str(tmp_path / "http"))
    site.pages["/a"] = Page("no", 500)
    [report] = crawl({"s": f"{site.url}/"}, cache=str(tmp_path / "http"), FIRST_WAIT=0.05).values()
    assert len(report["errors"]) == 1 and "HTTP 500" in report["errors"][0]
    assert [each["title"] for each in report["notices"]] == ["b"]


def test_a_broken_off_crawl_goes_on(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    site.pages = pages()
    cache = tmp_path / "http"
    crawl({"s": f"{site.url}/"}, cache=str(cache))
    Mark(cache, "s").start(datetime.now(UTC) - timedelta(minutes=5))
    for page in (cache / "s").glob("*/*"):
        if b"/b" in gzip.decompress((page / "meta").read_bytes()):
            for each in page.iterdir():
                each.unlink()
            page.rmdir()
    site.asked.clear()
    [report] = crawl({"s": f"{site.url}/"}, cache=str(cache)).values()
    assert site.paths() == ["/b"]
    assert sorted(each["title"] for each in report["notices"]) == ["a", "b"]
    assert not Mark(cache, "s").path.exists()


def test_mark(tmp_path: Path) -> None:
    now = datetime(2026, 8, 22, 4, 0, tzinfo=UTC)
    mark = Mark(tmp_path / "http", "jgrants")
    assert mark.start(now) is None
    assert mark.start(now + timedelta(hours=1)) == now
    assert mark.start(now + timedelta(hours=RESUMED_HOURS)) is None
    mark.clear()
    assert mark.start(now + timedelta(hours=RESUMED_HOURS + 1)) is None
