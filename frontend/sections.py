"""Parts of a published text that readers look for, in its own words: how to apply, and whom to ask."""

import re
from dataclasses import dataclass
from re import Pattern

MOST = 400
"""Characters of a part: the whole text stands further down."""

_MARKS = "■□●◆◇＜"
_HEADING = re.compile(
    rf"(?m)^[ \u3000]*(?P<mark>[{_MARKS}])[ \u3000]*(?P<name>[^\n:：]{{1,40}})[:：]?(?P<rest>[^\n]*)$"
)
_HOW = re.compile(r"(?:申請|申込み?|申し込み|応募)の?(?:方法|手続き?|手順|流れ)")
_WHOM = re.compile(r"問い?合わ?せ|連絡先")


@dataclass(frozen=True)
class Sections:
    """Empty where the text has no heading of that name."""

    how: str = ""
    whom: str = ""


def sections(body: str) -> Sections:
    """Found by the headings that calls mark with ■ and the like; each as far as the next one with its mark.

    >>> sections("■申請方法\\n郵送か持参。\\n\\n■問合せ先\\n●架空市商工課\\n電話：000-000-0000\\n■参照URL")
    Sections(how='郵送か持参。', whom='●架空市商工課\\n電話：000-000-0000')
    >>> sections("申請方法は要綱でご確認ください。")
    Sections(how='', whom='')
    """
    headings = list(_HEADING.finditer(body))

    def below(name: Pattern[str]) -> str:
        for at, heading in enumerate(headings):
            if not name.search(heading["name"]):
                continue
            rest = (each.start() for each in headings[at + 1 :] if each["mark"] == heading["mark"])
            if text := f"{heading['rest']}{body[heading.end() : next(rest, len(body))]}".strip():
                return _short(text)
        return ""

    return Sections(below(_HOW), below(_WHOM))


def _short(text: str) -> str:
    """Cut between lines where it is long."""
    if len(text) <= MOST:
        return text
    head = text[:MOST]
    return f"{head.rpartition(chr(10))[0] or head}\n…"
