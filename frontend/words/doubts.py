"""What a reader should know of a value that could not be read without doubt."""

from frontend.language import gettext as _
from indexer.schema import Problem


def _doubts() -> dict[tuple[str, str], str]:
    return {
        ("windows", "weekday_conflict"): _("原文の日付と曜日が合っていません"),
        ("windows", "impossible_date"): _("原文に、あり得ない日付があります"),
        ("windows", "conflicting_deadline"): _("締切の記載が、情報源の中で食い違っています"),
        ("windows", "ends_before_start"): _("原文の終わりの日が、始まりの日より前です"),
        ("windows", "unread"): _("読み取れなかった日付の記載があります"),
        ("areas", "conflicting_place"): _("地域の記載が食い違っています"),
        ("areas", "unknown_place"): _("読み取れなかった地名があります"),
        ("source", "missing"): _("情報源の詳細ページを取得できなかったため、一覧にある項目だけを表示しています"),
    }


def doubt(problem: Problem) -> str:
    """The problem in words for readers; empty where only staff can do something about it.

    >>> doubt(Problem(field="windows", code="weekday_conflict")), doubt(Problem(field="kind", code="procedure"))
    ('原文の日付と曜日が合っていません', '')
    """
    return _doubts().get((problem.field, problem.code), "")
