"""What a text says about places: mentions gathered to codes, shared names decided by a prefecture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.normalise.areas.names import Mention, one_spelling, places


@dataclass(frozen=True, slots=True)
class Said:
    """What one text says about places: the codes, or `national`, or names that it leaves undecided."""

    codes: tuple[str, ...] = ()
    national: bool = False
    raw: str = ""
    undecided: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.codes or self.national or self.undecided)


NOTHING = Said()
Hints = Sequence[frozenset[str]]


def decide(codes: tuple[str, ...], hints: Hints) -> str | None:
    for hint in hints:
        within = [code for code in codes if code[:2] in hint]
        if len(within) == 1:
            return within[0]
    return None


def narrowest(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return tuple(sorted(found - {code[:2] for code in found if len(code) == 5}))


def gather(text: str, original: str, mentions: Iterable[Mention], hints: Hints) -> Said:
    codes: set[str] = set()
    spans: list[tuple[int, int]] = []
    undecided: dict[str, None] = {}
    for mention in mentions:
        said = mention.codes
        if mention.choice:
            decided = decide(mention.codes, hints)
            if decided is None:
                undecided[original[mention.start : mention.end]] = None
                continue
            said = (decided,)
        if not codes.issuperset(said):
            spans.append((mention.start, mention.end))  # raw reaches over the first mention of each place
        codes.update(said)
    if not codes:
        return Said(undecided=tuple(undecided))
    raw = original[min(start for start, _ in spans) : max(end for _, end in spans)]
    return Said(narrowest(codes), raw=raw, undecided=tuple(undecided))


def mentioned(original: str) -> tuple[str, ...]:
    """What a text names without doubt."""
    text = one_spelling(original)
    return gather(text, original, places(text), ()).codes


def overlap(codes: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some code lies in, or holds, one of the others."""
    return any(a.startswith(b) or b.startswith(a) for a in codes for b in others)


def prefecture_hint(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code[:2] for code in codes if code != "JP")
