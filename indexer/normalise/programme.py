"""From a source's words to what we say about it: `Notice` to `Programme`. Pure: the same input, the same output."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.items import Notice, Period
from indexer.normalise import amounts, areas, deadlines, firms, themes
from indexer.normalise.eligibility import read_eligibility
from indexer.normalise.text import fold, plain
from indexer.schema import (
    JST,
    Attachment,
    Basis,
    EndedEarly,
    Issuer,
    Kind,
    Level,
    Problem,
    Programme,
    Role,
    SourceRef,
    Window,
)

FAR_YEARS = 20
"""An end so many years ahead is a form's way to say that there is none (Jグランツ uses 2124-03-31)."""

_SAFE_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ROUND = re.compile(r"第\s*(\d{1,2})\s*(?:回|期|次)|(?<!\d)(\d{1,2})\s*次")
_OFFICIAL = re.compile(
    r"(?:参照\s*URL|公式(?:ページ|サイト|ホームページ)|詳細\s*URL)[^\n]{0,40}?\n?\s*(https?://[^\s<>」）)]+)"
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z")

# Entries of Jグランツ that are a step of an earlier grant, or a call for who runs a scheme: nothing to apply for.
# A bare 交付申請 is none, it is the first application of many schemes; nor is a call for 補助事業者, who are firms.
_PROCEDURE = re.compile(
    r"申請練習用|(?:撤回|中止|廃止|辞退|変更|取下げ?)届|仕入(?:れに係る消費税等|控除税額)|実績報告|概算払|状況報告|財産処分"
    r"|(?:執行団体|事務局|間接補助事業者を公募する法人)[)\s]?の?(?:公募|募集)"
    r"|精算払(?:い)?の?(?:請求|申請|手続)|(?:計画|事業者|内容)変更(?:の?承認)?(?:の?申請|の?手続)|変更承認申請"
    r"|(?:事業|助成|補助)(?:の)?完了後の?(?:各種)?の?(?:申請|手続|届|報告|提出)|事前着手の?(?:届|承認|申請)"
    r"|[2-9]年目の?(?:支給)?申請用|[(【[]事前着手[)】\]]|(?:[(【[]|_)交付申請(?:等|以降)(?=[)】\]]|$)"
)

_NOT_FOR_FIRMS = re.compile(
    r"事業者を(?:公募|募集)するものではありません|補助事業者を通じて[^。\n]{0,12}(?:企業|事業者)に[^。\n]{0,12}(?:交付|給付|支給)し"
)
_RESULT = re.compile(
    r"(?:採択|選考|審査)(?:の)?結果|採択(?:者|事業者|企業|事業)(?:一覧|の?(?:決定|公表|発表))|採択しました"
)

_SUMMARY = 160
_TELLING = frozenset({Kind.CASE, Kind.QA})
_REPORTING = frozenset({Kind.NEWS, themes.OTHER})


def programme_id(notice: Notice) -> str:
    """The source's own number behind the source's name, else a hash of source and raw URL.

    >>> programme_id(Notice(source="jgrants", key="a0W", url="https://x.test/", title=""))
    'jgrants-a0W'
    """
    if _SAFE_KEY.fullmatch(notice.key):
        return f"{notice.source}-{notice.key}"
    digest = hashlib.sha256(f"{notice.source}\n{notice.key or notice.url}".encode()).hexdigest()
    return f"{notice.source}-{digest[:20]}"


@cache
def rules() -> str:
    """The version of our reading: a hash over the normalisers and the vocabulary."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("*.py"), *(package.parent / "vocab").iterdir()]):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def normalise(notice: Notice, today: str, *, facts: Mapping[str, Any], fetched_at: str) -> Programme:
    """Reads a notice. `today` (ISO day) is when these words were first seen; `facts` are its source's.

    What could not be read is left out and named in `problems`.
    """
    title = plain(notice.title)
    summary = plain(notice.summary)
    body = plain(notice.body)
    published = _day(notice.published)
    told = {k: v for k, v in notice.facts.items() if not notice.fields or v != " / ".join(notice.fields)}
    text, about = (
        "\n".join(part for part in (summary, body, *(f"{k}：{plain(v)}" for k, v in facts.items())) if part)
        for facts in (notice.facts, told)
    )

    labels = themes.read(
        title=title,
        text=about,
        issuer=notice.issuer,
        kind=notice.kind or str(facts.get("kind", "")),
        fields=notice.fields,
        source=notice.source,
    )
    place = areas.read(
        title=title, body=text, issuer=notice.issuer, url=notice.official_url, areas=notice.areas, venue=notice.venue
    )
    # A case, an answer or the result of a call tells of dates and sums; nobody can apply for them.
    offered = "" if labels.kind in _TELLING or _RESULT.search(fold(title)) else text
    # The full stop keeps the words of the title from naming dates of the text.
    headed = f"{title}。\n{offered}" if offered else ""
    dates = deadlines.read(headed, published=published or _first_day(notice) or today, role=_role(labels.kind))
    windows, period_problems = _windows(notice, dates, today, place.codes)
    problems = [*dates.problems, *place.problems, *period_problems]
    if _PROCEDURE.search(fold(title)) or _NOT_FOR_FIRMS.search(fold(text)):
        problems.append(Problem(field="kind", code="procedure", raw=title))
    if labels.kind == themes.OTHER:
        problems.append(Problem(field="kind", code="nothing_offered", raw=title))
    problems += [Problem(field="source", code="missing", raw=each) for each in notice.missing]

    return Programme(
        id=programme_id(notice),
        kind=Kind.NEWS if labels.kind == themes.OTHER else Kind(labels.kind),
        title=title,
        summary=summary or _head(firms.story(body) if labels.kind == Kind.CASE else body),
        body=body,
        url=notice.url,
        official_url=notice.official_url or _official(body),
        issuer=Issuer(name=place.issuer, level=place.level)
        if place.issuer or place.level is not Level.UNKNOWN
        else None,
        areas=place.codes,
        areas_raw=place.raw,
        event_areas=place.event_codes,
        windows=windows,
        amount=amounts.merge(notice.amount, notice.rate, "" if labels.kind in _REPORTING else offered),
        eligibility=read_eligibility(
            offered,
            employees=notice.employees,
            industries=notice.industries or (firms.trade(text) if labels.kind == Kind.CASE else ()),
        ),
        workforce=firms.workforce(text) if labels.kind == Kind.CASE else None,
        fields=labels.fields,
        gx=labels.gx,
        themes=labels.themes,
        stages=labels.stages,
        levers=labels.levers,
        evidence=labels.evidence,
        contact=plain(notice.contact),
        facts={key: plain(value) for key, value in notice.facts.items()},
        attachments=tuple(Attachment(name=each.name, url=each.url) for each in notice.attachments),
        published=published,
        source=SourceRef(
            name=notice.source,
            publisher=str(facts["publisher"]),
            url=str(facts["url"]),
            licence=str(facts["licence"]),
            fetched_at=fetched_at,
        ),
        problems=tuple(dict.fromkeys(problems)),
    )


def _role(kind: str) -> Role | None:
    return Role.EVENT if kind == Kind.SEMINAR else None


def _day(published: str) -> str:
    """The Japanese day of a publication date; "" where there is none that can be read."""
    published = published.strip()
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = parse(published)
        except ValueError:
            continue
        return (at.astimezone(JST) if at.tzinfo else at).date().isoformat()
    read = deadlines.read(published).windows
    day = (read[0].closes or read[0].opens) if len(read) == 1 else None
    return day[:10] if day else ""


def _first_day(notice: Notice) -> str | None:
    """The day on which the source first lets people apply: as near to publication as its fields come."""
    days = [_day(each.opens) for each in notice.periods]
    return min((each for each in days if each), default=None)


def _head(body: str) -> str:
    flat = re.sub(r"\s+", " ", body).strip()
    return flat if len(flat) <= _SUMMARY else flat[: _SUMMARY - 1] + "…"


def _official(body: str) -> str:
    found = _OFFICIAL.search(body)
    return found[1] if found else ""


def _windows(
    notice: Notice, dates: deadlines.Reading, today: str, codes: Sequence[str]
) -> tuple[tuple[Window, ...], list[Problem]]:
    """Fields of the source say when; its text adds what fields cannot say (first come, money ran out, must arrive)."""
    if not notice.periods:
        return _ended(dates.windows, dates.ended), _title_against_text(plain(notice.title), dates.windows)
    windows, problems = [], []
    for period in notice.periods:
        window, unread = _window(period, today, codes)
        problems += unread
        if window and window not in windows:
            windows.append(_enriched(window, dates.windows))
    for period in notice.contradicting:
        other, _ = _window(period, today, codes)
        if other:
            problems.append(Problem(field="windows", code="conflicting_deadline", raw=other.raw))
    windows.sort(key=lambda each: (each.closes or "9999", each.opens or ""))
    closed = dates.closed
    if closed and all((each.closes or "9999")[:10] > (closed.at or "") for each in windows):
        return _ended(tuple(windows), closed), problems  # The field's end is not the one that the text says is past.
    return _ended(tuple(windows), dates.ended), problems


def _title_against_text(title: str, windows: Sequence[Window]) -> list[Problem]:
    """A deadline of the title (【申請受付期間：8/31～9/30】) that the text below contradicts."""
    closing = [each for each in windows if each.role is Role.APPLY and each.closes and each.span]
    above = [each for each in closing if each.span and each.span[1] <= len(title)]
    below = [each for each in closing if each not in above]
    return [
        Problem(field="windows", code="conflicting_deadline", raw=each.raw)
        for each in above
        if below and all(other.round in (None, each.round) and each.closes != other.closes for other in below)
    ]


def _window(period: Period, today: str, codes: Sequence[str]) -> tuple[Window | None, list[Problem]]:
    problems: list[Problem] = []
    ends: dict[str, str | None] = {}
    for name, value in (("opens", period.opens), ("closes", period.closes)):
        at = moment(value, today)
        if value.strip() and at is None:
            problems.append(Problem(field="windows", code="unread", raw=value))
        ends[name] = at
    opens, closes = ends["opens"], ends["closes"]
    if closes and int(closes[:4]) - int(today[:4]) >= FAR_YEARS:
        closes = None
    if opens is None and closes is None and not (period.opens.strip() or period.closes.strip()):
        return None, problems
    if opens and closes and opens > closes:
        problems.append(Problem(field="windows", code="ends_before_start", raw=f"{period.opens} 〜 {period.closes}"))
        opens = None
    places = areas.read(areas=(period.area,)).codes if period.area else ()
    number = _ROUND.search(fold(period.label))
    window = Window(
        role=Role.EVENT if period.event else Role.APPLY,
        opens=opens,
        closes=closes,
        precision=None if closes is None and opens is None else "minute" if "T" in (closes or opens or "") else "day",
        basis=Basis.FIXED if closes else Basis.UNSPECIFIED if ends["closes"] is None else Basis.ROLLING,
        label=period.label,
        round=int(number[1] or number[2]) if number else None,
        areas=places if set(places) != set(codes) else (),
        raw=" 〜 ".join(part for part in (period.opens, period.closes) if part),
    )
    return window, problems


def moment(value: str, today: str) -> str | None:
    """The one day, or minute, that a field names; None where it names none."""
    value = value.strip()
    if _INSTANT.fullmatch(value):
        return deadlines.instant_in_japan(value)
    if not value:
        return None
    read = deadlines.read(value, published=today).windows
    return (read[0].closes or read[0].opens) if len(read) == 1 else None


def _enriched(window: Window, said: Sequence[Window]) -> Window:
    """The window, with basis and delivery from the text where the text speaks of the same end."""
    for each in said:
        same = each.closes and window.closes and each.closes[:10] == window.closes[:10]
        alone = each.closes is None and each.opens is None and each.basis in (Basis.UNTIL_BUDGET, Basis.UNTIL_CAPACITY)
        if not (same or alone):
            continue
        if window.basis is Basis.FIXED and each.basis in (Basis.UNTIL_BUDGET, Basis.UNTIL_CAPACITY):
            window = window.model_copy(update={"basis": each.basis})
        if same and each.delivery and not window.delivery:
            window = window.model_copy(update={"delivery": each.delivery})
    return window


def _ended(windows: tuple[Window, ...], ended: EndedEarly | None) -> tuple[Window, ...]:
    if ended is None:
        return windows
    return tuple(
        each if each.role is Role.EVENT or each.ended_early else each.model_copy(update={"ended_early": ended})
        for each in windows
    ) or (Window(basis=Basis.UNSPECIFIED, ended_early=ended, raw=ended.raw),)
