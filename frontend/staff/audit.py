"""Who did what, when, before and after. Entries are only ever read here."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from frontend.staff.access import MOST, Signed, Staff, staff_page
from frontend.staff.finding import named
from frontend.staff.telling import told
from frontend.staff.words import ACTIONS, FIELDS, PARTS, PEOPLE, ROLES, action_told
from indexer.store import Entry
from search_api.exports import BYTE_ORDER_MARK, harmless

router = APIRouter()
PER_PAGE = 100
AT_ONCE = 1000
COLUMNS = ("番号", "日時", "人", "操作", "操作（内部の名前）", "対象", "前", "後", "理由")
VALUED = ("correct", "undo")
"""What these did is a value of a field, before and after."""


@dataclass(frozen=True)
class Sought:
    """What to list: words (or the address of a programme's page), who, what kind of action, from and to which day.

    "" for any.
    """

    q: str = ""
    by: str = ""
    verb: str = ""
    since: str = ""
    until: str = ""

    def entries(self, who: Staff, limit: int, before: int | None) -> list[Entry]:
        last = _day(self.until)
        return who.store.audit(
            named(who.store, self.q) or self.q,
            limit,
            before,
            by=self.by,
            verb=self.verb,
            since=day.isoformat() if (day := _day(self.since)) else "",
            until=(last + timedelta(days=1)).isoformat() if last and last < date.max else "",
        )

    def url(self, path: str = "/staff/audit", **more: Any) -> str:
        values = {name: value for name, value in (asdict(self) | more).items() if value}
        return f"{path}?{urlencode(values)}" if values else path


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def sought(q: str = "", by: str = "", verb: str = "", since: str = "", until: str = "") -> Sought:
    return Sought(q[:100], by[:100], verb[:40], since[:10], until[:10])


Seeking = Annotated[Sought, Depends(sought)]


def value_of(entry: Entry, value: Any, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """Before or after, in plain words as far as there are any; programmes by their `titles`, or else by their ids.

    >>> value_of(Entry(at="", by="", action="correct amount", target=""), {"max_yen": 500000, "rate": "", "raw": ""})
    '上限 50万円'
    >>> value_of(Entry(at="", by="", action="user", target=""), {"role": "admin"})
    '役割：管理者'
    """
    if value is None:
        return ""
    verb, _, field = entry.action.partition(" ")
    if verb in VALUED and (field in FIELDS or field.startswith("same:")):
        return told(field, value)
    if isinstance(value, Mapping):
        parts = ((name, each) for name, each in value.items() if each not in ("", None, [], {}))
        return "\n".join(
            f"{PARTS.get(name, name)}：{_plain(ROLES.get(each, each) if name == 'role' else each, titles)}"
            for name, each in parts
        )
    return _plain(value, titles)


def _plain(value: Any, titles: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    if featured := _featured(value):
        notes = ((titles.get(each["programme"], each["programme"]), each.get("note")) for each in featured)
        return "".join(f"\n・{title}" + (f"（{note}）" if note else "") for title, note in notes)
    return orjson.dumps(value).decode()


def _featured(value: Any) -> list[dict[str, str]]:
    """The entries of a collection, where this is what they are."""
    entries = value if isinstance(value, list) else []
    return [each for each in entries if isinstance(each, dict) and "programme" in each]


def _titles(who: Staff, entries: Sequence[Entry]) -> dict[str, str]:
    """What the targets and the featured programmes of these entries are called, as far as they are still there."""
    values = [each for entry in entries for each in (entry.was, entry.now) if isinstance(each, Mapping)]
    ids = {each["programme"] for value in values for each in _featured(value.get("entries"))}
    ids |= {each.target for each in entries if link_of(each).startswith("/staff/programmes/")}
    found = {id: record.programme.title for id in ids if (record := who.store.get(id))}
    drafts = ((each.id, each.draft.get("title")) for each in who.store.collections())
    found |= {f"collection {id}": f"「{title}」" for id, title in drafts if title}
    facts = who.store.sources()
    return found | {name: str(each.get("title") or name) for name, each in facts.items()}


def link_of(entry: Entry) -> str:
    """The page of what was done something to, "" where there is none."""
    kind, _, number = entry.target.partition(" ")
    if kind == "collection" and number.isdecimal():
        return f"/staff/collections/{number}"
    if entry.action in ("pause", "resume", "ask", "accept", "withdraw"):
        return f"/staff/sources/{quote(entry.target)}"
    verb = entry.action.partition(" ")[0]
    if verb in (*VALUED, "seen", "unseen", "join", "split") or entry.action.endswith(" own"):
        return f"/staff/programmes/{quote(entry.target)}"
    return ""


@router.get("/audit")
async def audit(
    request: Request, who: Signed, wanted: Seeking, before: Annotated[int | None, Query(ge=0, le=MOST)] = None
) -> Response:
    """staff/audit.html: entries, wanted, verbs, people, titles, value_of, link_of, more (the address of older ones)."""

    def ready() -> dict[str, Any]:
        entries = wanted.entries(who, PER_PAGE, before)
        more = wanted.url(before=entries[-1].id) if len(entries) == PER_PAGE else ""
        titles = _titles(who, entries)
        return {"entries": entries, "people": who.store.audited(), "more": more, "titles": titles}

    shown = await run_in_threadpool(ready)
    return staff_page(
        request, who, "audit.html", wanted=wanted, verbs=ACTIONS, value_of=value_of, link_of=link_of, **shown
    )


def _all(who: Staff, wanted: Sought) -> Iterator[Entry]:
    before: int | None = None
    while found := wanted.entries(who, AT_ONCE, before):
        yield from found
        before = found[-1].id


@router.get("/audit.csv")
async def as_csv(who: Signed, wanted: Seeking) -> Response:
    def lines() -> Iterator[bytes]:
        yield BYTE_ORDER_MARK + _line(COLUMNS)
        for each in _all(who, wanted):
            was, now = value_of(each, each.was), value_of(each, each.now)
            by, did = PEOPLE.get(each.by, each.by), action_told(each.action)
            told = (each.at, by, did, each.action, each.target, was, now, each.note)
            yield _line((each.id or 0, *told))

    return _file(lines(), "text/csv; charset=utf-8", "csv")


def _line(cells: tuple[str | int, ...]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(harmless(each) for each in cells)
    return buffer.getvalue().encode()


@router.get("/audit.jsonl")
async def as_json_lines(who: Signed, wanted: Seeking) -> Response:
    return _file((orjson.dumps(asdict(each)) + b"\n" for each in _all(who, wanted)), "application/jsonl", "jsonl")


def _file(content: Iterator[bytes], kind: str, suffix: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="audit.{suffix}"', "Cache-Control": "no-store"}
    return StreamingResponse(content, media_type=kind, headers=headers)
