"""The addresses of a question and of its neighbours.

A page of results links to some sixty questions that differ by one value each. `Query.url` checks each of them anew;
here what was checked once is only written down.
"""

from collections.abc import Sequence
from operator import eq
from urllib.parse import quote_plus, urlencode

from fastapi.responses import RedirectResponse

from search_api.query import Query, overlap

ORDER = tuple(name for name in Query.model_fields if name != "page")


class Links:
    """Links from one question, all to the first page of another."""

    def __init__(self, query: Query) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in query.items():
            if name != "page":
                self._values.setdefault(name, []).append(value)
        self._written = {name: _written(name, values) for name, values in self._values.items()}

    def to(self, path: str, name: str, values: Sequence[str]) -> str:
        """The question with the values of one field in place of its own; none to leave the field out.

        >>> Links(Query(q="省エネ", kind=("loan",), page=3)).to("/search", "kind", ())
        '/search?q=%E7%9C%81%E3%82%A8%E3%83%8D'
        """
        written = self._written | {name: _written(name, values)}
        query = "&".join(filter(None, (written.get(each) for each in ORDER)))
        return f"{path}?{query}" if query else path

    def toggled(self, path: str, name: str, value: str) -> str:
        """The question with a value added, or taken out where it was chosen.

        It takes the place of what leaves it out, and of states that it says more or less than: まもなく締切 beside
        募集中 would change nothing.

        >>> Links(Query(kind=("loan", "-tax"))).toggled("/search", "kind", "tax")
        '/search?kind=loan&kind=tax'
        >>> Links(Query(state=("open", "upcoming"))).toggled("/search", "state", "closing")
        '/search?state=upcoming&state=closing'
        """
        chosen = self._values.get(name, [])
        same = overlap if name == "state" and value not in chosen else eq
        rest = [each for each in chosen if not same(each.removeprefix("-"), value)]
        return self.to(path, name, rest if value in chosen else [*rest, value])


def kept(path: str, given: Sequence[tuple[str, str]]) -> RedirectResponse | None:
    """To the address without the fields that a form sent empty, or None where there are none.

    What is not understood goes along: the page tells of it.

    >>> kept("/search", [("q", "省エネ"), ("area", ""), ("nonsense", "1")]).headers["location"]
    '/search?q=%E7%9C%81%E3%82%A8%E3%83%8D&nonsense=1'
    >>> kept("/search", [("q", "省エネ")])
    """
    filled = [(name, value) for name, value in given if value.strip()]
    if len(filled) == len(given):
        return None
    return RedirectResponse(f"{path}?{urlencode(filled)}" if filled else path, 303)


def _written(name: str, values: Sequence[str]) -> str:
    return "&".join(f"{name}={quote_plus(each)}" for each in values)
