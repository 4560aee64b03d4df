"""Pages for staff: curate featured cases, correct the machine, see what broke. Nothing here is reachable signed out."""

import hmac
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from frontend.rendering import page, same_origin
from indexer import accounts
from indexer.curate import CORRECTABLE, SAME, Curated, Refused, apply, by_programme, checked, value_of, whole
from indexer.duplicates import DIFFERS
from indexer.store import Decision, Entry, Record, Session, Store, User, stamp
from indexer.vocab import labels
from search_api.errors import NotFound
from search_api.services import Services, services

router = APIRouter(prefix="/staff", include_in_schema=False)
COOKIE = "shien_staff"
LONGEST_NOTE = 2000
LONGEST_VALUE = 20_000

FIELDS = {
    "title": "名称",
    "kind": "種類",
    "windows": "期間",
    "areas": "地域（コード）",
    "event_areas": "会場の地域（コード）",
    "amount": "金額",
    "eligibility": "対象者",
    "issuer": "実施機関",
    "official_url": "公式ページ",
    "gx": "GX",
    "themes": "テーマ",
    "stages": "段階",
    "levers": "省エネの視点",
    "fields": "分野",
    "hidden": "非公開",
    "featured": "注目",
}
DEAD_LINK = "dead_link"
PROBLEMS = {
    "weekday_conflict": "曜日が日付と合わない",
    "impossible_date": "存在しない日付",
    "no_year": "年が書かれていない",
    "unread": "読み取れない期間",
    "ends_before_start": "終わりが始まりより前",
    "conflicting_deadline": "締切の記載が食い違う",
    "unknown_place": "地域を読み取れない",
    "ambiguous_place": "地域が一つに決まらない",
    "conflicting_place": "地域の記載が食い違う",
    "missing": "詳細を取得できなかった",
    "procedure": "手続きの案内らしい",
    "nothing_offered": "支援ではないらしい",
    DIFFERS: "情報源によって締切が違う",
    DEAD_LINK: "公式ページが見つからない",
}


@dataclass(frozen=True)
class Staff:
    """Who is signed in, on what services."""

    user: User
    session: Session
    own: Services

    @property
    def store(self) -> Store:
        return self.own.store

    @property
    def at(self) -> str:
        return stamp(self.own.now())


class SignedOut(Exception):
    """Leads to the sign-in page."""


def staff(request: Request) -> Staff:
    own = services(request)
    found = accounts.whose(own.store, request.cookies.get(COOKIE, ""), own.now())
    if found is None:
        raise SignedOut
    return Staff(*found, own)


def admin(who: Annotated[Staff, Depends(staff)]) -> Staff:
    if who.user.role != "admin":
        raise HTTPException(403, "この操作は管理者だけができます。")
    return who


async def guarded(request: Request, who: Annotated[Staff, Depends(staff)]) -> Staff:
    """For every write: the form's token belongs to this session, and the form came from our own page."""
    same_origin(request)
    token = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(token.encode(), who.session.csrf.encode()):
        raise HTTPException(403, "画面の有効期限が切れました。前の画面を開き直してください。")
    return who


Signed = Annotated[Staff, Depends(staff)]
Writing = Annotated[Staff, Depends(guarded)]


def _page(request: Request, who: Staff | None, template: str, **context: Any) -> Response:
    response = page(
        request, f"staff/{template}", who=who, names=FIELDS, problems=PROBLEMS, labels=labels.labels, **context
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """staff/sign_in.html: problem."""
    return _page(request, None, "sign_in.html", problem="")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    own = services(request)
    same_origin(request)
    try:
        found = await run_in_threadpool(accounts.sign_in, own.store, name, password, own.now())
    except accounts.Locked as locked:
        response = _page(
            request, None, "sign_in.html", problem=f"失敗が続いたため、{locked.until[11:16]}まで入れません。"
        )
        response.status_code = 429
        return response
    if found is None:
        response = _page(request, None, "sign_in.html", problem="名前かパスワードが違います。")
        response.status_code = 401
        return response
    answer = RedirectResponse("/staff", 303)
    answer.set_cookie(
        COOKIE,
        found[0],
        max_age=accounts.SESSION_HOURS * 3600,
        path="/staff",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out(who: Writing, everywhere: Annotated[str, Form()] = "") -> Response:
    with who.store.transaction() as writer:
        if everywhere:
            writer.drop_sessions(user=who.user.name)
        else:
            writer.drop_sessions(key=who.session.key)
        writer.note(Entry(at=who.at, by=who.user.name, action="sign-out", target=who.user.name))
    answer = RedirectResponse("/staff/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/staff")
    return answer


@router.get("")
async def overview(request: Request, who: Signed) -> Response:
    """staff/overview.html: sources (facts and latest run), unread, reports, stale, publication."""
    return _page(request, who, "overview.html", **await run_in_threadpool(_overview, who.store))


def _overview(store: Store) -> dict[str, Any]:
    rows = []
    for name, facts in store.sources().items():
        runs = store.runs(name, limit=10)
        rows.append({"name": name, "facts": facts, "runs": runs, "good": next((run for run in runs if run.ok), None)})
    return {
        "sources": rows,
        "unread": store.unread(),
        "reports": store.reports(),
        "stale": stale(store),
        "publication": store.fact("publication"),
        "content": store.content(),
        "paused": store.fact("paused") or [],
    }


def stale(store: Store) -> list[tuple[Record, Decision]]:
    """Decisions whose source has changed underneath."""
    found = []
    for id, decisions in by_programme(store.decisions()).items():
        record = store.get(id)
        if record is not None:
            found += [(record, each) for each in apply(record, decisions).stale]
    return found


@router.get("/review")
async def review(request: Request, who: Signed, code: str = "", after: str = "") -> Response:
    """staff/review.html: records, code, codes, after."""
    if code == DEAD_LINK:
        records = await run_in_threadpool(who.store.with_dead_link, 30, after[:120])
    elif code == DIFFERS:
        records = await run_in_threadpool(_differing, who.store)
    else:
        records = await run_in_threadpool(who.store.with_problems, code if code in PROBLEMS else "", 30, after[:120])
    return _page(request, who, "review.html", records=records, code=code)


def _differing(store: Store) -> list[Record]:
    """Programmes of several listings whose closing days differ, as they are shown."""
    return [found.record for id in store.differing() if (found := whole(store, id))]


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, who: Signed) -> Response:
    """staff/programme.html: record (the machine's), curated, values (JSON of each field), decided, version, problem."""
    return _page(request, who, "programme.html", **await run_in_threadpool(_programme, who.store, id))


def _programme(store: Store, id: str) -> dict[str, Any]:
    record = store.get(id)
    if record is None:
        raise NotFound(id)
    decisions = store.decisions(id)
    curated: Curated = apply(record, by_programme(decisions).get(id, []))
    return {
        "record": record,
        "curated": curated,
        "machine": {name: pretty(value_of(record.programme, name)) for name in CORRECTABLE},
        "shown": {name: pretty(value_of(curated.record.programme, name)) for name in CORRECTABLE},
        "decided": {each.field: each for each in by_programme(decisions).get(id, [])},
        "notice": pretty(orjson.loads(record.notice)),
        "entries": store.audit(id),
        "group": [each for other in store.group(id) if other != id and (each := store.get(other))],
        "said": _said(store, decisions, id),
        "problem": "",
    }


def _said(store: Store, own: list[Decision], id: str) -> list[tuple[Decision, str]]:
    """What people said of this listing and others: (decision, the other's id); kept with the smaller of the ids."""
    found = [(each, each.field.removeprefix(SAME)) for each in own if each.field.startswith(SAME)]
    return found + [(each, each.programme) for each in store.decisions() if each.field == f"{SAME}{id}"]


@router.post("/programmes/{id}/same")
async def same(
    request: Request,
    id: str,
    who: Writing,
    other: Annotated[str, Form(max_length=200)],
    same: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Whether the listing and another one (its id or the address of its page here) are one programme."""
    try:
        await run_in_threadpool(_together, who, id, other.strip().rstrip("/").rpartition("/")[2], same, note.strip())
    except Refused as problem:
        return await _refused(request, who, id, problem)
    return RedirectResponse(f"/staff/programmes/{quote(id)}", 303)


async def _refused(request: Request, who: Staff, id: str, problem: Refused, status: int = 422) -> Response:
    context = await run_in_threadpool(_programme, who.store, id)
    response = _page(request, who, "programme.html", **context | {"problem": str(problem)})
    response.status_code = status
    return response


def _together(who: Staff, id: str, other: str, same: bool, note: str) -> None:
    if who.store.get(id) is None:
        raise NotFound(id)
    if other == id or who.store.get(other) is None:
        raise Refused("もう一つの掲載が見つかりません。掲載の番号か、このサイトのページのアドレスを入れてください。")
    first, second = sorted((id, other))
    field = f"{SAME}{second}"
    with who.store.transaction() as writer:
        before = writer.current(first, field)
        writer.decide(
            Decision(programme=first, field=field, was=None, now=same, by=who.user.name, at=who.at, note=note)
        )
        action = "join" if same else "split"
        was = before.now if before else None
        writer.note(Entry(at=who.at, by=who.user.name, action=action, target=id, was=was, now=other, note=note))
    republish(who.own)


def pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


@router.post("/programmes/{id}/correct")
async def correct(
    request: Request,
    id: str,
    who: Writing,
    field: Annotated[str, Form(max_length=40)],
    value: Annotated[str, Form(max_length=LONGEST_VALUE)],
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """A new value for a field. `seen` is the decision that the form was made with: a newer one is never run over."""
    try:
        await run_in_threadpool(_decide, who, id, field, value, seen, note)
    except Refused as problem:
        return await _refused(request, who, id, problem, 409 if problem.args[0].startswith("ほかの人") else 422)
    return RedirectResponse(f"/staff/programmes/{quote(id)}", 303)


def _decide(who: Staff, id: str, field: str, value: str, seen: str, note: str) -> None:
    record = who.store.get(id)
    if record is None:
        raise NotFound(id)
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        parsed = value
    if field == "featured" and isinstance(parsed, dict):
        parsed = parsed | {"note": note.strip()}
    now = checked(record.programme, field, parsed)
    was = value_of(record.programme, field) if field in CORRECTABLE else None
    with who.store.transaction() as writer:
        before = writer.current(id, field)
        if str(before.id if before else "") != seen:
            by = before.by if before else "誰か"
            raise Refused(f"ほかの人（{by}）が先にこの項目を変えました。今の値を確かめてから、もう一度お試しください。")
        writer.decide(
            Decision(programme=id, field=field, was=was, now=now, by=who.user.name, at=who.at, note=note.strip())
        )
        shown = before.now if before else was
        writer.note(
            Entry(at=who.at, by=who.user.name, action=f"correct {field}", target=id, was=shown, now=now, note=note)
        )
    republish(who.own)


@router.post("/decisions/{number}/undo")
async def undo(number: int, who: Writing) -> Response:
    decision = await run_in_threadpool(who.store.decision, number)
    if decision is None or decision.undone:
        raise NotFound(str(number))
    with who.store.transaction() as writer:
        writer.undo(number)
        writer.note(
            Entry(
                at=who.at,
                by=who.user.name,
                action=f"undo {decision.field}",
                target=decision.programme,
                was=decision.now,
                now=decision.was,
            )
        )
    republish(who.own)
    return RedirectResponse(f"/staff/programmes/{quote(decision.programme)}", 303)


@router.get("/featured")
async def featured(request: Request, who: Signed) -> Response:
    """staff/featured.html: chosen (records and their decisions, in their order)."""
    return _page(request, who, "featured.html", chosen=await run_in_threadpool(chosen, who.store))


def chosen(store: Store) -> list[tuple[Record, Decision]]:
    """What staff feature, in their order."""
    found = []
    for each in store.decisions():
        record = store.get(each.programme) if each.field == "featured" and each.now else None
        if record is not None:
            found.append((record, each))
    return sorted(found, key=lambda pair: (pair[1].now["rank"], pair[0].programme.id))


@router.post("/featured/move")
async def move(
    who: Writing, id: Annotated[str, Form(max_length=120)], step: Annotated[int, Form(ge=-1, le=1)]
) -> Response:
    """One place up (-1) or down (1)."""

    def go() -> None:
        rows = chosen(who.store)
        at = next((i for i, (record, _) in enumerate(rows) if record.programme.id == id), None)
        if at is None or not 0 <= at + step < len(rows):
            return
        rows[at], rows[at + step] = rows[at + step], rows[at]
        with who.store.transaction() as writer:
            for rank, (record, old) in enumerate(rows, 1):
                if old.now["rank"] != rank:
                    writer.decide(
                        Decision(
                            programme=record.programme.id,
                            field="featured",
                            was=None,
                            now=old.now | {"rank": rank},
                            by=who.user.name,
                            at=who.at,
                            note=old.note,
                        )
                    )
            writer.note(Entry(at=who.at, by=who.user.name, action="order featured", target=id, now=step))
        republish(who.own)

    await run_in_threadpool(go)
    return RedirectResponse("/staff/featured", 303)


@router.post("/reports/{number}/close")
async def close_report(number: int, who: Writing) -> Response:
    with who.store.transaction() as writer:
        writer.close_report(number)
        writer.note(Entry(at=who.at, by=who.user.name, action="close report", target=str(number)))
    return RedirectResponse("/staff", 303)


@router.post("/sources/{name}/pause")
async def pause(name: str, who: Writing, on: Annotated[str, Form(max_length=5)] = "") -> Response:
    if who.user.role != "admin":
        raise HTTPException(403, "この操作は管理者だけができます。")
    if name not in who.store.sources():
        raise NotFound(name)
    before = set(who.store.fact("paused") or [])
    after = before | {name} if on else before - {name}
    with who.store.transaction() as writer:
        writer.set_fact("paused", sorted(after))
        writer.note(Entry(at=who.at, by=who.user.name, action="pause" if on else "resume", target=name))
    return RedirectResponse("/staff", 303)


@router.get("/audit")
async def audit(request: Request, who: Signed, q: str = "", before: int | None = None) -> Response:
    """staff/audit.html: entries, q."""
    entries = await run_in_threadpool(lambda: who.store.audit(q[:100], 100, before))
    return _page(request, who, "audit.html", entries=entries, q=q[:100])


@router.get("/users")
async def users(request: Request, who: Annotated[Staff, Depends(admin)]) -> Response:
    """staff/users.html: users, problem."""
    return _page(request, who, "users.html", users=who.store.users(), problem="")


@router.post("/users")
async def add_user(
    request: Request,
    who: Writing,
    name: Annotated[str, Form(max_length=100)],
    role: Annotated[str, Form(max_length=20)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    admin(who)
    try:
        await run_in_threadpool(
            lambda: accounts.add_user(who.store, name, role, password, by=who.user.name, now=who.own.now())
        )
    except ValueError:
        response = _page(
            request,
            who,
            "users.html",
            users=who.store.users(),
            problem=f"名前は60文字まで、パスワードは{accounts.SHORTEST_PASSWORD}文字以上にしてください。",
        )
        response.status_code = 422
        return response
    return RedirectResponse("/staff/users", 303)


@router.post("/users/{name}/remove")
async def remove_user(name: str, who: Writing) -> Response:
    admin(who)
    if name == who.user.name or who.store.user(name) is None:
        raise HTTPException(409, "自分自身や、いない人は削除できません。")
    with who.store.transaction() as writer:
        writer.drop_user(name)
        writer.note(Entry(at=who.at, by=who.user.name, action="remove user", target=name))
    return RedirectResponse("/staff/users", 303)


async def signed_out(request: Request, error: Exception) -> Response:
    return RedirectResponse("/staff/sign-in", 303)


def republish(own: Services) -> None:
    """Has the index built again behind the answer; pages show the decision at once from the store."""
    own.changed.set()
