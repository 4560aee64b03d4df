"""Sources that staff asked for: read once, soon, or not at all."""

from datetime import timedelta

import pytest

from indexer.asking import PATIENCE, ask, open_asks
from indexer.store import Run, Store, stamp
from tests.samples import NOW

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("asked", "read", "open"),
    [
        (-MINUTE, None, True),
        (timedelta(0), None, True),
        (-MINUTE, -2 * MINUTE, True),
        (-2 * MINUTE, -MINUTE, False),
        (-PATIENCE, None, False),
        # By a clock that was ahead: it would be read again at every look.
        (timedelta(days=400), -MINUTE, False),
    ],
)
def test_what_is_still_to_be_read(store: Store, asked: timedelta, read: timedelta | None, open: bool) -> None:
    ask(store, "a", by="somebody", now=NOW + asked)
    if read is not None:
        with store.transaction() as writer:
            writer.add_run(Run(source="a", variant="{}", at=stamp(NOW + read), ok=True, counts={}))
    assert set(open_asks(store, NOW)) == ({"a"} if open else set())
