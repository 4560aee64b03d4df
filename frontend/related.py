"""What a programme's page tells of its relations: other rounds, top-ups, what cannot be combined."""

from dataclasses import dataclass
from datetime import datetime

from indexer.schema import Relation, RelationKind
from indexer.state import State
from indexer.store import Store
from search_api.detail import detail
from search_api.models import Detail

AHEAD = (State.OPEN, State.CLOSING, State.UPCOMING)


@dataclass(frozen=True)
class Told:
    """A relation in a text's words; the programme that they mean, where we list one."""

    raw: str
    item: Detail | None
    by_other: bool = False


@dataclass(frozen=True)
class Related:
    """`rounds` are in the order of a reader's interest: what is open or comes, then the latest."""

    rounds: tuple[Detail, ...] = ()
    base: tuple[Told, ...] = ()
    top_ups: tuple[Told, ...] = ()
    exclusive: tuple[Told, ...] = ()

    @property
    def call(self) -> Detail | None:
        """Another round that takes applications."""
        return next((each for each in self.rounds if each.listed and each.state in (State.OPEN, State.CLOSING)), None)


def related(store: Store, programme: Detail, now: datetime) -> Related:
    """What is there of its relations; those to programmes that are no longer shown are left out."""
    found: list[tuple[Relation, Told]] = []
    for relation in programme.relations:
        item = detail(store, relation.id, now) if relation.id else None
        if item is not None or not relation.id:
            found.append((relation, Told(relation.raw, item, relation.told_by != programme.id)))
    rounds = [told.item for relation, told in found if relation.kind is RelationKind.ROUND and told.item]
    rounds.sort(key=lambda each: each.closes or "", reverse=True)
    rounds.sort(key=lambda each: not each.listed or each.state not in AHEAD)
    tops = [told for relation, told in found if relation.kind is RelationKind.TOP_UP]
    return Related(
        rounds=tuple(rounds),
        base=tuple(each for each in tops if not each.by_other),
        top_ups=tuple(each for each in tops if each.by_other),
        exclusive=tuple(told for relation, told in found if relation.kind is RelationKind.EXCLUSIVE),
    )
