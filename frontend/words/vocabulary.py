"""What facets and places are called."""

from collections.abc import Mapping, Sequence

from frontend.language import Language, pgettext, spoken
from frontend.language import gettext as _
from indexer.vocab import labels, regions
from search_api import search


def label(facet: str, value: str) -> str:
    """The name of a value; what is not in the vocabulary is its own name."""
    known = labels.labels(facet)
    return pgettext(facet, known[value].name) if value in known else value


EXPLAINED = ("state", "kind", "stage", "theme", "lever", "issuer_level")
"""Facets whose values the glossary explains."""


def help_of(facet: str, value: str) -> str:
    """A line that says what the value means."""
    return pgettext(facet, labels.labels(facet)[value].help)


def vocabulary(facet: str) -> Mapping[str, str]:
    """All values of a facet with their names, in their order."""
    return {value: label(facet, value) for value in labels.labels(facet)}


def place_name(code: str, *, whole: bool = True) -> str:
    """A place with its prefecture in front, or by itself.

    >>> place_name("40130"), place_name("40130", whole=False), place_name("JP")
    ('福岡県福岡市', '福岡市', '全国')
    >>> at = spoken.set(Language.EN)
    >>> place_name("40130"), place_name("13101", whole=False), place_name("26"), place_name("JP")
    ('Fukuoka-shi, Fukuoka', 'Chiyoda-ku', 'Kyoto', 'all of Japan')
    >>> spoken.reset(at)
    """
    if code == "JP":
        return _("全国")
    if spoken.get() is not Language.EN:
        return regions.full_name(code) if whole else regions.get(code).name
    romaji = regions.get(code).romaji
    if len(code) == 2:
        return romaji.removesuffix("-ken").removesuffix("-fu").removesuffix("-to")
    return f"{romaji}, {place_name(regions.prefecture_of(code))}" if whole else romaji


def area_label(codes: Sequence[str], most: int = 3) -> str:
    """Places in words; more than `most` are counted.

    >>> area_label(["JP"]), area_label(["13", "14", "11", "12"])
    ('全国', '東京都・神奈川県・埼玉県 ほか1か所')
    """
    if "JP" in codes:
        return place_name("JP")
    if spoken.get() is not Language.EN:
        return search.area_label(codes, most)
    names = [place_name(each) for each in codes]
    more = len(names) - most
    return "; ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def all_areas(codes: Sequence[str]) -> str:
    return _("・").join(map(place_name, codes))
