"""Where the reader's firm is: asked once in a form, said in the URL, remembered in a cookie of our own."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from indexer.vocab import regions
from indexer.vocab.regions import Region

COOKIE = "place"
YEAR_SECONDS = 365 * 86400


@dataclass(frozen=True)
class Place:
    """What the two lists of the form show: the prefecture's code, the municipality's or "", and what can be chosen."""

    prefecture: str = ""
    town: str = ""

    @property
    def code(self) -> str:
        return self.town or self.prefecture

    @property
    def name(self) -> str:
        return regions.full_name(self.code) if self.code else ""

    @property
    def towns(self) -> tuple[Region, ...]:
        return towns(self.prefecture)


def towns(prefecture: str) -> tuple[Region, ...]:
    """The municipalities of a prefecture in the order of their codes; none for what is no prefecture."""
    return (
        regions.children(prefecture)
        if len(prefecture) == 2 and prefecture.isdigit() and regions.find(prefecture)
        else ()
    )


def of(codes: Iterable[str]) -> Place:
    """The place of an area parameter: its first code that is in Japan's table; a ward counts as its city.

    >>> of(["40131"]), of(["13"]), of(["JP", "99"])
    (Place(prefecture='40', town='40130'), Place(prefecture='13', town=''), Place(prefecture='', town=''))
    """
    for code in codes:
        if code != "JP" and regions.find(code):
            city = regions.city_of(code)
            return Place(regions.prefecture_of(city), city if len(city) == 5 else "")
    return Place()


def asked(prefecture: str, town: str) -> Place:
    """What the form's two lists say. A town of another prefecture was left over from before: it does not count.

    >>> asked("40", "40130").code, asked("13", "40130").code, asked("", "40130").code
    ('40130', '13', '')
    """
    if not towns(prefecture):
        return Place()
    return Place(prefecture, town if town in {each.code for each in towns(prefecture)} else "")


def remembered(request: Request) -> Place:
    return of([request.cookies.get(COOKIE, "")])


def remember(response: Response, place: Place) -> None:
    if place.code:
        response.set_cookie(COOKIE, place.code, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
    else:
        response.delete_cookie(COOKIE)
