"""イベント一覧: events of municipalities as open data, those for firms among them."""

import re

from crawlers.bases.csv_opendata import CsvFamily
from crawlers.items import Notice, Period
from crawlers.tables import Row

# The standard's categories do not tell a seminar for firms from a summer festival; its words do.
FOR_FIRMS = re.compile(
    r"事業者|企業|会社|経営|創業|起業|開業|補助金|助成金|融資|商工|事業承継|後継者|販路|商談|ビジネス|産業振興|インボイス"
    r"|生産性|脱炭素|カーボンニュートラル|ゼロカーボン|省エネ|ＧＸ|GX|ＤＸ|DX|SDGs|人材確保|採用|労務|雇用主|ものづくり"
)
FACTS = (
    "料金(基本)",
    "料金(詳細)",
    "定員",
    "参加申込方法",
    "アクセス方法",
    "駐車場情報",
    "備考",
    "カテゴリー",
    "開始日時特記事項",
)


class opendata_events(CsvFamily):
    name = "opendata_events"
    dataset = "イベント一覧"
    kind = "イベント"
    needed = ("イベント名",)

    def concerns_firms(self, row: Row) -> bool:
        return bool(
            FOR_FIRMS.search(" ".join(row.text(name) for name in ("イベント名", "説明", "主催者", "カテゴリー")))
        )

    def key(self, row: Row) -> str:
        return row.text("ID", "NO")

    def notice(self, row: Row, key: str) -> Notice:
        apply_by = " ".join(row.list("参加申込終了日") + row.list("参加申込終了時間"))
        held = Period(
            opens=" ".join(part for part in (row.text("開始日"), row.text("開始時間")) if part),
            closes=" ".join(part for part in (row.text("終了日") or row.text("開始日"), row.text("終了時間")) if part),
            label="開催日時",
            event=True,
        )
        venue = " ".join(part for part in (row.text("場所名称"), row.text("住所"), row.text("方書")) if part)
        contact = " ".join(part for part in (row.text("連絡先名称"), row.text("連絡先電話番号")) if part)
        return Notice(
            source=self.name,
            key=key,
            url=row.url("URL") or self.municipality.url,
            title=row.text("イベント名"),
            official_url=row.url("URL"),
            kind=self.kind,
            issuer=(row.list("主催者") or (self.municipality.name,))[0],
            body=row.text("説明"),
            published=row.text("公開日"),
            areas=(self.municipality.place,),
            venue=venue,
            periods=(held, *([Period(closes=apply_by, label="参加申込")] if apply_by else [])),
            facts=row.facts(*FACTS),
            contact=contact,
        )
