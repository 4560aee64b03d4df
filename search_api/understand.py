"""What people mean by the words they type: a place, a deadline, a question. Places and deadlines become filters that
they see and can drop, words that only ask go, and kana, romaji and slips become the words of their sound.

「福岡市 太陽光」 asks for 太陽光 in 福岡市; a programme that only mentions the town would be the wrong answer. A filter
that was chosen beats a word, and `literal` leaves all words as they are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.schema import JST
from search_api.asking import asked
from search_api.query import MAX_Q, Query, Sort
from search_api.said_deadlines import said_deadlines
from search_api.said_places import said_places
from search_api.spelling import corrected, respelled


@dataclass(frozen=True)
class Understood:
    """The question as it is meant, and which words became which filter (area: 福岡市), or other words (q).

    `choices` are codes of places that a name may mean, when it is left out because nothing decides (府中市).
    `short`: a place was told from a short name (日立), which may be meant otherwise.
    """

    query: Query
    words: dict[str, str]
    choices: tuple[str, ...] = ()
    short: bool = False


def understand(query: Query, now: datetime, *, short: bool = True) -> Understood:
    """Moves places and deadlines from the words to filters, where none is chosen. What is left is written as the
    vocabulary has it. Without `short`, 日立 stays a word and only 日立市 is a place.

    >>> at = datetime(2026, 8, 22, tzinfo=JST)
    >>> said = understand(Query(q="福岡市の太陽光 今月締切"), at)
    >>> said.query.q, said.query.area, str(said.query.closes_to), said.words
    ('太陽光', ('40130',), '2026-08-31', {'area': '福岡市', 'closes': '今月締切'})
    """
    if query.literal or not query.q.strip():
        return Understood(query, {})
    q = " ".join(query.q.split())
    words: dict[str, str] = {}
    changes: dict[str, Any] = {}
    choices: tuple[str, ...] = ()
    from_short = False
    if not query.wanted("area"):
        place = said_places(q, short=short)
        q, choices, from_short = place.rest, place.choices, place.short and bool(place.codes)
        if place.words:
            words["choices" if choices else "area"] = " ".join(place.words)
        if place.codes:
            changes["area"] = (*query.area, *place.codes)
    if not (query.state or query.closes_within is not None or query.closes_from or query.closes_to):
        time = said_deadlines(q, now.astimezone(JST).date())
        if time.word:
            q = time.rest
            words["state" if time.states else "closes"] = time.word
            changes |= {"state": time.states, "closes_from": time.first, "closes_to": time.last}
            if query.sort is Sort.RELEVANCE and not time.states:
                changes["sort"] = Sort.DEADLINE
    written = respelled(asked(corrected(q)))
    if written != q and len(written) <= MAX_Q:
        words["q"], q = q, written
    if not words:
        return Understood(query, {})
    return Understood(query.with_(q=q, page=query.page, **changes), words, choices, from_short)
