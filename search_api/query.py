"""The one question: API parameters, links of the page, feeds and exports are all made from `Query`."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from indexer.schema import JST, Level
from indexer.vocab import labels, regions
from search_api.models import Hit

MAX_Q = 200
MAX_VALUES = 50
MAX_PER_PAGE = 100
MAX_PAGE = 100_000
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""The days that can be asked for."""

FACETS = (
    "kind", "theme", "stage", "lever", "field", "industry", "size", "issuer_level", "source", "area", "scope", "state",
    "closes_within", "posted_within", "gx", "featured",
)  # fmt: skip
"""What results are counted by."""


class Sort(StrEnum):
    RELEVANCE = "relevance"
    DEADLINE = "deadline"
    NEWEST = "newest"
    AMOUNT = "amount"
    UPDATED = "updated"


class Scope(StrEnum):
    """Whose programmes: the town's own, the prefecture's, the country's, or of places that could not be read."""

    MUNICIPALITY = "municipality"
    PREFECTURE = "prefecture"
    NATIONAL = "national"
    UNKNOWN = "unknown"


class StateChoice(StrEnum):
    OPEN = "open"
    CLOSING = "closing"
    UPCOMING = "upcoming"
    ROLLING = "rolling"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    ANY = "any"


_OPEN_TOO = ("closing", "rolling")


def overlap(one: str, other: str) -> bool:
    """Can something be in both states? What closes soon and what never closes is open.

    >>> overlap("open", "closing"), overlap("any", "closed"), overlap("closing", "rolling"), overlap("open", "closed")
    (True, True, False, False)
    """
    both = {one, other}
    return len(both) == 1 or "any" in both or ("open" in both and not both.isdisjoint(_OPEN_TOO))


def _filled(value: Any) -> Any:
    """Forms send empty fields: they are no choice. A single value is a list of one."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, Iterable):
        return tuple(dict.fromkeys(each for each in value if each != ""))
    return value


def _one_of(known: Iterable[str]) -> AfterValidator:
    names = list(known)

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value.removeprefix("-") not in names:
                raise ValueError(f"{value[:80]!r} is none of {', '.join(names)}")
        return tuple(map(str, values))

    return AfterValidator(check)


def _shown(known: Iterable[str]) -> WithJsonSchema:
    """The description of a facet's values: each, and each left out."""
    names = list(known)
    items = {"type": "string", "enum": [*names, *(f"-{each}" for each in names)]}
    return WithJsonSchema({"type": "array", "items": items, "maxItems": MAX_VALUES, "default": []})


def _of(facet: str) -> tuple[AfterValidator, WithJsonSchema]:
    return _one_of(labels.labels(facet)), _shown(labels.labels(facet))


def place(code: str) -> str:
    """The code of a place. ValueError where there is no such place."""
    if regions.find(code) is None:
        raise ValueError(f"{code[:80]!r} is no code of a prefecture (two digits) or municipality (five digits)")
    return code


def _areas(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        place(value.removeprefix("-"))
    return values


def _source(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if len(value) > 80 or not value.removeprefix("-").replace("_", "").isalnum():
            raise ValueError(f"{value[:80]!r} is no name of a source")
    return values


def _split(value: Any) -> Any:
    """title,closes is as good as title and closes apart."""
    values = [value] if isinstance(value, str) else value
    return (
        [name.strip() for each in values for name in str(each).split(",")] if isinstance(values, Iterable) else values
    )


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


_SHARE = re.compile(r"\d{1,9}(?:/\d{1,9}|\.\d{1,9})?|\.\d{1,9}")


def _flag(value: Any) -> Any:
    """What a facet's value says of being left out, as with any facet: -true is false."""
    return {"": None, "-true": False, "-false": True}.get(value, value) if isinstance(value, str) else value


def _rate(value: Any) -> Any:
    if value in ("", None):
        return None
    try:
        # Of any other number Fraction would write all digits out: 1e9999999 keeps it for minutes.
        rate = Fraction(str(value)) if _SHARE.fullmatch(str(value).strip()) else None
    except ZeroDivisionError:
        rate = None
    if rate is None:
        raise ValueError("a share such as 1/2 or 0.5 is needed")
    if not 0 < rate <= 1:
        raise ValueError("a share between 0 and 1 is needed")
    return str(rate)


def _aware(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=JST) if value and value.tzinfo is None else value


Choices = Annotated[tuple[str, ...], BeforeValidator(_filled), Field(max_length=MAX_VALUES)]
Days = Annotated[Annotated[int, Field(ge=-3650, le=3650)] | None, BeforeValidator(_none_if_empty)]
Count = Annotated[Annotated[int, Field(ge=0, le=10**7)] | None, BeforeValidator(_none_if_empty)]
Yen = Annotated[Annotated[int, Field(ge=0, le=10**15)] | None, BeforeValidator(_none_if_empty)]
Day = Annotated[Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None, BeforeValidator(_none_if_empty)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]


class Query(BaseModel):
    """What is asked for. Repeated values of a facet are OR; `-value` excludes it; empty values are no choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(max_length=MAX_Q, description="検索語。例：省エネ設備")] = ""
    literal: Annotated[Flag, Field(description="検索語の地名や締切の言葉を、条件にせず言葉のまま探す。例：true")] = None
    area: Annotated[
        Choices,
        AfterValidator(_areas),
        Field(
            description="場所。都道府県2桁または市区町村5桁のJISコード。全国は JP。-27 は大阪府のものを除く。例：40130"
        ),
    ] = ()
    scope: Annotated[
        Choices,
        _one_of(Scope),
        _shown(Scope),
        Field(description="実施範囲。市区町村・都道府県・全国・不明。例：municipality"),
    ] = ()
    kind: Annotated[Choices, *_of("kind"), Field(description="種類。例：subsidy、-news")] = ()
    theme: Annotated[Choices, *_of("theme"), Field(description="GXのテーマ。例：renewables")] = ()
    stage: Annotated[Choices, *_of("stage"), Field(description="GXの段階（知る・測る・減らす）。例：reduce")] = ()
    lever: Annotated[Choices, *_of("lever"), Field(description="省エネの6つの視点。例：kaeru")] = ()
    field: Annotated[Choices, *_of("field"), Field(description="分野。例：equipment")] = ()
    industry: Annotated[Choices, *_of("industry"), Field(description="業種（日本標準産業分類の大分類）。例：E")] = ()
    size: Annotated[Choices, *_of("size"), Field(description="事例の会社の従業員数。例：upto20")] = ()
    issuer_level: Annotated[
        Choices, _one_of(Level), _shown(Level), Field(description="実施機関の区分。例：prefecture")
    ] = ()
    source: Annotated[Choices, AfterValidator(_source), Field(description="情報源。例：jgrants")] = ()
    gx: Annotated[Flag, Field(description="GX（脱炭素）関連だけ。false か -true は、それを除く。例：true")] = None
    featured: Annotated[Flag, Field(description="注目の事例だけ。false か -true は、それを除く。例：true")] = None
    state: Annotated[
        Choices,
        _one_of(StateChoice),
        _shown(StateChoice),
        Field(description="募集状況。既定では、終了したものと、採択後の手続きだけのものを除く。any はすべて。例：open"),
    ] = ()
    closes_within: Annotated[
        Days, Field(description="募集中で、締切までこの日数以内。-14 は14日以内に締め切るものを除く。例：14")
    ] = None
    closes_from: Annotated[Day, Field(description="締切がこの日以降。例：2026-09-01")] = None
    closes_to: Annotated[Day, Field(description="締切がこの日まで。例：2026-09-30")] = None
    posted_within: Annotated[
        Days, Field(description="掲載からこの日数以内。-7 は7日以内に掲載されたものを除く。例：7")
    ] = None
    updated_since: Annotated[
        datetime | None,
        BeforeValidator(_none_if_empty),
        AfterValidator(_aware),
        Field(description="この日時以降に内容が変わったもの。例：2026-08-01T00:00:00+09:00"),
    ] = None
    amount_min: Annotated[Yen, Field(description="上限額がこの金額（円）以上。例：1000000")] = None
    rate_min: Annotated[str | None, BeforeValidator(_rate), Field(description="補助率がこれ以上。例：1/2")] = None
    plan: Annotated[
        str,
        Field(max_length=MAX_Q, description="これからすること・買うもの。例：屋根に太陽光パネルを載せたい"),
    ] = ""
    unfit: Annotated[
        Flag,
        Field(description="会社の条件（業種・従業員数・資本金）に合わないものも、合わない理由とともに載せる。例：true"),
    ] = None
    employees: Annotated[Count, Field(description="従業員数。例：8")] = None
    capital: Annotated[Yen, Field(description="資本金（円）。例：5000000")] = None
    fields: Annotated[
        Choices,
        BeforeValidator(_split),
        _one_of(Hit.model_fields),
        Field(description="結果に載せる項目（既定ではすべて）。例：id,title,closes"),
    ] = ()
    facets: Annotated[
        Choices,
        BeforeValidator(_split),
        _one_of((*FACETS, "none")),
        Field(description="件数を数えるファセット（既定ではすべて、none は数えない）。例：kind,area"),
    ] = ()
    explain: Annotated[Flag, Field(description="結果ごとに、その順位の理由を載せる。例：true")] = None
    highlight: Annotated[
        Flag, Field(description="結果ごとに、検索語が見つかった箇所を載せる（応答は遅くなります）。例：true")
    ] = None
    sort: Annotated[Sort, Field(description="並び順。例：deadline")] = Sort.RELEVANCE
    page: Annotated[int, Field(ge=1, le=MAX_PAGE, description="何ページめか。例：2")] = 1
    per_page: Annotated[int, Field(ge=1, le=MAX_PER_PAGE, description="1ページの件数。例：50")] = 20

    @classmethod
    def lenient(cls, items: Iterable[tuple[str, str]]) -> tuple[Self, list[str]]:
        """For pages: what cannot be understood is dropped and named, never a dead end."""
        values = grouped(items)
        dropped: list[str] = []
        while True:
            try:
                return cls.model_validate(values), dropped
            except ValidationError as error:
                bad = {str(each["loc"][0]) for each in error.errors()}
                dropped += sorted(bad)
                values = {key: value for key, value in values.items() if key not in bad}

    def wanted(self, facet: str) -> tuple[str, ...]:
        """The values of a facet that are asked for."""
        return tuple(each for each in getattr(self, facet) if not each.startswith("-"))

    def unwanted(self, facet: str) -> tuple[str, ...]:
        """The values of a facet that are left out."""
        return tuple(each[1:] for each in getattr(self, facet) if each.startswith("-"))

    def items(self) -> list[tuple[str, str]]:
        """The parameters that differ from the defaults, in the order of the fields."""
        found: list[tuple[str, str]] = []
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            if value == info.default:
                continue
            for each in value if isinstance(value, tuple) else (value,):
                found.append((name, _text(each)))
        return found

    def understood(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON values."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def url(self, path: str = "", **changes: Any) -> str:
        """A link to this question with some fields changed. Any change but of the page leads to the first page.

        >>> at = Query(kind=("loan",), page=3)
        >>> at.url("/search"), at.url("/search", page=4), at.url("/search", kind=())
        ('/search?kind=loan&page=3', '/search?kind=loan&page=4', '/search')
        """
        # What is not changed need not be checked again.
        changed = self.with_(**changes) if changes else self
        query = urlencode(changed.items())
        return f"{path}?{query}" if query else path or "?"

    def with_(self, **changes: Any) -> Self:
        if changes and "page" not in changes:
            changes["page"] = 1
        return type(self).model_validate(self.model_dump() | changes)


def grouped(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Query parameters as a mapping; a facet's values as a list, of anything else the last one counts."""
    many = {name for name, info in Query.model_fields.items() if isinstance(info.default, tuple)}
    values: dict[str, Any] = {}
    for key, value in items:
        if key in many:
            values.setdefault(key, []).append(value)
        else:
            values[key] = value
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
