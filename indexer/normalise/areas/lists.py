"""Area lists, as Jグランツ and J-Net21 give them: 全国 and prefectures, joined by slashes or commas."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
            elif re.fullmatch(r"\d\d(?:\d{3})?", entry) and _known(entry):
                codes.add(regions.city_of(entry))
            else:
                try:
                    codes.update(map(regions.city_of, regions.expand([entry])))
                except KeyError:
                    said = gather(entry, entry, places(entry), hints)
                    if not said.codes:
                        unknown.append(piece)
                        continue
                    codes.update(said.codes)
            raw = raw or whole.strip()
    kept = codes if codes >= _ALL_PREFECTURES else set(narrowest(codes))
    if kept >= _ALL_PREFECTURES:
        nationwide, kept = True, set()
    return _List(nationwide, tuple(sorted(kept)), tuple(unknown), raw)


def _known(code: str) -> bool:
    try:
        regions.get(code)
    except KeyError:
        return False
    return True
