"""How values are worded on pages: moments, periods, money, changes. Pure functions."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from indexer.schema import JST, NOT_OFFERED, Amount, Basis, Delivery, Eligibility, News, NewsKind, Window
from indexer.state import State
from indexer.vocab import labels, regions
from search_api.models import NEWS, Detail, Fit, Hit, Verdict
from search_api.search import area_label

WEEKDAYS = "月火水木金土日"
BASES = {
    Basis.ROLLING: "随時受付",
    Basis.UNTIL_BUDGET: "予算がなくなり次第終了",
    Basis.UNTIL_CAPACITY: "定員になり次第終了",
    Basis.SCHEDULED: "予定",
}
DELIVERIES = {Delivery.MUST_ARRIVE: "必着", Delivery.POSTMARK: "消印有効"}
FIELDS = {
    "title": "名称", "kind": "種類", "windows": "期間", "areas": "地域", "amount": "金額", "eligibility": "対象者",
    "issuer": "実施機関", "official_url": "公式ページ", "summary": "概要",
    "contact": "問い合わせ", "body": "本文", "listed": "掲載", "conflicts": "食い違う期間",
}  # fmt: skip


def yen(value: int) -> str:
    """Yen as people write them.

    >>> yen(15_000_000), yen(150_000_000), yen(12_345), yen(300_000)
    ('1,500万円', '1億5,000万円', '12,345円', '30万円')
    """
    if value < 10_000 or value % 10_000:
        return f"{value:,}円"
    oku, man = divmod(value // 10_000, 10_000)
    return (f"{oku:,}億" if oku else "") + (f"{man:,}万" if man else "") + "円"


def day(moment: str | datetime | date, *, end: bool = False, year: bool = True) -> str:
    """A moment as people write it. Midnight at the end of a day is 24:00 of that day, which nobody mistakes.

    >>> day("2026-08-07T15:00"), day("2026-08-08T00:00", end=True), day("2026-08-07")
    ('2026年8月7日（金）15:00', '2026年8月7日（金）24:00', '2026年8月7日（金）')
    """
    if isinstance(moment, str):
        timed = "T" in moment
        at = datetime.fromisoformat(moment)
    else:
        timed = isinstance(moment, datetime)
        at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=JST)
    clock = f"{at:%H:%M}" if timed else ""
    if timed and end and (at.hour, at.minute) == (0, 0):
        at, clock = at - timedelta(days=1), "24:00"
    elif timed and not end and (at.hour, at.minute) == (0, 0):
        clock = ""
    written = f"{at.month}月{at.day}日（{WEEKDAYS[at.weekday()]}）{clock}"
    return f"{at.year}年{written}" if year else written


def plain_day(moment: date) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


def period(window: Window) -> str:
    """When a window is, in words.

    >>> period(Window(opens="2026-07-07", closes="2026-08-07T15:00", raw=""))
    '2026年7月7日（火）〜2026年8月7日（金）15:00'
    >>> period(Window(basis=Basis.ROLLING, raw=""))
    '随時受付'
    """
    if window.opens is None and window.closes is None:
        return BASES.get(window.basis, "期間の記載なし")
    if window.opens and window.opens == window.closes:
        return _end(window.opens, window, end=False)
    start = _end(window.opens, window, end=False) if window.opens else ""
    finish = _end(window.closes, window, end=True) if window.closes else ""
    return f"{start}〜{finish}"


def _end(moment: str, window: Window, *, end: bool) -> str:
    return day(moment, end=end)


def money(amount: Amount | None) -> str:
    """An amount in a few words; empty where nothing is given."""
    if amount is None:
        return ""
    parts = []
    if amount.max_yen:
        low = f"{yen(amount.min_yen)}〜" if amount.min_yen else ""
        parts.append(f"{low}{yen(amount.max_yen)}まで" if low else f"上限 {yen(amount.max_yen)}")
    elif amount.min_yen:
        parts.append(f"{yen(amount.min_yen)}から")
    if amount.rate:
        parts.append("定額" if amount.rate == "定額" else f"補助率 {amount.rate}")
    return "・".join(parts)


def left(item: Hit | Detail) -> str:
    """How long one still has, in words; empty where no end is known."""
    days = item.days_left
    if days is None:
        return ""
    if item.state is State.UPCOMING:
        return "今日から" if days == 0 else "明日から" if days == 1 else f"あと{days}日で開始"
    return "今日まで" if days == 0 else "明日まで" if days == 1 else f"あと{days}日"


def qualifiers(window: Window) -> list[str]:
    """必着, 予算がなくなり次第終了 and the like."""
    found = [DELIVERIES[window.delivery]] if window.delivery else []
    if (window.opens or window.closes) and window.basis in BASES:
        found.append(BASES[window.basis])
    return found


def told(field: str, value: Any) -> str:
    """A value of the history in words.

    >>> told("title", "新しい名称"), told("listed", False), told("body", 120), told("amount", None)
    ('新しい名称', '一覧から消えた', '120文字', '記載なし')
    """
    if value is None or value == []:
        return "記載なし"
    if field == "listed":
        return "一覧にある" if value else "一覧から消えた"
    if field == "body":
        return f"{value:,}文字"
    if field == "kind":
        return label("kind", value)
    if field == "windows":
        return "、".join(period(Window.model_validate(each)) for each in value)
    if field == "conflicts":
        return "、".join(value)
    if field == "areas":
        return area_label(value)
    if field == "amount":
        return money(Amount.model_validate(value))
    return str(value.get("name") or value.get("raw", "")) if isinstance(value, dict) else str(value)


def where(item: Hit | Detail, near: str) -> str:
    """Where a firm must be, the reader's own place first where the list is long."""
    mine = [each for each in (near, near[:2]) if each in item.areas]
    if len(item.areas) > 3 and mine:
        return f"{regions.full_name(mine[0])} ほか{len(item.areas) - 1}か所"
    return item.area_label


def who(eligibility: Eligibility | None) -> str:
    """Who can apply, in a few words; empty where nothing was read.

    >>> who(Eligibility(employees_max=20, capital_max_yen=30_000_000, raw="")), who(Eligibility(raw="中小企業者"))
    ('従業員20人以下・資本金3,000万円以下', '')
    """
    if eligibility is None:
        return ""
    parts = [label("industry", each) for each in eligibility.industries[:2]] if len(eligibility.industries) < 6 else []
    if parts and len(eligibility.industries) > 2:
        parts.append("ほか")
    if eligibility.employees_max:
        parts.append(f"従業員{eligibility.employees_max:,}人以下")
    if eligibility.capital_max_yen:
        parts.append(f"資本金{yen(eligibility.capital_max_yen)}以下")
    return "・".join(parts)


def label(facet: str, value: str) -> str:
    known = labels.labels(facet)
    return known[value].name if value in known else value


def has_state(item: Hit | Detail) -> bool:
    """Does it take applications or attendance at all? Cases and articles do not."""
    return item.kind not in NOT_OFFERED


def inferred(window: Window) -> str:
    """What the text left out and we concluded, in words.

    >>> inferred(Window(inferred=("closes.year",), raw="")), inferred(Window(inferred=("opens", "closes.time"), raw=""))
    ('締切の年は推定', '開始・締切の時刻は推定')
    """
    ends = {"opens": "開始", "closes": "締切"}
    parts = {"year": "年", "month": "月", "day": "日", "time": "時刻"}
    told = []
    for each in window.inferred:
        end, _, part = each.partition(".")
        told.append(ends.get(end, "") + (f"の{parts[part]}" if part in parts else ""))
    return "・".join(filter(None, told)) + "は推定" if any(told) else "推定を含む"


def outside(url: str) -> bool:
    """May it stand in a link? Only the web may: javascript: and data: may not."""
    return url.startswith(("https://", "http://"))


def all_areas(codes: tuple[str, ...]) -> str:
    return "・".join(regions.full_name(each) for each in codes)


def news_label(news: News) -> str:
    """The badge of a change at the source.

    >>> news_label(News(kind=NewsKind.EXTENDED, at="2026-08-20T04:00:00+09:00"))
    '締切延長'
    """
    return NEWS[news.kind]


def news_told(news: News) -> str:
    """The change in a sentence.

    >>> news_told(News(kind="shortened", at="2026-08-20T04:00:00+09:00", was="2026-09-30", now="2026-08-31T17:00"))
    '締切が2026年9月30日（水）から2026年8月31日（月）17:00に早まりました（2026年8月20日（木）に確認）。'
    """
    seen = f"（{day(news.at[:10])}に確認）。"
    if news.kind is NewsKind.AMOUNT:
        return f"金額の上限が{yen(int(news.was))}から{yen(int(news.now))}に変わりました{seen}"
    if news.kind is NewsKind.NEXT_CALL:
        return f"次の募集（{day(news.now, end=True)}まで）が掲載されました{seen}"
    how = "延びました" if news.kind is NewsKind.EXTENDED else "早まりました"
    return f"締切が{day(news.was, end=True)}から{day(news.now, end=True)}に{how}{seen}"


VERDICTS = {
    Verdict.YES: "条件に合いそう",
    Verdict.ENDING: "条件に合いそう・まもなく締切",
    Verdict.PARTLY: "一部は要確認",
    Verdict.UNKNOWN: "条件は要確認",
    Verdict.NO: "条件に合わない",
}


def verdict(fit: Fit) -> str:
    """Whether it fits the firm of the question, in a few words."""
    return VERDICTS[fit.verdict]


_UNDERSTOOD = {
    "area": "「{}」を場所として",
    "choices": "「{}」を除いて",
    "closes": "「{}」を締切として",
    "state": "「{}」を募集状況として",
}


def understood_told(words: Mapping[str, str], q: str) -> str:
    """How the words of a question were taken; `q` are those that are left.

    >>> understood_told({"area": "福岡市", "q": "そーらー"}, "ソーラー")
    '「福岡市」を場所として、「そーらー」を「ソーラー」として探しています。'
    """
    told = [wording.format(words[name]) for name, wording in _UNDERSTOOD.items() if name in words]
    if "q" in words:
        told.append(f"「{words['q']}」を「{q}」として")
    return "、".join(told) + "探しています。"
