"""支援制度情報 in CSV as of the national standard for municipalities (自治体標準オープンデータセット, デジタル庁).

What a municipality publishes of its own programmes. `crawlers/spiders/opendata_support.py` reads the same."""

import csv
import io
from collections.abc import AsyncIterator

from indexer.schema import NOT_OFFERED, Kind, Level, Programme, Role
from indexer.vocab import labels, regions
from search_api.exports import BYTE_ORDER_MARK, PIECE, harmless
from search_api.models import last_day
from search_api.search.hits import Values

COLUMNS = (
    "全国地方公共団体コード", "ID", "地方公共団体の名称", "タイトル（制度名）", "サブタイトル（通称名）",
    "支援制度種別", "対象者", "用途・対象費", "制度概要", "内容", "給付金額", "補助率", "利用・申請方法",
    "受付開始日", "受付終了日", "受付備考", "URL", "申請方法URL", "連絡先名称", "連絡先電話番号", "標準産業分類",
    "【事業者の制度】事業ステージ分類", "【人生の制度】ライフステージ分類", "キーワード", "公開日",
)  # fmt: skip

LEFT_OUT = frozenset({*NOT_OFFERED, Kind.SEMINAR})
"""No programmes: articles, and events, which have a standard of their own."""


def row(item: Programme, now: Values) -> dict[str, str]:
    """A programme as the columns that can be filled from what was read; the others stay empty.

    `now`: what depends on the minute, of its result (models.Hit).
    """
    place = item.areas[0] if len(item.areas) == 1 and item.areas[0] != "JP" else ""
    level = item.issuer.level if item.issuer else Level.UNKNOWN
    local = bool(place) and level in (Level.MUNICIPALITY, Level.PREFECTURE, Level.UNKNOWN)
    names = [labels.labels(facet)[each].name for facet in ("field", "theme") for each in _chosen(item, facet)]
    times = [each.raw for each in item.windows if each.role is Role.APPLY and each.raw]
    amount, who = item.amount, item.eligibility
    return {
        "全国地方公共団体コード": regions.with_check_digit(place) if local else "",
        "ID": item.id,
        "地方公共団体の名称": regions.full_name(place) if local else "",
        "タイトル（制度名）": item.title,
        "支援制度種別": now["kind_label"],
        "対象者": who.raw if who else "",
        "制度概要": item.summary,
        "内容": item.body,
        "給付金額": str(amount.max_yen) if amount and amount.max_yen else "",
        "補助率": amount.rate or "" if amount else "",
        "受付開始日": now["opens"][:10] if now["opens"] else "",
        "受付終了日": last_day(now["closes"])[:10] if now["closes"] else "",
        "受付備考": "；".join(dict.fromkeys(times)),
        "URL": item.official_url or item.url,
        "連絡先名称": item.contact,
        "標準産業分類": ";".join(who.industries) if who else "",
        "キーワード": ";".join(dict.fromkeys(names)),
        "公開日": item.published[:10],
    }


def _chosen(item: Programme, facet: str) -> tuple[str, ...]:
    return item.fields if facet == "field" else item.themes


async def as_csv(items: AsyncIterator[tuple[Programme, Values]]) -> AsyncIterator[bytes]:
    """With a byte-order mark, as the standard asks; some rows at a time. See `row`."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    yield BYTE_ORDER_MARK
    async for programme, now in items:
        if programme.kind not in LEFT_OUT:
            writer.writerow({name: harmless(cell) for name, cell in row(programme, now).items()})
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
