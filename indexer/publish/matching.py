"""Which listings are one programme: only what changed is compared anew, and that with everything."""

from collections.abc import Sequence

from indexer.duplicates import Match, pairs, weak_names
from indexer.publish.prepared import Facts
from indexer.store import Store

WHOLE = 0.2
"""Where more than this share changed, comparing everything with everything is the shorter way."""

WEAK = "weak_names"


def matches(store: Store, everything: Sequence[Facts]) -> list[Match]:
    """Every two listings that may be one programme (duplicates.pairs), as the store remembers them after this."""
    known = [each.identity for each in everything]
    weak = weak_names(known)
    # A name that begins or ceases to belong to many programmes tells something else of all that bear it.
    moved = weak ^ frozenset(store.fact(WEAK) or ())
    of = [
        each.identity.id
        for each in everything
        if each.fresh or not moved.isdisjoint(each.identity.names) or not moved.isdisjoint(each.identity.told)
    ]
    if of or moved:
        whole = len(of) > WHOLE * len(known)
        found = pairs(known, weak, None if whole else frozenset(of))
        with store.transaction() as writer:
            rows = ((each.one, each.other, each.likeness, each.why, each.quoted) for each in found)
            writer.put_matches(rows, None if whole else of)
            writer.set_fact(WEAK, sorted(weak))
    return [Match(*each) for each in store.matches()]
