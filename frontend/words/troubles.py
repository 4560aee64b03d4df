"""What is said when something cannot be shown or taken: (title, text)."""

from frontend.language import gettext as _
from search_api.errors import NO_STORE
from search_api.search.engine import NO_ENGINE, NOT_PUBLISHED

WHY = (NO_ENGINE, NOT_PUBLISHED, NO_STORE)


def away() -> str:
    return _("ただいま検索を利用できません")


def gone() -> str:
    return _("ただいま表示できません")


def why(reason: str) -> str:
    """Why nothing can be shown: search_api's own words, which the catalogues hold as WHY."""
    return _(reason)


def no_programme() -> tuple[str, str]:
    return _("見つかりません"), _("この支援は登録されていません。番号が正しいかお確かめください。")


def no_page() -> tuple[str, str]:
    return _("ページが見つかりません"), _("アドレスが変わったか、誤っている可能性があります。")


def no_way() -> tuple[str, str]:
    return _("ページを表示できません"), _("もう一度お試しください。")


def invalid() -> tuple[str, str]:
    return _("受け付けられない内容です"), _("アドレスか、入力した内容に誤りがあります。")


def broken() -> tuple[str, str]:
    return _("問題が起きました"), _("ご迷惑をおかけします。時間をおいて、もう一度お試しください。")


def foreign() -> str:
    return _("別のサイトからの操作は受け付けません。")


REPORT_PARTS = ("締切・期間", "対象の地域", "金額・補助率", "対象者", "リンク", "募集が終わっている", "その他")
"""What staff read, in whichever language it was chosen."""


def report_part(part: str) -> str:
    """What a reader chooses from."""
    told = {
        "締切・期間": _("締切・期間"),
        "対象の地域": _("対象の地域"),
        "金額・補助率": _("金額・補助率"),
        "対象者": _("対象者"),
        "リンク": _("リンク"),
        "募集が終わっている": _("募集が終わっている"),
        "その他": _("その他"),
    }
    return told[part]


def reports_full() -> str:
    return _("ただいま報告が多いため受け付けられません。時間をおいて、もう一度お試しください。")


def report_incomplete(longest: int) -> str:
    return _("どこが違うかを選び、内容を{longest:,}字以内で書いてください。").format(longest=longest)
