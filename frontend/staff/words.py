"""What fields, problems and roles are called on the pages of staff."""

from indexer.duplicates import DIFFERS

FIELDS = {
    "title": "名称",
    "kind": "種類",
    "windows": "募集・開催の期間",
    "areas": "対象の地域",
    "event_areas": "会場の地域",
    "amount": "金額・補助率",
    "eligibility": "対象者",
    "workforce": "従業員数（事例の会社）",
    "issuer": "実施機関",
    "official_url": "公式ページ",
    "summary": "概要",
    "body": "本文",
    "contact": "問い合わせ先",
    "published": "掲載日",
    "gx": "GX（脱炭素）か",
    "themes": "GXのテーマ",
    "stages": "GXの段階",
    "levers": "省エネの視点",
    "fields": "分野",
    "hidden": "公開・非公開",
}
HELP = {
    "windows": "申し込める期間です。セミナーは開催の日も入れます。募集が何回かあるときは、1回を1行にします。",
    "areas": "会社がそこにあれば使える地域です。会場や主催者の場所ではありません。",
    "event_areas": "セミナーや相談会が開かれる地域です。オンラインだけなら空のままにします。",
    "amount": "1社が受け取れる金額です。予算の総額や、設備の値段ではありません。",
    "eligibility": "使える会社の条件です。書かれていない条件は空のままにします。",
    "issuer": "お金を出す、または開く機関です。掲載しているサイトではありません。",
    "official_url": "申し込みの要領がある、実施機関のページです。",
    "gx": "省エネ・再エネ・温室効果ガスの削減に使えるものなら「はい」です。",
    "stages": "知る：学ぶ・相談する。測る：診断・見える化。減らす：設備や燃料を変える。",
}
"""What a field means, for who corrects it."""

KINDS = {
    "report": "利用者からの報告",
    "stale": "止まっている修正",
    "deadline": "期間が読めない",
    "conflict": "記載が食い違う",
    "place": "地域が読めない",
    "link": "公式ページがない",
    "theme": "根拠の少ないGXテーマ",
    "new": "新しいGXの支援",
    "other": "支援ではないかも",
}
"""What waits for a person, by kind."""

PROBLEMS = {
    "report": "利用者から報告がありました",
    "stale": "情報源が変わったため、修正を止めています",
    "weekday_conflict": "曜日が日付と合いません",
    "impossible_date": "存在しない日付です",
    "no_year": "年が書かれていません",
    "unread": "期間を読み取れません",
    "ends_before_start": "終わりが始まりより前です",
    "no_deadline": "期間が見つかりません",
    "conflicting_deadline": "締切の記載が食い違っています",
    "unknown_place": "地域を読み取れません",
    "ambiguous_place": "地域が一つに決まりません",
    "conflicting_place": "地域の記載が食い違っています",
    "no_place": "地域が見つかりません",
    "missing": "詳細を取得できませんでした",
    "procedure": "募集ではなく、手続きの案内かもしれません",
    "nothing_offered": "支援ではないかもしれません",
    "thin": "一つの言葉だけでGXのテーマにしています",
    "new": "新しく見つかったGXの支援です。テーマが合っているか見てください",
    DIFFERS: "情報源によって締切が違います",
    "dead_link": "公式ページが見つかりません",
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
    "corrected": "直しました。公開ページにはもう出ています。検索結果に出るまでは1分ほどかかります。",
    "undone": "取り消しました。公開ページは元に戻っています。",
    "hidden": "非公開にしました。公開ページと検索結果から消えています。",
    "unhidden": "公開に戻しました。",
    "closed": "対応済みにしました。",
    "own-added": "登録しました。公開ページにはもう出ています。読み取りに誤りがあれば、下で直してください。",
    "own-changed": "登録を変えました。公開ページにはもう出ています。",
    "own-ended": "掲載を終えました。公開ページには「一覧から消えています」と出ます。",
    "own-listed": "もう一度掲載しました。",
    "imported": "取り込みました。公開ページにはもう出ています。",
    "import-dropped": "取り込みをやめました。何も変わっていません。",
    "seen": "「このままでよい」にしました。情報源の言葉が変わらないかぎり、もう出ません。",
    "unseen": "確認待ちに戻しました。",
    "gone": "ほかの人が先に片づけたか、情報源が変わったため、何も変えていません。",
    "order-overtaken": "ほかの人が先に特集を変えたため、順番は変えていません。もう一度動かしてください。",
    "empty": "確認を待つものはありません。",
    "joined": "まとめました。公開ページに反映するまでは1分ほどかかります。",
    "parted": "分けました。公開ページに反映するまでは1分ほどかかります。",
    "password": "パスワードを変えました。ほかの端末からはサインアウトしました。",
    "ended": "サインアウトさせました。",
    "user-added": "登録しました。",
    "user-password": "パスワードを変えました。その人はもう一度サインインが必要です。",
    "user-removed": "削除しました。",
    "role": "役割を変えました。",
    "asked": "読み直しを頼みました。ふつう1、2分のうちに始まります。",
    "paused": "休止しました。再開するまで読みに行きません。",
    "resumed": "再開しました。次の取得から読みに行きます。",
    "accepted": "新しい「ふつう」として受け入れました。もう一度読みに行きます。",
    "withdrawn": "受け入れを取り消しました。次の取得から、もとの見込みで確かめます。",
}
"""What was just done, by the word that the address carries after it."""

STAGES = {"draft": "下書き", "scheduled": "公開予約", "showing": "公開中", "over": "期間終了"}

ACTIONS = {
    "sign-in": "サインインした",
    "sign-in refused": "サインインに失敗した",
    "sign-out": "サインアウトした",
    "sign-out everywhere": "すべての端末からサインアウトした",
    "sign-out elsewhere": "ほかの端末からサインアウトした",
    "password": "パスワードを変えた",
    "reset password": "利用者のパスワードを変えた",
    "unlock": "サインインのロックを解いた",
    "user": "利用者を登録・変更した",
    "remove user": "利用者を削除した",
    "correct": "直した",
    "undo": "修正を取り消した",
    "join": "同じ制度としてまとめた",
    "split": "別の制度として分けた",
    "seen": "確かめて、このままでよいとした",
    "unseen": "確認待ちに戻した",
    "close report": "利用者の報告を対応済みにした",
    "make collection": "特集を作った",
    "edit collection": "特集の下書きを変えた",
    "publish collection": "特集を公開した",
    "take down collection": "特集を取り下げた",
    "drop collection": "特集を消した",
    "order collections": "特集の順番を変えた",
    "add own": "支援を登録した",
    "change own": "登録した支援を変えた",
    "import own": "表から支援を取り込んだ",
    "import": "支援制度情報の表を取り込んだ",
    "end own": "登録した支援の掲載を終えた",
    "list own": "登録した支援をもう一度掲載した",
    "pause": "情報源を休止した",
    "resume": "情報源を再開した",
    "ask": "情報源の読み直しを頼んだ",
    "accept": "情報源の新しい「ふつう」を受け入れた",
    "withdraw": "情報源の「ふつう」の受け入れを取り消した",
}


PARTS = FIELDS | {
    "role": "役割",
    "intro": "紹介文",
    "entries": "載せるもの",
    "from": "いつから",
    "until": "いつまで",
    "normal": "ふつう",
    "by": "人",
    "at": "日時",
    "note": "理由",
    "periods": "期間",
    "rate": "補助率",
    "venue": "会場",
    "facts": "そのほか",
    "new": "新しく載った",
    "changed": "変わった",
    "same": "変わらない",
    "skipped": "取り込まない",
    "ended": "掲載を終えた",
}
"""What the parts of a value in the audit are called."""

PEOPLE = {"the command line": "サーバーのコマンド"}
"""Who did something without being a user."""


def action_told(action: str) -> str:
    """What somebody did, in plain words; the field behind what is done to one.

    >>> action_told("correct windows"), action_told("publish collection")
    ('直した（募集・開催の期間）', '特集を公開した')
    """
    verb, _, field = action.partition(" ")
    if action in ACTIONS or verb not in ACTIONS:
        return ACTIONS.get(action, action)
    names = KINDS if verb in ("seen", "unseen") else FIELDS
    return f"{ACTIONS[verb]}（{'同じ制度か' if field.startswith('same:') else names.get(field, field)}）"


ROLES = {"editor": "編集者", "admin": "管理者"}
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def device_told(agent: str) -> str:
    """What a User-Agent says of browser and device.

    >>> device_told("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0")
    'Windows の Edge'
    >>> device_told("curl/8")
    '不明な端末'
    """
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " の ".join(filter(None, [system, browser])) or "不明な端末"
