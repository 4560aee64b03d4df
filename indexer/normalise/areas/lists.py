"""Area lists, as Jグランツ and J-Net21 give them: 全国 and prefectures, joined by slashes or commas."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from indexer.normalise.areas.evidence import Hints, gather, narrowest
from indexer.normalise.areas.names import one_spelling, places
from indexer.vocab import regions

_ALL_PREFECTURES = frozenset(region.code for region in regions.children("JP"))
_LIST_SEPARATOR = re.compile(r"[/／,，、;；\n]+|(?<=[県都府道])[・ 　]+")


@dataclass(frozen=True, slots=True)
class _List:
    """An area list: 全国 named or not, the codes beside it, entries that are no place."""

    nationwide: bool = False
    codes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    raw: str = ""


def area_list(entries: Iterable[str], hints: Hints) -> _List:
    nationwide, raw = False, ""
    codes: set[str] = set()
    unknown: list[str] = []
    for whole in entries:
        for piece in _LIST_SEPARATOR.split(whole):
            entry = one_spelling(piece.strip(" 　"))
            if not entry:
                continue
            if entry in {"全国", "日本全国", "全都道府県", "JP"}:
                nationwide = True
            elif found := _known(entry) or gather(entry, entry, places(entry), hints).codes:
                codes.update(found)
            else:
                unknown.append(piece)
                continue
            raw = raw or whole.strip()
    kept = codes if codes >= _ALL_PREFECTURES else set(narrowest(codes))
    if kept >= _ALL_PREFECTURES:
        nationwide, kept = True, set()
    return _List(nationwide, tuple(sorted(kept)), tuple(unknown), raw)


@lru_cache(maxsize=1_000)
def _known(entry: str) -> tuple[str, ...]:
    """The codes of an entry that is a code, or the name of a region; () for any other."""
    try:
        return tuple(map(regions.city_of, regions.expand([entry])))
    except KeyError:
        return ()
