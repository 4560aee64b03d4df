"""A site over a few days: crawls of an invented source, its publications, and what followers of it see."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fastapi.testclient import TestClient

from crawlers.items import Notice, Period
from indexer.engine import Endpoint
from indexer.ingest import ingest
from indexer.publish import publish
from indexer.settings import Settings
from search_api.services import Services
from tests.samples import NOW
from tests.test_ingest import FACTS, notice

ATOM = "{http://www.w3.org/2005/Atom}"
__all__ = ["SIX", "Days", "notice", "until"]


def until(closes: str) -> tuple[Period, ...]:
    return (Period(opens="2026-07-01T00:00Z", closes=closes),)


def entry(number: int, **values: Any) -> Notice:
    return notice(number, amount="1000000", **({"periods": until("2026-12-25T08:00Z")} | values))


SIX = [entry(number) for number in range(1, 7)]


class Days:
    """A site whose clock stands at one of its days."""

    client: TestClient

    def __init__(self, folder: Path, where: Endpoint, **settings: Any) -> None:
        self.folder, self.where, self.now = folder / "crawl", where, NOW
        self.settings = Settings(var=folder, rate=0, **settings)
        self.services = Services(self.settings, lambda: self.now, lambda: where)
        self.store = self.services.store

    def day(self, number: int, notices: list[Notice], *, source: str = "invented", **stats: Any) -> None:
        """The crawl of a day, taken in and published."""
        self.now = NOW + timedelta(days=number)
        place = self.folder / source / source
        place.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in notices)
        (place / "notices.jsonl").write_text(lines, encoding="utf-8")
        expect = {"min": 2, "max": 100, "filled": {}, "complete": True}
        given = {"source": source, "facts": FACTS, "expect": expect, "at": self.now.isoformat()}
        (place / "stats.json").write_text(json.dumps(given | stats), encoding="utf-8")
        [run] = ingest(place.parent, self.store)
        assert run.ok, run.errors
        publish(self.where, self.store, self.now)

    def feed(self) -> dict[str, tuple[str, str]]:
        """Title and `updated` of each entry of the feed of everything."""
        root = ElementTree.fromstring(self.client.get("/feeds/programmes.atom").content)
        return {
            each.findtext(f"{ATOM}id", "").rpartition("/")[2]: (
                each.findtext(f"{ATOM}title", ""),
                each.findtext(f"{ATOM}updated", ""),
            )
            for each in root.findall(f"{ATOM}entry")
        }

    def updated(self, since: datetime) -> dict[str, Any]:
        """Kinds of news of what changed since then."""
        answer = self.client.get("/api/programmes", params={"updated_since": since.isoformat(), "state": "any"})
        return {each["id"]: each["news"] and each["news"]["kind"] for each in answer.json()["hits"]}
