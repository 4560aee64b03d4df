"""What the source changed reaches who follows a search; what we read better reaches nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.engine import Endpoint
from indexer.ingest import reread
from indexer.normalise.programme import normalise
from indexer.publish import publish
from tests.days import SIX, Days, notice, until
from tests.samples import NOW

pytestmark = pytest.mark.engine


@pytest.fixture
def followed(tmp_path: Path, where: Endpoint) -> Iterator[Days]:
    made = Days(tmp_path, where)
    with TestClient(create_app(own=made.services)) as made.client:
        yield made


def test_changes_at_the_source_reach_who_follows(followed: Days) -> None:
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


def test_what_we_read_better_reaches_nobody(followed: Days, monkeypatch: pytest.MonkeyPatch) -> None:
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
