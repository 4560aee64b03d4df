"""Sources that staff asked to have read now, without waiting for their time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from indexer.store import Entry, Run, Store, stamp

FACT = "asked"
PATIENCE = timedelta(days=1)
"""What nobody could do within so long is asked for no more."""


@dataclass(frozen=True)
class Asked:
    """Who asked, and when (ISO instant)."""

    by: str
    at: str


def ask(store: Store, source: str, *, by: str, now: datetime) -> None:
    """Asks for a source to be read as soon as somebody looks for what is due."""
    with store.transaction() as writer:
        asked = Asked(by, stamp(now))
        known = {name: each for name, each in (writer.fact(FACT) or {}).items() if each["at"] > stamp(now - PATIENCE)}
        writer.set_fact(FACT, known | {source: asdict(asked)})
        writer.note(Entry(at=asked.at, by=by, action="ask", target=source))


def open_asks(store: Store, now: datetime) -> Mapping[str, Asked]:
    """What is asked for and was not read since, by source."""
    found = {name: Asked(**each) for name, each in (store.fact(FACT) or {}).items()}
    return {
        name: each
        for name, each in found.items()
        # What a clock that was ahead noted would stay unread until then, and be read again at every look.
        if stamp(now - PATIENCE) < each.at <= stamp(now) and not _read_since(store.runs(name, limit=1), each)
    }


def _read_since(runs: list[Run], asked: Asked) -> bool:
    return any(each.at >= asked.at for each in runs)
