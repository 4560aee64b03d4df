"""What people decided of one listing counts for the programme, whichever of its listings leads."""

from dataclasses import replace
from typing import Any

import pytest

from indexer.curate import Curated, Refused, apply, checked, united
from indexer.schema import Amount, Programme
from indexer.store import Decision
from tests.samples import OPEN, programme, record, window
from tests.test_duplicates import listing

AUTUMN = [window("2026-08-01", "2026-10-30").model_dump(mode="json")]


def decided(id: str, field: str, was: Any, now: Any, number: int = 1) -> Decision:
    return Decision(
        programme=id, field=field, was=was, now=now, by="hanako", at=f"2026-08-20T10:00:{number:02}+09:00", id=number
    )


def left(entry: Programme, *decisions: Decision, listed: bool = True) -> Curated:
    return apply(record(entry, listed=listed), decisions)


PORTAL = listing(1, "portal", "架空市省エネ補助金", windows=OPEN)
NEWS = listing(2, "news", "架空市省エネ補助金", themes=["management"])


def test_corrections_survive_when_another_listing_takes_the_lead() -> None:
    decisions = [
        decided("news-2", "windows", [], AUTUMN, 1),
        decided("news-2", "gx", False, True, 2),
        decided("news-2", "themes", ["management"], ["energy_saving"], 3),
    ]
    whole = united(left(PORTAL), [left(NEWS, *decisions)])
    found = whole.record.programme
    assert ([each.closes for each in found.windows], found.gx, found.themes) == (
        ["2026-10-30"],
        True,
        ("energy_saving",),
    )
    assert (whole.applied, whole.stale) == (tuple(decisions), ())
    assert found.id == "portal-1"
    assert found.problems == (), "what a person decided differs from nothing"


def test_of_corrections_the_leads_own_counts_then_the_latest() -> None:
    own = decided("portal-1", "gx", False, True, 1)
    of_news = [decided("news-2", "gx", False, False, 2), decided("news-2", "title", NEWS.title, "前の名称", 3)]
    third = listing(3, "feed", "架空市省エネ補助金")
    of_feed = decided("feed-3", "title", third.title, "後の名称", 4)
    whole = united(left(PORTAL, own), [left(third, of_feed), left(NEWS, *of_news)])
    assert (whole.record.programme.gx, whole.record.programme.title) == (True, "後の名称")
    assert whole.applied == (own, of_feed)


def test_what_no_longer_fits_a_followers_source_goes_to_review_and_changes_nothing() -> None:
    old = decided("news-2", "themes", ["rnd"], ["energy_saving"])
    whole = united(left(PORTAL), [left(NEWS, old)])
    assert (whole.record.programme.themes, whole.applied, whole.stale) == ((), (), (old,))


def test_a_value_that_a_person_took_away_is_not_filled_from_another_listing() -> None:
    amount = Amount(max_yen=500_000, raw="上限50万円")
    lead, other = PORTAL.model_copy(update={"amount": amount}), NEWS.model_copy(update={"amount": amount})
    away = decided("portal-1", "amount", amount.model_dump(mode="json"), None)
    whole = united(left(lead, away), [left(other)])
    assert whole.record.programme.amount is None
    assert whole.record.programme.also_at[0].fields == ()


def test_a_decision_holds_while_the_source_says_the_same_and_is_stale_when_it_moves() -> None:
    before = record(programme(1, "機械の名称", windows=OPEN))
    decision = decided("invented-0001", "title", "機械の名称", "正しい名称")
    held = apply(before, [decision])
    assert (held.record.programme.title, held.stale) == ("正しい名称", ())
    elsewhere = record(programme(1, "機械の名称", windows=(window("2026-09-01", "2026-10-01"),)))
    assert apply(elsewhere, [decision]).record.programme.title == "正しい名称"
    moved = replace(before, programme=programme(1, "新しい名称"))
    assert apply(moved, [decision]).record.programme.title == "新しい名称"
    assert apply(moved, [decision]).stale == (decision,)


def test_what_can_be_corrected_is_checked_like_any_value() -> None:
    entry = programme(1, "名称")
    assert checked(entry, "areas", ["40130"]) == ["40130"]
    with pytest.raises(Refused):
        checked(entry, "source", {})


def test_a_decision_holds_wherever_in_the_text_the_same_words_stand() -> None:
    """A word more at the top of a page moves everything below: the deadline itself did not move."""
    read, moved = (window("2026-08-01", "2026-09-30").model_copy(update={"span": (at, at + 9)}) for at in (5, 25))
    was = [read.model_dump(mode="json")]
    decision = decided("invented-0001", "windows", was, AUTUMN)
    held = apply(record(programme(1, "補助金", windows=(moved,))), [decision])
    assert ([each.closes for each in held.record.programme.windows], held.stale) == (["2026-10-30"], ())
    other = moved.model_copy(update={"closes": "2026-09-29"})
    assert apply(record(programme(1, "補助金", windows=(other,))), [decision]).stale == (decision,)


def test_a_decision_of_before_a_value_had_all_its_parts_holds() -> None:
    now = Amount(max_yen=500_000, raw="上限50万円")
    was = {"max_yen": 500_000, "raw": "上限50万円"}
    decision = decided("invented-0001", "amount", was, {"max_yen": 700_000, "raw": ""})
    assert apply(record(programme(1, "補助金", amount=now)), [decision]).stale == ()
    for wrong in (was | {"max_yen": 1}, was | {"unknown": 1}, {"max_yen": -1}, "x", None):
        old = decided("invented-0001", "amount", wrong, None)
        assert apply(record(programme(1, "補助金", amount=now)), [old]).stale == (old,), wrong
