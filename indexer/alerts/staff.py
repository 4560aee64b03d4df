"""Tells the staff when a source fails, a site changed, or a night did not finish: once, and again while it lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from indexer.alerts.subscriptions import Channel, queued
from indexer.checks import looks_changed
from indexer.settings import Settings
from indexer.store import Delivery, Store, stamp
from indexer.summary import MOST_ERRORS

AGAIN = timedelta(days=7)
A_DAY = timedelta(days=1)
"""What still fails is told again after so long: a source, a night."""
FACT = "staff_told"
NIGHT, BROKEN = ":night", ":broken"
"""No source has these names."""


@dataclass(frozen=True)
class Matter:
    """What the staff should know. `what` is the same while it lasts; `changed`: the site looks other than before."""

    what: str
    errors: tuple[str, ...] = ()
    changed: bool = False
    over: bool = False


@dataclass(frozen=True)
class Report:
    """What a night brought: sources that failed with their errors, sources that were read, why it did not finish.

    `broken`: when the night began that broke off without a word, and is gone on with now.
    """

    failed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    read: Sequence[str] = ()
    problem: str = ""
    broken: str = ""


def matters(report: Report, told: Mapping[str, Mapping[str, str]], now: datetime) -> list[Matter]:
    """What of a night is to be told, after what was told before ({what: {told, why}}). Pure."""
    found = []
    for name, errors in sorted(report.failed.items()):
        if _long_ago(told.get(name), now, AGAIN):
            found.append(Matter(name, tuple(errors), changed=looks_changed(errors)))
    found += [Matter(name, over=True) for name in sorted(report.read) if name in told and name not in report.failed]
    if report.broken:
        # Told where it is met: what killed it once may do so again before the end.
        return [Matter(BROKEN, (report.broken,))] if _long_ago(told.get(BROKEN), now, A_DAY) else []
    before = told.get(NIGHT)
    if report.problem:
        # The same is tried again every quarter of an hour.
        known = before is not None and before["why"] == report.problem
        if not known or _long_ago(before, now, A_DAY):
            found.append(Matter(NIGHT, (report.problem,)))
    elif before is not None:
        found.append(Matter(NIGHT, over=True))
    return found


def _long_ago(before: Mapping[str, str] | None, now: datetime, span: timedelta) -> bool:
    # Either way: what a clock that was ahead noted keeps nobody silent.
    return before is None or abs(now - datetime.fromisoformat(before["told"])) >= span


def tell(settings: Settings, store: Store, report: Report, now: datetime) -> int:
    """Queues what there is to tell to whoever is to be told; returns how many messages that are."""
    told: dict[str, dict[str, str]] = store.fact(FACT) or {}
    found = matters(report, told, now)
    if not found:
        return 0
    for each in found:
        if each.over:
            told.pop(each.what, None)
        else:
            told[each.what] = {"told": stamp(now), "why": (each.errors or ("",))[0]}
    messages = list(_messages(settings, worded(found, store.sources(), settings), now))
    with store.transaction() as writer:
        writer.set_fact(FACT, told)
        writer.queue(messages)
    return len(messages)


def worded(found: Sequence[Matter], sources: Mapping[str, Mapping[str, Any]], settings: Settings) -> dict[str, Any]:
    """What is sent: subject and text for people, the rest for programs."""

    def name(each: Matter) -> str:
        title = sources.get(each.what, {}).get("title")
        return f"{title}（{each.what}）" if title else each.what

    nights = [each for each in found if each.what == NIGHT]
    broken = [each for each in found if each.what == BROKEN]
    bad = [each for each in found if each.what not in (NIGHT, BROKEN) and not each.over]
    good = [each for each in found if each.what not in (NIGHT, BROKEN) and each.over]
    parts = []
    if any(not each.over for each in nights):
        parts.append("夜間の処理が終わりませんでした")
    if broken:
        parts.append("夜間の処理が途中で止まっていました")
    if bad:
        parts.append(f"{len(bad)}件の情報源を読めません" if len(bad) > 1 else f"{name(bad[0])}を読めません")
    if not parts:
        parts.append("回復しました")
    lines: list[str] = []
    for each in broken:
        began = each.errors[0][:16].replace("T", " ")
        lines += [f"{began} に始まった処理が途中で止まっていたため、続きから行っています。", ""]
    for each in nights:
        if each.over:
            lines += ["夜間の処理は、終わりまで進むようになりました。", ""]
        else:
            lines += ["夜間の処理が終わりまで進みませんでした。次の回が続きから行います。", *each.errors, ""]
    for changed, words in ((True, "サイトの作りが変わったようです"), (False, "取得に失敗しました")):
        chosen = [each for each in bad if each.changed is changed]
        if chosen:
            lines.append(f"■ {words}（昨日までの内容を載せ続けています）")
        for each in chosen:
            more = len(each.errors) - MOST_ERRORS
            lines += [name(each), *(f"  {error}" for error in each.errors[:MOST_ERRORS])]
            lines += [f"  ほか{more}件"] if more > 0 else []
        lines += [""] if chosen else []
    if good:
        lines += ["■ 再び読めるようになりました", *map(name, good), ""]
    base = settings.public_url.rstrip("/")
    lines += [f"情報源の状態：{base}/sources", f"職員のページ：{base}/staff"] if base else []
    return {
        "subject": "・".join(parts),
        "text": "\n".join(lines).strip() + "\n",
        "failed": {each.what: list(each.errors) for each in bad},
        "changed": [each.what for each in bad if each.changed],
        "recovered": [each.what for each in good],
        "problem": next((each.errors[0] for each in (*nights, *broken) if not each.over), ""),
    }


def _messages(settings: Settings, content: dict[str, Any], now: datetime) -> list[Delivery]:
    mails = [each.strip() for each in settings.staff_mail.split(",") if each.strip()]
    made = [
        queued(None, "staff", {"to": to, "subject": content["subject"], "text": content["text"]}, now) for to in mails
    ]
    if settings.staff_webhook:
        made.append(replace(queued(None, "staff", content, now), channel=Channel.WEBHOOK))
    return made
