"""支援制度情報: programmes of municipalities as open data, in the old wording and in that of 支援制度（給付金）情報."""

from crawlers.bases.csv_opendata import CsvFamily, Row
from crawlers.items import Link, Notice, Period

TITLE = ("タイトル（制度名）", "タイトル", "制度名")
FACTS = (
    "用途・対象物",
    "用途・対象費",
    "受付備考",
    "根拠法令",
    "災害名",
    "制度集",
    "サブタイトル（通称）",
    "サブタイトル（通称名）",
)


class opendata_support(CsvFamily):
    name = "opendata_support"
    dataset = "支援制度情報"
    needed = TITLE

    def concerns_firms(self, row: Row) -> bool:
        """What is classed for persons alone is left out."""
        return row.any("事業者") or not (row.any("個人") or row.any("人生の制度"))

    def key(self, row: Row) -> str:
        return row.text("制度番号")

    def notice(self, row: Row, key: str) -> Notice:
        page = row.url("詳細参照先", "URL")
        forms = row.url("電子申請URL", "申請方法URL")
        contact = row.text("お問い合わせ先", "問い合わせ先") or " ".join(
            part for part in (row.text("連絡先名称"), row.text("連絡先電話番号")) if part
        )
        target, how = row.text("対象者"), row.text("利用・申請方法")
        body = [row.text("内容"), f"■対象者\n{target}" if target else "", f"■申請方法\n{how}" if how else ""]
        opens, closes = row.text("受付開始日"), row.text("受付終了日")
        return Notice(
            source=self.name,
            key=key,
            url=page or self.municipality.url,
            title=row.text(*TITLE),
            official_url=page,
            kind=row.text("支援制度種別"),
            issuer=(row.list("実施組織・支援機関") or (self.municipality.name,))[0],
            summary=row.text("概要", "制度概要"),
            body="\n\n".join(part for part in body if part),
            published=row.text("公開日"),
            # 対象地域 names the prefecture even of what is for one town (the standard's note): it narrows nothing.
            areas=tuple(self.municipality.prefecture + name for name in row.list("対象地域群"))
            or (self.municipality.place,),
            periods=(Period(opens=opens, closes=closes),) if opens or closes else (),
            amount=row.text("給付金額", "補助金額"),
            rate=row.text("補助率"),
            industries=row.list("標準産業分類"),
            fields=row.list("キーワード"),
            facts=row.facts(*FACTS),
            contact=contact,
            links=(Link(name="電子申請", url=forms),) if forms else (),
        )
