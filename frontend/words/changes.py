"""What changed, in words."""

from typing import Any

from frontend.words.moments import day, period
from frontend.words.values import label, money, yen
from indexer.schema import Amount, News, NewsKind, Window
from search_api.models import NEWS
from search_api.search import area_label

FIELDS = {
    "title": "名称", "kind": "種類", "windows": "期間", "areas": "地域", "amount": "金額", "eligibility": "対象者",
    "issuer": "実施機関", "official_url": "公式ページ", "summary": "概要",
    "contact": "問い合わせ", "body": "本文", "listed": "掲載", "conflicts": "食い違う期間",
}  # fmt: skip


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
    if news.kind is NewsKind.VANISHED:
        until = f"（{day(news.was, end=True)}まで）" if news.was else ""
        return f"受付期間の終わり{until}を待たずに、情報源の一覧から消えました{seen}"
    if news.kind is NewsKind.REOPENED:
        return f"いったん一覧から消えた後、再び掲載されました{seen}"
    if news.kind is NewsKind.AMOUNT:
        return f"金額の上限が{yen(int(news.was))}から{yen(int(news.now))}に変わりました{seen}"
    if news.kind is NewsKind.NEXT_CALL:
        return f"次の募集（{day(news.now, end=True)}まで）が掲載されました{seen}"
    how = "延びました" if news.kind is NewsKind.EXTENDED else "早まりました"
    return f"締切が{day(news.was, end=True)}から{day(news.now, end=True)}に{how}{seen}"
