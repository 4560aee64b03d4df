"""What the API answers."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from indexer.schema import (
    Address,
    Amount,
    Change,
    Eligibility,
    Featured,
    Issuer,
    Kind,
    Link,
    News,
    NewsKind,
    Programme,
    SourceRef,
    Verified,
    Window,
)
from indexer.state import State


def last_day(closes: str) -> str:
    """The instant of closing, or, where that is midnight, the day that ends with it.

    >>> last_day("2026-08-28T17:00:00+09:00"), last_day("2026-08-29T00:00:00+09:00")
    ('2026-08-28T17:00:00+09:00', '2026-08-28')
    """
    at = datetime.fromisoformat(closes)
    return closes if (at.hour, at.minute) != (0, 0) else (at - timedelta(days=1)).date().isoformat()


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


NEWS = {
    NewsKind.EXTENDED: "締切延長",
    NewsKind.SHORTENED: "締切繰上げ",
    NewsKind.NEXT_CALL: "次の募集",
    NewsKind.REOPENED: "再掲載",
    NewsKind.VANISHED: "掲載終了",
    NewsKind.AMOUNT: "金額変更",
}


class FacetValue(Model):
    """A value to choose, how many results it would give, and whether it is chosen (or excluded)."""

    value: str
    label: str
    count: int
    selected: bool = False
    excluded: bool = False


class Verdict(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    NO = "no"
    ENDING = "ending"


class Fit(Model):
    """Whether a programme fits the firm of the question. `reason` is what decided, `raw` the source's words for it."""

    verdict: Verdict
    reason: str
    raw: str = ""


class Reason(Model):
    """One of the rules that put a result where it stands, in their order: each decides only where those before tie.

    words (how many of the words it has), typo, closed (as of the publication; 0: can still be
    applied for, 1: takes no applications, 2: over), attribute
    (in a name before in a text), curated (staff's order), place_breadth (0 a town's own, 1 a prefecture's, 2 the
    nation's), deadline (an instant in seconds), proximity, exactness. `score` is 0 to 1, `value` what was compared.
    """

    rule: str
    score: float | None = None
    value: float | str | None = None
    words: tuple[int, int] | None = None


class Marked(Model):
    """A text and what of it was found: [start, end) in characters. A text of a longer one has … where it was cut."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Highlight(Model):
    """Where the words were found: in the title, and in the piece of the summary or text around the first of them."""

    title: Marked
    snippet: Marked | None = None


class Hit(Model):
    """A result. `state`, `days_left`, `opens` and `closes` are of the instant of the answer (Asia/Tokyo)."""

    id: str
    kind: Kind
    kind_label: str
    title: str
    summary: str
    url: str
    official_url: str = ""
    issuer: Issuer | None = None
    areas: tuple[str, ...] = ()
    area_label: str
    event_areas: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    state: State
    state_label: str
    opens: str | None = None
    closes: str | None = None
    days_left: int | None = None
    amount: Amount | None = None
    eligibility: Eligibility | None = None
    workforce: int | None = None
    fields: tuple[str, ...] = ()
    gx: bool = False
    themes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    source: SourceRef
    published: str = ""
    also_at: tuple[Address, ...] = ()
    listed: bool = True
    featured: bool = False
    first_seen: str = ""
    changed: str = ""
    news: News | None = None
    fit: Fit | None = None
    explain: tuple[Reason, ...] = ()
    highlight: Highlight | None = None


class Choice(Model):
    """A place that a name may mean."""

    code: str
    name: str


class Results(Model):
    """One page of the answer. `total` is exact. `query` repeats what was understood, `words` which of the words asked
    for became which filter, and those that became other words (`q`); `literal=true` leaves them as they are. A name
    that several places bear (府中市) is no filter: `choices` are these places.
    """

    total: int
    page: int
    per_page: int
    took_ms: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]]
    query: dict[str, Any]
    words: dict[str, str] = {}
    choices: tuple[Choice, ...] = ()


class Detail(Programme):
    """A programme in full, with its state now and its history, newest first."""

    kind_label: str
    area_label: str
    state: State
    state_label: str
    opens: str | None = None
    closes: str | None = None
    days_left: int | None = None
    listed: bool
    first_seen: str
    changed: str
    last_seen: str
    attribution: str
    featured: Featured | None = None
    corrected: tuple[str, ...] = ()
    verified: Verified | None = None
    link: Link | None = None
    news: News | None = None
    history: tuple[Change, ...] = ()


class Chosen(Model):
    """A programme that staff chose, with their note on it."""

    note: str
    programme: Hit


class Collection(Model):
    """Cases and programmes that staff feature together. Instants are of Asia/Tokyo; without `shows_until` no end."""

    id: int
    title: str
    intro: str
    shows_from: str | None = None
    shows_until: str | None = None
    programmes: tuple[Chosen, ...] = ()


class Trouble(Model):
    """A problem document as of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: tuple[dict[str, Any], ...] = Field(default=())
