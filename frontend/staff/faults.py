"""What went wrong with a crawl, in plain words for staff: the checks speak English to the operator."""

import re
from collections.abc import Callable

NOTICE = {
    "key": "番号",
    "url": "ページのアドレス",
    "title": "名称",
    "official_url": "公式ページ",
    "kind": "種類",
    "issuer": "実施機関",
    "summary": "概要",
    "body": "本文",
    "published": "掲載日",
    "areas": "地域",
    "venue": "会場",
    "periods": "期間",
    "amount": "金額",
    "rate": "補助率",
    "employees": "従業員数",
    "industries": "業種",
    "fields": "分野",
    "facts": "そのほかの項目",
    "contact": "問い合わせ先",
    "links": "リンク",
    "attachments": "添付ファイル",
}
"""What a source says, field by field."""

WHY = {
    "first": "一覧（最初に読んだページ）",
    "status": "エラーを返したページ",
    "unread": "読み取れなかったページ",
}
"""Why a page of a crawl was kept."""

REASONS = {
    "shutdown": "途中で止められました",
    "did not start": "始められませんでした",
    "closespider_timeout": "時間がかかりすぎ、途中でやめました",
}
PARTS = {"detail": "詳細ページ", "page": "ページ", "article": "記事"}
_FAILED = (
    (r"HTTP 404", "ページがありません（404）"),
    (r"HTTP 403", "見ることを断られました（403）"),
    (r"HTTP 429", "回数が多いと断られました（429）"),
    (r"HTTP (\d+)", "相手のサーバーのエラーです（{0}）"),
    (r".*Timeout", "時間内に返事がありません"),
    (r".*(DNSLookup|Connection|Connect|CannotResolve)", "つながりません"),
    (r".*IgnoreRequest", "robots.txt が読まないよう求めています"),
)
_Told = Callable[[re.Match[str]], str]


def _named(name: str) -> str:
    return NOTICE.get(name, name)


_LINES: tuple[tuple[str, _Told], ...] = (
    (
        r"(\d+) notices, fewer than the (\d+) expected",
        lambda m: f"見つかったのは{m[1]}件だけです。{m[2]}件以上あるはずです。",
    ),
    (
        r"(\d+) notices, no more than .+ of the (\d+) of the last good run",
        lambda m: f"見つかったのは{m[1]}件です。前回の{m[2]}件から半分以下に減りました。",
    ),
    (
        r"(\d+) notices, more than the (\d+) expected",
        lambda m: f"{m[1]}件見つかりました。ふつうは{m[2]}件までです。",
    ),
    (
        r"(\d+) notices, more than .+ times the (\d+) of the last good run",
        lambda m: f"{m[1]}件見つかりました。前回の{m[2]}件から大きく増えました。",
    ),
    (
        r"(\w+) is filled in (\d+%) of notices, expected at least (\d+%)",
        lambda m: f"「{_named(m[1])}」が書かれているのは{m[2]}です。{m[3]}以上あるはずです。",
    ),
    (
        r"(\w+) is filled in (\d+%) of notices, and was in (\d+%) of the last good run.*",
        lambda m: f"「{_named(m[1])}」が書かれているのは{m[2]}です（前回は{m[3]}）。ページの作りが変わったようです。",
    ),
    (r"(\d+) of (\d+) notices are incomplete", lambda m: f"{m[2]}件のうち{m[1]}件で、詳しい内容を読めませんでした。"),
    (r"(\d+) notices came twice", lambda m: f"同じものが{m[1]}件、2度ありました。"),
    (
        r"(\d+) × (\w+)(?: \(such as (.+)\))?",
        lambda m: f"{PARTS.get(m[2], m[2])}を読めなかったものが{m[1]}件あります。",
    ),
    (r"the crawl ended early: (.+)", lambda m: f"{REASONS.get(m[1], '途中で終わりました（' + m[1] + '）')}。"),
    (
        r"robots\.txt of (\S+) cannot be had .*",
        lambda m: f"{m[1]} の robots.txt（読んでよいかの決まり）を取得できないため、読んでいません。",
    ),
    (r"not in the recording: (.+)", lambda m: f"録画にないアドレスです：{m[1]}"),
    (r"(https?://\S+): (.+)", lambda m: f"{_why(m[2])}：{m[1]}"),
    (
        r".+ on (https?://\S+)",
        lambda m: f"ページを読み取れませんでした。作りが変わったようです：{m[1]}",
    ),
    (r"the crawl left nothing|it ended without a word", lambda m: "プログラムが途中で終わりました。"),
    (r"could not be taken in: .*", lambda m: "読んだ内容を取り込めませんでした。開発者に知らせてください。"),
)


def _why(words: str) -> str:
    for pattern, told in _FAILED:
        if found := re.match(pattern, words):
            return told.format(*found.groups())
    return "読めませんでした"


def fault_told(line: str) -> str:
    """An error or a warning of a run in plain words; what is none of ours stays as it is.

    >>> fault_told("3 notices, fewer than the 20 expected")
    '見つかったのは3件だけです。20件以上あるはずです。'
    >>> fault_told("https://a.example/x: HTTP 503"), fault_told("2 × detail (such as a: HTTP 500)")
    ('相手のサーバーのエラーです（503）：https://a.example/x', '詳細ページを読めなかったものが2件あります。')
    >>> fault_told("something else")
    'something else'
    """
    for pattern, told in _LINES:
        if found := re.fullmatch(pattern, line):
            return told(found)
    return line
