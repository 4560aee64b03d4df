"""What the source changed reaches who follows a search; what we read better reaches nobody."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from crawlers.items import Notice, Period
from frontend.app import create_app
from indexer.engine import Endpoint
from indexer.ingest import ingest, reread
from indexer.normalise.programme import normalise
from indexer.publish import publish
from indexer.settings import Settings
from search_api.services import Services
from tests.samples import NOW
from tests.test_ingest import FACTS, notice

pytestmark = pytest.mark.engine
ATOM = "{http://www.w3.org/2005/Atom}"


def until(closes: str) -> tuple[Period, ...]:
    return (Period(opens="2026-07-01T00:00Z", closes=closes),)


SIX = [replace(notice(number), amount="1000000", periods=until("2026-12-25T08:00Z")) for number in range(1, 7)]


class Followed:
    """A site over a few days: crawls of it, its publications, and what followers of a search see."""

    client: TestClient

    def __init__(self, folder: Path, where: Endpoint) -> None:
        self.folder, self.where, self.now = folder / "crawl" / "invented", where, NOW
        self.services = Services(Settings(var=folder, rate=0), lambda: self.now, lambda: where)
        self.store = self.services.store

    def day(self, number: int, notices: list[Notice]) -> None:
        self.now = NOW + timedelta(days=number)
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in notices)
        (self.folder / "notices.jsonl").write_text(lines, encoding="utf-8")
        expect = {"min": 2, "max": 100, "filled": {}, "complete": True}
        stats = {"source": "invented", "facts": FACTS, "expect": expect, "at": self.now.isoformat()}
        (self.folder / "stats.json").write_text(json.dumps(stats), encoding="utf-8")
        [run] = ingest(self.folder.parent, self.store)
        assert run.ok, run.errors
        publish(self.where, self.store, self.now)

    def feed(self) -> dict[str, tuple[str, str]]:
        root = ElementTree.fromstring(self.client.get("/feeds/programmes.atom").content)
        return {
            each.findtext(f"{ATOM}id", "").rpartition("/")[2]: (
                each.findtext(f"{ATOM}title", ""),
                each.findtext(f"{ATOM}updated", ""),
            )
            for each in root.findall(f"{ATOM}entry")
        }

    def updated(self, since: datetime) -> dict[str, Any]:
        answer = self.client.get("/api/programmes", params={"updated_since": since.isoformat(), "state": "any"})
        return {each["id"]: each["news"] and each["news"]["kind"] for each in answer.json()["hits"]}


@pytest.fixture
def followed(tmp_path: Path, where: Endpoint) -> Iterator[Followed]:
    made = Followed(tmp_path, where)
    with TestClient(create_app(own=made.services)) as made.client:
        yield made


def test_changes_at_the_source_reach_who_follows(followed: Followed) -> None:
    followed.day(0, SIX)
    assert followed.feed() == {}, "nothing is known to have happened"
    followed.day(1, SIX[:5])
    extended = replace(SIX[0], periods=until("2027-01-29T08:00Z"))
    shortened = replace(SIX[1], periods=until("2026-11-30T08:00Z"))
    richer = replace(SIX[2], amount="2000000")
    followed.day(2, [extended, shortened, richer, SIX[3], SIX[5], notice(7)])
    second = followed.now.isoformat()
    expected = {
        "invented-1": "extended", "invented-2": "shortened", "invented-3": "amount", "invented-5": "vanished",
        "invented-6": "reopened", "invented-7": None,
    }  # fmt: skip
    assert followed.updated(NOW + timedelta(days=2)) == expected
    feed = followed.feed()
    assert {id: updated for id, (_, updated) in feed.items()} == dict.fromkeys(expected, second)
    assert feed["invented-1"][0] == "【締切延長】第1種設備補助金"
    assert feed["invented-5"][0] == "【掲載終了】第5種設備補助金"
    page = followed.client.get("/programmes/invented-1").text
    assert "締切延長" in page and "2026年12月25日（金）17:00から2027年1月29日（金）17:00に延びました" in page
    assert "を待たずに" in followed.client.get("/programmes/invented-5").text
    assert "締切延長" in followed.client.get("/search").text


def test_what_we_read_better_reaches_nobody(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    followed.day(0, SIX)
    followed.day(1, [*SIX[:5], replace(SIX[5], periods=until("2027-01-29T08:00Z"))])
    before = followed.feed(), followed.updated(NOW), followed.client.get("/search").text.count("締切延長")
    assert before[1] == {"invented-6": "extended"} and before[2] == 1
    # Another version of our rules, which reads every deadline and amount of the store otherwise.
    with followed.store.engine.begin() as connection:
        connection.execute(sa.text("update programmes set rules = 'older'"))

    def otherwise(*given: Any, **more: Any) -> Any:
        found = normalise(*given, **more)
        moved = tuple(each.model_copy(update={"closes": "2027-03-31T17:00"}) for each in found.windows)
        assert found.amount
        amount = found.amount.model_copy(update={"max_yen": 9_000_000})
        return found.model_copy(update={"windows": moved, "amount": amount})

    monkeypatch.setattr("indexer.ingest.normalise", otherwise)
    assert reread(followed.store, followed.now) == 6
    publish(followed.where, followed.store, followed.now)
    assert {each.cause for each in followed.store.history("invented-1")} == {"ours"}
    assert followed.client.get("/api/programmes/invented-1").json()["closes"].startswith("2027-03-31")
    assert (followed.feed(), followed.updated(NOW), followed.client.get("/search").text.count("締切延長")) == before
