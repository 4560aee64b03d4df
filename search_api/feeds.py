"""Any search as a feed: Atom (RFC 4287) of programmes, iCalendar (RFC 5545) of their deadlines and dates."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event
from lxml import etree

from indexer.changes import FRESH
from indexer.schema import NewsKind, Precision, Role, Window, instant
from search_api.models import NEWS, Hit
from search_api.query import Query, Sort, StateChoice
from search_api.search.hits import Values
from search_api.services import Services

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100
MOST_EVENTS = 1000
ALARM_DAYS = (7, 1)
VAGUE = frozenset({Precision.PART, Precision.MONTH, Precision.FISCAL_YEAR})
"""An event "in October" has no day that a calendar could show."""
PRODUCT = "-//shien//shien//JA"


def atom(query: Query, hits: Iterable[Hit], base: str, now: datetime) -> bytes:
    """What is new and what changed in a search. Ids are stable; `updated` is when the source last changed something."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    hits = list(hits)
    link = f"{base}/search" + (f"?{urlencode(query.items())}" if query.items() else "")
    _text(root, "title", "支援さがし" + (f"：{query.q}" if query.q else ""))
    _text(root, "id", link)
    _text(root, "updated", max((each.changed for each in hits), default=now.isoformat(timespec="seconds")))
    etree.SubElement(root, f"{{{ATOM}}}link", href=link, rel="alternate", type="text/html")
    own = f"{base}/feeds/programmes.atom" + (f"?{urlencode(query.items())}" if query.items() else "")
    etree.SubElement(root, f"{{{ATOM}}}link", href=own, rel="self", type="application/atom+xml")
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _text(author, "name", "支援さがし")
    for each in hits:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, "title", (f"【{NEWS[each.news.kind]}】" if each.news else "") + each.title)
        _text(entry, "id", f"{base}/programmes/{each.id}")
        _text(entry, "updated", each.changed)
        _text(entry, "published", each.first_seen)
        etree.SubElement(entry, f"{{{ATOM}}}link", href=f"{base}/programmes/{each.id}", rel="alternate")
        etree.SubElement(entry, f"{{{ATOM}}}category", term=each.kind.value, label=each.kind_label)
        until = f"締切 {each.closes[:10]}。" if each.closes else ""
        _text(entry, "summary", f"{each.area_label or '地域不明'}。{until}{each.summary}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _text(parent: Any, name: str, text: str) -> None:
    # Characters that XML cannot carry would break the whole feed.
    clean = "".join(char for char in text if char in "\t\n" or (ord(char) >= 0x20 and char not in "\ufffe\uffff"))
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = clean


def calendar(hits: Iterable[Hit], base: str, now: datetime) -> bytes:
    """Deadlines still ahead, and dates of events, with alarms 7 and 1 days before each deadline.

    The UID of a deadline stays when it is moved, so that calendars move it instead of showing two.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", "支援さがし")
    made.add("x-wr-timezone", "Asia/Tokyo")
    for each in hits:
        for event in _events(each, base, now):
            made.add_component(event)
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _events(hit: Hit, base: str, now: datetime) -> Iterator[Event]:
    counts: dict[Role, int] = {}
    names: set[str] = set()
    for window in hit.windows:
        counts[window.role] = counts.get(window.role, 0) + 1
        name = f"{window.role.value}-{window.round or counts[window.role]}"
        # A round with two deadlines, or one that is numbered beside one that is not.
        name = f"{name}-{counts[window.role]}" if name in names else name
        names.add(name)
        end = window.closes or (window.opens if window.role is Role.EVENT else None)
        if end is None or window.ended_early or not hit.listed or instant(end, end=True) <= now:
            continue
        if window.role is Role.EVENT and window.precision in VAGUE:
            continue
        event = Event()
        event.add("uid", f"{hit.id}-{name}@shien")
        event.add("dtstamp", datetime.fromisoformat(hit.changed) if hit.changed else now)
        event.add("url", f"{base}/programmes/{hit.id}")
        event.add("description", f"{hit.area_label}\n{window.raw}\n{base}/programmes/{hit.id}")
        _when(event, window)
        event.add("summary", hit.title if window.role is Role.EVENT else f"【締切】{hit.title}")
        if window.role is Role.APPLY:
            for days in ALARM_DAYS:
                alarm = Alarm()
                alarm.add("action", "DISPLAY")
                alarm.add("description", f"あと{days}日：{hit.title}")
                alarm.add("trigger", timedelta(days=-days))
                event.add_component(alarm)
        yield event


def _when(event: Event, window: Window) -> None:
    start = window.opens if window.role is Role.EVENT and window.opens else window.closes or window.opens
    finish = window.closes or window.opens
    assert start is not None and finish is not None
    if "T" in start:
        event.add("dtstart", _local(start))
        # An end must be later than its start (RFC 5545, 3.8.2.2); without one it is an instant.
        if "T" in finish and finish > start:
            event.add("dtend", _local(finish))
    else:
        event.add("dtstart", date.fromisoformat(start))
        event.add("dtend", date.fromisoformat(finish[:10]) + timedelta(days=1))


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Tokyo"))


async def latest(own: Services, query: Query) -> list[Hit]:
    """What its sources added or changed last, and what they took down in the last 30 days before its end.

    What a search holds because we only began to read its source, or read it better, is nothing that happened.
    """
    wanted = query.with_(sort=Sort.UPDATED if query.sort is Sort.RELEVANCE else query.sort)
    found = [each for each in await first(own.hits(wanted), MOST_ENTRIES) if each.changed]
    if not query.state:
        since = own.now() - FRESH
        gone = wanted.with_(state=(StateChoice.ANY,), updated_since=max(since, query.updated_since or since))
        taken_down = await first(own.hits(gone, listed=False), MOST_ENTRIES)
        found += [each for each in taken_down if each.news and each.news.kind is NewsKind.VANISHED]
    return sorted(found, key=lambda each: each.changed, reverse=True) if wanted.sort is Sort.UPDATED else found


async def first(hits: AsyncIterator[Values], most: int) -> list[Hit]:
    """At most so many of a stream of results."""
    found: list[Hit] = []
    async for each in hits:
        found.append(Hit.model_validate(each))
        if len(found) >= most:
            break
    return found
