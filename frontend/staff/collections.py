"""Collections of featured cases: prepare, order, preview, publish now or at a time, take down."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from frontend.staff.access import MOST, Note, Number, Signed, Staff, Writing, staff_page
from frontend.staff.finding import find, named
from frontend.staff.programme import shown as shown_programme
from indexer.curate import Refused
from indexer.featuring import Content, Entry, Stage, content, in_force, shows, stage
from indexer.schema import JST
from indexer.store import Collection, Edition, stamp
from search_api.collections import filled
from search_api.errors import NotFound
from search_api.models import Hit

router = APIRouter()
Ids = Annotated[list[Annotated[int, Field(ge=0, le=MOST)]], Form(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A collection as its form was sent. `action` and `on` are the button: `up` and the id of the entry, say."""

    content: Content
    seen: int
    action: str
    on: str = ""
    q: str = ""
    when: str = "now"
    since: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A collection with how far it is. `edition` is the one that counts now, `coming` those that are to show later."""

    collection: Collection
    content: Content
    stage: Stage
    edition: Edition | None
    coming: list[Edition] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Is the draft another than what shows, or is to show next?"""
        latest = self.coming[-1] if self.coming else self.edition
        return latest is not None and Content.model_validate(latest.content) != self.content


def shelves(who: Staff) -> list[Shelf]:
    """Every collection, in the order in which they show."""
    now, editions = who.own.now(), who.store.editions()
    current = in_force(editions, now)
    found = []
    for each in who.store.collections():
        own = [edition for edition in editions if edition.collection == each.id]
        at = current.get(each.id)
        found.append(
            Shelf(
                collection=each,
                content=Content.model_validate(each.draft),
                stage=stage(own, now),
                edition=at if shows(at, now) else None,
                coming=[edition for edition in own if edition.shows_from > stamp(now)],
            )
        )
    return found


def _shelf(who: Staff, id: int) -> Shelf:
    found = next((each for each in shelves(who) if each.collection.id == id), None)
    if found is None:
        raise NotFound(str(id))
    return found


@router.get("/collections")
async def collections(request: Request, who: Signed) -> Response:
    """staff/collections.html: shelves."""
    return staff_page(request, who, "collections.html", shelves=await run_in_threadpool(shelves, who))


@router.post("/collections")
async def make(who: Writing) -> Response:
    id = await run_in_threadpool(_make, who, Content())
    return RedirectResponse(f"/staff/collections/{id}", 303)


def _make(who: Staff, new: Content) -> int:
    with who.store.transaction() as writer:
        id = writer.add_collection(new.model_dump(), who.at, who.user.name)
        who.note(writer, "make collection", f"collection {id}", now=new.model_dump())
    return id


@router.post("/collections/order")
async def order(
    who: Writing,
    id: Annotated[list[Annotated[int, Field(ge=0, le=MOST)]], Form(max_length=200)],
    do: Annotated[str, Form(max_length=140)],
    seen: Annotated[str, Form(max_length=3000)] = "",
) -> Response:
    """The order in which the ids come, with one of them a place up or down. `seen`: the order that the page showed."""

    def go() -> str:
        ids = _moved(list(dict.fromkeys(id)), do)
        with who.store.transaction() as writer:
            known = [each.id for each in who.store.collections()]
            if set(ids) != set(known) or (seen and seen != " ".join(map(str, known))):
                return "order-overtaken"
            if ids != known:
                writer.order_collections(ids)
                who.note(writer, "order collections", "collections", was=known, now=ids)
        if ids != known:
            who.republish()
        return "ordered"

    done = await run_in_threadpool(go)
    return RedirectResponse(f"/staff/collections?{urlencode({'done': done, 'moved': do})}", 303)


def _moved(ids: list[int], do: str) -> list[int]:
    action, _, which = do.partition(":")
    step = {"up": -1, "down": 1}.get(action, 0)
    if step and which.isdecimal() and int(which) in ids:
        at = ids.index(int(which))
        if 0 <= at + step < len(ids):
            ids[at], ids[at + step] = ids[at + step], ids[at]
    return ids


@router.get("/collections/{id}")
async def collection(request: Request, id: Number, who: Signed, q: str = "") -> Response:
    """staff/collection.html: shelf, content (as it is edited), seen, records (by id), q, found, problem, theirs."""
    shelf = await run_in_threadpool(_shelf, who, id)
    return await _edited(request, who, shelf, shelf.content, q=q)


async def _edited(
    request: Request, who: Staff, shelf: Shelf, edited: Content, *, q: str = "", status: int = 200, **more: Any
) -> Response:
    found: tuple[Hit, ...] = await find(who.own, q) if q else ()
    chosen = {each.programme for each in edited.entries}
    records = {each: record for each in chosen if (record := await run_in_threadpool(who.store.get, each))}
    return staff_page(
        request,
        who,
        "collection.html",
        status=status,
        **{
            "shelf": shelf,
            "content": edited,
            "seen": shelf.collection.version,
            "records": records,
            "q": q,
            "found": found,
            "problem": "",
            "theirs": None,
            "since": "",
            "until": shelf.edition.shows_until[:16] if shelf.edition else "",
        }
        | more,
    )


@router.post("/collections/{id}")
async def edit(
    request: Request,
    id: Number,
    who: Writing,
    seen: Annotated[int, Form(ge=0, le=MOST)],
    do: Annotated[str, Form(max_length=140)] = "save",
    title: Annotated[str, Form(max_length=1000)] = "",
    intro: Note = "",
    programme: Annotated[list[str] | None, Form(max_length=200)] = None,
    note: Annotated[list[str] | None, Form(max_length=200)] = None,
    q: Annotated[str, Form(max_length=200)] = "",
    sought: Annotated[str, Form(max_length=200)] = "",
    when: Annotated[str, Form(max_length=10)] = "now",
    since: Annotated[str, Form(max_length=30)] = "",
    until: Annotated[str, Form(max_length=30)] = "",
) -> Response:
    """Every button keeps what the form holds, and then does its own."""
    shelf = await run_in_threadpool(_shelf, who, id)
    action, _, on = do.partition(":")
    if action == "enter":
        # The key was pressed in the field of words, or in any other one.
        action = "find" if q != sought else "save"
    entries = [{"programme": one, "note": text} for one, text in zip(programme or (), note or (), strict=False)]
    values = {"title": title, "intro": intro, "entries": entries}
    try:
        draft = Draft(
            content=await run_in_threadpool(_acted, who, content(values), action, on),
            seen=seen,
            action=action,
            on=on,
            q=q,
            when=when,
            since=since,
            until=until,
        )
    except Refused as problem:
        as_entries = tuple(Entry.model_construct(programme=each["programme"], note=each["note"]) for each in entries)
        as_sent = Content.model_construct(title=title, intro=intro, entries=as_entries)
        return await _edited(request, who, shelf, as_sent, problem=str(problem), seen=seen, q=q, status=422)
    if not await run_in_threadpool(_save, who, shelf, draft):
        # Somebody else was first: theirs is shown beside, and only a second, deliberate press writes over it.
        theirs = await run_in_threadpool(_shelf, who, id)
        return await _edited(request, who, theirs, draft.content, q=q, theirs=theirs, status=409)
    try:
        return await _then(who, id, draft)
    except Refused as problem:
        shelf = await run_in_threadpool(_shelf, who, id)
        again = {"problem": str(problem), "since": since, "until": until, "when": when}
        return await _edited(request, who, shelf, shelf.content, status=422, **again)


def _acted(who: Staff, sent: Content, action: str, on: str) -> Content:
    """The content after its button: an entry moved, added or taken out."""
    entries = list(sent.entries)
    at = next((i for i, each in enumerate(entries) if each.programme == on), None)
    if action == "add":
        id = named(who.store, on)
        if not id:
            raise Refused("その支援は見つかりません。")
        if at is None:
            entries.append(Entry(programme=id))
    elif at is not None and action == "remove":
        entries.pop(at)
    elif at is not None and action in ("up", "down"):
        to = max(0, min(len(entries) - 1, at + (1 if action == "down" else -1)))
        entries.insert(to, entries.pop(at))
    return content(sent.model_dump() | {"entries": [each.model_dump() for each in entries]})


def _save(who: Staff, shelf: Shelf, draft: Draft) -> bool:
    if draft.content == shelf.content and draft.seen == shelf.collection.version:
        return True
    target, now = f"collection {shelf.collection.id}", draft.content.model_dump(mode="json")
    with who.store.transaction() as writer:
        if not writer.redraft(shelf.collection.id, draft.seen, now, who.at, who.user.name):
            return False
        who.note(writer, "edit collection", target, was=shelf.content.model_dump(mode="json"), now=now)
    return True


async def _then(who: Staff, id: int, draft: Draft) -> Response:
    """What the button does once the draft is kept. Refused where that cannot be."""
    address = f"/staff/collections/{id}"
    match draft.action:
        case "find":
            return RedirectResponse(f"{address}?{urlencode({'q': draft.q})}#add", 303)
        case "preview":
            return RedirectResponse(f"{address}/preview", 303)
        case "up" | "down":
            # No fragment: a browser that is sent to one leaves the button that was pressed without the focus.
            return RedirectResponse(f"{address}?moved={quote(draft.on)}&to={draft.action}", 303)
        case "moved":
            return RedirectResponse(f"{address}?done=ordered#entry-{quote(draft.on)}", 303)
        case "publish":
            await run_in_threadpool(_publish, who, id, draft)
            return RedirectResponse(f"{address}?done={'scheduled' if draft.since else 'published'}", 303)
        case "down-all":
            await run_in_threadpool(_take_down, who, id)
            return RedirectResponse(f"{address}?done=taken-down", 303)
        case "drop":
            await run_in_threadpool(_drop, who, id)
            return RedirectResponse("/staff/collections?done=dropped", 303)
        case "add":
            # What else was found stays: the next one is often among it.
            return RedirectResponse(f"{address}?{urlencode({'done': 'add', 'q': draft.q})}#add", 303)
        case "remove":
            return RedirectResponse(f"{address}?done=remove#entries", 303)
    return RedirectResponse(f"{address}?done=saved", 303)


def _publish(who: Staff, id: int, draft: Draft) -> None:
    now, later = who.own.now(), draft.when == "at"
    if later and not draft.since:
        raise Refused("公開する日時を入れてください。すぐに出すときは「今すぐ」を選んでください。")
    if draft.since and not later:
        raise Refused("公開する日時が入っています。「日時を決める」を選ぶか、すぐに出すときは日時を消してください。")
    since = _moment(draft.since, "公開する日時") if later else now
    until = _moment(draft.until, "終える日時") if draft.until else None
    if not draft.content.title:
        raise Refused("題名を入れてください。")
    if not filled(who.own, id, draft.content).programmes:
        raise Refused("公開できる支援や事例が一つもありません。")
    if later and since <= now:
        raise Refused("公開する日時が過ぎています。すぐに出すときは「今すぐ」を選んでください。")
    if until and until <= since:
        raise Refused("終える日時は、公開する日時より後にしてください。")
    edition = Edition(
        id=0,
        collection=id,
        content=draft.content.model_dump(mode="json"),
        shows_from=stamp(since),
        shows_until=stamp(until) if until else "",
        at=who.at,
        by=who.user.name,
    )
    with who.store.transaction() as writer:
        # What was to come is replaced; what shows stays until the new one begins.
        writer.withdraw(id, later_than=stamp(now) if later else "")
        writer.add_edition(edition)
        period = {"from": edition.shows_from, "until": edition.shows_until}
        who.note(writer, "publish collection", f"collection {id}", now=edition.content | period)
    who.republish()


def _moment(text: str, name: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JST)
    except ValueError:
        raise Refused(f"{name}を読み取れません。") from None


def _take_down(who: Staff, id: int) -> None:
    with who.store.transaction() as writer:
        shelf = _shelf(who, id)
        writer.withdraw(id)
        was = shelf.edition.content if shelf.edition else None
        who.note(writer, "take down collection", f"collection {id}", was=was)
    who.republish()


def _drop(who: Staff, id: int) -> None:
    with who.store.transaction() as writer:
        shelf = _shelf(who, id)
        if shelf.edition or shelf.coming:
            raise Refused("公開中か、公開を予約している特集は消せません。先に取り下げてください。")
        writer.drop_collection(id)
        who.note(writer, "drop collection", f"collection {id}", was=shelf.content.model_dump(mode="json"))


@router.get("/collections/{id}/preview")
async def preview(request: Request, id: Number, who: Signed) -> Response:
    """staff/preview.html: shelf, collection (as the public would see the draft), gone (entries that nobody would)."""

    def ready() -> dict[str, Any]:
        shelf = _shelf(who, id)
        shown = filled(who.own, id, shelf.content)
        known = {each.programme.id for each in shown.programmes}
        gone = [
            each for each in shelf.content.entries if not known & {each.programme, *who.store.group(each.programme)}
        ]
        return {"shelf": shelf, "collection": shown, "gone": gone}

    return staff_page(request, who, "preview.html", **await run_in_threadpool(ready))


@router.post("/programmes/{id}/feature")
async def feature(
    request: Request,
    id: str,
    who: Writing,
    collection: Annotated[int, Form(ge=0, le=MOST)] = 0,
    note: Note = "",
) -> Response:
    """Puts the programme into a collection's draft, a new one where 0 is named."""
    try:
        to = await run_in_threadpool(_feature, who, id, collection, note)
    except Refused as problem:
        return await shown_programme(request, who, id, status=422, problem=str(problem))
    return RedirectResponse(f"/staff/collections/{to}?done=add#entry-{quote(id)}", 303)


def _feature(who: Staff, id: str, collection: int, note: str) -> int:
    if not who.store.get(id):
        raise NotFound(id)
    if not collection:
        return _make(who, content({"entries": [{"programme": id, "note": note}]}))
    saved = False
    while not saved:
        # Somebody else may be at work on it: it is put into what they left. What is in it keeps its place, and its
        # note where no other one is given.
        shelf = _shelf(who, collection)
        notes = {each.programme: each.note for each in shelf.content.entries}
        notes[id] = note.strip() or notes.get(id, "")
        entries = [{"programme": one, "note": text} for one, text in notes.items()]
        added = content(shelf.content.model_dump() | {"entries": entries})
        saved = _save(who, shelf, Draft(content=added, seen=shelf.collection.version, action="add"))
    return collection
