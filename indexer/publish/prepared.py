"""What publication works from: of each programme what others have to know, kept until the programme changes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from indexer.curate import Curated, apply
from indexer.duplicates import Identity, identity
from indexer.relations import Statement, statements
from indexer.schema import RelationKind
from indexer.store import Decision, Glimpse, Prepared, Store, chunks

Progress = Callable[[str, int, int], None]
Decided = Mapping[str, Sequence[Decision]]
Marks = dict[str, str]
"""What each programme that is not hidden is made of, by id, in order of id."""


@cache
def code() -> str:
    """The version of all that makes a document of a record: our code and vocabulary."""
    digest = hashlib.sha256()
    package = Path(__file__).parent.parent
    for path in sorted([*package.rglob("*.py"), *(package / "vocab").iterdir()]):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint(*parts: Any) -> str:
    """Equal for equal parts (JSON values)."""
    return hashlib.blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Facts:
    """A programme as others have to know it. `fresh`: it was not compared with the others yet."""

    identity: Identity
    statements: tuple[Statement, ...]
    source: str
    listed: bool
    fresh: bool


def refresh(store: Store, decided: Decided, progress: Progress | None = None) -> Marks:
    """Prepares what changed since the last publication, a few hundred programmes at a time."""
    known = store.made_of()
    marks: Marks = {}
    stale: list[str] = []
    for entry in store.glimpses():
        own = decided.get(entry.id, ())
        if any(each.field == "hidden" and each.now for each in own):
            continue
        marks[entry.id] = mark = _mark(entry, own)
        if known.pop(entry.id, None) != mark:
            stale.append(entry.id)
    for batch in chunks(list(known)):
        with store.transaction() as writer:
            writer.put_prepared([], gone=batch)
    done = 0
    for batch in chunks(stale):
        found = [
            _prepared(apply(each, decided.get(each.programme.id, ())), marks) for each in store.some(batch).values()
        ]
        with store.transaction() as writer:
            writer.put_prepared(found)
        done += len(batch)
        if progress:
            progress("prepare", done, len(stale))
    return marks


def _mark(entry: Glimpse, decided: Sequence[Decision]) -> str:
    # Of what is listed the last sighting changes every night, and nothing is made of it.
    seen = "" if entry.listed else entry.last_seen
    state = (entry.digest, entry.source, entry.listed, entry.first_seen, entry.changed, seen)
    return fingerprint(code(), state, [each.id for each in decided])


def _prepared(curated: Curated, marks: Marks) -> Prepared:
    programme = curated.record.programme
    own = identity(programme)
    said = {
        "identity": [_plain(getattr(own, name)) for name in Identity.__slots__],
        "statements": [(each.kind.value, each.raw) for each in statements(programme)],
        "source": curated.record.source,
        "listed": curated.record.listed,
    }
    return Prepared(programme.id, marks[programme.id], orjson.dumps(said), fresh=True)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


_SETS = tuple(str(Identity.__annotations__[name]).startswith("frozenset") for name in Identity.__slots__)


def facts(store: Store) -> Iterator[Facts]:
    """What is prepared, in order of id."""
    alike: dict[Any, Any] = {}

    def shared(value: Any) -> Any:
        # Most of them have the same places, and no courses: one object stands for all of these.
        return alike.setdefault(value, value)

    def read(value: Any, as_set: bool) -> Any:
        if as_set:
            return shared(frozenset(value))
        return (
            tuple(tuple(each) if isinstance(each, list) else each for each in value)
            if isinstance(value, list)
            else value
        )

    for each in store.prepared():
        said = orjson.loads(each.facts)
        values = [read(value, as_set) for value, as_set in zip(said["identity"], _SETS, strict=True)]
        told = tuple(Statement(each.id, RelationKind(kind), raw) for kind, raw in said["statements"])
        yield Facts(Identity(*values), told, shared(said["source"]), said["listed"], each.fresh)
