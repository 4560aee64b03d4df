"""What a programme's page tells of its relations: other rounds, top-ups, what cannot be combined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontend.place import Place
from indexer.schema import Relation, RelationKind
from indexer.state import State
from indexer.store import Record, Store
from search_api.detail import details
from search_api.models import Detail

AHEAD = (State.OPEN, State.CLOSING, State.UPCOMING)
MOST = 20
"""So many of each sort are read and shown: hundreds of towns may add to one national scheme."""


@dataclass(frozen=True)
class Told:
    """A relation in a text's words; the programme that they mean, where we list one."""

    raw: str
    item: Detail | None
    by_other: bool = False


@dataclass(frozen=True)
class Group:
    """Relations of one sort: `items` are shown, `more` is how many there are besides."""

    items: tuple[Told, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Related:
    """`rounds` are in the order of a reader's interest: what is open or comes, then the latest."""

    rounds: tuple[Detail, ...] = ()
    base: Group = Group()
    top_ups: Group = Group()
    exclusive: Group = Group()

    @property
    def call(self) -> Detail | None:
        """Another round that takes applications."""
        return next((each for each in self.rounds if each.listed and each.state in (State.OPEN, State.CLOSING)), None)


def related(store: Store, programme: Detail, now: datetime, near: Place) -> Related:
    """What is there of its relations; those to programmes that are no longer shown are left out.

    Of very many the latest rounds, and else what is for firms `near` there, come first.
    """
    sorts: dict[str, list[Relation]] = {"rounds": [], "base": [], "top_ups": [], "exclusive": []}
    for each in programme.relations:
        if each.kind is RelationKind.ROUND:
            sorts["rounds"].append(each)
        elif each.kind is RelationKind.TOP_UP:
            sorts["base" if each.told_by == programme.id else "top_ups"].append(each)
        else:
            sorts["exclusive"].append(each)
    taken = {
        name: _foremost(store, every, _latest if name == "rounds" else _nearest(near)) for name, every in sorts.items()
    }
    read = details(store, {each.id: None for some in taken.values() for each in some if each.id}, now)

    def group(name: str) -> Group:
        told = ((each, Told(each.raw, read.get(each.id), each.told_by != programme.id)) for each in taken[name])
        items = tuple(item for each, item in told if item.item or not each.id)
        return Group(items, len(sorts[name]) - len(taken[name]))

    rounds = [each.item for each in group("rounds").items if each.item]
    rounds.sort(key=lambda each: each.closes or "", reverse=True)
    rounds.sort(key=lambda each: not each.listed or each.state not in AHEAD)
    return Related(tuple(rounds), group("base"), group("top_ups"), group("exclusive"))


def _foremost(store: Store, every: Sequence[Relation], weight: Callable[[Record], Any]) -> list[Relation]:
    """All of a few; of many the `MOST` of least weight, what is listed before what is not."""
    if len(every) <= MOST:
        return list(every)
    records = store.some([each.id for each in every if each.id])
    known = [each for each in every if each.id in records]
    known.sort(key=lambda each: weight(records[each.id]))
    known.sort(key=lambda each: not records[each.id].listed)
    return [*(each for each in every if not each.id), *known][:MOST]


def _latest(record: Record) -> int:
    """Minus its last day."""
    days = [each.closes or each.opens for each in record.programme.windows]
    return -int(max((each[:10] for each in days if each), default="0").replace("-", ""))


def _nearest(near: Place) -> Callable[[Record], int]:
    """What is for the reader's own town, then for its prefecture, then for everywhere, then the others."""
    places = [near.town, near.prefecture, "JP"]
    return lambda record: next((at for at, code in enumerate(places) if code in record.programme.areas), len(places))
