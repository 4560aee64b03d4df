"""The line on top of pages that says that not all is as it seems."""

from datetime import datetime

from frontend.language import gettext as _
from frontend.words.moments import plain_day
from indexer.settings import REPLAY_BANNER, SAMPLE_BANNER


def banner_told(text: str) -> str:
    """Ours in the language of the request; what an operator wrote stays as it is.

    >>> banner_told("2026年8月22日に記録したデータを再生しています。募集状況もこの時点のものです。")
    '2026年8月22日に記録したデータを再生しています。募集状況もこの時点のものです。'
    >>> banner_told("夜に止まります")
    '夜に止まります'
    """
    if text == SAMPLE_BANNER:
        return _("これは見本です。掲載している支援はすべて架空のもので、実在しません。")
    before, after = REPLAY_BANNER.split("{at}")
    if not text.endswith(after) or not text.startswith(before):
        return text
    try:
        at = datetime.strptime(text.removeprefix(before).removesuffix(after), "%Y年%m月%d日")  # noqa: DTZ007
    except ValueError:
        return text
    return _("{day}に記録したデータを再生しています。募集状況もこの時点のものです。").format(day=plain_day(at))
