"""What a backup of 50,000 programmes costs, and that it restores row by row: `python -m tests.bench.backups [COUNT]`.

From SQLite into SQLite; and into PostgreSQL, and back, where one can be started.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from indexer.backup import backup, restore
from indexer.schema import Change
from indexer.store import Decision, Store, stamp
from indexer.store.copying import tables
from tests.bench.generated import NOW
from tests.bench.nights import fill
from tests.postgres import postgresql


def rows(store: Store) -> Iterator[Any]:
    with store.engine.connect().execution_options(yield_per=1000) as connection:
        for table in tables():
            for row in connection.execute(sa.select(table).order_by(*table.primary_key)):
                yield table.name, tuple(row)


def equal(one: Store, other: Store) -> int:
    """How many rows there are, all of them equal. AssertionError where they are not."""
    count = 0
    for here, there in zip(rows(one), rows(other), strict=True):
        assert here == there
        count += 1
    return count


def measured(store: Store, other: Store, folder: Path, what: str) -> None:
    target = folder / f"{what}.tgz"
    began = time.perf_counter()
    size = backup(store, target, NOW)
    between = time.perf_counter()
    restore(target, other)
    done = time.perf_counter()
    print(
        f"{what}: {size / 1e6:.1f} MB, backup {between - began:.1f} s, restore {done - between:.1f} s, "
        f"{equal(store, other)} rows equal",
        flush=True,
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="shien-backups-") as name:
        folder = Path(name)
        store = Store(f"sqlite:///{folder / 'here.sqlite'}")
        fill(store, count)
        with store.transaction() as writer:
            ids = [each.id for each in store.glimpses()]
            writer.remember(
                (id, Change(at=stamp(NOW), field="title", was="旧", now="新")) for id in ids for _ in range(2)
            )
            for id in ids[:: max(1, count // 1000)]:
                writer.decide(Decision(programme=id, field="gx", was=False, now=True, by="人", at=stamp(NOW)))
        print(f"{count} programmes, store of {(folder / 'here.sqlite').stat().st_size / 1e6:.1f} MB", flush=True)
        measured(store, Store(f"sqlite:///{folder / 'there.sqlite'}"), folder, "SQLite to SQLite")
        with postgresql() as url:
            other = Store(url)
            measured(store, other, folder, "SQLite to PostgreSQL")
            measured(other, Store(f"sqlite:///{folder / 'back.sqlite'}"), folder, "PostgreSQL to SQLite")
            other.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50_000)
