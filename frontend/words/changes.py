"""What changed, in words."""

from collections.abc import Sequence
from typing import Any

from frontend.language import gettext as _
from frontend.language import pgettext
from frontend.words.moments import closing, day, period
from frontend.words.values import money, yen
from frontend.words.vocabulary import area_label, label
from indexer.schema import Amount, News, NewsKind, Window
from search_api.models import NEWS


def fields() -> dict[str, str]:
    """What the fields of a programme are called."""
    return {
        "title": _("名称"),
        "kind": _("種類"),
        "windows": _("期間"),
        "areas": _("地域"),
        "amount": _("金額"),
        "eligibility": _("対象者"),
        "issuer": _("実施機関"),
        "official_url": _("公式ページ"),
        "summary": _("概要"),
        "contact": _("問い合わせ"),
        "body": _("本文"),
        "listed": _("掲載"),
        "conflicts": _("食い違う期間"),
    }


def told(field: str, value: Any) -> str:
    """A value of the history in words.

    >>> told("title", "新しい名称"), told("listed", False), told("body", 120), told("amount", None)
    ('新しい名称', '一覧から消えた', '120文字', '記載なし')
    """
    if value is None or value == []:
        return _("記載なし")
    if field == "listed":
        return _("一覧にある") if value else _("一覧から消えた")
    if field == "body":
        return _("{count:,}文字").format(count=value)
    if field == "kind":
        return label("kind", value)
    if field == "windows":
        return _("、").join(period(Window.model_validate(each)) for each in value)
    if field == "conflicts":
        return _("、").join(value)
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
    return pgettext("news", NEWS[news.kind])


def news_told(news: News, windows: Sequence[Window] = ()) -> str:
    """The change in a sentence. `windows`: of the programme, where one says about when only.

    >>> news_told(News(kind="shortened", at="2026-08-20T04:00:00+09:00", was="2026-09-30", now="2026-08-31T17:00"))
    '締切が2026年9月30日（水）から2026年8月31日（月）17:00に早まりました（2026年8月20日（木）に確認）。'
    """
    seen = day(news.at[:10])
    if news.kind is NewsKind.VANISHED:
        if not news.was:
            return _("受付期間の終わりを待たずに、情報源の一覧から消えました（{seen}に確認）。").format(seen=seen)
        return _("受付期間の終わり（{was}まで）を待たずに、情報源の一覧から消えました（{seen}に確認）。").format(
            was=day(news.was, end=True), seen=seen
        )
    if news.kind is NewsKind.REOPENED:
        return _("いったん一覧から消えた後、再び掲載されました（{seen}に確認）。").format(seen=seen)
    if news.kind is NewsKind.AMOUNT:
        return _("金額の上限が{was}から{now}に変わりました（{seen}に確認）。").format(
            was=yen(int(news.was)), now=yen(int(news.now)), seen=seen
        )
    now = closing(news.now, windows)
    if news.kind is NewsKind.NEXT_CALL:
        return _("次の募集（{now}まで）が掲載されました（{seen}に確認）。").format(now=now, seen=seen)
    how = (
        _("締切が{was}から{now}に延びました（{seen}に確認）。")
        if news.kind is NewsKind.EXTENDED
        else _("締切が{was}から{now}に早まりました（{seen}に確認）。")
    )
    return how.format(was=day(news.was, end=True), now=now, seen=seen)
