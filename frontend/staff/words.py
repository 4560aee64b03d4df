"""What fields, problems and roles are called on the pages of staff."""

from indexer.duplicates import DIFFERS

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

DONE = {
    "saved": "下書きを保存しました。公開中の内容は変わっていません。",
    "add": "下書きに加えました。",
    "remove": "下書きから外しました。",
    "ordered": "順番を変えました。",
    "published": "公開しました。トップページと「事例」のページに出ています。",
    "scheduled": "公開を予約しました。その日時になると自動で出ます。",
    "taken-down": "取り下げました。もう公開されていません。",
    "dropped": "特集を消しました。",
}
"""What was just done, by the word that the address carries after it."""

STAGES = {"draft": "下書き", "scheduled": "公開予約", "showing": "公開中", "over": "期間終了"}
