"""How a question was taken, in words."""

from collections.abc import Mapping

_UNDERSTOOD = {
    "area": "「{}」を場所として",
    "choices": "「{}」を除いて",
    "closes": "「{}」を締切として",
    "state": "「{}」を募集状況として",
}


def understood_told(words: Mapping[str, str], q: str) -> str:
    """How the words of a question were taken; `q` are those that are left.

    >>> understood_told({"area": "福岡市", "q": "そーらー"}, "ソーラー")
    '「福岡市」を場所として、「そーらー」を「ソーラー」として探しています。'
    """
    told = [wording.format(words[name]) for name, wording in _UNDERSTOOD.items() if name in words]
    if "q" in words:
        told.append(f"「{words['q']}」を「{q}」として")
    return "、".join(told) + "探しています。"
