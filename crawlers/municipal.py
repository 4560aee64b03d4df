"""A row of 支援制度情報 (自治体標準オープンデータセット), in its old wording or its new one, as a notice."""

from crawlers.items import Link, Notice, Period
from crawlers.tables import Row

TITLE = ("タイトル（制度名）", "タイトル", "制度名")
CODE = ("全国地方公共団体コード", "都道府県コード又は市区町村コード")
KEY = ("制度番号", "ID")
OPENS, CLOSES, PUBLISHED = "受付開始日", "受付終了日", "公開日"
AMOUNT, RATE = ("給付金額", "補助金額"), "補助率"
PAGE, FORMS = ("詳細参照先", "URL"), ("電子申請URL", "申請方法URL")
AREAS = "対象地域群"
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


def concerns_firms(row: Row) -> bool:
    """What is classed for persons alone is left out."""
    return row.any("事業者") or not (row.any("個人") or row.any("人生の制度"))


def notice(row: Row, *, source: str, key: str, prefecture: str, name: str, url: str) -> Notice:
    """The row as its municipality says it. `prefecture` and `name` are the municipality's, `url` its dataset's."""
    page, forms = row.url(*PAGE), row.url(*FORMS)
    contact = row.text("お問い合わせ先", "問い合わせ先") or " ".join(
        part for part in (row.text("連絡先名称"), row.text("連絡先電話番号")) if part
    )
    target, how = row.text("対象者"), row.text("利用・申請方法")
    body = [row.text("内容"), f"■対象者\n{target}" if target else "", f"■申請方法\n{how}" if how else ""]
    opens, closes = row.text(OPENS), row.text(CLOSES)
    place = name if name == prefecture else prefecture + name
    return Notice(
        source=source,
        key=key,
        url=page or url,
        title=row.text(*TITLE),
        official_url=page,
        kind=row.text("支援制度種別"),
        issuer=(row.list("実施組織・支援機関") or (name,))[0],
        summary=row.text("概要", "制度概要"),
        body="\n\n".join(part for part in body if part),
        published=row.text(PUBLISHED),
        # 対象地域 names the prefecture even of what is for one town (the standard's note): it narrows nothing.
        areas=tuple(prefecture + each for each in row.list(AREAS)) or (place,),
        periods=(Period(opens=opens, closes=closes),) if opens or closes else (),
        amount=row.text(*AMOUNT),
        rate=row.text(RATE),
        industries=row.list("標準産業分類"),
        fields=row.list("キーワード"),
        facts=row.facts(*FACTS),
        contact=contact,
        links=(Link(name="電子申請", url=forms),) if forms else (),
    )
