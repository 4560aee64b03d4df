"""One programme at several sources: which listings are the same, and what is shown of them together.

Two listings are the same only where everything they say agrees: the name of the scheme, and with it the closing day, or
(where one of them names no day) the year and the round. Rounds, years, courses and places that differ are different
programmes, however alike their names are. Where it is not sure, nothing is merged: a firm that sees one programme twice
has lost a second, one that sees two as one may miss the second.
"""

from indexer.duplicates.identity import Identity, comparable, identity, without_place, years_of
from indexer.duplicates.matching import Group, Match, groups, matches, pairs, weak_names
from indexer.duplicates.merging import DIFFERS, merged

__all__ = [
    "DIFFERS",
    "Group",
    "Identity",
    "Match",
    "comparable",
    "groups",
    "identity",
    "matches",
    "merged",
    "pairs",
    "weak_names",
    "without_place",
    "years_of",
]
