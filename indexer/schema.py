"""What we say about a listing: `Programme` and its parts. Every derived value keeps the source's own words (`raw`)."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

JST = ZoneInfo("Asia/Tokyo")

Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$")]
"""A day ("2026-08-07") or a minute of a day ("2026-08-07T15:00", seconds where the source has them), Asia/Tokyo."""

AreaCode = Annotated[str, StringConstraints(pattern=r"^(JP|\d{2}|\d{5})$")]
"""JP for the whole country, two digits of JIS X 0401, or five of JIS X 0402 (without the check digit)."""


def instant(moment: str, *, end: bool = False) -> datetime:
    """The moment as an aware datetime; a day without a time starts at 0:00, and as an `end` lasts until midnight.

    >>> instant("2026-08-07T15:00").isoformat()
    '2026-08-07T15:00:00+09:00'
    >>> instant("2026-08-07", end=True).isoformat()
    '2026-08-08T00:00:00+09:00'
    """
    if "T" in moment:
        return datetime.fromisoformat(moment).replace(tzinfo=JST)
    start = datetime.combine(date.fromisoformat(moment), time(), tzinfo=JST)
    return start + timedelta(days=1) if end else start


_IDS = UUID("6f1c8f0e-2f4b-5d6a-9d53-7a1c0b1e5a10")


def uuid_of(id: str) -> UUID:
    """The id of a programme for who needs UUIDs: name-based (RFC 9562, version 5), so that it stays with the id."""
    return uuid5(_IDS, id)


class Model(BaseModel):
    """Frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)


class Kind(StrEnum):
    SUBSIDY = "subsidy"
    LOAN = "loan"
    TAX = "tax"
    SEMINAR = "seminar"
    CONSULTATION = "consultation"
    EXPERT = "expert"
    CASE = "case"
    QA = "qa"
    GUIDE = "guide"
    NEWS = "news"


NOT_OFFERED = frozenset({Kind.CASE, Kind.QA, Kind.GUIDE, Kind.NEWS})
"""What takes no applications and no attendance: it tells of something."""


class Level(StrEnum):
    NATIONAL = "national"
    REGIONAL = "regional"
    PREFECTURE = "prefecture"
    MUNICIPALITY = "municipality"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


class Role(StrEnum):
    APPLY = "apply"
    EVENT = "event"


class Precision(StrEnum):
    MINUTE = "minute"
    DAY = "day"
    PART = "part"
    MONTH = "month"
    FISCAL_YEAR = "fiscal_year"


class Basis(StrEnum):
    FIXED = "fixed"
    ROLLING = "rolling"
    UNTIL_BUDGET = "until_budget"
    UNTIL_CAPACITY = "until_capacity"
    SCHEDULED = "scheduled"
    UNSPECIFIED = "unspecified"


class Delivery(StrEnum):
    MUST_ARRIVE = "must_arrive"
    POSTMARK = "postmark"


class EndedEarly(Model):
    """Money or places ran out, or the issuer stopped, before the published end. `at` is None where no date is given."""

    at: Moment | None = None
    raw: str


class Window(Model):
    """A time in which one can apply (`apply`), or in which an event takes place (`event`).

    `opens` None: from when is not said. `closes` None: open-ended if the basis says so, else until when is not said.
    `label` is the source's name for it (申請期間, 事前相談), `round` its number, `areas` the codes it is for where that
    is narrower than the programme's.
    `span` is the position of `raw` in the text that was read (start, end), None for values that came as fields.
    `inferred` names what the text left out and we concluded ("opens.year", "closes.year").
    """

    role: Role = Role.APPLY
    opens: Moment | None = None
    closes: Moment | None = None
    precision: Precision | None = None
    basis: Basis = Basis.FIXED
    ended_early: EndedEarly | None = None
    delivery: Delivery | None = None
    label: str = ""
    round: int | None = None
    areas: tuple[AreaCode, ...] = ()
    inferred: tuple[str, ...] = ()
    raw: str
    span: tuple[int, int] | None = None


class Amount(Model):
    """Money for one applicant, in yen. `rate` is a fraction as text ("2/3"), or "定額". None: not given."""

    max_yen: int | None = Field(default=None, gt=0)
    min_yen: int | None = Field(default=None, gt=0)
    rate: str | None = None
    raw: str


class Eligibility(Model):
    """Who can apply. `industries` are JSIC divisions (letters A to T); empty: no restriction was read."""

    industries: tuple[str, ...] = ()
    employees_max: int | None = Field(default=None, gt=0)
    capital_max_yen: int | None = Field(default=None, gt=0)
    raw: str


class Issuer(Model):
    name: str
    level: Level = Level.UNKNOWN


class SourceRef(Model):
    """Where a programme was read. `fetched_at` is an ISO instant."""

    name: str
    publisher: str
    url: str
    licence: str
    fetched_at: str


class Address(Model):
    """The same programme at another source. `fields` were taken from there, `windows` are what it says otherwise."""

    source: str
    id: str
    url: str
    fields: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()


class Attachment(Model):
    name: str
    url: str = ""


class Problem(Model):
    """Something that could not be read, or that contradicts itself: it goes to review. `code` is stable."""

    field: str
    code: str
    raw: str = ""


class Change(Model):
    """One changed field. `cause`: the source said something else, or we read it differently (a new rule of ours)."""

    at: str
    field: str
    was: Any = None
    now: Any = None
    cause: str = "source"


class NewsKind(StrEnum):
    EXTENDED = "extended"
    SHORTENED = "shortened"
    NEXT_CALL = "next_call"
    REOPENED = "reopened"
    VANISHED = "vanished"
    AMOUNT = "amount"


class News(Model):
    """What the source changed lately: a deadline (`was` and `now` are moments), an amount (yen), or it came back or
    was taken down before its end (`was` is the deadline it had, if any).
    """

    kind: NewsKind
    at: str
    was: str = ""
    now: str = ""


class RelationKind(StrEnum):
    ROUND = "round"
    TOP_UP = "top_up"
    EXCLUSIVE = "exclusive"


class Relation(Model):
    """Another programme this one stands in a relation to: round (系列), top_up (上乗せ), exclusive (併用不可).

    `id` is empty where the words (`raw`) name none that we list. `told_by` is the id of the programme whose text has
    the words (of a top-up: the one that adds); empty where the relation follows from names and days.
    """

    kind: RelationKind
    id: str = ""
    raw: str = ""
    told_by: str = ""


class LinkState(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNCERTAIN = "uncertain"


class Link(Model):
    """What the last look at an official page found. `told` is the reason (HTTP 404), `checked` an ISO instant."""

    programme: str = ""
    url: str
    state: LinkState
    told: str
    checked: str


class Verified(Model):
    at: str
    by: str


class Featured(Model):
    """Set by curation only."""

    rank: int
    note: str = ""
    collections: tuple[str, ...] = ()


class Programme(Model):
    """One programme, event, case or article, as we understand it. See each part for its units.

    `id` is the source's own number or a hash of source and raw URL; our own cleaning never changes it.
    `areas` is where a firm must be located; empty means that it could not be read, never "everywhere".
    `workforce` is how many people the firm of a case employs.
    """

    id: str
    kind: Kind
    title: str
    summary: str = ""
    body: str = ""
    url: str
    official_url: str = ""
    issuer: Issuer | None = None
    areas: tuple[AreaCode, ...] = ()
    areas_raw: str = ""
    event_areas: tuple[AreaCode, ...] = ()
    windows: tuple[Window, ...] = ()
    amount: Amount | None = None
    eligibility: Eligibility | None = None
    workforce: int | None = Field(default=None, gt=0)
    fields: tuple[str, ...] = ()
    gx: bool = False
    themes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    evidence: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    contact: str = ""
    facts: dict[str, str] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    published: str = ""
    source: SourceRef
    also_at: tuple[Address, ...] = ()
    relations: tuple[Relation, ...] = ()
    problems: tuple[Problem, ...] = ()
