"""What a source says, verbatim. Nothing here is interpreted: every value is a string as published."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link with its words; for an attachment the file's name."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Period:
    """One round, course or session that the source lists apart: its ends, its label and the place it is for.

    `event`: it is when something takes place, not when one applies.
    """

    opens: str = ""
    closes: str = ""
    label: str = ""
    area: str = ""
    event: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One listing as its source published it.

    `key` is the source's own number, "" where it has none. `url` is the page for people at this source,
    `official_url` the issuer's own page where the source names it. `summary` and `body` are text or HTML.
    `facts` holds label/value pairs as published (募集期間, 対象者 …). `kind`, `areas`, `fields` and `industries`
    are the source's own words. `contradicting` are periods that the source gives elsewhere and that are none of
    `periods`. `missing` says what could not be fetched ("detail: HTTP 500").
    """

    source: str
    url: str
    title: str
    key: str = ""
    official_url: str = ""
    kind: str = ""
    issuer: str = ""
    summary: str = ""
    body: str = ""
    published: str = ""
    areas: tuple[str, ...] = ()
    venue: str = ""
    periods: tuple[Period, ...] = ()
    contradicting: tuple[Period, ...] = ()
    amount: str = ""
    rate: str = ""
    employees: str = ""
    industries: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    contact: str = ""
    links: tuple[Link, ...] = ()
    attachments: tuple[Link, ...] = ()
    missing: tuple[str, ...] = ()
