"""Reads what an article says of the firm that it tells of: how many people it employs, in which trade.

Only its profile counts (設立… 従業員数28名 所在地… 業種 製造業): a number in a story may be another firm's or year's.
"""

import re
from functools import cache

from indexer.normalise.text import fold
from indexer.vocab import labels

_NEXT = r"(?=\s*(?:所在地|本社|業種|資本金|代表|事業内容|設立|売上|URL|$))"
_WORKFORCE = re.compile(rf"従業員数\s*[::]?\s*(?:約\s*)?(\d[\d,]{{0,6}})\s*[人名]{_NEXT}", re.MULTILINE)
_MORE = re.compile(r"^(?:製品)?(?:製造業|卸売業|小売業|販売業)")
"""What may follow the name of a trade in a profile's own wording (化学工業製品製造業)."""
_PROFILE = ("企業データ", "会社概要")
_MOST_AFTER = 200
"""The trade stands so many characters behind the number of employees at most."""

BANDS = {"upto20": 20, "upto50": 50, "upto100": 100, "upto300": 300}


def workforce(text: str) -> int | None:
    """How many people the firm of a profile employs; None without a profile, or where there are several.

    >>> workforce("設立1955年7月従業員数28名所在地神奈川県横浜市"), workforce("従業員数439名、資本金2,700万円の企業")
    (28, None)
    """
    found = {int(match[1].replace(",", "")) for match in _WORKFORCE.finditer(fold(text))}
    return found.pop() or None if len(found) == 1 else None


def trade(text: str) -> tuple[str, ...]:
    """The trade that a profile names, in the words of the classification; empty where it has words of its own.

    >>> trade("従業員数15名所在地島根県出雲市業種化学工業当社は"), trade("従業員数5名所在地佐賀県業種食品加工・販売業")
    (('化学工業',), ())
    """
    folded = fold(text)
    profile = _WORKFORCE.search(folded)
    if profile is None:
        return ()
    _, named, rest = folded[profile.end() : profile.end() + _MOST_AFTER].partition("業種")
    rest = rest.lstrip(": \n")
    found = next((name for key, name in _trades() if rest.startswith(key)), "") if named else ""
    return (found,) if found else ()


def story(text: str) -> str:
    """A text without the profile at its head, which is no summary of it.

    >>> story("企業データ企業名架空社従業員数28名所在地架空県業種化学工業製品製造業当社は湖畔にある。水を大切にする。")
    '当社は湖畔にある。水を大切にする。'
    >>> story("企業データ企業名架空舎従業員数28名所在地架空県業種菓子づくり当社は湖畔にある。水を大切にする。")
    '水を大切にする。'
    """
    folded = fold(text)
    profile = _WORKFORCE.search(folded)
    if not folded.startswith(_PROFILE) or profile is None or len(folded) != len(text):
        return text
    start = profile.end()
    for name in trade(text):
        return _MORE.sub("", text[folded.index(fold(name), start) + len(name) :]).lstrip()
    return text[start:].partition("。")[2].lstrip() or text


@cache
def _trades() -> tuple[tuple[str, str], ...]:
    """Names as they stand in a folded text, and as the classification has them; the longest first."""
    return tuple(sorted(((fold(name), name) for name in labels.trades()), key=lambda each: -len(each[0])))


def band(people: int) -> str:
    """The label of size for so many employees.

    >>> band(20), band(21), band(1_000)
    ('upto20', 'upto50', 'over300')
    """
    return next((name for name, most in BANDS.items() if people <= most), "over300")
