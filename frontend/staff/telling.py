"""Values in plain words for staff: of fields, of what the source said, of before and after."""

from collections.abc import Mapping
from typing import Any

import orjson

from frontend.staff.forms import BASES, FACETS
from frontend.words import moments, values, vocabulary
from indexer.curate import SAME
from indexer.schema import Amount, Eligibility, Issuer, Level, Role, Window
from indexer.store import Record
from indexer.vocab import regions

NOTHING = "（なし）"
NEAR = 60
"""Characters of the text around what was read."""


def told(field: str, value: Any) -> str:
    """A value of a field, as JSON, in plain words; lines where it has several parts.

    >>> told("amount", {"max_yen": 500000, "rate": "1/2", "raw": ""}), told("gx", True), told("areas", ["40130", "13"])
    ('上限 50万円・補助率 1/2', 'はい', '福岡県福岡市、東京都')
    >>> told("themes", []), told("hidden", True), told("title", "名称")
    ('（なし）', '非公開', '名称')
    """
    if field == "hidden":
        return "非公開" if value else "公開"
    if field.startswith(SAME):
        return "同じ制度" if value else "別の制度"
    if value in (None, "", [], {}):
        return NOTHING
    match field:
        case "windows":
            return "\n".join(_window(Window.model_validate(each)) for each in value)
        case "areas" | "event_areas":
            return "、".join(regions.full_name(each) for each in value)
        case "amount":
            return values.money(Amount.model_validate(value)) or NOTHING
        case "eligibility":
            return _eligibility(Eligibility.model_validate(value))
        case "issuer":
            return _issuer(Issuer.model_validate(value))
        case "workforce":
            return f"{value:,}人"
        case "kind":
            return vocabulary.label("kind", value)
        case "gx":
            return "はい" if value else "いいえ"
        case "fields" | "themes" | "stages" | "levers":
            return "、".join(vocabulary.label(FACETS[field], each) for each in value)
        case "published":
            return moments.day(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _window(window: Window) -> str:
    parts = ["開催" if window.role is Role.EVENT else "", window.label]
    parts += [f"第{window.round}回" if window.round and not window.label else ""]
    when = moments.period(window)
    ended = window.ended_early
    over = "、".join(filter(None, ["早く終了", moments.day(ended.at) if ended.at else ""])) if ended else ""
    notes = [*moments.qualifiers(window), over, moments.inferred(window) if window.inferred else ""]
    if not window.closes and window.opens and window.basis.value in ("unspecified", "fixed"):
        notes.append(BASES["unspecified"])
    told = "・".join(filter(None, notes))
    return " ".join(filter(None, [*parts, when])) + (f"（{told}）" if told else "")


def _eligibility(found: Eligibility) -> str:
    trades = "、".join(vocabulary.label("industry", each) for each in found.industries)
    return (
        "\n".join(filter(None, [values.who(found.model_copy(update={"industries": ()})), trades]))
        or "（人数や業種の条件なし）"
    )


def _issuer(issuer: Issuer) -> str:
    level = "" if issuer.level is Level.UNKNOWN else f"（{vocabulary.label('issuer_level', issuer.level.value)}）"
    return f"{issuer.name}{level}" or NOTHING


def around(text: str, found: str) -> tuple[str, str, str] | None:
    """Where the words stand in a text: (before, the words, behind); None where they do not.

    >>> around("申請の締切は8月31日です。", "8月31日")
    ('申請の締切は', '8月31日', 'です。')
    """
    at = text.find(found) if found else -1
    if at < 0:
        return None
    end = at + len(found)
    before, behind = text[max(0, at - NEAR) : at], text[end : end + NEAR]
    return ("…" if at > NEAR else "") + before, found, behind + ("…" if end + NEAR < len(text) else "")


def said(record: Record, field: str) -> list[tuple[str, str]]:
    """What the source says of a field, word for word: (label, words)."""
    programme = record.programme
    notice: Mapping[str, Any] = orjson.loads(record.notice)
    match field:
        case "windows":
            found = [(each.label or "期間", each.raw) for each in programme.windows]
            found += [("早く終わった", each.ended_early.raw) for each in programme.windows if each.ended_early]
        case "areas":
            found = [("地域", programme.areas_raw)]
        case "event_areas":
            found = [("会場", str(notice.get("venue") or ""))]
        case "amount":
            found = [("金額", programme.amount.raw if programme.amount else "")]
        case "eligibility":
            found = [("対象", programme.eligibility.raw if programme.eligibility else "")]
        case "workforce":
            found = []
        case "gx" | "kind":
            found = [("見つけた言葉", "、".join(programme.evidence.get(field, ())))]
            found += [("種類", str(notice.get("kind") or ""))] if field == "kind" else []
        case "fields" | "themes" | "stages" | "levers":
            chosen = getattr(programme, field)
            found = [
                (vocabulary.label(FACETS[field], each), "、".join(programme.evidence.get(each, ()))) for each in chosen
            ]
        case "body":
            found = []
        case _:
            found = [("掲載", str(notice.get(field) or ""))]
    return list(dict.fromkeys((label, text) for label, text in found if text))


NOTICE = {
    "title": "名称", "kind": "種類", "issuer": "実施機関", "published": "掲載日", "areas": "地域", "venue": "会場",
    "periods": "期間", "contradicting": "別の期間", "amount": "金額", "rate": "補助率", "employees": "従業員数",
    "industries": "業種", "fields": "分野", "contact": "問い合わせ", "official_url": "公式ページ", "url": "掲載ページ",
    "summary": "概要", "body": "本文", "missing": "取得できなかったもの",
}  # fmt: skip
"""Parts of a notice, in the order in which staff read them."""


def as_published(record: Record) -> list[tuple[str, str]]:
    """The whole notice, word for word: (label, words)."""
    notice: Mapping[str, Any] = orjson.loads(record.notice)
    found = [(label, _flat(notice.get(name))) for name, label in NOTICE.items()]
    found += [(str(name), _flat(value)) for name, value in (notice.get("facts") or {}).items()]
    return [(label, text) for label, text in found if text]


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_flat(each) for each in value.values() if each and each is not True)
    if isinstance(value, list):
        return "\n".join(map(_flat, value))
    return "" if value is None else str(value)
